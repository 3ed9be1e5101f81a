"""Invariants about motion, judged on the truth of the plant: how far, how fast, which way, how long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from hil.campaign.trace import AT, Ride, Sample, gives_back, leads_down, value
from safety.causes import BY_NAME
from safety.decision import (
    ACTIVE,
    CUT,
    LEAVE,
    MODES,
    MOVE,
    READY,
    RETURNING,
    TEST,
    TO_MID,
    TO_PARK,
    TO_REST,
    WAITING,
)

TICK_MS: Final = 20
SOFT_MARGIN_DEG: Final = 6.0  # I2
RUNNING_DPS, HOMING_DPS, EMERGENCY_DPS, HARD_DPS = 3.3, 2.2, 6.6, 8.8  # I3, each with its 10 %
SPEED_GRACE_MS: Final = 400  # detection and reaction, I6
PLANNED_DPS2: Final = 3.3  # I4: hard 3, in a ride without any fault
WINDOW: Final = 25  # ticks over which an acceleration is measured
STOP_MS: Final = 300  # I6
NOISE_DPS: Final = 0.3
LOST_TRAVEL_DEG: Final = 0.5
GROUP_C: Final = ("runaway", "motor_reversed")  # the drive itself is not trustworthy
LETS_GO: Final = ("motor_dead", "motor_shorted", "belt_broken")  # nothing but the brake holds the table
LETS_GO_TRAVEL_DEG: Final = 1.0  # gear a2, each time the brake opens, until the node sees that nothing holds
GROUP_C_TRAVEL_DEG: Final = 6.0  # I2's margin
# The drive follows its own angle: one that stands, or one that is late, on which its loop swings.
FROZEN: Final = ("encoder_frozen", "inclinometer_frozen", "encoder_late")
FROZEN_TRAVEL_DEG: Final = 2.0  # design 6: found within 2 deg commanded
# Design 6, two angle sources: "disagree at 3.0 deg for 200 ms". Until then nothing can tell that the angle
# which the drive goes by drifts away, by 2 deg/s at most: so much is the table faster and further than led.
APART_CDEG, APART_MS = 300, 200
DRIFT_DPS: Final = 2.0
DRIFT_TRAVEL_DEG: Final = 3.5
HEEDED_TICKS, HEEDS_DPS = 15, 1.0  # 300 ms, and design 6: disobedience is above 1 deg/s
GIVEN_BACK_DEG: Final = 2.0  # design 5
AGAINST_DEG: Final = 2.0  # I18: found at 1 deg, and the stop that follows
STALL_MS: Final = 6_000  # I9: two windows of 1.5 s, the first half second, a stop, the settling
STALL_DEG: Final = 0.5
BRAKE_MS: Final = 300
# A brake that does not open tells nobody so. It is found as anything in the way is: a return's progress is
# looked at after 2 s (design 6). A motor that holds what it held before, beside it, is not driven against it.
STUCK_MS: Final = 2_000
PUSH_A: Final = 2.0
_FAST_CAUSES: Final = ("check_in_missed", "ankles_open", "panic")


def setpoint_within_cap(ride: Ride) -> Iterator[str]:
    """I1: the angle commanded stays within the cap in force."""
    for one in ride.samples:
        if one.report is not None and leads_down(one.report):
            asked, cap = one.report[AT["setpoint_cdeg"]], value(one.report, "cap_cdeg")
            if asked is not None and asked > min(cap, 6_000):
                yield f"at {_at(one)} {asked / 100:.2f} deg commanded; allowed {cap / 100:g} deg"


def angle_within_soft_limit(ride: Ride) -> Iterator[str]:
    """I2: the true angle never passes the session's cap by 6 deg."""
    most = max(ride.samples, key=lambda one: one.angle_deg)
    if most.angle_deg > ride.cap_deg + SOFT_MARGIN_DEG:
        yield f"{most.angle_deg:.2f} deg at {_at(most)}; allowed {ride.cap_deg + SOFT_MARGIN_DEG:g} deg"


def speed_within_limit(ride: Ride) -> Iterator[str]:
    """I3: the true speed stays within the limit of what is going on; longer excess than 400 ms is none."""
    fast, drifts = _emergency_from_ms(ride), _drifts_until_ms(ride)

    def too_fast(one: Sample) -> bool:
        return abs(one.rate_dps) > _speed_limit(one, fast) + (DRIFT_DPS if one.t_ms <= drifts else 0.0)

    for first, last in _stretches(ride.samples, too_fast):
        if last.t_ms - first.t_ms > SPEED_GRACE_MS:
            yield f"{first.rate_dps:.2f} deg/s from {_at(first)} to {_at(last)}; {_what(first)}"
    # A drive that cannot be trusted may do anything until it is found and cut (I6: 300 ms, and the stop); so
    # may a table that its motor lets go of, until the brake has it again (safety notes 2, group C).
    # The same where the load is more than the motor holds at its limit (a heavy rider's knees, gear a2).
    # So may one whose encoder counts the other way (HZ-5): its own loop drives it away.
    may = ride.fault in (*GROUP_C, *LETS_GO, "encoder_reversed")
    for first, last in _stretches(ride.samples, lambda one: abs(one.rate_dps) > HARD_DPS):
        lets_go = may or ride.overloaded_at(first.t_ms, SPEED_GRACE_MS)
        if last.t_ms - first.t_ms >= (SPEED_GRACE_MS if lets_go else 0):
            worst = max(abs(one.rate_dps) for one in ride.samples if first.t_ms <= one.t_ms <= last.t_ms)
            yield f"{worst:.1f} deg/s from {_at(first)}; allowed {HARD_DPS} deg/s at any time"


def _speed_limit(one: Sample, fast_from_ms: float) -> float:
    if one.report is not None and one.report[AT["mode"]] in (READY, ACTIVE, TEST):
        return RUNNING_DPS
    return EMERGENCY_DPS if one.t_ms >= fast_from_ms else HOMING_DPS


def _emergency_from_ms(ride: Ride) -> float:
    """From when an emergency return may be under way: its cause was seen."""
    mask = sum(1 << BY_NAME[name].number for name in _FAST_CAUSES)
    for one in ride.samples:
        if one.report is not None and value(one.report, "causes") & mask:
            return one.t_ms
    return float("inf")


def _drifts_until_ms(ride: Ride) -> float:
    """Until when an encoder that drifts cannot have been found: its sources have not been apart for long."""
    if ride.fault != "encoder_drift" or ride.effect_ms is None:
        return float("-inf")
    apart_ms = 0
    for one in ride.samples:
        a, b = (None, None) if one.report is None else (one.report[AT["a_cdeg"]], one.report[AT["b_cdeg"]])
        apart_ms = apart_ms + TICK_MS if a is not None and b is not None and abs(a - b) >= APART_CDEG else 0
        if apart_ms >= APART_MS and one.t_ms >= ride.effect_ms:
            return one.t_ms
    return ride.samples[-1].t_ms


def smooth_when_nothing_is_wrong(ride: Ride) -> Iterator[str]:
    """I4: without any fault the true acceleration stays below the hard 3 deg/s2."""
    if not ride.faultless:
        return
    samples = ride.samples
    for early, late in zip(samples, samples[WINDOW:], strict=False):
        accel = (late.rate_dps - early.rate_dps) / (WINDOW * TICK_MS / 1_000)
        if abs(accel) > PLANNED_DPS2:
            yield f"{accel:.1f} deg/s2 at {_at(early)}; allowed {PLANNED_DPS2} deg/s2"


def down_ends_in_time(ride: Ride) -> Iterator[str]:
    """I6: 300 ms after the last head-down command the table goes no further down."""
    quiet_ms = 0
    travelled = 0.0
    drifts_ms = _drifts_until_ms(ride) + STOP_MS  # and the stop
    allowed = GROUP_C_TRAVEL_DEG if ride.fault in GROUP_C else LOST_TRAVEL_DEG
    allowed = FROZEN_TRAVEL_DEG if ride.fault in FROZEN else allowed
    allowed = LETS_GO_TRAVEL_DEG if ride.fault in LETS_GO else allowed
    for one in ride.samples:
        led = one.report is not None and (leads_down(one.report) or gives_back(one.report))
        quiet_ms = 0 if led else quiet_ms + TICK_MS
        down = quiet_ms > STOP_MS + TICK_MS and one.rate_dps > NOISE_DPS and not one.pushed
        travelled = travelled + one.rate_dps * TICK_MS / 1_000 if down else 0.0
        if travelled > (DRIFT_TRAVEL_DEG if one.t_ms <= drifts_ms else allowed):
            what = f"{quiet_ms} ms after the last head-down command"
            yield f"went on down for {travelled:.2f} deg, {what}, at {_at(one)}; {_what(one)}"
            return


def never_far_against_its_command(ride: Ride) -> Iterator[str]:
    """I18: motion against the command ends in a trip."""
    travelled = 0.0
    for one in ride.samples:
        report = one.report
        led = 0 if report is None or report[AT["command"]] != MOVE else value(report, "setpoint_cdps")
        against = abs(led) > 20 and led * one.rate_dps < 0 and abs(one.rate_dps) > NOISE_DPS
        travelled = travelled + abs(one.rate_dps) * TICK_MS / 1_000 if against else 0.0
        if travelled > AGAINST_DEG:
            yield f"{travelled:.1f} deg against its command at {_at(one)}; {_what(one)}"
            return


def little_is_given_back(ride: Ride) -> Iterator[str]:
    """design 5: coming up from something in the way 2 deg at most, never past where the return began."""
    began = start = None
    for one in ride.samples:
        homing = one.report is not None and one.report[AT["mode"]] in (RETURNING, WAITING)
        began = (one.angle_deg if began is None else began) if homing else None
        gives = one.report is not None and gives_back(one.report)
        start = (one.angle_deg if start is None else start) if gives else None
        if start is None or began is None:
            continue
        most = min(start + GIVEN_BACK_DEG, began) + LOST_TRAVEL_DEG
        if one.angle_deg > most and not one.pushed:
            yield f"{one.angle_deg:.2f} deg at {_at(one)} while giving back; allowed {most:.2f} deg"
            return


def a_return_gets_on(ride: Ride) -> Iterator[str]:
    """I9: a return that makes no progress does not pass for one: it escalates."""
    start: Sample | None = None
    for one in ride.samples:
        stage = None if one.report is None else one.report[AT["stage"]]
        moving = one.report is not None and one.report[AT["mode"]] == RETURNING
        moving = moving and stage in (TO_REST, TO_MID, TO_PARK)
        moving = moving and one.report is not None and one.report[AT["command"]] != LEAVE
        fresh = start is None or start.report is None or start.report[AT["stage"]] != stage
        if not moving:
            start = None
        elif fresh or (start is not None and start.angle_deg - one.angle_deg >= STALL_DEG):
            start = one
        elif start is not None and one.t_ms - start.t_ms > STALL_MS:
            yield f"no progress from {_at(start)} to {_at(one)}; {_what(one)}"
            return


def _holds(one: Sample) -> bool:
    """Told to stay where it is."""
    report = one.report
    return report is not None and (report[AT["command"]] != MOVE or not value(report, "setpoint_cdps"))


def the_brake_is_not_fought(ride: Ride) -> Iterator[str]:
    """I21: never driven against a closed brake, never without both motor and brake, for 300 ms."""
    if ride.fault in ("brake_gone", "brake_worn", "motor_dead", "supply_lost"):
        return
    sticks = ride.fault == "brake_stuck"

    def fights(one: Sample) -> bool:
        pushes = one.bridge_on and one.brake_closed and abs(one.current_a) > PUSH_A
        return pushes and not (sticks and _holds(one))

    fought = _stretches(ride.samples, fights), STUCK_MS if sticks else BRAKE_MS
    loose = _stretches(ride.samples, lambda one: not one.bridge_on and not one.brake_closed), BRAKE_MS
    for text, (stretches, most_ms) in (
        ("driven against the brake", fought),
        ("neither driven nor braked", loose),
    ):
        for first, last in stretches:
            if last.t_ms - first.t_ms > most_ms:
                yield f"{text} from {_at(first)} to {_at(last)}"


def power_is_cut_only_for_cause(ride: Ride) -> Iterator[str]:
    """I10: above rest the torque is taken away only where the drive cannot be trusted, or by the e-stop.

    A drive that was cut for one of these is not trusted again before the return is over.
    """
    names = ("runaway", "wrong_direction", "over_speed", "over_angle", "estop", "drive_fault", "drive_lost")
    allowed = sum(1 << BY_NAME[name].number for name in names)
    distrusted = ride.wakes
    for one in ride.samples:
        report = one.report
        if report is None or report[AT["command"]] != CUT:
            homing = report is None or report[AT["mode"]] in (RETURNING, WAITING)
            distrusted = ride.wakes or (distrusted and homing)
            continue
        seen = value(report, "causes") | 1 << value(report, "first_cause")
        distrusted = distrusted or bool(seen & allowed)
        if not distrusted and one.angle_deg >= 1.0:
            yield f"power cut at {_at(one)}; {_what(one)}"
            return


def who_heeds_a_stop_is_not_cut(ride: Ride) -> Iterator[str]:
    """False trip: a table that is called a runaway is none that has been slowing down as it was told."""
    if ride.fault.startswith(("encoder_", "inclinometer_")):
        return  # it is judged by what is seen
    mask, told = 1 << BY_NAME["runaway"].number, False
    # The guard goes by the tick before; at the end of its own the brake may have acted on what it said.
    known = ride.samples[HEEDED_TICKS:]
    for then, seen, now in zip(ride.samples, known, known[1:], strict=False):
        tells = now.report is not None and bool(value(now.report, "causes") & mask)
        heeds = abs(seen.rate_dps) < HEEDS_DPS and 2 * abs(seen.rate_dps) < abs(then.rate_dps)
        if tells and not told and heeds:
            yield f"{seen.rate_dps:.2f} deg/s, {then.rate_dps:.2f} before, called a runaway at {_at(now)}"
        told = tells


def _stretches(samples: list[Sample], holds: Callable[[Sample], bool]) -> Iterator[tuple[Sample, Sample]]:
    """First and last sample of every stretch in which something holds."""
    first = last = None
    for one in samples:
        if holds(one):
            first, last = first or one, one
        elif first is not None and last is not None:
            yield first, last
            first = last = None
    if first is not None and last is not None:
        yield first, last


def _at(one: Sample) -> str:
    return f"{one.t_ms / 1_000:.2f} s ({one.angle_deg:.1f} deg)"


def _what(one: Sample) -> str:
    if one.report is None:
        return "no guard"
    return f"mode {MODES[value(one.report, 'mode')]}, cause {value(one.report, 'first_cause')}"
