"""One tick of judgement: `step(state, observation, limits) -> (state, decision)`.

Pure, total, deterministic, whole numbers only. Look, judge by the table of rules, change mode by the mode
table, then let the gate permit a proposal or the return take its next step.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from safety.beats import COMING_BACK, WITHHELD, is_quiet
from safety.brake import TORQUE_BACK, TORQUE_OFF
from safety.causes import BY_NAME
from safety.check_in import left_ms
from safety.decision import (
    ACTIVE,
    CHECK_ASKED,
    CHECK_LOUD,
    CUT,
    HOLD,
    INHIBITED,
    LATCHED,
    LEAVE,
    MOVE,
    NO_STAGE,
    PAUSE_MID,
    PAUSE_REST,
    READY,
    RETURNING,
    TEST,
    TRYING_BEATS,
    TRYING_BRAKE,
    WAITING,
    Decision,
)
from safety.facts import Facts, near_park
from safety.home_state import NOT_HOMING, Act, Home, by_hand, standing
from safety.home_trouble import manual
from safety.homecoming import advance, begun, joined
from safety.limits import TICK_MS, Limits, bounded
from safety.look import look
from safety.modes import (
    AFTER,
    BEFORE,
    SERVICE_CAUSES,
    STOPPED,
    Turn,
    heavier,
    next_mode,
    not_home,
    stopped,
    why_dropped,
)
from safety.motion import told
from safety.observation import AGE_MAX_MS, Observation, Terms
from safety.permit import Passage, gated
from safety.rules import CREEP, CUT_CAUSES, CUT_OFF, ESTOP, STAGED, judge
from safety.session import NONE, Session, pauses
from safety.state import State, boot, woken
from safety.stream import SILENT
from safety.trial import NOT_TRYING
from safety.verdict import Verdict

__all__ = ["State", "boot", "step"]

_GUARD_LOST: Final = BY_NAME["guard_lost"].number
_ESTOP: Final = BY_NAME["estop"].number
_HOMING: Final = (RETURNING, WAITING)
_PROPOSED: Final = (READY, ACTIVE, TEST)
_BRAKE: Final = (TORQUE_OFF, TORQUE_BACK)
_STANDING: Final = Passage(SILENT, HOLD, 0, 0, 0, False, False)


class Judged(NamedTuple):
    """The tick after judgement and the first mode table, before anything acts."""

    mode: int
    terms: Terms | None
    session: Session
    home: Home
    first_cause: int
    latched: int
    verdict: Verdict
    present: int
    reaction: int


def step(state: State, observation: Observation, limits: Limits) -> tuple[State, Decision]:
    """One tick."""
    dt_ms = min(max(observation.dt_ms, 0), AGE_MAX_MS)
    gap = dt_ms > limits.late_ms
    if gap:
        state = woken(state)
    facts = look(state, observation, limits, dt_ms, gap)
    judged = _judged(state, facts, observation, limits)
    return _acted(state, facts, judged, observation, limits, TICK_MS if gap else dt_ms)


def _judged(state: State, facts: Facts, observation: Observation, limits: Limits) -> Judged:
    verdict, present, reaction, first, latch = judge(facts, observation, limits)
    latched = heavier(state.latched_cause, latch)
    turn = Turn(state, facts, observation, limits, reaction, latched, present, None, False)
    mode = next_mode(BEFORE, state.mode, turn)
    home, terms, session, cause = state.home, state.terms, facts.session, state.first_cause or first
    if mode in _HOMING and state.mode not in _HOMING:
        waking = state.waking and state.mode == INHIBITED
        home, session, woke = _homewards(state, facts, reaction, latched, limits, waking)
        # What ended the session before is no cause of what begins out of rest.
        kept = 0 if state.mode == INHIBITED and not waking else state.first_cause
        cause = kept or woke or first or cause
    elif mode in _HOMING and reaction:
        home = joined(home, reaction, facts, limits)
    elif mode != state.mode:
        home = NOT_HOMING
        if mode == READY and observation.begin is not None:
            terms, session, cause = bounded(observation.begin, limits), NONE, 0
        elif mode == TEST:
            terms, session, cause = None, NONE, 0
        elif mode == INHIBITED:
            terms = None
            if state.mode == READY:
                why = why_dropped(turn)
                cause = BY_NAME[why].number if why else 0
            elif state.mode == TEST and stopped(turn):
                cause = first or STOPPED
            latched = 0 if state.mode == LATCHED else latched
    return Judged(mode, terms, session, home, cause, latched, verdict, present, reaction)


def _homewards(
    state: State, facts: Facts, reaction: int, latched: int, limits: Limits, waking: bool
) -> tuple[Home, Session, int]:
    """A return begins; after a restart it is announced, and the pauses still to come are owed anew."""
    hand = state.mode != INHIBITED or state.home.hand or not facts.buttons.home
    if not waking or not state.resumes or not not_home(facts, limits):
        return begun(reaction or STAGED, False, facts, limits, hand), facts.session, 0
    reaction |= STAGED | (CREEP if latched else 0) | (ESTOP if latched == _ESTOP else 0)
    place = facts.cdeg
    rest_ms, mid_ms = pauses(0, limits.cap_cdeg if place is None else place, limits)
    if place is not None and place < limits.rest_cdeg - limits.there_cdeg:
        rest_ms = 0  # it lies behind, for a hand that leads, too
    session = facts.session._replace(rest_owed_ms=rest_ms, mid_owed_ms=mid_ms)
    home = begun(reaction, True, facts, limits, hand)
    if latched in CUT_CAUSES:
        home = home._replace(cuts=1, hand=False)  # nobody knows whether the one attempt was made: it was
    return home, session, _GUARD_LOST


def _acted(
    state: State, facts: Facts, judged: Judged, observation: Observation, limits: Limits, dt_ms: int
) -> tuple[State, Decision]:
    mode, home, trial = judged.mode, judged.home, facts.trial
    known = facts.mode, facts.terms, facts.session, facts.stage
    if (mode, judged.terms, judged.session, home.stage) != known:
        facts = facts._replace(mode=mode, terms=judged.terms, session=judged.session, stage=home.stage)
    # A test that fails takes the one before with it; a day later it is due again, out of a session.
    tested = state.tested and not (mode == INHIBITED and observation.test_due)
    tested = trial.passed if mode == TEST else tested
    if mode == TEST and trial.brake.phase in _BRAKE:
        # The guard's own part of the tests: nobody's proposal is asked for.
        passage = _STANDING
        act = Act(CUT if trial.brake.phase == TORQUE_OFF else HOLD, mode=mode, stage=TRYING_BRAKE)
    elif mode == TEST and is_quiet(trial.beats):
        passage = _STANDING
        act = Act(HOLD if trial.beats.phase == COMING_BACK else LEAVE, mode=mode, stage=TRYING_BEATS)
    elif mode in _PROPOSED:
        before = state.stream if state.mode in _PROPOSED else SILENT
        passage = gated(before, facts, observation, limits, judged.verdict, tested, judged.latched, dt_ms)
        act = Act(passage.command, passage.angle_cdeg, passage.rate_cdps, mode=mode, stage=NO_STAGE)
    else:
        passage = _STANDING
        if mode in _HOMING:
            home, act = advance(home, facts, observation, limits, dt_ms)
        else:
            home, act = _idle(state, home, facts, judged, observation, limits, dt_ms)
    _, _, _, _, _, latched, _, present, reaction = judged
    turn = Turn(state, facts, observation, limits, reaction, latched, present, act, passage.moved_down)
    after = next_mode(AFTER, mode, turn)
    return _settled(state, facts, judged, limits, dt_ms, (after, home, tested, act, passage))


def _idle(
    state: State,
    home: Home,
    facts: Facts,
    judged: Judged,
    observation: Observation,
    limits: Limits,
    dt_ms: int,
) -> tuple[Home, Act]:
    """INHIBITED and LATCHED: stand; away from park, hold-to-run RETURN comes home."""
    waits = state.waking and state.resumes and state.wake_ms < limits.wake_ms
    # Beside park, as a test of the day that was broken off leaves it: the button brings it there.
    beside = facts.cdeg is not None and not near_park(facts, limits)
    away = not facts.at_park or (facts.buttons.home and (beside or home.stage != NO_STAGE))
    home = home._replace(hand=by_hand(home.hand, facts.buttons, limits))
    if judged.reaction & CUT_OFF:
        return NOT_HOMING._replace(hand_cdeg=home.hand_cdeg), Act(CUT, stage=NO_STAGE)
    latched, chain = judged.latched, facts.buttons.now.estop_ok
    chain_open = chain is False or (latched == _ESTOP and chain is None)
    if away and not waits:
        if (latched in CUT_CAUSES or chain_open) and not (facts.buttons.home and home.hand):
            # No torque for such a drive, nor under an e-stop, but while it is led by hand.
            return home._replace(ramp=standing(home)), Act(CUT, stage=NO_STAGE)
        home, act = manual(home, facts, observation, limits, dt_ms)
        return (_rested(home) if act.done else home), act._replace(mode=facts.mode)
    untrusted = latched in SERVICE_CAUSES and latched in CUT_CAUSES
    return _rested(home), Act(CUT if chain_open or untrusted else HOLD, stage=NO_STAGE)


def _rested(home: Home) -> Home:
    """No return, but whether hold-to-run was let go since the last CUT is kept."""
    return NOT_HOMING._replace(hand=home.hand)


def _settled(
    state: State,
    facts: Facts,
    judged: Judged,
    limits: Limits,
    dt_ms: int,
    done: tuple[int, Home, bool, Act, Passage],
) -> tuple[State, Decision]:
    """Put the new state and the decision together."""
    mode, home, tested, act, passage = done
    cause = 0 if act.resumed else judged.first_cause
    over = mode in (INHIBITED, LATCHED) and not (state.waking and facts.cdeg is None)
    terms = None if over else judged.terms
    if act.done and mode in (INHIBITED, LATCHED):
        home = NOT_HOMING
    place = act.angle_cdeg - act.offset_cdeg  # a drive's own scale that drifts is no way made
    motion = told(facts.motion, act.command, place, act.rate_cdps, facts.cdps or 0, limits)
    waking = state.waking and mode == INHIBITED and facts.cdeg is None and not facts.at_park
    new = State(
        mode,
        terms,
        tested,
        cause,
        judged.latched,
        facts.angles,
        facts.buttons,
        motion,
        facts.session,
        facts.check,
        passage.stream,
        home,
        facts.trial if mode == TEST else NOT_TRYING,
        facts.over_speed_ms,
        waking,
        min(state.wake_ms + dt_ms, AGE_MAX_MS) if waking else 0,
        state.resumes and waking,
        facts.proof,
    )
    return new, _decision(new, facts, judged, limits, act, passage)


def _decision(
    new: State, facts: Facts, judged: Judged, limits: Limits, act: Act, passage: Passage
) -> Decision:
    verdict, check, session, terms = judged.verdict, facts.check, facts.session, judged.terms
    every_ms = terms.check_in_every_ms if terms is not None else 0
    moves = act.command == MOVE
    return Decision(
        new.mode,
        act.command,
        act.angle_cdeg if moves else 0,
        act.rate_cdps if moves else 0,
        limits.stop_cdps2,
        act.sounder or check.phase == CHECK_LOUD,
        check.phase in (CHECK_ASKED, CHECK_LOUD),
        act.command != CUT,
        verdict.direction,
        verdict.speed_cap_cdps,
        verdict.power,
        passage.refusal,
        new.first_cause,
        judged.present,
        act.stage,
        _stage_left_ms(act.stage, new.home, session),
        facts.cdeg,
        facts.cdps,
        check.phase,
        left_ms(check, every_ms, limits),
        session.used_ms,
        0 if terms is None else max(terms.allowance_ms - session.used_ms, 0),
        session.bout,
        session.bout_ms,
        new.tested,
        passage.planned_down,
        new.latched_cause,
        not (act.stage == TRYING_BEATS and new.trial.beats.phase == WITHHELD),
    )


def _stage_left_ms(stage: int, home: Home, session: Session) -> int:
    if stage == PAUSE_REST:
        return session.rest_owed_ms
    if stage == PAUSE_MID:
        return session.mid_owed_ms
    return home.left_ms if stage != NO_STAGE else 0
