"""The fast plant against exact trajectories, and the promises its users rely on."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulator.plant.bed import EMPTY, RIDER, RIDER_ARMS_OVERHEAD, Moments
from simulator.plant.fast import TablePlant
from simulator.plant.fast_lever import plant_of
from simulator.plant.params import A1, A2, GEARS, B, PlantParams
from simulator.world_table import NO_GEAR

CASES = Path(__file__).parents[1] / "data/physics/cases.json"
SCENARIOS = {case["id"]: case for case in json.loads(CASES.read_text())["scenarios"]}
ROD_NO_LIMIT = replace(B, supply=replace(B.supply, limit_a=100.0))
NO_LIMIT = replace(A1, supply=replace(A1.supply, limit_a=100.0))
S4_TABLE = replace(A2, supply=replace(A2.supply, bridge_ohm=0.0), stops=replace(A2.stops, low_deg=-60.0))
Act = Callable[[TablePlant], None]


def released(params: PlantParams, angle_deg: float, load: Moments = RIDER) -> TablePlant:
    plant = plant_of(params, angle_deg, load)
    plant.brake(False)
    for _ in range(100):
        plant.advance(1)
        plant.place(angle_deg)
    return plant


@pytest.mark.parametrize(("gear", "load_nm", "holds_a"), [
    ("a2", 100.0, 10.513), ("a2", -190.0, 19.974), ("a1", 500.0, 0.0),
])  # fmt: skip
def test_the_current_that_holds_a_load(gear: str, load_nm: float, holds_a: float) -> None:
    """100 N m over a gear of 120 that gives back 0.82 of it, at 0.065 N m an ampere."""
    plant = TablePlant(GEARS[gear], 0.0, Moments(10.0, 0.0, 0.0))
    plant.external_torque_nm = load_nm
    assert plant.holds_a == pytest.approx(holds_a, abs=1e-3)
    plant.refit(replace(GEARS[gear], gear=NO_GEAR))
    assert plant.holds_a > 1e9, "its belt is broken"
    plant.external_torque_nm = 0.0
    assert plant.holds_a == 0.0


@pytest.mark.parametrize("circuit", ["driven", "shorted", "open"])
@pytest.mark.parametrize("gear", sorted(GEARS))
def test_ten_milliseconds_at_once_are_ten_times_one(gear: str, circuit: str) -> None:
    def ridden(stride_ms: int) -> tuple[float, float, float]:
        plant = released(GEARS[gear], -40.0)
        plant.drive(0.1)
        plant.advance(1_000)
        if circuit == "shorted":
            plant.short_circuit()
        elif circuit == "open":
            plant.open_circuit()
        for _ in range(300 // stride_ms):
            plant.advance(stride_ms, leaps=True)
        return plant.angle_deg, plant.rate_dps, plant.current_a

    assert ridden(10) == pytest.approx(ridden(1), abs=5e-3)


def leaning(torque_nm: float) -> Act:
    return lambda plant: setattr(plant, "external_torque_nm", torque_nm)


@pytest.mark.parametrize(
    ("name", "params", "acts", "tolerance_rad"),
    [
        ("S2_motor_step", NO_LIMIT, [(0, lambda plant: plant.drive(0.4))], 2e-4),
        (
            "S2h_breakaway_and_stop",
            NO_LIMIT,
            [(0, lambda plant: plant.drive(0.4)), (3000, lambda plant: plant.drive(0.0))],
            2e-4,
        ),
        (
            "S3_brake_drop",
            A2,
            [(0, lambda plant: plant.brake(True)), (1000, leaning(450.0)), (1150, leaning(0.0))],
            2e-4,
        ),
        ("S4_gravity_return", S4_TABLE, [(0, lambda plant: plant.short_circuit())], 4e-4),
        (
            "S5_linear_actuator",
            ROD_NO_LIMIT,
            [(0, lambda plant: plant.drive(1.0)), (20_000, lambda plant: plant.drive(-0.6))],
            1e-4,
        ),
    ],
)
def test_it_follows_the_exact_trajectory(
    name: str, params: PlantParams, acts: list[tuple[int, Act]], tolerance_rad: float
) -> None:
    case = SCENARIOS[name]
    given, initial = case["params"], case["initial"]
    load = Moments(given["J_L"], given["S_xi"], given["S_eta"])
    plant = released(params, math.degrees(initial["theta"]), load)
    plant.place(math.degrees(initial["theta"]), math.degrees(initial["omega"]))
    worst = max(abs(theta - reached) for theta, reached in followed(plant, case, acts))
    assert worst < tolerance_rad


def followed(
    plant: TablePlant, case: dict[str, Any], acts: list[tuple[int, Act]]
) -> list[tuple[float, float]]:
    now_ms, pairs, due = 0, [], dict(acts)
    for t_s, theta in zip(case["t"], case["theta"], strict=True):
        while now_ms < round(t_s * 1000):
            if now_ms in due:
                due[now_ms](plant)
            plant.advance(1)
            now_ms += 1
        if abs(now_ms - t_s * 1000) < 1e-6:
            pairs.append((theta, math.radians(plant.angle_deg)))
    assert len(pairs) > 15
    return pairs


@pytest.mark.parametrize("torque_nm", [-2000.0, -20.0, 0.0, 20.0, 2000.0])
def test_the_worm_holds_whatever_leans_on_it(torque_nm: float) -> None:
    plant = released(A1, 0.0)
    plant.external_torque_nm = torque_nm
    plant.advance(2000)
    assert plant.angle_deg == 0.0


@pytest.mark.parametrize(
    ("torque_nm", "slips"), [(345.0, False), (355.0, True), (-303.0, False), (-314.0, True)]
)
def test_the_brake_of_the_back_drivable_gear_slips_at_its_threshold(torque_nm: float, slips: bool) -> None:
    plant = TablePlant(A2, math.degrees(0.35953))
    plant.external_torque_nm = torque_nm
    plant.advance(100)
    assert (plant.rate_dps != 0.0) is slips


def test_without_brake_the_back_drivable_gear_falls_back_and_the_short_slows_it() -> None:
    def rate_dps(act: Act) -> float:
        plant = released(A2, 30.0)
        act(plant)
        plant.external_torque_nm = -30.0
        plant.advance(500)
        return plant.rate_dps

    free, shorted = rate_dps(TablePlant.open_circuit), rate_dps(TablePlant.short_circuit)
    assert free < 4 * shorted < 0.0


@pytest.mark.parametrize("gear", sorted(GEARS))
@pytest.mark.parametrize("duty", [-0.3, 0.3])
def test_duty_and_current_have_the_sign_of_the_motion(gear: str, duty: float) -> None:
    plant = released(GEARS[gear], 0.0)
    plant.drive(duty)
    plant.advance(400)
    assert plant.rate_dps * duty > 0.0
    assert plant.current_a * duty > 0.0 or (gear == "a2" and duty < 0.0)  # there the rider's weight drives


@pytest.mark.parametrize("gear", ["a1", "a2"])
@pytest.mark.parametrize(("duty", "stop_deg"), [(1.0, 66.0), (-1.0, -74.0)])
def test_the_stops_end_any_motion_and_the_current_keeps_its_limit(
    gear: str, duty: float, stop_deg: float
) -> None:
    plant = released(GEARS[gear], 0.0)
    plant.drive(duty)
    for _ in range(400):
        plant.advance(20)
        assert abs(plant.current_a) <= 30.0
    assert plant.angle_deg == pytest.approx(stop_deg, abs=2.5)
    assert abs(plant.rate_dps) < 0.01


def test_the_brake_takes_its_time_both_ways() -> None:
    plant = TablePlant(A2, 0.0)
    assert plant.brake_closed
    assert [closed_after(plant, closed=False, ms=ms) for ms in (45, 1)] == [True, False]
    assert [closed_after(plant, closed=True, ms=ms) for ms in (15, 1)] == [False, True]


def closed_after(plant: TablePlant, closed: bool, ms: int) -> bool:
    plant.brake(closed)
    plant.advance(ms)
    return plant.brake_closed


@pytest.mark.parametrize(("angle_deg", "moves"), [(-56.0, False), (-55.8, True)])
def test_dry_friction_alone_holds_the_back_drivable_gear_near_the_balance(
    angle_deg: float, moves: bool
) -> None:
    plant = released(A2, angle_deg)
    plant.advance(20)
    assert (plant.rate_dps != 0.0) is moves


def test_a_worn_brake_slips_earlier_and_a_jam_holds() -> None:
    worn = TablePlant(A2, 0.0)
    worn.brake_strength, worn.external_torque_nm = 0.3, 200.0
    worn.advance(50)
    assert worn.rate_dps > 0.0
    jammed = released(A2, 30.0)
    jammed.drag_nm, jammed.external_torque_nm = 300.0, -200.0
    jammed.advance(50)
    assert jammed.rate_dps == 0.0


def test_getting_on_and_off_while_held_moves_nothing() -> None:
    plant = TablePlant(A1, -70.0, EMPTY)
    for load in (RIDER, RIDER_ARMS_OVERHEAD, EMPTY):
        plant.load(load)
        plant.advance(500)
    assert plant.angle_deg == pytest.approx(-70.0, abs=1e-12)


def test_arms_overhead_invert_the_free_table_and_arms_at_sides_do_not() -> None:
    def free(load: Moments) -> float:
        plant = released(A2, 0.0, load)
        plant.external_torque_nm = 0.0
        plant.advance(3000)
        return plant.angle_deg

    assert free(RIDER_ARMS_OVERHEAD) > 5.0
    assert free(RIDER) < -5.0


def test_a_sagging_supply_slows_the_drive() -> None:
    def rate_dps(supply_v: float) -> float:
        plant = released(A1, 0.0)
        plant.supply_v = supply_v
        plant.drive(0.2)
        plant.advance(500)
        return plant.rate_dps

    assert 0.0 < rate_dps(18.0) < 0.8 * rate_dps(25.0)


@pytest.mark.parametrize("chunks", [[1] * 240, [20] * 12, [7, 13] * 12])
def test_the_same_commands_give_the_same_bits_whatever_the_chunks(chunks: list[int]) -> None:
    plant = released(A2, -70.0)
    plant.drive(0.1)
    whole = released(A2, -70.0)
    whole.drive(0.1)
    for ms in chunks:
        plant.advance(ms)
    whole.advance(240)
    assert (plant.angle_deg, plant.rate_dps, plant.current_a) == (
        whole.angle_deg,
        whole.rate_dps,
        whole.current_a,
    )
