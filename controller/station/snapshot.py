"""The one picture of the system that panels get, from the newest report and status."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from controller.station.controller_channel import ControllerChannel
from controller.station.guard_channel import GuardChannel
from controller.station.history import degrees
from controller.station.recorder import Recorder
from controller.station.seat import Seat
from controller.station.words import AT, HEADLINES, cause_of, inputs_of, state_word
from firmware_bridge.readings import DRIVE_STATES
from safety.decision import CHECKS, MODES, STAGES
from safety.verdict import DIRECTIONS

STALE_MS: Final = 700
REST_DEG: Final = 0.0
MID_DEG: Final = -15.0
PARK_DEG: Final = -70.0  # until the guard has said where park is
NEEDS_STATE: Final = {
    "load": (("parked",), "A programme can be loaded only when the table is upright and nothing is loaded."),
    "start": (("ready",), "Load a programme first and wait until the checks have passed."),
    "continue": (("frozen",), "There is nothing to continue: the table was not stopped."),
}


class View(NamedTuple):
    """What a snapshot is made of."""

    guard: GuardChannel
    controller: ControllerChannel
    seat: Seat
    recorder: Recorder
    running: bool


def snapshot(view: View, now_ms: int, number: int) -> dict[str, Any]:
    """The picture at `now_ms`; `number` grows with every pump, so that a stuck station can be seen."""
    age_ms = view.guard.age_ms(now_ms)
    stale = not view.guard.channel.connected or age_ms is None or age_ms > STALE_MS
    report = view.guard.report
    state = "unknown" if report is None else state_word(report)
    status = view.controller.status or {}
    headline, meaning = HEADLINES["unknown" if stale else state]
    return {
        "v": 1,
        "number": number,
        "now_ms": now_ms,
        "stale": stale,
        "guard": {"connected": view.guard.channel.connected, "age_ms": age_ms},
        "controller": {
            "connected": view.controller.channel.connected,
            "age_ms": view.controller.age_ms(now_ms),
        },
        "state": state,
        "headline": headline,
        "meaning": meaning,
        "running": view.running,
        "phase": status.get("phase"),
        "prompt": status.get("prompt") or "",
        "why": status.get("why"),
        "programme": status.get("programme"),
        "rider": status.get("rider"),
        "tier": status.get("tier"),
        "progress": status.get("progress"),
        "seat": {"holder": view.seat.holder, "number": view.seat.number},
        "can": can(view, stale, state),
        "recording": {
            "folder": None if view.recorder.folder is None else str(view.recorder.folder),
            "reports": view.recorder.reports,
            "problem": view.recorder.problem,
        },
        "table": None if report is None else table(report, view.guard.welcome),
    }


def can(view: View, stale: bool, state: str) -> dict[str, str | None]:
    """Why a button does nothing now; None = it can be pressed by whoever has the seat."""
    if stale:
        return dict.fromkeys(NEEDS_STATE, "There is no fresh data from the guard.")
    reasons: dict[str, str | None] = {}
    for what, (states, reason) in NEEDS_STATE.items():
        reasons[what] = None if state in states else reason
        if what != "continue" and not view.controller.channel.connected:
            reasons[what] = "The controller cannot be reached."
    return reasons


def table(report: tuple[Any, ...], welcome: dict[str, Any] | None) -> dict[str, Any]:
    """One report in units for people."""
    park = (welcome or {}).get("park_cdeg")
    return {
        "now_ms": report[AT["now_ms"]],
        "mode": MODES[report[AT["mode"]]],
        "angle_deg": degrees(report[AT["trusted_cdeg"]]),
        "rate_dps": degrees(report[AT["trusted_cdps"]]),
        "setpoint_deg": degrees(report[AT["setpoint_cdeg"]]),
        "cap_deg": degrees(report[AT["cap_cdeg"]]),
        "park_deg": PARK_DEG if park is None else park / 100,
        "rest_deg": REST_DEG,
        "mid_deg": MID_DEG,
        "a_deg": degrees(report[AT["a_cdeg"]]),
        "b_deg": degrees(report[AT["b_cdeg"]]),
        "stage": STAGES[report[AT["stage"]]],
        "stage_left_s": report[AT["stage_left_ms"]] / 1000,
        "cause": cause_of(report[AT["first_cause"]]),
        "check_in": CHECKS[report[AT["check_in"]]],
        "check_in_left_s": report[AT["check_in_left_ms"]] / 1000,
        "inputs": inputs_of(report),
        "session": report[AT["session"]],
        "head_down_s": report[AT["used_ms"]] / 1000,
        "left_s": report[AT["dose_left_ms"]] / 1000,
        "day_left_s": (report[AT["day_left_ms"]] + report[AT["dose_left_ms"]]) / 1000,
        "bout": report[AT["bout"]],
        "bout_s": report[AT["bout_ms"]] / 1000,
        "tested": bool(report[AT["tested"]]),
        "verdict": {
            "direction": DIRECTIONS[report[AT["direction"]]],
            "speed_cap_dps": report[AT["speed_cap_cdps"]] / 100,
            "power": bool(report[AT["power"]]),
        },
        "refusals": report[AT["refusals"]],
        "drive": {
            "state": DRIVE_STATES[report[AT["drive_state"]]],
            "fault": report[AT["drive_fault"]],
            "current_a": None if report[AT["current_ma"]] is None else report[AT["current_ma"]] / 1000,
        },
    }
