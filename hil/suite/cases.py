"""The five measured tests. Times are table time, taken from the guard's own ticks or from the table itself.

Limits: design section 6, "Numbers". One function a test; each gets a ride that has been started.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from controller.states import STATES
from firmware_bridge.readings import ARMED
from hil.observer import Report
from hil.rigs.ride import Ride
from hil.simulator_child import Truth
from hil.suite.outcome import Figure, Outcome
from safety.decision import MOVE
from safety.observation import ORDER_RETURN, Inputs
from safety.verdict import BOTH, FULL_SPEED_CDPS, POWER_ON

PARK_DEG: Final = -70.0
LOWERING: Final = STATES.index("lowering")
RECOVERING: Final = STATES.index("recovering")
STOP_BIT: Final = 1 << Inputs._fields.index("stop")
STILL_CDPS: Final = 10
READY_WITHIN_S: Final = 180.0
DOWN_WITHIN_S: Final = 300.0
HOME_WITHIN_S: Final = 400.0


class Case(NamedTuple):
    """One row of the suite."""

    name: str
    title: str
    source: str
    run: Callable[[Ride, Outcome], None]


def parked(report: Report, truth: Truth) -> bool:
    """The table stands at park and no session is open."""
    return abs(truth.angle_deg - PARK_DEG) < 1.0 and abs(truth.rate_dps) < 0.05 and not report["session"]


def going_down(above_deg: float) -> Callable[[Report, Truth], bool]:
    """Head-down motion at full planned speed, above an angle."""
    return lambda report, truth: (
        report["controller_state"] == LOWERING
        and (report["trusted_cdps"] or 0) > 80
        and truth.angle_deg > above_deg
    )


def arming(ride: Ride, outcome: Outcome) -> None:
    """From the first tick to an armed drive, and on to the tests of the day."""
    first = ride.until("the first report", lambda report, truth: True, 10.0)
    armed = ride.until("the drive armed", lambda report, truth: report["drive_state"] == ARMED, 30.0)
    outcome.figures.append(Figure("armed after", armed["now_ms"] - first["now_ms"], "ms", 5_000))
    ride.begin()
    tested = ride.until("the tests of the day", lambda report, truth: bool(report["tested"]), READY_WITHIN_S)
    outcome.figures.append(Figure("tests passed after", tested["now_ms"] - first["now_ms"], "ms"))


def stop_time(ride: Ride, outcome: Outcome) -> None:
    """From a local STOP on the way down to standstill."""
    ride.begin()
    ride.until("going down", going_down(-40.0), DOWN_WITHIN_S)
    ride.mark()
    ride.stack.switch("stop_button", True)
    ride.until("STOP seen", lambda report, truth: bool(report["inputs"] & STOP_BIT), 5.0)
    ride.until("standstill", lambda report, truth: abs(report["trusted_cdps"] or 0) <= STILL_CDPS, 5.0)
    seen_ms = next(report["now_ms"] for report in ride.reports if report["inputs"] & STOP_BIT)
    judge_stop(ride, outcome, seen_ms)
    ride.stack.switch("stop_button", False)
    bring_home(ride, outcome)


def judge_stop(ride: Ride, outcome: Outcome, seen_ms: int) -> None:
    """The last command down, and the last motion down, after the cause was seen."""
    down = [r["now_ms"] for r in ride.reports if r["command"] == MOVE and r["setpoint_cdps"] > 0]
    moving = [r["now_ms"] for r in ride.reports if (r["trusted_cdps"] or 0) > STILL_CDPS]
    outcome.figures.append(Figure("last command down after", max([*down, seen_ms]) - seen_ms, "ms", 20))
    outcome.figures.append(Figure("motion down ended after", max([*moving, seen_ms]) - seen_ms, "ms", 300))


def return_time(ride: Ride, outcome: Outcome) -> None:
    """From RETURN, head-down, to park."""
    ride.begin()
    ride.until("head-down", going_down(5.0), DOWN_WITHIN_S)
    ride.mark()
    bring_home(ride, outcome)


def bring_home(ride: Ride, outcome: Outcome) -> None:
    """RETURN, and how long it takes, against the design's time to park."""
    start_s, angle_deg = ride.stack.truth.t_s, ride.stack.truth.angle_deg
    if not ride.stack.order(ORDER_RETURN):
        outcome.failure = "there was no guard to take RETURN"
        return
    allowed_s = time_to_park_s(angle_deg)
    ride.until("parked", parked, allowed_s + 60.0)
    outcome.figures.append(Figure("angle at RETURN", round(angle_deg, 2), "deg"))
    outcome.figures.append(
        Figure("parked after", round(ride.stack.t_s - start_s, 1), "s", round(allowed_s, 1))
    )


def time_to_park_s(angle_deg: float) -> float:
    """Design section 6: 0.3 + angle/v1 + P1 + 15/v2 + P2 + (park - 15)/v2 + 10; less the stages behind."""
    if angle_deg > 0.0:
        return 0.3 + angle_deg / 2.0 + 60.0 + 15.0 / 1.5 + 20.0 + 55.0 / 1.5 + 10.0
    if angle_deg > -15.0:
        return 0.3 + (angle_deg + 15.0) / 1.5 + 20.0 + 55.0 / 1.5 + 10.0
    return 0.3 + (angle_deg - PARK_DEG) / 1.5 + 10.0


def link_loss(ride: Ride, outcome: Outcome) -> None:
    """The wire to the drive is cut on the way down: the drive ends the motion, and the rider comes home."""
    ride.begin()
    ride.until("going down", going_down(-40.0), DOWN_WITHIN_S)
    start_s = ride.stack.truth.t_s
    ride.stack.switch("wire_cut", True)
    down_s = start_s
    while ride.stack.t_s < start_s + 3.0:
        ride.until("time passes", lambda report, truth: True, 5.0)
        if ride.stack.truth.rate_dps > STILL_CDPS / 100:
            down_s = ride.stack.truth.t_s
    # Cause to drive action 200 ms, to standstill 300 ms; the table tells where it is every 100 ms.
    outcome.figures.append(Figure("motion down ended after", round((down_s - start_s) * 1_000), "ms", 600))
    ride.stack.switch("wire_cut", False)
    ride.until("parked", parked, HOME_WITHIN_S)
    outcome.figures.append(Figure("parked after", round(ride.stack.t_s - start_s, 1), "s", HOME_WITHIN_S))


def dry_session(ride: Ride, outcome: Outcome) -> None:
    """A whole programme: nothing refused, nothing restricted while going down, parked."""
    ride.begin()
    ride.until("recovering", lambda r, truth: r["controller_state"] == RECOVERING, 1_200.0)
    last = ride.until("parked", parked, HOME_WITHIN_S)
    refusals = max(report["refusals"] for report in ride.reports)
    outcome.figures.append(Figure("proposals refused", refusals, "", 0))
    outcome.figures.append(Figure("ticks restricted going down", len(restricted(ride.reports)), "", 0))
    outcome.figures.append(Figure("causes", last["first_cause"], "", 0))
    cost_us = sorted(report["cost_us"] for report in ride.reports)
    outcome.figures.append(Figure("CPU of a guard's tick, median", cost_us[len(cost_us) // 2], "us"))


def restricted(reports: list[Report]) -> list[Report]:
    """Reports whose verdict was below "both, full speed, power on" while head-down motion was planned."""
    full = (BOTH, FULL_SPEED_CDPS, POWER_ON)
    return [
        r for r in reports if r["planned_down"] and (r["direction"], r["speed_cap_cdps"], r["power"]) < full
    ]


SECTION_6: Final = "design, section 6"
CASES: Final = (
    Case("arming", "Arming", "start-up of the bench", arming),
    Case("stop_time", "Stop time", f"{SECTION_6}: cause to standstill", stop_time),
    Case("return_time", "Return time", f"{SECTION_6}: time to park", return_time),
    Case("link_loss", "Link loss", f"{SECTION_6}: drive action after the last feed", link_loss),
    Case("dry_session", "Dry session", "no refusal, no restriction, parked", dry_session),
)
