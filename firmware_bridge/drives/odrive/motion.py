"""From turns of an ODrive's motor to angles of the bed: scale, origin, and which readings are believed.

The drive counts turns from where it was switched on. What that is on the bed is taken from the inclinometer:
at park, standing still, it counts as an angle of its own from then on; elsewhere it only serves to move.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from firmware_bridge.readings import AngleReading

STILL_CDPS: Final = 10.0
PARK_FROM_CDEG, PARK_TO_CDEG = -8_000, -6_000  # where park may be
NEAR_CDEG: Final = 300  # as far as two angle sources may be apart
FRESH_MS: Final = 200
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


class Place(NamedTuple):
    """One answer about the position, in centidegrees from where the drive counts."""

    raw_cdeg: float
    rate_cdps: float
    at_ms: int


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


class Origin:
    """Where the bed is when the drive says 0 turns."""

    def __init__(self) -> None:
        self.cdeg: float | None = None
        self.proved = False  # the drive's angle counts as a source of its own
        self._from_park = False

    def forget(self) -> None:
        """The drive may have been off in between: what it counts from is only good while it agrees."""
        self.proved = False

    def take(self, place: Place, seen: AngleReading | None, now_ms: int) -> None:
        """Compare with the inclinometer; keep what agrees, else begin anew. Only while standing still."""
        if self.proved or abs(place.rate_cdps) > STILL_CDPS:
            return
        if seen is None or now_ms - seen.at_ms > FRESH_MS:
            return
        if self.cdeg is None or abs(self.cdeg + place.raw_cdeg - seen.angle_cdeg) > NEAR_CDEG:
            self.cdeg = seen.angle_cdeg - place.raw_cdeg
            self._from_park = PARK_FROM_CDEG <= seen.angle_cdeg <= PARK_TO_CDEG
        self.proved = self._from_park

    def angle_cdeg(self, place: Place) -> float | None:
        """The bed's angle as the drive sees it."""
        return None if self.cdeg is None else self.cdeg + place.raw_cdeg
