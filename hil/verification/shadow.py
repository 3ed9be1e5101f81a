"""What the oracle remembers from tick to tick: history that the invariants speak of, counted on its own."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from hil.verification.coarse import CAP_MS, LIMITS, PARK_CDEG, TERMS, TICK_MS
from hil.verification.expected import EXPECTED, named
from hil.verification.world import Fault
from safety.causes import BY_NAME
from safety.decision import ACTIVE, CHECK_ASKED, GIVING_BACK, MOVE, READY, RETURNING, TEST, WAITING

if TYPE_CHECKING:
    from hil.verification.oracle import Tick


class Shadow(NamedTuple):
    """Times in ms, saturating at CAP_MS; one group of fields for each function that counts."""

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


_Return = tuple[bool, bool, bool, int, int]
_People = tuple[int, int, int]
_Sunk = tuple[int | None, int, bool]
_Ride = tuple[int, int, int, int, int, int]
_Clocks = tuple[int, int, int, bool, int, int, int, int, int, int, int]
_NO_RIDE: Final[_Ride] = (0, 0, 0, 0, 0, 0)
FRESH: Final = Shadow()
_LIE_CDEG: Final = 300


def _longer(ms: int, so: bool, most_ms: int = CAP_MS) -> int:
    return min(ms + TICK_MS, most_ms) if so else 0


def _capped(ms: int, limit_ms: int) -> int:
    """A clock that nobody limits need not be counted."""
    return 0 if limit_ms >= 10**6 else ms


def followed(was: Shadow, tick: Tick, catalogue: tuple[Fault, ...]) -> Shadow:
    """One tick on."""
    told, sunk = _told(was, tick, catalogue), _sunk(was, tick, catalogue)
    return Shadow._make((*_return(was, tick), *_people(was, tick), *sunk, told, *_clocks(was, tick)))


def _people(was: Shadow, tick: Tick) -> _People:
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
    return held_ms, _longer(was.chain_ms, chain), min(was.sinks + 1, 5) if downwards else 0


def _return(was: Shadow, tick: Tick) -> _Return:
    """Who must show, and which pauses are owed."""
    decision, cdeg = tick.decision, tick.was.cdeg
    hurries, calls = _asked(decision.causes)
    parked = cdeg <= PARK_CDEG + LIMITS.at_park_cdeg
    hurry = (was.hurry or hurries) and not parked
    riding = tick.before.mode in (ACTIVE, RETURNING, WAITING)
    above = riding and cdeg > LIMITS.rest_cdeg + LIMITS.there_cdeg
    person = was.person or (above and calls)
    standing = decision.command != MOVE or decision.rate_cdps == 0
    rest_ms = LIMITS.pause_rest_ms if above else was.rest_ms
    mid_ms = LIMITS.pause_mid_ms if above else was.mid_ms
    if standing and abs(cdeg - LIMITS.rest_cdeg) <= LIMITS.there_cdeg:
        rest_ms = max(rest_ms - TICK_MS, 0)
    if standing and abs(cdeg - LIMITS.mid_cdeg) <= LIMITS.there_cdeg:
        mid_ms = max(mid_ms - TICK_MS, 0)
    person, pressed = _shown(was, tick, person)
    return (False, False, False, 0, 0) if parked else (hurry, person, pressed, rest_ms, mid_ms)


@cache
def _asked(causes: int) -> tuple[bool, bool]:
    """Whether one of these causes asks for an emergency return, and one for somebody at rest."""
    rows = [EXPECTED[number] for number in named(causes)]
    return any(row.hurry for row in rows), any(row.person for row in rows)


def _shown(was: Shadow, tick: Tick, person: bool) -> tuple[bool, bool]:
    """Whether somebody must still show: RETURN released at rest, or the pendant pressed and released."""
    buttons, at_rest = tick.state.buttons, abs(tick.was.cdeg - LIMITS.rest_cdeg) <= LIMITS.there_cdeg
    pressed = at_rest and (was.pressed or buttons.pendant_press)
    shows = buttons.home_release or (pressed and buttons.pendant_release)
    # With RETURN in the hand somebody is there already.
    here = (at_rest and shows) or buttons.home
    return person and not here, pressed and not here


def _sunk(was: Shadow, tick: Tick, catalogue: tuple[Fault, ...]) -> _Sunk:
    """How far the table came down again in a return that the drive obeyed."""
    faults = tick.was.faults
    now = bool(faults) and (any(catalogue[fault.number].spoils for fault in faults) or _misled(tick))
    spoilt = now or (was.spoilt and tick.was.cdeg > PARK_CDEG + LIMITS.at_park_cdeg)
    if tick.state.mode not in (RETURNING, WAITING) or spoilt or tick.decision.command != MOVE:
        return None, 0, spoilt
    low = tick.world.cdeg if was.low_cdeg is None else min(was.low_cdeg, tick.world.cdeg)
    return low, tick.world.cdeg - low, spoilt


def _misled(tick: Tick) -> bool:
    """Two faults at once may make one lying source the only one: then places are those that it says."""
    told = tick.decision.trusted_cdeg
    return len(tick.was.faults) > 1 and told is not None and abs(told - tick.was.cdeg) > _LIE_CDEG


def _clocks(was: Shadow, tick: Tick) -> _Clocks:
    before, terms = tick.before, tick.state.terms or TERMS
    active, cdeg = before.mode == ACTIVE, tick.was.cdeg
    inverted = (cdeg > LIMITS.upright_again_cdeg) if was.inverted else (cdeg > LIMITS.inverted_cdeg)
    anew = not active and before.mode != tick.state.mode and not before.terms
    kept = FRESH if anew else was
    hold, asked, unasked, gap, refused, idle = _of_a_ride(was, tick, inverted) if active else _NO_RIDE
    return (
        _capped(min(kept.used_ms + TICK_MS * inverted, CAP_MS), terms.allowance_ms),
        _capped(_longer(kept.bout_ms, inverted), terms.bout_max_ms),
        min(kept.bouts + (inverted and not was.inverted), 3),
        inverted,
        _capped(hold, terms.hold_max_ms),
        _capped(min(kept.wall_ms + TICK_MS * active, 20 * CAP_MS), terms.wall_max_ms),
        asked,
        unasked,
        gap,
        refused,
        idle,
    )


def _of_a_ride(was: Shadow, tick: Tick, inverted: bool) -> _Ride:
    """What is counted in ACTIVE only: held, asked, not asked, silence, refusals, nothing permitted."""
    before, decision = tick.before, tick.decision
    proposed = tick.seen.proposal is not None
    still = inverted and not (before.motion.command == MOVE and before.motion.rate_cdps)
    asked = decision.check_in >= CHECK_ASKED
    led = proposed and not decision.refusal and decision.command == MOVE
    every_ms = (tick.state.terms or TERMS).check_in_every_ms
    return (
        was.hold_ms if asked and still else _longer(was.hold_ms, still),
        _longer(was.asked_ms, asked, 2 * CAP_MS),
        _longer(was.unasked_ms, inverted and not asked and every_ms < CAP_MS),
        _longer(was.gap_ms, before.stream.rate_cdps != 0 and not proposed),
        _longer(was.refused_ms, proposed and bool(decision.refusal)),
        _longer(was.idle_ms, not inverted and not led),
    )


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
