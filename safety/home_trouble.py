"""The parts of a return that need a person or come after a CUT: e-stop, CUT, and hold-to-run RETURN."""

from __future__ import annotations

from safety.angles import fresh
from safety.decision import (
    CREEPING_OUT,
    CUT,
    HOLD,
    MOVE,
    NO_STAGE,
    PAUSE_REST,
    RETURNING,
    STOP,
    STOPPING,
    TO_PARK,
    TO_REST,
    WAITING,
)
from safety.facts import Facts, near_park
from safety.home_state import Act, Home, drive_offset, entered, standing
from safety.limits import Limits
from safety.motion import stuck
from safety.observation import AGE_MAX_MS, DRIVE_ARMED, Observation
from safety.profile import anchored, next_ramp
from safety.rules import CREEP, CUT_OFF, ESTOP, STAGED

_FAR_CDEG = -9_000  # without an angle the generator has no end; the park switch has


def _standing(facts: Facts, limits: Limits) -> bool:
    return facts.cdps is None or abs(facts.cdps) <= limits.still_cdps


def estop(home: Home, facts: Facts, observation: Observation, limits: Limits, dt_ms: int) -> tuple[Home, Act]:
    """SS1-t: ramp, then no torque. RETURN held bridges it; chain closed and RETURN pressed goes home."""
    buttons = facts.buttons
    if buttons.now.estop_ok is True and buttons.home_press:
        return entered(home._replace(bits=home.bits & ~ESTOP | STAGED), STOPPING), Act()
    if _parked(facts, limits):
        return entered(home, NO_STAGE), Act(CUT, stage=NO_STAGE, done=True)
    if buttons.home and home.hand and not _sinks(home, facts, limits):
        return manual(home._replace(age_ms=0), facts, observation, limits, dt_ms)
    home = home._replace(ramp=standing(home))
    # A drive that is not to be trusted is given no ramp, nor one that has been let go.
    cut = bool(home.bits & CUT_OFF) or home.age_ms >= limits.ss1_ms or facts.motion.command == CUT
    cut = cut or (home.age_ms > dt_ms and _standing(facts, limits))
    return home, Act(CUT if cut else STOP, mode=WAITING, stage=STOPPING)


def _parked(facts: Facts, limits: Limits) -> bool:
    return near_park(facts, limits) and _standing(facts, limits)


def cut_off(
    home: Home, facts: Facts, observation: Observation, limits: Limits, dt_ms: int
) -> tuple[Home, Act]:
    """No torque. After 5 s of standstill one creep attempt, once per latch; afterwards hold-to-run only."""
    home = _settling(home, facts, limits, dt_ms)
    still_ms = home.still_ms
    if _at_the_end(facts, limits) and still_ms >= limits.cut_still_ms:
        return entered(home, NO_STAGE), Act(CUT, stage=NO_STAGE, done=True)
    if home.cuts == 0 and still_ms >= limits.cut_still_ms:
        out = home._replace(cuts=1, bits=home.bits & ~CUT_OFF | CREEP)
        return entered(out, CREEPING_OUT, limits.warning_ms), Act(stage=CREEPING_OUT, sounder=True)
    may_lead = still_ms >= limits.cut_still_ms or home.ramp.rate_cdps != 0
    if home.cuts and may_lead and facts.buttons.home and home.hand and not _sinks(home, facts, limits):
        home, act = manual(home, facts, observation, limits, dt_ms)
        # In a pause nothing is led, and such a drive gets no torque for that.
        pauses = act.stage == PAUSE_REST and facts.session.rest_owed_ms > 0
        return home, act._replace(command=CUT) if pauses else act
    return home._replace(ramp=standing(home)), Act(CUT, mode=WAITING, stage=STOPPING, sounder=True)


def _sinks(home: Home, facts: Facts, limits: Limits) -> bool:
    """A drive that goes down a little at each try by hand is not tried for ever: the crank is left."""
    if home.hand_cdeg is None or facts.cdeg is None:
        return False
    return facts.cdeg > home.hand_cdeg + limits.runaway_cdeg


def _furthest(home: Home, facts: Facts) -> int | None:
    if home.hand_cdeg is None or facts.cdeg is None:
        return facts.cdeg if home.hand_cdeg is None else home.hand_cdeg
    return min(home.hand_cdeg, facts.cdeg)


def _settling(home: Home, facts: Facts, limits: Limits, dt_ms: int) -> Home:
    """How long the table has stood: by the way it made, for a rate of a noisy source never rests."""
    cdeg = facts.cdeg
    still_ms = min(home.still_ms + dt_ms, AGE_MAX_MS)
    if cdeg is None:
        return home._replace(still_ms=still_ms)
    most_cdeg = limits.still_cdps * limits.cut_still_ms // 1000
    if home.still_ms and abs(cdeg - home.seen_from) <= most_cdeg:
        return home._replace(still_ms=still_ms)
    return home._replace(still_ms=dt_ms, seen_from=cdeg)


def _at_the_end(facts: Facts, limits: Limits) -> bool:
    return near_park(facts, limits) or (facts.cdeg is None and facts.buttons.now.at_park is True)


def manual(
    home: Home, facts: Facts, observation: Observation, limits: Limits, dt_ms: int
) -> tuple[Home, Act]:
    """Hold-to-run: towards park at <= 2 deg/s while RETURN is held; pauses at rest once; ends at park.

    Half as fast between two angles in doubt. In a return the sounder calls somebody to that button.
    """
    if _parked(facts, limits) or (facts.cdeg is None and facts.buttons.now.at_park is True):
        return entered(home, NO_STAGE), Act(HOLD, stage=NO_STAGE, done=True)
    below_rest = _below_rest(facts, limits)
    led = facts.buttons.home and home.hand and not _sinks(home, facts, limits)
    if not led or observation.drive_state != DRIVE_ARMED:
        pauses = home.stage == PAUSE_REST and facts.session.rest_owed_ms > 0
        calls = facts.mode in (RETURNING, WAITING) and not facts.buttons.home and not pauses
        return _stood(home, PAUSE_REST if home.stage == PAUSE_REST else STOPPING, calls)
    home = home._replace(hand_cdeg=_furthest(home, facts))
    if below_rest and facts.session.rest_owed_ms:
        return _stood(home, PAUSE_REST)
    if near_park(facts, limits):
        return _stood(home, STOPPING)
    place, offset = _anchor(facts, observation, limits)
    # What it is led by may have gone over to another scale: then it is led on from where it is.
    strayed = place is not None and abs(home.ramp.pos // 1000 - place) >= limits.tracking_cdeg
    if home.ramp.rate_cdps == 0 or strayed:
        last = facts.angles.last_cdeg or 0
        home = home._replace(ramp=anchored(last if place is None else place, offset))
    home = home._replace(ramp=home.ramp._replace(offset_cdeg=offset))
    target = limits.park_cdeg if facts.cdeg is not None else _FAR_CDEG
    speed = limits.upright_cdps if below_rest else limits.creep_cdps
    # Of two angles that nobody can tell apart the drive may follow one that says half of the way.
    speed = speed // 2 if _torn(facts, observation, limits) else speed
    ramp = next_ramp(home.ramp, target, speed, limits.return_cdps2, limits.emergency_cdps2, dt_ms)
    stage = TO_PARK if below_rest else TO_REST
    home = home._replace(ramp=ramp, stage=STOPPING)
    angle_cdeg = ramp.pos // 1000 + offset
    return home, Act(MOVE, angle_cdeg, ramp.rate_cdps, False, WAITING, stage, offset_cdeg=offset)


def _stood(home: Home, stage: int, sounder: bool = False) -> tuple[Home, Act]:
    return home._replace(ramp=standing(home), stage=stage), Act(sounder=sounder, mode=WAITING, stage=stage)


def _below_rest(facts: Facts, limits: Limits) -> bool:
    if facts.cdeg is not None:
        return facts.cdeg <= limits.rest_cdeg
    return facts.buttons.now.past_rest is False


def _torn(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """Whether there are two angles and neither is trusted."""
    both = fresh(*observation[2:5], limits) and fresh(*observation[5:8], limits)
    return facts.cdeg is None and both


def _anchor(facts: Facts, observation: Observation, limits: Limits) -> tuple[int | None, int]:
    """Where the table is, and how much more the drive's own scale says.

    Without a trusted angle its own comes first; one that does not tell it, or tells it as if it stood, goes
    by the other source.
    """
    if facts.cdeg is not None:
        return facts.cdeg, drive_offset(facts.cdeg, facts, observation, limits)
    own, other = observation[2:5], observation[5:8]
    for cdeg, cdps, age_ms in (other, own) if stuck(facts.motion, limits) else (own, other):
        if fresh(cdeg, cdps, age_ms, limits):
            return cdeg, 0
    return None, 0
