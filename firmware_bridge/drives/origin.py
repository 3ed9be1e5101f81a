"""Where the bed is when a drive says 0: for encoders that count from where they were switched on.

What their zero is on the bed is taken from the inclinometer. Taken at park, standing still, the angle counts
as a source of its own from then on; taken elsewhere it only serves to move.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from firmware_bridge.readings import AngleReading

STILL_CDPS: Final = 10.0
PARK_FROM_CDEG, PARK_TO_CDEG = -8_000, -6_000  # where park may be
NEAR_CDEG: Final = 300  # as far as two angle sources may be apart
FRESH_MS: Final = 200


class Place(NamedTuple):
    """One answer about the position, in centidegrees from where the drive counts."""

    raw_cdeg: float
    rate_cdps: float
    at_ms: int


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
        at_park = PARK_FROM_CDEG <= seen.angle_cdeg <= PARK_TO_CDEG
        off = self.cdeg is None or abs(self.cdeg + place.raw_cdeg - seen.angle_cdeg) > NEAR_CDEG
        # One taken elsewhere is taken anew at park, so that the table has two sources again.
        if off or (at_park and not self._from_park):
            self.cdeg = seen.angle_cdeg - place.raw_cdeg
            self._from_park = at_park
        self.proved = self._from_park

    def angle_cdeg(self, place: Place) -> float | None:
        """The bed's angle as the drive sees it."""
        return None if self.cdeg is None else self.cdeg + place.raw_cdeg
