"""A rod between two pivots, a linear actuator or a spindle, and the angle of the table that its length means.

Hinge, base pivot (in the room) and eye (on the bed) are a triangle; the rod is its third side (physics
reference 3.4). A drive on a rod turns the table faster where the rod has a short arm about the hinge. Its
driver counts in *even* centidegrees, those that the table would turn if the arm were everywhere as it is at
horizontal, so that one gain serves; only here they become angles of the table, and back.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

CDEG: Final = 18_000.0 / math.pi  # of one radian
NEAREST_M: Final = 0.02  # a pivot to the hinge
EDGE_CDEG: Final = 1e-6  # what sums of floats may be off at the ends
ARM_LEAST_M: Final = 0.01  # of the rod about the hinge: next to a dead point a small force tips the table


class BadLever(ValueError):
    """Pivots between which nothing can be led; `key` is the one to look at."""

    def __init__(self, key: str, what: str) -> None:
        super().__init__(what)
        self.key = key


class Pivots(NamedTuple):
    """Where the rod's two ends are from the hinge, the bed horizontal: towards the head, and up."""

    base_x_m: float
    base_z_m: float
    eye_x_m: float
    eye_z_m: float


class Lever(NamedTuple):
    """One geometry and the angles in which it is good. Beyond them nothing is an angle."""

    base_m: float
    eye_m: float
    offset_rad: float  # from the base to the eye as seen from the hinge, the bed horizontal
    low_cdeg: int
    high_cdeg: int

    def length_m(self, cdeg: float) -> float:
        """Of the rod, pin to pin."""
        return math.sqrt(self.base_m**2 + self.eye_m**2 - 2.0 * self._product * math.cos(self._gamma(cdeg)))

    def arm_m(self, cdeg: float) -> float:
        """How much longer the rod grows for a radian of the table; below 0 it grows head-up."""
        return -self._product * math.sin(self._gamma(cdeg)) / self.length_m(cdeg)

    def angle_cdeg(self, length_m: float) -> float | None:
        """The table's angle for a length; None beyond the angles in which the geometry is good."""
        cosine = (self.base_m**2 + self.eye_m**2 - length_m**2) / (2.0 * self._product)
        if not -1.0 < cosine < 1.0:
            return None
        gamma = math.copysign(math.acos(cosine), math.sin(self.offset_rad))
        cdeg = math.remainder(self.offset_rad - gamma, math.tau) * CDEG
        return cdeg if self.holds(cdeg) else None

    def holds(self, cdeg: float) -> bool:
        """Whether it is good at this angle."""
        return self.low_cdeg - EDGE_CDEG <= cdeg <= self.high_cdeg + EDGE_CDEG

    def even_cdeg(self, cdeg: float) -> float:
        """What a drive counts for an angle of the table; no further than the geometry is good."""
        within = min(max(cdeg, self.low_cdeg), self.high_cdeg)
        return (self.length_m(within) - self.length_m(0.0)) / self.arm_m(0.0) * CDEG

    def bed_cdeg(self, even_cdeg: float) -> float | None:
        """The table's angle for what a drive counts; None where there is none."""
        return self.angle_cdeg(self.length_m(0.0) + self.arm_m(0.0) * even_cdeg / CDEG)

    def slope(self, cdeg: float) -> float:
        """Even degrees for one degree of the table at this angle: 1 at horizontal, less at a short arm."""
        return self.arm_m(cdeg) / self.arm_m(0.0)

    def bed_cdps(self, even_cdps: float, cdeg: float | None) -> float | None:
        """The table's rate for a drive's; None where the angle is not known."""
        return None if cdeg is None or not self.holds(cdeg) else even_cdps / self.slope(cdeg)

    @property
    def shortest_arm(self) -> tuple[int, float]:
        """The angle in centidegrees at which the rod's arm is shortest, and the arm in metres."""
        # Between two dead points it grows, then falls: shortest at an end.
        ends = ((cdeg, abs(self.arm_m(cdeg))) for cdeg in (self.low_cdeg, self.high_cdeg))
        return min(ends, key=lambda end: end[1])

    @property
    def _product(self) -> float:
        return self.base_m * self.eye_m

    def _gamma(self, cdeg: float) -> float:
        return self.offset_rad - cdeg / CDEG


def lever(pivots: Pivots, low_cdeg: int, high_cdeg: int) -> Lever:
    """The geometry between two angles, horizontal among them. Raises BadLever."""
    base_m = math.hypot(pivots.base_x_m, pivots.base_z_m)
    eye_m = math.hypot(pivots.eye_x_m, pivots.eye_z_m)
    for key, name, away_m in (("base_x_m", "base", base_m), ("eye_x_m", "eye", eye_m)):
        if not away_m >= NEAREST_M:  # also NaN
            what = f"the {name} is {away_m * 1_000:.0f} mm from the hinge, allowed from"
            raise BadLever(key, f"{what} {NEAREST_M * 1_000:.0f} mm; measure from the middle of the hinge")
    offset = math.atan2(pivots.eye_z_m, pivots.eye_x_m) - math.atan2(pivots.base_z_m, pivots.base_x_m)
    found = Lever(base_m, eye_m, math.remainder(offset, math.tau), low_cdeg, high_cdeg)
    _refuse_dead_points(found)
    return found


def _refuse_dead_points(found: Lever) -> None:
    """Where rod and hinge are in line it can neither lead nor hold. Raises BadLever."""
    low, high = found.low_cdeg, found.high_cdeg
    turns = math.floor((found.offset_rad - low / CDEG) / math.pi)
    dead_cdeg = (found.offset_rad - turns * math.pi) * CDEG
    between = f"the table goes from {low / 100:g} to {high / 100:g} deg, 2 beyond its stops"
    remedy = "move a pivot, or measure again: a wrong sign does the same"
    if low <= dead_cdeg <= high:
        what = f"at {dead_cdeg / 100:.1f} deg the rod is in line with the hinge (a dead point); {between}"
        raise BadLever("eye_x_m", f"{what}; {remedy}")
    cdeg, arm_m = found.shortest_arm
    if arm_m < ARM_LEAST_M:
        what = f"at {cdeg / 100:g} deg the rod's arm about the hinge is {arm_m * 1_000:.1f} mm, allowed from"
        raise BadLever("eye_x_m", f"{what} {ARM_LEAST_M * 1_000:.0f} mm; {between}; {remedy}")
