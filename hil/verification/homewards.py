"""What a return may do: its speeds, its pauses, and who must show before it goes on (I3, I8, I9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hil.verification.coarse import LIMITS, TICK_MS
from hil.verification.shadow import Shadow
from safety.buttons import used_up_ms
from safety.decision import (
    AT_REST_WAITING,
    FROZEN,
    GIVING_BACK,
    HOLD,
    INHIBITED,
    LATCHED,
    LEAVE,
    MOVE,
    RETURNING,
    STOP,
    TO_MID,
    TO_PARK,
    TO_REST,
    WAITING,
)

if TYPE_CHECKING:
    from hil.verification.oracle import Tick

SINKS_CDEG: Final = 200
_ALONE: Final = (RETURNING, WAITING, INHIBITED, LATCHED)


def wrong(tick: Tick, shadow: Shadow) -> str | None:
    """The first thing that this tick of a return does wrong."""
    decision = tick.decision
    if decision.mode not in _ALONE:
        return None
    return _stop(tick) or _rest(tick) or (_motion(tick, shadow) if decision.command == MOVE else None)


def _motion(tick: Tick, shadow: Shadow) -> str | None:
    decision = tick.decision
    gives = decision.stage == GIVING_BACK and decision.rate_cdps <= LIMITS.give_back_cdps
    if shadow.sank_cdeg > SINKS_CDEG:
        return f"a return let the table down {shadow.sank_cdeg} cdeg"
    held = tick.state.buttons.home
    if decision.rate_cdps > 0 and not gives:
        return f"a return goes head-down, {decision.rate_cdps} cdps"
    most = LIMITS.emergency_cdps if shadow.hurry else LIMITS.return_cdps
    if -decision.rate_cdps > most:
        return f"I3 a return at {decision.rate_cdps} cdps"
    if decision.mode in (INHIBITED, LATCHED) and not held:
        return "INHIBITED moves by itself"
    if not decision.power or (decision.direction == 0 and not held):
        return "a return against its verdict"
    return None if shadow.spoilt else _pauses(tick, shadow, held)


def _pauses(tick: Tick, shadow: Shadow, held: bool) -> str | None:
    """Stages behind the present angle are skipped: what counts is who leaves the place of a pause."""
    decision = tick.decision
    if decision.trusted_cdeg is None:  # by hand, and the rest switch says where rest is
        return _owed(tick, tick.seen.inputs.past_rest is False)
    cdeg, moves = decision.trusted_cdeg, decision.rate_cdps != 0
    below = decision.angle_cdeg < LIMITS.rest_cdeg - LIMITS.there_cdeg
    at_rest = cdeg >= LIMITS.rest_cdeg - LIMITS.there_cdeg
    if shadow.rest_ms > TICK_MS and below and at_rest and moves:
        return f"the pause at rest is skipped, {shadow.rest_ms} ms owed"
    mid = decision.angle_cdeg < LIMITS.mid_cdeg - LIMITS.there_cdeg
    at_mid = cdeg >= LIMITS.mid_cdeg - LIMITS.there_cdeg
    if shadow.mid_ms > TICK_MS and mid and at_mid and moves and not held:
        return f"the pause at -15 is skipped, {shadow.mid_ms} ms owed"
    if shadow.person and below and at_rest and moves:
        return "goes on from rest though nobody showed"
    return None


def _owed(tick: Tick, below: bool) -> str | None:
    """By the switch alone: who has come below rest stands there first."""
    owed_ms, rate_cdps = tick.state.session.rest_owed_ms, tick.decision.rate_cdps
    return f"no pause at the rest switch, {owed_ms} ms owed" if below and owed_ms and rate_cdps else None


def _stop(tick: Tick) -> str | None:
    """STOP freezes what moves, a return too, and whoever leads by hand; one that hangs only for so long."""
    before, decision, buttons = tick.before, tick.decision, tick.state.buttons
    held = buttons.now.stop is True and buttons.stops_ms < used_up_ms(LIMITS)
    if held and decision.command == MOVE and decision.mode in (WAITING, INHIBITED, LATCHED):
        return "hold-to-run moves though STOP is held"
    if not buttons.stop_press or before.home.stage not in (TO_REST, TO_MID, TO_PARK):
        return None
    budget = LIMITS.freeze_bout_ms - before.session.freeze_ms
    if budget > LIMITS.late_ms and decision.command not in (HOLD, STOP, LEAVE) and not decision.latched_cause:
        return "STOP does not freeze the return"
    return None


def _rest(tick: Tick) -> str | None:
    """Stages say what is true."""
    decision = tick.decision
    if decision.stage == AT_REST_WAITING and decision.command == MOVE:
        return "moves while it waits at rest"
    if decision.stage == FROZEN and decision.command == MOVE:
        return "moves while frozen"
    return None
