"""From a sensor's own angle to the table's inversion angle: sign, scale and zero, in this one place."""

TURN_MDEG = 360_000


class Mounting:
    """`sign` -1 when it falls head-down; `permille` of the table for its own; `zero_mdeg` at horizontal.

    An absolute angle of one turn is brought to -180..+180 deg round its zero, so put 0 and the turn's end
    where the table never is.
    """

    def __init__(self, sign: int, permille: int, zero_mdeg: int) -> None:
        self._sign = sign
        self._permille = permille
        self._zero_mdeg = zero_mdeg

    def inversion_mdeg(self, raw_mdeg: int) -> int:
        """Millidegrees of the table, of millidegrees of the sensor within one turn."""
        off = (raw_mdeg - self._zero_mdeg + TURN_MDEG // 2) % TURN_MDEG - TURN_MDEG // 2
        return self._sign * off * self._permille // 1000
