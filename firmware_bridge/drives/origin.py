"""Where the bed is when a drive says 0: for encoders that count from where they were switched on.

What their zero is on the bed is taken from the inclinometer. Taken at park, standing still, the angle counts
as a source of its own from then on; taken elsewhere it only serves to move. On a lever the drive counts in
even centidegrees (firmware_bridge/lever.py), and a place beyond the geometry is no angle.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from firmware_bridge.lever import Lever
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


def whole(value: float | None) -> int | None:
    """Rounded, where there is one."""
    return None if value is None else round(value)


class Origin:
    """Where the bed is when the drive says 0 turns."""

    def __init__(self, lever: Lever | None = None) -> None:
        self.cdeg: float | None = None
        self._lever = lever
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
        even_cdeg = self._even(float(seen.angle_cdeg))
        if even_cdeg is None:
            return
        at_park = PARK_FROM_CDEG <= seen.angle_cdeg <= PARK_TO_CDEG
        here = self.angle_cdeg(place)
        off = here is None or abs(here - seen.angle_cdeg) > NEAR_CDEG
        # One taken elsewhere is taken anew at park, so that the table has two sources again.
        if off or (at_park and not self._from_park):
            self.cdeg = even_cdeg - place.raw_cdeg
            self._from_park = at_park
        self.proved = self._from_park

    def angle_cdeg(self, place: Place) -> float | None:
        """The bed's angle as the drive sees it."""
        if self.cdeg is None:
            return None
        even_cdeg = self.cdeg + place.raw_cdeg
        return even_cdeg if self._lever is None else self._lever.bed_cdeg(even_cdeg)

    def rate_cdps(self, place: Place) -> float | None:
        """The bed's rate; on a lever None without an angle."""
        if self._lever is None:
            return place.rate_cdps
        return self._lever.bed_cdps(place.rate_cdps, self.angle_cdeg(place))

    def _even(self, cdeg: float) -> float | None:
        """What the drive counts at an angle; None beyond the geometry."""
        if self._lever is None:
            return cdeg
        return self._lever.even_cdeg(cdeg) if self._lever.holds(cdeg) else None
