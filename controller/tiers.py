"""What each tier allows, in the units of programme files; the numbers themselves stand in `safety.limits`."""

from __future__ import annotations

from typing import Final, NamedTuple

from safety import limits


class Tier(NamedTuple):
    """The limits of one tier."""

    name: str
    number: int  # as the guard counts them; a greater one is above
    cap_deg: float
    down_dps: float
    up_dps: float  # inverted to rest
    upright_dps: float  # rest to park
    hold_max_s: float
    bout_max_s: float
    bouts_max: int
    day_max_s: float  # head-down in 24 h
    check_in_every_s: float


STEEP_DEG: Final = limits.STEEP_CDEG / 100
STEEP_HOLD_S: Final = limits.STEEP_HOLD_MS / 1_000
STEEP_BOUT_S: Final = limits.STEEP_BOUT_MS / 1_000
# Therapy facts, section 5: up to here a rest is as long as the bout before it.
REST_AS_LONG_AS_BOUT: Final = ("beginner", "intermediate")


def _tier(number: int, row: limits.Tier) -> Tier:
    return Tier(
        name=row.name,
        number=number,
        cap_deg=row.cap_cdeg / 100,
        down_dps=row.down_cdps / 100,
        up_dps=row.up_cdps / 100,
        upright_dps=row.upright_cdps / 100,
        hold_max_s=row.hold_ms / 1_000,
        bout_max_s=row.bout_ms / 1_000,
        bouts_max=row.bouts,
        day_max_s=row.day_ms / 1_000,
        check_in_every_s=row.check_in_ms / 1_000,
    )


TIERS: Final = {row.name: _tier(number, row) for number, row in enumerate(limits.TIERS)}
