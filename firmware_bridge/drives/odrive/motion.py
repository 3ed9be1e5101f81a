"""From turns of an ODrive's motor to angles of the bed."""

from __future__ import annotations

from typing import NamedTuple


class Scale(NamedTuple):
    """The only place that knows how turns of the motor and angles of the bed belong together."""

    gear_ratio: float
    sign: int

    def turns(self, cdeg: float) -> float:
        """Signed turns of a signed angle or rate in centidegrees."""
        return self.sign * cdeg * self.gear_ratio / 36_000.0

    def cdeg(self, turns: float) -> float:
        """Signed centidegrees of signed turns."""
        return self.sign * turns * 36_000.0 / self.gear_ratio
