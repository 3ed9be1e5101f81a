"""What the node is told (limits, by the host) and what its board is (loop gains, by the maker)."""

from firmware_bridge.node import protocol


class Config:
    """The limits in force, one attribute for each row of protocol.LIMITS."""

    watchdog_ms: int
    checkpoint_mask: int
    angle_min_cdeg: int
    angle_max_cdeg: int
    rate_max_cdps: int
    accel_max_cdps2: int
    current_max_ma: int
    rest_cdeg: int
    mid_cdeg: int
    park_cdeg: int
    rest_rate_cdps: int
    park_rate_cdps: int
    rest_pause_s: int
    mid_pause_s: int

    def __init__(self) -> None:
        for row in protocol.LIMITS:
            setattr(self, row[0], row[5])

    def get(self, index: int) -> int:
        """The value of the row with this index."""
        return int(getattr(self, protocol.LIMITS[index][0]))

    def put(self, index: int, value: int) -> None:
        """Set the row with this index."""
        setattr(self, protocol.LIMITS[index][0], value)


def allowed(index: int, value: int) -> bool:
    """Whether the value is within the range of the row with this index."""
    return bool(protocol.LIMITS[index][3] <= value <= protocol.LIMITS[index][4])


class Gains:
    """The loops of one motor with its gear, as plain numbers.

    feed: duty in permille that turns the unloaded table at 1 deg/s (back-EMF over supply).
    kp: permille for 1 deg/s of error. ki: the same, a second.
    kx: deg/s for 1 deg of error.
    per_amp: duty in permille that changes the current by 1 A at once (resistance over supply).
    kd: permille for 1 deg/s that the back-EMF says and nothing has seen yet.
    """

    def __init__(self, feed: int, kp: int, ki: int, kx: int, per_amp: int, kd: int) -> None:
        self.feed = feed
        self.kp = kp
        self.ki = ki
        self.kx = kx
        self.per_amp = per_amp
        self.kd = kd


def gains(gear: str) -> Gains:
    """The gains for a gear by name: a1 self-locking worm, a2 back-drivable planetary; KeyError otherwise."""
    return _GAINS[gear]


_GAINS = {
    "a1": Gains(27, 12, 250, 4, 11, 6),
    "a2": Gains(6, 18, 160, 4, 11, 3),
}
