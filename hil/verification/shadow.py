"""What the oracle remembers from tick to tick: history that the invariants speak of, counted on its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hil.verification.coarse import CAP_MS, LIMITS, PARK_CDEG, TERMS, TICK_MS
from hil.verification.expected import EXPECTED, named
from hil.verification.world import Fault
from safety.causes import BY_NAME
from safety.decision import ACTIVE, CHECK_ASKED, GIVING_BACK, MOVE, READY, RETURNING, TEST, WAITING

if TYPE_CHECKING:
    from hil.verification.oracle import Tick


class Shadow(NamedTuple):
    """Times in ms, saturating at CAP_MS."""

    hurry: bool = False  # an emergency was told since park
    person: bool = False  # somebody must show at rest
    pressed: bool = False  # the pendant was pressed at rest
    rest_ms: int = 0  # still owed there
    mid_ms: int = 0
    held_ms: int = 0  # RETURN
    chain_ms: int = 0  # the e-stop chain is open and nobody holds RETURN
    sinks: int = 0  # ticks of head-down motion after it was no longer permitted
    low_cdeg: int | None = None  # lowest truth since a return began, 100 cdeg grid
    sank_cdeg: int = 0
    spoilt: bool = False  # the drive was not to be trusted at some tick since park
    told: bool = True  # the one fault's cause
    used_ms: int = 0
    bout_ms: int = 0
    bouts: int = 0
    inverted: bool = False
    hold_ms: int = 0
    wall_ms: int = 0
    asked_ms: int = 0
    unasked_ms: int = 0
    gap_ms: int = 0
    refused_ms: int = 0
    idle_ms: int = 0  # nothing permitted where no check-in asks


FRESH: Final = Shadow()
_LIE_CDEG: Final = 300


def _longer(ms: int, so: bool, most_ms: int = CAP_MS) -> int:
    return min(ms + TICK_MS, most_ms) if so else 0


def _capped(ms: int, limit_ms: int) -> int:
    """A clock that nobody limits need not be counted."""
    return 0 if limit_ms >= 10**6 else ms


def followed(was: Shadow, tick: Tick, catalogue: tuple[Fault, ...]) -> Shadow:
    """One tick on."""
    shadow = _people(was, tick)
    shadow = _return(shadow, tick)
    shadow = _clocks(_sunk(shadow, tick, catalogue), tick)
    return shadow._replace(told=_told(was, tick, catalogue))


def _people(was: Shadow, tick: Tick) -> Shadow:
    now = tick.seen.inputs
    fresh = tick.seen.inputs_age_ms <= LIMITS.stale_ms
    held = bool(now.return_a or now.return_b) and fresh
    # Of the hold that has just ended, too: the reset comes with the release.
    held_ms = _longer(was.held_ms, True) if held else was.held_ms if tick.before.buttons.home else 0
    chain = fresh and now.estop_ok is False and not held
    mode = tick.before.mode
    spoilt = bool(tick.was.faults) or tick.decision.stage == GIVING_BACK
    downwards = (
        not spoilt
        and tick.world.cdeg > tick.was.cdeg
        and not (mode in (READY, ACTIVE, TEST) and not tick.decision.causes)
    )
    return was._replace(
        held_ms=held_ms,
        chain_ms=_longer(was.chain_ms, chain),
        sinks=min(was.sinks + 1, 5) if downwards else 0,
    )


def _return(was: Shadow, tick: Tick) -> Shadow:
    """Who must show, and which pauses are owed."""
    decision, cdeg = tick.decision, tick.was.cdeg
    asked = [EXPECTED[number] for number in named(decision.causes)]
    parked = cdeg <= PARK_CDEG + LIMITS.at_park_cdeg
    hurry = (was.hurry or any(row.hurry for row in asked)) and not parked
    riding = tick.before.mode in (ACTIVE, RETURNING, WAITING)
    above = riding and cdeg > LIMITS.rest_cdeg + LIMITS.there_cdeg
    person = was.person or (above and any(row.person for row in asked))
    standing = decision.command != MOVE or decision.rate_cdps == 0
    rest_ms = LIMITS.pause_rest_ms if above else was.rest_ms
    mid_ms = LIMITS.pause_mid_ms if above else was.mid_ms
    if standing and abs(cdeg - LIMITS.rest_cdeg) <= LIMITS.there_cdeg:
        rest_ms = max(rest_ms - TICK_MS, 0)
    if standing and abs(cdeg - LIMITS.mid_cdeg) <= LIMITS.there_cdeg:
        mid_ms = max(mid_ms - TICK_MS, 0)
    person, pressed = _shown(was, tick, person)
    if parked:
        return was._replace(hurry=False, person=False, pressed=False, rest_ms=0, mid_ms=0)
    return was._replace(hurry=hurry, person=person, pressed=pressed, rest_ms=rest_ms, mid_ms=mid_ms)


def _shown(was: Shadow, tick: Tick, person: bool) -> tuple[bool, bool]:
    """Whether somebody must still show: RETURN released at rest, or the pendant pressed and released."""
    buttons, at_rest = tick.state.buttons, abs(tick.was.cdeg - LIMITS.rest_cdeg) <= LIMITS.there_cdeg
    pressed = at_rest and (was.pressed or buttons.pendant_press)
    shows = buttons.home_release or (pressed and buttons.pendant_release)
    # With RETURN in the hand somebody is there already.
    here = (at_rest and shows) or buttons.home
    return person and not here, pressed and not here


def _sunk(was: Shadow, tick: Tick, catalogue: tuple[Fault, ...]) -> Shadow:
    """How far the table came down again in a return that the drive obeyed."""
    now = any(catalogue[fault.number].spoils for fault in tick.was.faults) or _misled(tick)
    spoilt = now or (was.spoilt and tick.was.cdeg > PARK_CDEG + LIMITS.at_park_cdeg)
    was = was._replace(spoilt=spoilt)
    if tick.state.mode not in (RETURNING, WAITING) or spoilt or tick.decision.command != MOVE:
        return was._replace(low_cdeg=None, sank_cdeg=0)
    low = tick.world.cdeg if was.low_cdeg is None else min(was.low_cdeg, tick.world.cdeg)
    return was._replace(low_cdeg=low, sank_cdeg=tick.world.cdeg - low)


def _misled(tick: Tick) -> bool:
    """Two faults at once may make one lying source the only one: then places are those that it says."""
    told = tick.decision.trusted_cdeg
    return len(tick.was.faults) > 1 and told is not None and abs(told - tick.was.cdeg) > _LIE_CDEG


def _clocks(was: Shadow, tick: Tick) -> Shadow:
    terms = tick.state.terms or TERMS
    active, cdeg = tick.before.mode == ACTIVE, tick.was.cdeg
    inverted = (cdeg > LIMITS.upright_again_cdeg) if was.inverted else (cdeg > LIMITS.inverted_cdeg)
    if not active and tick.before.mode != tick.state.mode and not tick.before.terms:
        was = was._replace(used_ms=0, bouts=0, wall_ms=0, bout_ms=0)
    decision, proposed = tick.decision, tick.seen.proposal is not None
    still = active and inverted and not (tick.before.motion.command == MOVE and tick.before.motion.rate_cdps)
    asked = active and decision.check_in >= CHECK_ASKED
    led = proposed and not decision.refusal and decision.command == MOVE
    moving, unasked = tick.before.stream.rate_cdps != 0, active and inverted and not asked
    hold_ms = was.hold_ms if asked and still else _longer(was.hold_ms, still)
    return was._replace(
        inverted=inverted,
        bouts=min(was.bouts + (inverted and not was.inverted), 3),
        used_ms=_capped(min(was.used_ms + TICK_MS * inverted, CAP_MS), terms.allowance_ms),
        bout_ms=_capped(_longer(was.bout_ms, inverted), terms.bout_max_ms),
        wall_ms=_capped(min(was.wall_ms + TICK_MS * active, 20 * CAP_MS), terms.wall_max_ms),
        hold_ms=_capped(hold_ms, terms.hold_max_ms),
        asked_ms=_longer(was.asked_ms, asked, 2 * CAP_MS),
        unasked_ms=_longer(was.unasked_ms, unasked and terms.check_in_every_ms < CAP_MS),
        gap_ms=_longer(was.gap_ms, active and moving and not proposed),
        idle_ms=_longer(was.idle_ms, active and not inverted and not led),
        refused_ms=_longer(was.refused_ms, active and proposed and bool(decision.refusal)),
    )  # fmt: skip


def _told(was: Shadow, tick: Tick, catalogue: tuple[Fault, ...]) -> bool:
    """Whether the one fault's cause has been told, or need not be: it did not begin in a ride."""
    if len(tick.was.faults) != 1:
        return True
    fault = tick.was.faults[0]
    cause = catalogue[fault.number].cause
    if cause is None:
        return True
    began = fault.ticks == 0
    riding = tick.before.mode == ACTIVE and tick.was.cdeg > PARK_CDEG + LIMITS.at_park_cdeg
    if began and not (catalogue[fault.number].while_moving and not was.told):
        told = not riding
    else:
        told = was.told or tick.before.mode != ACTIVE
    return told or bool(tick.decision.causes >> BY_NAME[cause].number & 1)
