"""The exact plant against another solver's trajectories and against closed forms."""

from __future__ import annotations

import json
import math
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from simulator.plant.case import read_case
from simulator.plant.fast import TablePlant
from simulator.plant.params import GEARS
from simulator.plant.simulation import simulate

DATA = json.loads((Path(__file__).parents[1] / "data/physics/cases.json").read_text())
SCENARIOS: dict[str, dict[str, Any]] = {case["id"]: case for case in DATA["scenarios"]}
REFERENCE_BODY = {"sex": "male", "H": 1.75, "m": 80, "arms": "sides", "D_A": 0.897, "hole": "B"}
EXTRAS = json.loads((Path(__file__).parents[1] / "data/physics/extras.json").read_text())["scenarios"]
QUESTION = ("id", "friction", "motor", "params", "initial", "t")


def question(name: str) -> dict[str, Any]:
    return {key: deepcopy(SCENARIOS[name][key]) for key in QUESTION}


def answer(case: dict[str, Any]) -> dict[str, Any]:
    return simulate(read_case(case))


def worst(found: list[float], expected: list[float]) -> float:
    return max(abs(a - b) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_published_case_is_reproduced_far_inside_its_tolerance(name: str) -> None:
    published = SCENARIOS[name]
    found = answer(question(name))
    assert (found["id"], found["t"]) == (name, published["t"])
    assert worst(found["theta"], published["theta"]) < 1e-9
    assert worst(found["omega"], published["omega"]) < 1e-8
    assert ("i" in found) is ("i" in published)
    if "i" in found:
        assert worst(found["i"], published["i"]) < 1e-6
    assert same_events(found.get("events"), published.get("events"))


@pytest.mark.parametrize("published", EXTRAS, ids=lambda case: case["id"])
def test_springs_dampers_pushes_and_knees_do_what_another_program_says(published: dict[str, Any]) -> None:
    found = answer({key: deepcopy(published[key]) for key in QUESTION})
    assert worst(found["theta"], published["theta"]) < 1e-9
    assert worst(found["omega"], published["omega"]) < 1e-8


def same_events(found: list[dict[str, Any]] | None, expected: list[dict[str, Any]] | None) -> bool:
    if found is None or expected is None:
        return found is expected
    return len(found) == len(expected) and all(
        a["kind"] == b["kind"]
        and a.keys() == b.keys()
        and all(abs(a[k] - b[k]) < 1e-9 for k in a if k != "kind")
        for a, b in zip(found, expected, strict=True)
    )


def test_a_whole_published_scenario_is_a_case_too() -> None:
    assert answer(SCENARIOS["S1_free_swing"])["theta"][-1] == pytest.approx(-0.677686722, abs=1e-9)


@pytest.mark.parametrize("beside", [True, False])
def test_a_body_takes_the_place_of_the_moments(beside: bool) -> None:
    case = question("S2_motor_step")
    for key in ("J_L", "S_xi", "S_eta"):
        del case["params"][key]
    (case if beside else case["params"])["body"] = REFERENCE_BODY
    assert worst(answer(case)["theta"], SCENARIOS["S2_motor_step"]["theta"]) < 1e-9


@pytest.mark.parametrize("name", ["S1_free_swing", "S2_motor_step", "S4_gravity_return"])
def test_a_step_length_changes_nothing_but_the_steps(name: str) -> None:
    case = {**question(name), "step_s": 5e-4}
    assert worst(answer(case)["theta"], SCENARIOS[name]["theta"]) < 1e-9


def test_samples_may_lie_anywhere_between_the_ticks_of_a_cascade() -> None:
    case = question("S6_closed_loop")
    case["t"] = [0.00003, 0.01, 0.0123456789, 0.02, 1.0]
    expected = SCENARIOS["S6_closed_loop"]
    found = answer(case)
    for t, theta in zip(found["t"], found["theta"], strict=True):
        if t in expected["t"]:
            assert theta == pytest.approx(expected["theta"][expected["t"].index(t)], abs=1e-9)


def swing(params: dict[str, float], theta: float, t: list[float], **more: Any) -> dict[str, Any]:
    moments = {key: SCENARIOS["S1_free_swing"]["params"][key] for key in ("J_L", "S_xi", "S_eta")}
    case = {"id": "x", "friction": "viscous", "motor": "none", "params": {**moments, **params}}
    return answer({**case, "initial": {"theta": theta, "omega": 0.0}, "t": t, **more})


@pytest.mark.parametrize(("degrees", "period_s"), [(10, 5.874926290), (90, 6.921213960), (135, 8.959492020)])
def test_the_period_of_a_large_swing_is_that_of_the_elliptic_integral(degrees: int, period_s: float) -> None:
    start = -1.3382067859171654 + math.radians(degrees)
    found = swing({"b_L": 0.0}, start, [period_s / 2, period_s])
    assert found["theta"][1] == pytest.approx(start, abs=1e-7)
    assert found["omega"][0] == pytest.approx(0.0, abs=1e-7)


def test_a_free_swing_keeps_its_energy_and_friction_only_takes() -> None:
    def energies_j(viscous: float) -> list[float]:
        inertia, xi, eta = (SCENARIOS["S1_free_swing"]["params"][key] for key in ("J_L", "S_xi", "S_eta"))
        found = swing({"b_L": viscous}, 1.0, [0.25 * n for n in range(1, 120)])
        return [
            0.5 * inertia * w * w + 9.80665 * (-xi * math.sin(th) + eta * math.cos(th))
            for th, w in zip(found["theta"], found["omega"], strict=True)
        ]

    kept, taken = energies_j(0.0), energies_j(1.5)
    assert max(kept) - min(kept) < 1e-8
    assert all(later < before for before, later in pairwise(taken))


@pytest.mark.parametrize("torque_nm", [-2000.0, 2000.0])
def test_a_self_locking_gear_holds_exactly(torque_nm: float) -> None:
    case = question("S2h_breakaway_and_stop")
    case["motor"], case["t"] = "open", [0.5, 2.0]
    case["params"]["pulse"] = {"t_on": 0.1, "t_off": 1.5, "tau": torque_nm}
    found = answer(case)
    assert found["theta"] == [case["initial"]["theta"]] * 2
    assert (found["omega"], found["events"]) == ([0.0, 0.0], [])


@pytest.mark.parametrize(
    ("torque_nm", "kinds"),
    [
        (350.15, ["stop"]),
        (350.17, ["stop", "breakaway+", "stop"]),
        (-308.59, ["stop"]),
        (-308.61, ["stop", "breakaway-", "stop"]),
    ],
)
def test_the_brake_slips_at_its_threshold(torque_nm: float, kinds: list[str]) -> None:
    case = question("S3_brake_drop")
    case["params"]["pulse"]["tau"] = torque_nm
    assert [event["kind"] for event in answer(case)["events"]] == kinds


def test_a_brake_on_the_hinge_needs_its_own_torque_there() -> None:
    case = question("S3_brake_drop")
    case["params"]["brake"] = {**case["params"]["brake"], "side": "hinge", "T_dyn": 300.0, "T_stat": 330.0}
    assert answer(case)["events"][0]["kind"] == "stop"
    assert answer(case)["omega"][-1] == 0.0


@pytest.mark.parametrize(("motor", "rate"), [("a1", 0.6116027532), ("a2", 3.0580137660)])
def test_the_unloaded_drive_runs_at_its_closed_form_speed(motor: str, rate: float) -> None:
    case = question("S2_motor_step")
    gear = GEARS[motor].gear
    case["params"].update(N=gear.ratio, eta_f=gear.forward, eta_b=gear.backward, duty=1.0, V_oc=24.0, R_s=0.0)
    case["params"].update(R_on=0.0, S_xi=0.0, S_eta=0.0, b_L=0.0, T_C=0.0, T_S=0.0)
    case["t"] = [10.0]
    assert answer(case)["omega"][0] == pytest.approx(rate, rel=1e-9)


def test_the_shorted_motor_lets_a_load_down_at_its_terminal_speed() -> None:
    case = question("S4_gravity_return")
    case["params"].update(R_brake=0.25, S_xi=0.0, S_eta=0.0, pulse={"t_on": 0.0, "t_off": 20.0, "tau": -15.0})
    case["t"] = [10.0]
    assert answer(case)["omega"][0] == pytest.approx(-0.0601784, abs=2e-7)


@pytest.mark.parametrize("gear", sorted(GEARS))
def test_the_fast_plant_stays_near_the_exact_one_through_starts_reversals_and_stops(gear: str) -> None:
    schedule = [[0.0, 0.2], [1.0, -0.15], [2.0, 0.0], [2.5, 0.05], [3.5, 0.0]]
    case = question("S2h_breakaway_and_stop")
    params = GEARS[gear]
    case["params"].update(N=params.gear.ratio, eta_f=params.gear.forward, eta_b=params.gear.backward)
    case["params"]["duty"] = schedule
    case["initial"]["theta"] = 0.0
    case["t"] = [0.1 * n for n in range(1, 46)]
    exact = answer(case)["theta"]
    plant = TablePlant(params, 0.0)
    plant.brake(False)
    plant.advance(50)
    plant.place(0.0)
    found = []
    for now_ms in range(4500):
        for t, duty in schedule:
            if now_ms == round(t * 1000):
                plant.drive(duty)
        plant.advance(1)
        if (now_ms + 1) % 100 == 0:
            found.append(math.radians(plant.angle_deg))
    assert worst(found, exact) < 2e-3
