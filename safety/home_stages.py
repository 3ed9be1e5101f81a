"""The stages of a return. Each function is one tick of one stage."""

from __future__ import annotations

from safety.angles import BOTH
from safety.decision import (
    AT_REST_WAITING,
    CREEPING_OUT,
    CUT,
    HOLD,
    MOVE,
    NO_STAGE,
    PAUSE_MID,
    PAUSE_REST,
    RETURNING,
    STOP,
    STOPPING,
    TO_MID,
    TO_PARK,
    TO_REST,
    WAITING,
    WARNING,
)
from safety.facts import Facts, near_park
from safety.home_pinch import Outcome, after_stop, pinched, strained
from safety.home_state import Act, Home, drive_offset, entered, stands
from safety.home_trouble import manual
from safety.limits import Limits
from safety.observation import AGE_MAX_MS, DRIVE_ARMED, Observation
from safety.profile import anchored, next_ramp
from safety.rules import CREEP, CUT_OFF, EMERGENCY, GIVE, WAIT


def next_stage(home: Home, facts: Facts, limits: Limits) -> int:
    """Which stage belongs to the place where the table stands; NO_STAGE = home."""
    cdeg, was = facts.cdeg, home.stage
    if cdeg is None:
        return STOPPING
    there = limits.there_cdeg
    at_rest = was in (TO_REST, AT_REST_WAITING, PAUSE_REST) or cdeg >= limits.rest_cdeg - there
    if cdeg > limits.rest_cdeg + there and was not in (AT_REST_WAITING, PAUSE_REST):
        return TO_REST
    if at_rest and home.bits & (EMERGENCY | WAIT) and not home.acknowledged:
        return AT_REST_WAITING
    if at_rest and facts.session.rest_owed_ms:
        return PAUSE_REST
    if cdeg > limits.mid_cdeg + there and was != PAUSE_MID and was != TO_MID:
        return TO_MID
    at_mid = was in (TO_MID, PAUSE_MID) or cdeg >= limits.mid_cdeg - there
    if at_mid and facts.session.mid_owed_ms:
        return PAUSE_MID
    return TO_PARK if cdeg > limits.park_cdeg + there else NO_STAGE


def go_on(home: Home, facts: Facts, observation: Observation, limits: Limits) -> Outcome:
    """Leave this stage for the one that belongs here."""
    stage = next_stage(home, facts, limits)
    after = entered(home, stage)
    if stage == NO_STAGE:
        return after, Act(HOLD, stage=NO_STAGE, done=True)
    if stage in (TO_REST, TO_MID, TO_PARK) and facts.cdeg is not None:
        offset = drive_offset(facts.cdeg, facts, observation, limits)
        after = after._replace(ramp=anchored(facts.cdeg, offset))
    sounder = bool(home.bits & EMERGENCY) and not home.acknowledged
    return after, Act(HOLD, stage=stage, mode=_mode(stage), sounder=sounder)


def _mode(stage: int) -> int:
    return WAITING if stage == AT_REST_WAITING else RETURNING


def stopping(home: Home, facts: Facts, observation: Observation, limits: Limits, dt_ms: int) -> Outcome:
    """Protective stop; then wait until drive and angle allow a return."""
    left_ms = max(home.left_ms - dt_ms, 0)
    home = home._replace(left_ms=left_ms, stalled=False)
    cdps = facts.cdps
    standing = home.age_ms >= limits.stopping_ms or (cdps is not None and abs(cdps) <= limits.still_cdps)
    # In a doubt nobody leads before the brake has had its time to show who lies.
    least_ms = limits.doubt_ms if facts.angles.doubt else limits.stopping_ms
    blind = facts.cdeg is None and facts.angles.none_ms >= limits.blind_ms and home.age_ms >= least_ms
    if blind or home.stalls > limits.stalls_max:
        return manual(home, facts, observation, limits, dt_ms)
    # Nothing is left to be led at park, armed or not: as after the crank.
    able = near_park(facts, limits) or observation.drive_state == DRIVE_ARMED
    if facts.cdeg is None or not standing or left_ms or not able:
        creeping_out, late = home.stage == CREEPING_OUT, home.age_ms >= limits.arming_ms
        armed = observation.drive_state == DRIVE_ARMED
        if creeping_out and (late or (home.was_armed and not armed)):
            # Never armed, or armed and given up again: that was the one attempt. A person, and the crank.
            return _given_up(home), Act(CUT, mode=WAITING, sounder=True)
        home = home._replace(was_armed=creeping_out and armed)
        stage = CREEPING_OUT if creeping_out else STOPPING
        return home, Act(stage=stage, sounder=left_ms > 0 or creeping_out or late)
    if stands(facts.buttons, limits):
        return home, Act(stage=home.stage)
    if home.pinch:
        return after_stop(home, facts, observation, limits)
    return go_on(home, facts, observation, limits)


def _given_up(home: Home) -> Home:
    """No torque again; it must stand, and RETURN be let go, before anybody leads it by hand."""
    return home._replace(bits=home.bits | CUT_OFF, still_ms=0, hand=False)


def warning(home: Home, facts: Facts, observation: Observation, limits: Limits, dt_ms: int) -> Outcome:
    """Sounder before a return nobody asked for; none by itself under a CUT that outlived a restart.

    A drive that comes home by itself all the while leaves this stage for its own.
    """
    left_ms = max(home.left_ms - dt_ms, 0)
    command = CUT if home.cuts else STOP
    if left_ms == 0:
        return entered(home._replace(bits=home.bits | (CUT_OFF if home.cuts else 0)), STOPPING), Act(command)
    return home._replace(left_ms=left_ms), Act(command, stage=WARNING, sounder=True)


def _plan(home: Home, limits: Limits) -> tuple[int, int, int]:
    """Target, speed and acceleration of this stage."""
    if home.stage == TO_REST:
        if home.bits & EMERGENCY and not home.bits & CREEP:
            return limits.rest_cdeg, limits.emergency_cdps, limits.emergency_cdps2
        return limits.rest_cdeg, min(limits.return_cdps, limits.creep_cdps), limits.return_cdps2
    target = limits.mid_cdeg if home.stage == TO_MID else limits.park_cdeg
    return target, limits.upright_cdps, limits.return_cdps2


def moving(home: Home, facts: Facts, observation: Observation, limits: Limits, dt_ms: int) -> Outcome:
    """Follow the trapezoid of this stage."""
    lost = facts.cdeg is None and facts.angles.none_ms >= limits.blind_ms
    if lost or observation.drive_state != DRIVE_ARMED:
        return entered(home, STOPPING), Act()
    target, speed, accel = _plan(home, limits)
    ramp = next_ramp(home.ramp, target, speed, accel, limits.emergency_cdps2, dt_ms)
    if facts.cdeg is not None:
        # A drive whose own angle drifts, or that goes over to another one, is still led by the trusted angle.
        ramp = ramp._replace(offset_cdeg=drive_offset(facts.cdeg, facts, observation, limits))
        if ramp.rate_cdps == 0 and home.ramp.rate_cdps == 0 and home.age_ms > dt_ms:
            return _arriving(home, facts.cdeg, target, facts, observation, limits, dt_ms)
        if home.stage == TO_PARK and facts.angles.source != BOTH and facts.buttons.now.at_park is True:
            return entered(home, NO_STAGE), Act(HOLD, stage=NO_STAGE, done=True)
    home = strained(home, observation, limits, dt_ms)
    if home.strain_ms >= limits.retry_ms:
        return pinched(home, GIVE, limits), Act(sounder=True)
    home = _watched(home._replace(ramp=ramp, left_ms=0), facts, limits, dt_ms)
    if home.stalled:
        return _stalled(home, limits)
    return home, _move(home)


def _move(home: Home) -> Act:
    ramp = home.ramp
    return Act(
        MOVE,
        ramp.pos // 1000 + ramp.offset_cdeg,
        ramp.rate_cdps,
        bool(home.bits & EMERGENCY) and not home.acknowledged,
        RETURNING,
        home.stage,
        offset_cdeg=ramp.offset_cdeg,
    )


def _arriving(
    home: Home, cdeg: int, target: int, facts: Facts, observation: Observation, limits: Limits, dt_ms: int
) -> Outcome:
    """The plan has ended; the table must be there too."""
    if abs(cdeg - target) <= limits.there_cdeg:
        return go_on(home, facts, observation, limits)
    settled_ms = min(home.left_ms + dt_ms, AGE_MAX_MS)
    if settled_ms < limits.settle_ms:
        return home._replace(left_ms=settled_ms), _move(home)
    if cdeg < target:
        return go_on(home, facts, observation, limits)
    return (
        _stalled(home, limits)
        if home.seen_from - cdeg < limits.there_cdeg
        else (entered(home, STOPPING), Act())
    )


def _watched(home: Home, facts: Facts, limits: Limits, dt_ms: int) -> Home:
    """Progress: less than half of the planned travel over a window of 1.5 s (HZ-27)."""
    watch_ms = home.watch_ms + dt_ms
    cdeg = facts.cdeg
    if cdeg is None:
        return home
    plan = home.ramp.pos // 1000
    if watch_ms - dt_ms < limits.progress_after_ms <= watch_ms:
        return home._replace(watch_ms=watch_ms, plan_from=plan, seen_from=cdeg)
    if watch_ms < limits.progress_after_ms + limits.progress_ms:
        return home._replace(watch_ms=watch_ms)
    planned, seen = home.plan_from - plan, home.seen_from - cdeg
    stalled = planned >= limits.progress_least_cdeg and 2 * seen < planned
    return home._replace(watch_ms=limits.progress_after_ms, plan_from=plan, seen_from=cdeg, stalled=stalled)


def _stalled(home: Home, limits: Limits) -> Outcome:
    """Stop, rest a little, then creep again; at most `stalls_max` times, and not after a pinch."""
    stalls = limits.stalls_max + 1 if home.pinches else home.stalls + 1
    after = entered(home._replace(stalls=stalls, bits=home.bits | CREEP), STOPPING, limits.stall_pause_ms)
    return after._replace(stalled=True), Act(sounder=True)


def pausing(home: Home, facts: Facts, observation: Observation, limits: Limits, dt_ms: int) -> Outcome:
    """Stand until the pause owed at this place is over, and STOP let go; the session's clock counts it."""
    session = facts.session
    owed_ms = session.rest_owed_ms if home.stage == PAUSE_REST else session.mid_owed_ms
    wanted = home.bits & (EMERGENCY | WAIT) and not home.acknowledged and home.stage == PAUSE_REST
    cdeg, edge = facts.cdeg, limits.rest_cdeg + 2 * limits.there_cdeg
    if home.stage == PAUSE_REST and cdeg is not None and cdeg > edge:
        return entered(home, STOPPING), Act()  # another angle says that it is not at rest
    if (owed_ms or stands(facts.buttons, limits)) and not wanted:
        return home, Act(HOLD, stage=home.stage)
    return go_on(home, facts, observation, limits)


def waiting(home: Home, facts: Facts, observation: Observation, limits: Limits, dt_ms: int) -> Outcome:
    """At rest until a person shows: RETURN let go here, or the pendant pressed and let go here; not STOP."""
    buttons = facts.buttons
    pressed = home.pressed or buttons.pendant_press
    beside = buttons.home_press and buttons.home_ms > 0  # the other RETURN, where one is stuck
    if buttons.home_release or beside or (pressed and buttons.pendant_release):
        shown = home._replace(acknowledged=True)
        if stands(buttons, limits):
            return entered(shown, PAUSE_REST), Act(HOLD, stage=PAUSE_REST)
        return go_on(shown, facts, observation, limits)
    return home._replace(pressed=pressed), Act(HOLD, sounder=True, mode=WAITING, stage=AT_REST_WAITING)
