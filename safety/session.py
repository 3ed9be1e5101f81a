"""The clocks of a session: dose, bouts, holds, total time, and what is still owed in pauses.

A pause is owed once a bout. It runs down while the table stands at that place, whoever stopped it there, so
a second cause neither restarts nor skips it (design 6).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from safety.decision import ACTIVE, FROZEN, INHIBITED, LATCHED, PAUSE_MID, PAUSE_REST, READY, TEST
from safety.limits import STEEP_CDEG, Limits
from safety.observation import AGE_MAX_MS

FOREVER_MS: Final = 86_400_000


class Session(NamedTuple):
    """Counters of the session, saturating."""

    used_ms: int
    bout: int
    bout_ms: int
    in_bout: bool
    hold_ms: int
    wall_ms: int
    rest_owed_ms: int
    mid_owed_ms: int
    top_cdeg: int
    freeze_ms: int


NONE: Final = Session(0, 0, 0, False, 0, 0, 0, 0, 0, 0)


def count(
    was: Session,
    mode: int,
    stage: int,
    cdeg: int | None,
    blind: bool,
    moving: bool,
    asked: bool,
    limits: Limits,
    dt_ms: int,
) -> Session:
    """One tick on. Head-down time counts in every mode, all else in a session only.

    `blind`: a session is open, and nothing says where the table is.
    """
    was = _head_down(was, cdeg, blind, limits, dt_ms)
    if mode in (INHIBITED, LATCHED, READY, TEST):
        return was
    used, bout, bout_ms, in_bout, hold, wall, rest, mid, top, freeze = was
    if mode == ACTIVE:
        wall = min(wall + dt_ms, FOREVER_MS)
        if moving or not in_bout:
            hold = 0
        elif not asked:
            hold = min(hold + dt_ms, FOREVER_MS)
    if stage == FROZEN:
        freeze = min(freeze + dt_ms, AGE_MAX_MS)
    rest, mid = _owed((rest, mid), bout_ms, top, cdeg, moving, stage, limits, dt_ms)
    return Session(used, bout, bout_ms, in_bout, hold, wall, rest, mid, top, freeze)


def _head_down(was: Session, cdeg: int | None, blind: bool, limits: Limits, dt_ms: int) -> Session:
    """Without an angle a rider who was inverted is still inverted; in a session, whoever it is (HZ-48)."""
    used, bout, bout_ms, in_bout, hold, wall, rest, mid, top, freeze = was
    if cdeg is not None:
        if in_bout:
            in_bout = cdeg > limits.upright_again_cdeg
        elif cdeg > limits.inverted_cdeg:
            in_bout, bout, bout_ms, top, freeze = True, min(bout + 1, 255), 0, cdeg, 0
        top = max(top, cdeg)
    if in_bout or blind:
        used = min(used + dt_ms, FOREVER_MS)
    if in_bout:
        bout_ms = min(bout_ms + dt_ms, FOREVER_MS)
    return Session(used, bout, bout_ms, in_bout, hold, wall, rest, mid, top, freeze)


def _owed(
    owed: tuple[int, int],
    bout_ms: int,
    top_cdeg: int,
    cdeg: int | None,
    moving: bool,
    stage: int,
    limits: Limits,
    dt_ms: int,
) -> tuple[int, int]:
    rest, mid = owed
    there = limits.there_cdeg
    # A pause that has begun is made, though a reading's noise says in the next tick that it is beside rest.
    edge = limits.rest_cdeg + (2 * there if stage == PAUSE_REST else there)
    if cdeg is not None and cdeg > edge:
        return pauses(bout_ms, top_cdeg, limits)
    if stage == PAUSE_REST or (cdeg is not None and not moving and abs(cdeg - limits.rest_cdeg) <= there):
        rest = max(rest - dt_ms, 0)
    elif stage == PAUSE_MID or (cdeg is not None and not moving and abs(cdeg - limits.mid_cdeg) <= there):
        mid = max(mid - dt_ms, 0)
    return rest, mid


def pauses(bout_ms: int, top_cdeg: int, limits: Limits) -> tuple[int, int]:
    """The pauses a bout of this length and height costs."""
    long = bout_ms > limits.long_bout_ms or top_cdeg > STEEP_CDEG
    return (limits.pause_rest_long_ms if long else limits.pause_rest_ms), limits.pause_mid_ms
