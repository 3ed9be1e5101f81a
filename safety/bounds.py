"""Which limit binds: hard constants, the table's inside them, the tier's and the rider's inside those.

Everything combines by min, and the smallest says whose it is. Adding a bound never raises anything (I23).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from safety.limits import (
    CHECK_IN_MAX_MS,
    HARD_CAP_CDEG,
    NO_WAY_OUT_CAP_CDEG,
    STEEP_BOUT_MS,
    STEEP_CDEG,
    STEEP_HOLD_MS,
    STOP_CLEARANCE_CDEG,
    Limits,
    Tier,
)


class Bound(NamedTuple):
    """A limit and whose it is."""

    value: int
    why: str


HARD: Final = "any table"
TABLE: Final = "this table"


def least(*bounds: Bound) -> Bound:
    """The smallest; of equal ones the first, so name the more general one first."""
    return min(bounds, key=lambda bound: bound.value)


def cap_of_table(file_cdeg: int, upper_stop_cdeg: int, has_way_out: bool) -> Bound:
    """The most head-down a table may go, design 5 and 6."""
    bounds = [
        Bound(HARD_CAP_CDEG, HARD),
        Bound(upper_stop_cdeg - STOP_CLEARANCE_CDEG, "room below the upper stop"),
        Bound(file_cdeg, "the table file"),
    ]
    if not has_way_out:
        bounds.append(Bound(NO_WAY_OUT_CAP_CDEG, "no way out after a cut"))
    return least(*bounds)


class TableBounds(NamedTuple):
    """What one table allows, already inside the hard constants."""

    cap: Bound
    down_cdps: int
    up_cdps: int
    upright_cdps: int
    check_in_ms: int
    day_ms: int


class SessionBounds(NamedTuple):
    """What one session may do, each with the limit that binds."""

    cap_cdeg: Bound
    down_cdps: Bound
    up_cdps: Bound
    upright_cdps: Bound
    bout_max_ms: Bound
    bouts_max: Bound
    hold_max_ms: Bound
    check_in_every_ms: Bound
    day_ms: Bound


def of_session(tier: Tier, asked_cdeg: int | None, table: TableBounds, limits: Limits) -> SessionBounds:
    """`asked_cdeg` is the programme's own highest angle, None = not known yet."""
    whose = f"tier {tier.name}"
    caps = [table.cap, Bound(tier.cap_cdeg, whose)]
    caps += [] if asked_cdeg is None else [Bound(asked_cdeg, "the programme")]
    cap = least(*caps)
    steep = cap.value > STEEP_CDEG
    over = f"above {STEEP_CDEG // 100} deg"
    bout, hold = Bound(tier.bout_ms, whose), Bound(tier.hold_ms, whose)
    return SessionBounds(
        cap,
        least(
            Bound(limits.hard_down_cdps, HARD), Bound(table.down_cdps, TABLE), Bound(tier.down_cdps, whose)
        ),
        least(Bound(limits.hard_up_cdps, HARD), Bound(table.up_cdps, TABLE), Bound(tier.up_cdps, whose)),
        least(
            Bound(limits.hard_upright_cdps, HARD),
            Bound(table.upright_cdps, TABLE),
            Bound(tier.upright_cdps, whose),
        ),
        least(bout, Bound(STEEP_BOUT_MS, over)) if steep else bout,
        Bound(tier.bouts, whose),
        least(hold, Bound(STEEP_HOLD_MS, over)) if steep else hold,
        least(Bound(CHECK_IN_MAX_MS, HARD), Bound(table.check_in_ms, TABLE), Bound(tier.check_in_ms, whose)),
        least(Bound(table.day_ms, TABLE), Bound(tier.day_ms, whose)),
    )


def in_words(name: str, bound: Bound) -> str:
    """For a person: value, unit, whose."""
    unit, per = _UNITS[name.rsplit("_", 1)[1]]
    return f"{bound.value / per:g}{unit} by {bound.why}"


_UNITS: Final = {
    "cdeg": (" deg", 100),
    "cdps": (" deg/s", 100),
    "ms": (" s", 1_000),
    "max": ("", 1),
}
