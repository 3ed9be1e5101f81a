"""Rules about the table, the drive, the sensors and the guard's own time."""

from __future__ import annotations

from safety.angles import BOTH, NEITHER, ONLY_A
from safety.beats import is_deaf, is_quiet
from safety.decision import CREEPING_OUT, LEAVE
from safety.facts import Facts
from safety.limits import Limits
from safety.observation import (
    DRIVE_ARMED,
    DRIVE_FAULT,
    DRIVE_OFFLINE,
    DRIVE_OWN_RETURN,
    Observation,
)


def over_angle(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-01: past the cap by the trusted angle, by the other source, or by the switch."""
    cdeg, other = facts.cdeg, observation.b_cdeg
    if cdeg is not None and cdeg > facts.cap_cdeg + limits.over_angle_cdeg:
        return True
    both = facts.angles.source == BOTH
    if both and other is not None and other > facts.cap_cdeg + limits.over_angle_other_cdeg:
        return True
    return facts.buttons.now.over_angle is True


def over_angle_predicted(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-02: angle + reaction time x rate + rate^2 / 2d would end past the cap."""
    cdeg, cdps = facts.cdeg, facts.cdps
    if cdeg is None or cdps is None or cdps <= 0:
        return False
    ends = cdeg + cdps * limits.reaction_ms // 1000 + cdps * cdps // (2 * limits.stop_cdps2)
    return ends > facts.cap_cdeg + limits.over_angle_cdeg


def over_speed(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-03: faster than planned + 10 % for 100 ms, or than the hard limit at all."""
    if facts.over_speed_ms >= limits.over_speed_ms:
        return True
    return facts.cdps is not None and abs(facts.cdps) * 10 > limits.hard_cdps * 11


def wrong_direction(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-05: moved 1 deg against the command."""
    return facts.motion.heading != 0 and facts.motion.back_cdeg >= limits.against_cdeg


def runaway(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-04: moves though told to stand: more than 2 deg, or 1 deg/s after a stop should have ended, or after
    150 ms as fast as ever; or, whenever, for 300 ms faster than a return may be."""
    motion = facts.motion
    if motion.heading != 0 or (motion.a_ref is None and motion.b_ref is None):
        return False
    # A rate is believed where the drive's own scale says it and every source has seen way made: a frozen
    # register repeats its rate, and an inclinometer shows a motion when it is already over.
    moves = facts.angles.source in (ONLY_A, BOTH) and motion.back_cdeg >= limits.disobey_cdeg
    cdps = abs(facts.cdps or 0)
    if motion.heading_ms < motion.due_ms:
        began_cdps = (motion.due_ms - limits.disobey_ms) * limits.stop_cdps2 // 1000
        unheeded = began_cdps > limits.disobey_cdps and cdps * 5 >= began_cdps * 4
        # By the reading's own time, and where the drive tells its rate: a slope is late by its own length.
        looked_ms = motion.heading_ms - observation.a_age_ms
        return moves and unheeded and observation.a_cdps is not None and looked_ms >= limits.obey_ms
    if motion.back_cdeg > limits.runaway_cdeg:
        return True
    strayed_cdeg = abs((facts.cdeg or 0) - motion.strays_cdeg)
    late = motion.strays_ms >= limits.disobey_ms and strayed_cdeg >= limits.disobey_cdeg
    return moves and (late or (motion.heading_ms < 2 * motion.due_ms and cdps > limits.disobey_cdps))


def no_motion(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-24: the drive gives nearly all it has for 300 ms and nothing moves, as against a closed brake."""
    return facts.motion.resist.strain_ms >= limits.strain_ms


def pinched_down(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-26: something is in the way going down: the table stays behind what is led."""
    return facts.motion.resist.lags and facts.motion.heading > 0


def pinched_up(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-26, HZ-27: the same coming up."""
    return facts.motion.resist.lags and facts.motion.heading < 0


def source_frozen(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-07, HZ-08, HZ-11: one source stands still while the other moves, or both have disagreed too long."""
    angles = facts.angles
    return angles.a_bad or angles.b_bad or angles.doubt


def angle_stale(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-16: one source is silent, or answers without an angle."""
    if is_deaf(facts.trial.beats, limits):
        return False
    absent = observation[2] is None or observation[5] is None
    return absent or observation[4] > limits.stale_ms or observation[7] > limits.stale_ms


def one_source(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-10: head-down motion needs both sources in this very tick."""
    return facts.angles.source != BOTH


def no_angle(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-12: nothing to go by."""
    blind = facts.angles.source == NEITHER and facts.angles.none_ms >= limits.blind_ms
    return blind and not is_deaf(facts.trial.beats, limits)


def inputs_stale(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-28: buttons and contacts are silent."""
    return observation.inputs_age_ms > limits.stale_ms and not is_deaf(facts.trial.beats, limits)


def drive_lost(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-15, HZ-16: the drive is silent or gone."""
    lost = observation.drive_age_ms > limits.stale_ms or observation.drive_state == DRIVE_OFFLINE
    return lost and not is_deaf(facts.trial.beats, limits)


def drive_unready(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-22: a drive that is not armed is not moved."""
    return observation.drive_state != DRIVE_ARMED


def drive_fault(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-21: the drive reports a fault; not while it is armed anew for the one attempt to creep out, or after
    its watchdog has acted because it was tried."""
    excused = facts.stage == CREEPING_OUT or is_quiet(facts.trial.beats)
    return observation.drive_state == DRIVE_FAULT and not excused


def brake_slips(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-23: in the test of the day the empty table sank without torque."""
    return facts.trial.brake.slips


def torque_stays(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-04: in the test of the day the drive did not let go."""
    return facts.trial.brake.torque_stays


def watchdog_dead(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-15, HZ-37: in the test of the day the drive did not notice that nobody fed it."""
    return facts.trial.beats.dead


def trying_watchdog(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-15: while the drive is kept without beats nothing is led."""
    return is_quiet(facts.trial.beats)


def too_hot(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-50: the drive or its motor is at 80 % of the temperature at which it gives up, or hides it."""
    heat = observation.heat_permille
    return heat is not None and heat >= limits.heat_permille


def drive_returned(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-31: the drive brings the rider home by itself; not because its watchdog is tried."""
    expected = facts.motion.command == LEAVE or is_quiet(facts.trial.beats)
    return observation.drive_state == DRIVE_OWN_RETURN and not expected


def return_stalled(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-27: less than half of the planned travel."""
    return facts.stalled


def overrun(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-32: the guard was late, or slept."""
    return observation.late_ms > limits.late_ms or facts.woken


def supply_low(facts: Facts, observation: Observation, limits: Limits) -> bool:
    """HZ-29: the supply is not good for a full return."""
    return facts.buttons.now.supply_ok is False
