"""A verdict: which direction, how fast, whether there is torque. Verdicts combine by min, part by part."""

from __future__ import annotations

from typing import Final, NamedTuple

# Direction allowed, worst is smallest.
NO_MOTION: Final = 0
TOWARDS_PARK: Final = 1
BOTH: Final = 2
DIRECTIONS: Final = ("none", "towards park", "both")

POWER_CUT: Final = 0
POWER_ON: Final = 1

FULL_SPEED_CDPS: Final = 800  # hard limit of any planned motion (design section 6: emergency)


class Verdict(NamedTuple):
    """What one rule allows. Adding a rule can only lower it."""

    direction: int
    speed_cap_cdps: int
    power: int


ALLOW: Final = Verdict(BOTH, FULL_SPEED_CDPS, POWER_ON)


def combine(one: Verdict, other: Verdict) -> Verdict:
    """The stricter of both in each part."""
    return Verdict(min(one[0], other[0]), min(one[1], other[1]), min(one[2], other[2]))
