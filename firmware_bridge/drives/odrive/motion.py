"""From turns of an ODrive's motor to angles of the bed, and which of its answers are believed."""

from __future__ import annotations

from typing import Final, NamedTuple

from firmware_bridge.drives.origin import STILL_CDPS, Place

JUMP_CDEG: Final = 40  # further than this from the expected place a reading must be confirmed by the next


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


class Track:
    """Believes a place when it follows from the one before, or when a second one in a row says so too.

    A sum by XOR misses two flipped bits in one column; such a flip in a leading digit is a jump. A copy of an
    earlier answer is the same digit for digit, which a moving encoder never says twice.
    """

    def __init__(self) -> None:
        self.newest: Place | None = None
        self._seen: Place | None = None  # believed or not
        self._doubted = False

    def believes(self, place: Place) -> bool:
        """Whether to take it; it is the newest then."""
        doubtful = self._is_doubtful(place)
        self._seen = place
        if doubtful and not self._doubted:
            self._doubted = True
            return False
        self._doubted = False
        self.newest = place
        return True

    def forget(self) -> None:
        """After a silence anything may be true."""
        self.newest = self._seen = None
        self._doubted = False

    def _is_doubtful(self, place: Place) -> bool:
        before = self.newest
        if before is None or self._seen is None:
            return False
        if place[:2] == self._seen[:2]:
            return abs(place.rate_cdps) > STILL_CDPS
        expected = before.raw_cdeg + before.rate_cdps * (place.at_ms - before.at_ms) / 1_000
        return abs(place.raw_cdeg - expected) > JUMP_CDEG
