"""What must happen when (design 5 and 6): each fault of a ride leads to its cause, in its time.

Judged where the fault took effect in a ride and lasted long enough to be one; a fault without a row here has
no prescribed cause (its invariants are judged all the same).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from hil.campaign.trace import AT, TICK_MS, Ride, Sample, value
from safety.causes import BY_NAME, name_of
from safety.decision import ACTIVE, MOVE
from safety.guard.report import Report
from safety.observation import DRIVE_FAULT

HAND_MS: Final = 80  # node tick, frame, tick


class Row(NamedTuple):
    """One reaction: these causes, so soon after the fault was real, if it lasted at least so long."""

    causes: tuple[str, ...]
    within_ms: int
    least_ms: int
    source: str


_SILENT: Final = ("drive_lost", "angle_stale", "inputs_stale", "no_angle", "drive_returned")
_BROKEN: Final = ("drive_fault", "over_speed", "wrong_direction", "runaway", "over_angle_predicted")
_ANKLES: Final = ("ankle_open", "ankles_open")

REACTIONS: Final = {
    "ankle_open": Row(_ANKLES, 100 + HAND_MS, 250, "one ankle contact open 100 ms"),
    "ankles_open": Row(_ANKLES, 100 + HAND_MS, 250, "both ankle contacts open"),
    "inputs_doubtful": Row(_ANKLES, 100 + HAND_MS, 250, "ankle contacts unknown"),
    "estop": Row(("estop",), HAND_MS, 100, "e-stop chain"),
    "stop_button": Row(("stop_pressed",), HAND_MS, 100, "local STOP"),
    "stop_flicker": Row(("stop_pressed",), 200 + HAND_MS, 400, "local STOP"),
    "return_button": Row(("return_asked",), HAND_MS, 100, "RETURN, any button"),
    "return_b_button": Row(("return_asked",), HAND_MS, 100, "RETURN, any button"),
    "wire_cut": Row(_SILENT, 200, 300, "data stale at 100 ms"),
    "inputs_cut": Row((*_SILENT, *_ANKLES), 300, 400, "data stale at 100 ms"),
    "node_off": Row(_SILENT, 200, 300, "data stale at 100 ms"),
    "node_reboot": Row((*_SILENT, *_BROKEN), 300, 0, "drive gone"),
    "inclinometer_cut": Row(("angle_stale", "no_angle"), 300, 400, "one angle source bad"),
    "encoder_lost": Row(("angle_stale", "drive_fault"), 300, 400, "one angle source bad"),
    "inclinometer_shifted": Row(("angles_disagree", *_BROKEN), 500, 600, "disagree at 3.0 deg for 200 ms"),
    "encoder_slipped": Row(
        ("angles_disagree", "angle_stale", *_BROKEN), 500, 600, "disagree at 3.0 deg for 200 ms"
    ),
    "over_angle": Row(("over_angle",), HAND_MS, 100, "over-angle"),
    "supply_low": Row(("supply_low",), HAND_MS, 200, "supply not good for a full return"),
    "supply_lost": Row(("supply_low", "drive_fault", *_SILENT), 2 * HAND_MS, 200, "supply not good"),
    "runaway": Row((*_BROKEN, "over_angle"), 700, 800, "runaway"),
    "kill_controller": Row(("controller_lost", "lease_lost"), 300, 0, "lost controller"),
    "stop_controller": Row(("controller_lost", "lease_lost"), 300, 400, "lost controller"),
    "kill_station": Row(("station_lost",), 5_200, 0, "lost station"),
    "stop_station": Row(("station_lost",), 5_200, 5_700, "lost station"),
    "kill_guard": Row(("guard_lost",), 3_000, 0, "guard wakes up away from park"),
}
ASKED: Final = "return_asked"
ALWAYS: Final = ("estop",)  # what must show in a return, too, whoever has asked for it
# By its bridge: nobody sees it while that is off or goes as told (design 6: disobedience is above 1 deg/s).
RUNS_OFF, RUNS_DPS = "runaway", 1.0
SHIFTS: Final = ("inclinometer_shifted", "encoder_slipped")
APART_CDEG: Final = 300  # a shift of less is none that design 6 asks to be found
WARNING_MS: Final = 4_500  # a guard that wakes up needs its readings first
NEAR_PARK_DEG: Final = 4.0  # there a guard that wakes up is at park


def react(ride: Ride) -> Iterator[str]:
    """reaction: what goes wrong in a ride starts the reaction of the design, in its time."""
    row = REACTIONS.get(ride.fault)
    start_ms = ride.effect_ms
    if row is None or start_ms is None or not _is_due(ride, row, start_ms):
        return
    within_ms = row.within_ms + (WARNING_MS if ride.fault == "kill_guard" else 0)
    for one in ride.samples:
        if one.t_ms < start_ms or one.report is None:
            continue
        cause = name_of(value(one.report, "first_cause"))
        if _is_found(one.report, row, ride.fault):
            return
        if ride.fault in SHIFTS and _near(one.report):
            if cause is not None:
                return  # something else ends the ride before there is anything to be found
            start_ms = one.t_ms
        if cause is None and ride.fault == RUNS_OFF and not _runs_off(one):
            start_ms += TICK_MS  # this tick shows nothing
        late_ms = one.t_ms - start_ms
        if cause == ASKED and late_ms <= within_ms and ride.fault not in ALWAYS:
            return  # somebody has asked for RETURN before it had to be found
        if _is_late(cause, late_ms, within_ms, ride.fault):
            said = f"cause {cause} after {late_ms} ms"
            yield f"{said}; design: {row.source}: {' or '.join(row.causes)} within {row.within_ms} ms"
            return


def _is_late(cause: str | None, late_ms: int, within_ms: int, fault: str) -> bool:
    """Whether its time is over, or something else is the first cause; RETURN hides no e-stop."""
    hidden = cause is not None and not (cause == ASKED and fault in ALWAYS)
    return hidden or late_ms > within_ms


def _is_found(report: Report, row: Row, fault: str) -> bool:
    """Whether one of its causes is the first, or is there behind the first one where that is enough."""
    if name_of(value(report, "first_cause")) in row.causes:
        return True
    causes = value(report, "causes") if fault in ALWAYS else 0
    return any(causes >> BY_NAME[name].number & 1 for name in row.causes)


def _is_due(ride: Ride, row: Row, at_ms: int) -> bool:
    """Whether it lasted long enough to be one, and met a ride that was on."""
    return (ride.lasts_ms is None or ride.lasts_ms >= row.least_ms) and _was_riding(ride, at_ms)


def _runs_off(one: Sample) -> bool:
    """Whether there is something to be seen: it runs as it should not, or the drive says that it is ill."""
    if one.report is not None and one.report[AT["drive_state"]] == DRIVE_FAULT:
        return True
    return abs(one.rate_dps - _told_dps(one.report)) > RUNS_DPS and (one.bridge_on or not one.brake_closed)


def _told_dps(report: Report | None) -> float:
    """The rate the drive was told."""
    moves = report is not None and report[AT["command"]] == MOVE
    return value(report, "setpoint_cdps") / 100 if report is not None and moves else 0.0


def _near(report: Report) -> bool:
    """Whether both sources say the same, by the measure of the design."""
    a, b = report[AT["a_cdeg"]], report[AT["b_cdeg"]]
    return a is not None and b is not None and abs(a - b) < APART_CDEG


def _was_riding(ride: Ride, at_ms: int) -> bool:
    """Whether the ride was on, without a cause, just before."""
    before: Sample | None = None
    for one in ride.samples:
        if one.t_ms >= min(at_ms, ride.injected_ms or at_ms):
            break
        before = one if one.report is not None else before
    if before is None or before.report is None or abs(before.angle_deg + 70.0) < NEAR_PARK_DEG:
        return False
    return before.report[AT["mode"]] == ACTIVE and not before.report[AT["first_cause"]]
