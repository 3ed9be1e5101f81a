"""Invariants about the guard: what it permits, when it reacts, what it remembers, how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hil.campaign.catalogue import CATALOGUE, NEED_A_PERSON_WITHOUT_NODE, PERSON
from hil.campaign.judge_motion import _at, _what
from hil.campaign.trace import AT, BIT, Ride, Sample, leads_down, value
from safety.causes import BY_NAME
from safety.decision import ACTIVE, INHIBITED, LATCHED, READY, RETURNING, TEST, WAITING
from safety.guard.report import Report
from safety.observation import DRIVE_ARMED

FRESH_MS: Final = 100
HAND_MS: Final = 100  # from a hand to the guard's input: a node tick, a frame, a tick
LATCHING: Final = tuple(
    BY_NAME[name].number
    for name in (
        "estop",
        "wrong_direction",
        "runaway",
        "over_angle",
        "over_angle_predicted",
        "over_speed",
        "drive_fault",
    )
)
SENSOR_GRACE_MS: Final = 1_000
TRUSTED_OFF_DEG: Final = 3.5  # I17: the sources may differ by 3 deg, and each has its noise
RETURN_MS: Final = 300  # I25
STATION_MS: Final = 5_400  # five seconds, its last sign of life, a tick
DRIVE_MS: Final = 500  # I25 and design 6: 200 ms to act, 300 ms to stand
REST_S, MID_S, TO_REST_DPS, UPRIGHT_DPS = 60.0, 20.0, 2.0, 1.5
LONG_REST_S: Final = 120.0
ROOM_S: Final = 10.3 + 1.0  # design 6, with the restart
SEEN_DEG: Final = 0.2  # the guard goes by what it is told, the judge by what is
HELP_S: Final = 45.0  # freezes, stalls with their pauses, the people of this run
EARLY_MS: Final = 3_000


def down_needs_every_permission(ride: Ride) -> Iterator[str]:
    """I5: a head-down command implies the whole list of permissions, in that very tick."""
    for one in ride.samples:
        if one.report is None or not leads_down(one.report):
            continue
        lacks = _lacks(one.report)
        if lacks:
            yield f"head-down command at {_at(one)} without {', '.join(lacks)}"
            return


def _lacks(report: Report) -> list[str]:
    mode = report[AT["mode"]]
    inputs, known = value(report, "inputs"), value(report, "inputs_known")
    wanted = ["pendant", "estop_ok", "supply_ok"]
    wanted += [] if mode == TEST else ["ankle_a", "ankle_b"]
    lacks = [name for name in wanted if not inputs & known & BIT[name]]
    ages = ("a_age_ms", "b_age_ms", "inputs_age_ms", "controller_age_ms")
    lacks += [f"fresh {name}" for name in ages if value(report, name) > FRESH_MS]
    if mode not in (READY, ACTIVE, TEST):
        lacks.append("the mode for it")
    if value(report, "drive_state") != DRIVE_ARMED:
        lacks.append("an armed drive")
    if value(report, "first_cause") and mode != ACTIVE:
        lacks.append("a session free of causes")
    if mode != TEST and not value(report, "tested"):
        lacks.append("the day's tests")
    if mode != TEST and not value(report, "dose_left_ms"):
        lacks.append("dose")
    return lacks


def hand_on_the_pendant(ride: Ride) -> Iterator[str]:
    """I5, I6: nothing is led head-down 100 ms after the true pendant was let go."""
    if ride.fault in ("pendant_stuck", "wire_slow"):
        return
    free_ms = 0
    for one in ride.samples:
        free_ms = 0 if one.pendant else free_ms + 20
        if free_ms > HAND_MS and one.report is not None and leads_down(one.report):
            yield f"head-down command at {_at(one)}, {free_ms} ms after the pendant was let go"
            return


def latched_until_reset(ride: Ride) -> Iterator[str]:
    """I7: after a latching cause no head-down command until the reset."""
    latched = False
    before = INHIBITED
    for one in ride.samples:
        if one.report is None:
            continue
        mode = value(one.report, "mode")
        latched = latched or any(value(one.report, "causes") >> number & 1 for number in LATCHING)
        if before == LATCHED and mode == INHIBITED:
            latched = False
        before = mode
        if latched and leads_down(one.report):
            yield f"head-down command at {_at(one)} while latched; {_what(one)}"
            return


def home_in_time(ride: Ride) -> Iterator[str]:
    """I8: the run ends at park, and within the time to park of the design."""
    last = ride.samples[-1]
    ends = CATALOGUE[ride.fault].ends
    if ride.drive != "node" and ride.fault in NEED_A_PERSON_WITHOUT_NODE:
        ends = PERSON
    if ride.overloaded:
        ends = PERSON  # by hand it comes home in small falls
    if ride.parked_ms is None:
        if ends != PERSON:
            yield f"not parked: ends at {_at(last)}; {_what(last)}"
        return
    began = next((one for one in ride.samples if _homing(one)), None)
    if began is None or ends == PERSON or ride.parked_ms < began.t_ms:
        return
    allowed_s = time_to_park_s(began.angle_deg) + HELP_S + _lasted_s(ride)
    took_s = (ride.parked_ms - began.t_ms) / 1_000
    if took_s > allowed_s:
        yield f"{took_s:.0f} s from {_at(began)} to park; allowed {allowed_s:.0f} s"


def _homing(one: Sample) -> bool:
    return one.report is not None and one.report[AT["mode"]] in (RETURNING, WAITING)


def _lasted_s(ride: Ride) -> float:
    """Waiting for a person, an obstruction and an open e-stop do not count (design 6)."""
    states = [one for one in ride.samples if one.report is not None and one.report[AT["mode"]] == WAITING]
    return len(states) * 0.02


def time_to_park_s(angle_deg: float) -> float:
    """Design 6, for a return that begins here, with the long pause at rest."""
    up_s = max(angle_deg, 0.0) / TO_REST_DPS
    rest_s = LONG_REST_S if angle_deg > -1.0 - SEEN_DEG else 0.0
    below = min(angle_deg, 0.0) + 70.0
    mid_s = MID_S if angle_deg > -16.0 - SEEN_DEG else 0.0
    return up_s + rest_s + mid_s + below / UPRIGHT_DPS + ROOM_S


def dose_is_counted(ride: Ride) -> Iterator[str]:
    """I11, I12: the ledger is whole and holds at least the true time head-down; a session has an end."""
    true_ms = sum(20 for one in ride.samples if one.angle_deg > 5.0)
    if ride.used_net_ms is None:
        yield "the ledger is not whole"
    elif not ride.wakes and ride.used_net_ms < min(true_ms, ride.allowance_ms) - EARLY_MS:
        yield f"the ledger holds {ride.used_net_ms} ms; the table was head-down for {true_ms} ms"
    return_ms = round(1_000 * (ride.cap_deg / TO_REST_DPS)) + 20_000
    if ride.parked_ms is not None and true_ms > ride.allowance_ms + return_ms + 60_000:
        yield f"head-down for {true_ms} ms; the allowance was {ride.allowance_ms} ms"


def trusted_is_true(ride: Ride) -> Iterator[str]:
    """I17: the angle that decisions are made with is the true one, within what two sources may differ."""
    wrong_ms = 0
    for one in ride.samples:
        trusted = None if one.report is None else one.report[AT["trusted_cdeg"]]
        off = 0.0 if trusted is None else abs(trusted / 100 - one.angle_deg)
        wrong_ms = wrong_ms + 20 if off > TRUSTED_OFF_DEG else 0
        if wrong_ms > SENSOR_GRACE_MS:
            yield f"trusts {(trusted or 0) / 100:.2f} deg at {_at(one)}; {_what(one)}"
            return


def boots_inhibited(ride: Ride) -> Iterator[str]:
    """I19: a guard that starts permits nothing."""
    boot = None
    for one in ride.samples:
        if one.report is None:
            continue
        if one.report[AT["boot_id"]] != boot:
            boot = one.report[AT["boot_id"]]
            if one.report[AT["mode"]] != INHIBITED:
                yield f"starts in another mode at {_at(one)}; {_what(one)}"


def stands_when_idle(ride: Ride) -> Iterator[str]:
    """I24: without a session nothing moves but by a held RETURN."""
    still: float | None = None
    for one in ride.samples:
        idle = one.report is not None and one.report[AT["mode"]] in (INHIBITED, LATCHED)
        if not idle or one.home or one.pushed or ride.fault in ("brake_gone", "brake_worn"):
            still = None
        elif still is None:
            still = one.angle_deg
        elif abs(one.angle_deg - still) > 2.0:
            yield f"moved {one.angle_deg - still:.1f} deg by itself until {_at(one)}; {_what(one)}"
            return


def processes_are_missed(ride: Ride) -> Iterator[str]:
    """I25: a dead controller is missed within 300 ms, a station in 5 s; without a guard the drive stops."""
    start_ms = ride.effect_ms
    verb, _, process = ride.fault.partition("_")
    if start_ms is None or verb not in ("kill", "stop") or process not in ("guard", "controller", "station"):
        return
    limit_ms = {"guard": DRIVE_MS, "controller": RETURN_MS, "station": STATION_MS}[process]
    for one in ride.samples:
        if one.t_ms <= start_ms + limit_ms:
            continue
        if _missed_too_late(one, process, limit_ms):
            yield f"{process} gone since {start_ms / 1_000:.2f} s; at {_at(one)} {_what(one)}"
        return


def _missed_too_late(one: Sample, process: str, limit_ms: int) -> bool:
    """At the end of its time: no guard and motion, or a ride that goes on without who is still gone."""
    if process == "guard":
        return one.report is None and one.rate_dps > 0.3
    age = f"{process}_age_ms"
    return one.report is not None and one.report[AT["mode"]] == ACTIVE and value(one.report, age) > limit_ms


def one_first_cause(ride: Ride) -> Iterator[str]:
    """I26: while a return lasts its first cause stays."""
    kept: tuple[int, int] | None = None
    for one in ride.samples:
        if one.report is None or one.report[AT["mode"]] not in (RETURNING, WAITING):
            kept = None
            continue
        now = value(one.report, "boot_id"), value(one.report, "first_cause")
        if kept is not None and kept != now and kept[0] == now[0] and kept[1]:
            yield f"first cause {kept[1]} became {now[1]} at {_at(one)}"
            return
        kept = now


def return_is_obeyed(ride: Ride) -> Iterator[str]:
    """I14: a RETURN button is obeyed by whatever rides, within 200 ms."""
    held_ms = 0
    for one in ride.samples:
        held_ms = held_ms + 20 if one.home else 0
        riding = one.report is not None and one.report[AT["mode"]] == ACTIVE
        if held_ms > 200 and riding:
            yield f"RETURN held for {held_ms} ms at {_at(one)} and the ride goes on"
            return


def nothing_trips_without_cause(ride: Ride) -> Iterator[str]:
    """False trips: a ride without any fault completes, without a cause and without a refusal."""
    if not ride.faultless:
        return
    reports = [one.report for one in ride.samples if one.report is not None]
    cause = next((value(report, "first_cause") for report in reports if report[AT["first_cause"]]), 0)
    refused = max((value(report, "refusals") for report in reports), default=0)
    if ride.wakes:
        return
    if cause or refused or not ride.completed:
        yield f"cause {cause}, {refused} refusals, completed: {ride.completed}"
