"""Something is in the way (design 5): going down the table backs off, coming up it gives back and waits.

Giving back is the only head-down motion without the pendant: at most 2 deg, never past where the return
began, only while both sources and both ankle contacts are there. Then a person has a minute; one attempt at
creep follows, no more.
"""

from __future__ import annotations

from safety.angles import BOTH
from safety.decision import BACKING_OFF, GIVING_BACK, HOLD, MOVE, PINCHED, STOPPING, WAITING
from safety.facts import Facts
from safety.home_state import NO_PINCH, PINCH_DOWN, PINCH_UP, Act, Home, drive_offset, entered, stands
from safety.home_trouble import manual
from safety.limits import Limits
from safety.observation import DRIVE_ARMED, Observation
from safety.profile import Ramp, anchored, next_ramp
from safety.rules import BACK, CREEP, CUT_OFF, ESTOP, GIVE, STAGED

Outcome = tuple[Home, Act]


def pinched(home: Home, reaction: int, limits: Limits) -> Home:
    """Found in this tick: stop. What follows is remembered; by hand the button must be let go first."""
    if home.bits & (CUT_OFF | ESTOP):
        return entered(home._replace(hand=False), home.stage)
    bits = (home.bits | STAGED) & ~(BACK | GIVE)
    if reaction & BACK:
        return entered(home._replace(bits=bits, hand=False, pinch=PINCH_DOWN), STOPPING)
    again = home.pinches > 0
    home = home._replace(
        bits=bits,
        hand=False,
        pinch=NO_PINCH if again else PINCH_UP,
        pinches=min(home.pinches + 1, 2),
        stalls=limits.stalls_max + 1 if again else home.stalls,
    )
    return entered(home, STOPPING)


def after_stop(home: Home, facts: Facts, observation: Observation, limits: Limits) -> Outcome:
    """The table stands after a pinch: where to go from here."""
    cdeg = facts.cdeg
    kind, home = home.pinch, home._replace(pinch=NO_PINCH)
    if cdeg is None:
        return entered(home, PINCHED, limits.pinch_wait_ms), Act(HOLD, stage=PINCHED)
    offset = drive_offset(cdeg, facts, observation, limits)
    if kind == PINCH_DOWN:
        goal = max(cdeg - limits.back_off_cdeg, limits.park_cdeg)
        home = entered(home, BACKING_OFF)._replace(goal_cdeg=goal, ramp=anchored(cdeg, offset))
        return home, Act(HOLD, stage=BACKING_OFF)
    goal = cdeg if home.began_cdeg is None else min(cdeg + limits.give_back_cdeg, home.began_cdeg)
    home = entered(home, GIVING_BACK)._replace(goal_cdeg=goal, ramp=anchored(cdeg, offset))
    return home, Act(HOLD, stage=GIVING_BACK)


def backing_off(home: Home, facts: Facts, observation: Observation, limits: Limits, dt_ms: int) -> Outcome:
    """Some degrees towards park; then stand, so that whoever was caught can get away."""
    ramp = next_ramp(
        home.ramp, home.goal_cdeg, limits.creep_cdps, limits.return_cdps2, limits.emergency_cdps2, dt_ms
    )
    arrived = ramp.rate_cdps == 0 and home.age_ms > dt_ms
    if arrived or facts.cdeg is None or observation.drive_state != DRIVE_ARMED:
        return entered(home, STOPPING, limits.stall_pause_ms), Act(sounder=True)
    return home._replace(ramp=ramp), _follow(ramp, BACKING_OFF)


def giving_back(home: Home, facts: Facts, observation: Observation, limits: Limits, dt_ms: int) -> Outcome:
    """A little head-down, so that what is caught is let go."""
    pos, rate, offset = home.ramp
    effort = observation.effort_permille
    relaxed = effort is not None and abs(effort) <= limits.relaxed_permille
    may = _may_give(facts, observation, limits) and home.age_ms <= limits.give_back_ms
    rate = min(rate + max(limits.return_cdps2 * dt_ms // 1000, 1), limits.give_back_cdps)
    pos += rate * dt_ms
    if relaxed or not may or pos > home.goal_cdeg * 1000:
        return entered(home, PINCHED, limits.pinch_wait_ms), Act(stage=PINCHED, mode=WAITING)
    ramp = Ramp(pos, rate, offset)
    return home._replace(ramp=ramp), _follow(ramp, GIVING_BACK)


def _may_give(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """All that the way down needs but the pendant: unknown, late and open end it as pressed does (HZ-42)."""
    now = facts.buttons.now
    return (
        facts.angles.source == BOTH
        and observation.drive_state == DRIVE_ARMED
        and observation.drive_age_ms <= limits.stale_ms
        and observation.late_ms <= limits.late_ms
        and not facts.woken
        and facts.buttons.fresh
        and not facts.buttons.home
        and now.ankle_a is True
        and now.ankle_b is True
        and now.estop_ok is True
        and now.stop is False
        and now.over_angle is not True
    )


def waiting(home: Home, facts: Facts, observation: Observation, limits: Limits, dt_ms: int) -> Outcome:
    """A minute for a person, who may lead the table by hand; then the sounder, and one attempt at creep."""
    if facts.buttons.home and home.hand:
        led, act = manual(home, facts, observation, limits, dt_ms)
        return (led if act.done else led._replace(stage=PINCHED)), act
    left_ms = max(home.left_ms - dt_ms, 0)
    if left_ms == 0 and not stands(facts.buttons, limits):
        return entered(home._replace(bits=home.bits | CREEP), STOPPING, limits.warning_ms), Act(sounder=True)
    home = home._replace(left_ms=left_ms, ramp=Ramp(home.ramp.pos, 0, home.ramp.offset_cdeg))
    return home, Act(HOLD, stage=PINCHED, mode=WAITING)


def strained(home: Home, observation: Observation, limits: Limits, dt_ms: int) -> Home:
    """The attempt after a pinch may push with half of what the drive has: how long it pushed harder."""
    effort = observation.effort_permille
    more = home.pinches and effort is not None and -effort > limits.retry_permille
    strain_ms = min(home.strain_ms + dt_ms, limits.retry_ms) if more else 0
    return home if strain_ms == home.strain_ms else home._replace(strain_ms=strain_ms)


def _follow(ramp: Ramp, stage: int) -> Act:
    offset_cdeg = ramp.offset_cdeg
    return Act(MOVE, ramp.pos // 1000 + offset_cdeg, ramp.rate_cdps, stage=stage, offset_cdeg=offset_cdeg)
