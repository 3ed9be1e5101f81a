"""Faults of motor, brake, hinge and rider act on the table itself."""

from __future__ import annotations

from itertools import pairwise

import pytest

from simulator.plant.pushes import pulse_nm, pulses
from simulator.restless import Restless
from tests.world_host import riding, under_way


@pytest.mark.parametrize(("name", "travel_deg"), [("blocked", 2.5), ("jammed", 0.2)])
def test_the_way_is_blocked(name: str, travel_deg: float) -> None:
    host = under_way(name)
    before = host.truth.angle_deg
    host.run(3.0, 20.0)
    assert host.truth.angle_deg < before + travel_deg
    assert host.truth.current_a > 10.0


def test_an_obstacle_lets_go_backwards() -> None:
    host = under_way("blocked")
    host.run(1.0, 20.0)
    pressed = host.world.table.plant.external_torque_nm
    assert pressed < -20.0
    host.run(0.5)
    host.run(4.0, -25.0)
    assert host.world.table.plant.external_torque_nm == 0.0


def test_panic_shakes_the_table() -> None:
    host = riding(gear="a2", start_deg=-20.0)
    host.run(1.0, -20.0)
    host.world.faults.switch("panic", True)
    fastest = 0.0
    for _ in range(100):
        host.step(-20.0)
        fastest = max(fastest, abs(host.truth.rate_dps))
    assert fastest > 0.1


def test_arms_overhead_make_head_heavy() -> None:
    host = riding(gear="a2", start_deg=-20.0)
    host.run(3.0, -19.0)
    before = host.truth.current_a
    host.world.faults.switch("arms_overhead", True)
    host.run(3.0, -19.0)
    assert host.truth.current_a < before - 2.0


def test_knees_take_their_time() -> None:
    """1.2 s at minimum jerk: half of it after half the time, all of it at the end, and nothing by a jerk."""
    host = riding(gear="a2", start_deg=-20.0)
    host.run(1.0, -20.0)
    plant = host.world.table.plant
    weights = [plant._weight_xi]
    host.world.faults.switch("knees_drawn", True)
    for _ in range(70):
        host.step(-20.0)
        weights.append(plant._weight_xi)
    drawn = weights[-1] - weights[0]
    assert drawn < -50.0
    assert (weights[31] - weights[0]) / drawn == pytest.approx(0.5, abs=0.05)
    assert max(abs(b - a) for a, b in pairwise(weights)) < 0.04 * abs(drawn)
    assert weights[-1] == weights[-5]


def test_loose_straps_let_the_body_slide() -> None:
    """It lies on the foot plate; below the horizontal it flies over the play and rests in the straps."""
    host = riding(gear="a2", start_deg=-5.0)
    host.world.faults.switch("straps_loose", True, 20.0)
    slack, plant = host.world.slack, host.world.table.plant
    host.run(1.0, -5.0)
    on_the_plate, lying = slack.slide.shift_m, plant._weight_xi
    assert -1e-3 < on_the_plate < -1e-4
    fastest = 0.0
    for _ in range(400):
        host.step(8.0)
        fastest = max(fastest, slack.slide.rate_m_s)
    assert fastest > 0.05
    assert slack.slide.rate_m_s == 0.0
    assert 0.020 < slack.slide.shift_m < 0.023
    assert plant._weight_xi - lying == pytest.approx(
        80 * 9.80665 * (slack.slide.shift_m - on_the_plate), abs=0.3
    )
    host.world.faults.switch("straps_loose", False)
    host.run(0.1, 8.0)
    assert plant._weight_xi == pytest.approx(lying, abs=0.5)


def test_a_restless_rider_trembles_on_the_table() -> None:
    host = riding(gear="a2", start_deg=-20.0)
    host.world.faults.switch("restless", True, 12.0)
    torques = set()
    for _ in range(100):
        host.step(-20.0)
        torques.add(host.world.table.plant.external_torque_nm)
    assert len(torques) > 90
    host.world.faults.switch("restless", False)
    host.step(-20.0)
    assert host.world.table.plant.external_torque_nm == 0.0


def test_a_restless_rider_pushes_now_and_then() -> None:
    """2 N m rms of tremor; the pushes are those of the seed, each as long and as strong as drawn."""
    rider, row = Restless(1, 12.0), pulses(1, 0, 40.0, 12.0 / 60.0)
    torques = [rider.step() for _ in range(36_000)]
    calm = torques[: int(row[0].t_s * 1_000)]
    assert (sum(one * one for one in calm) / len(calm)) ** 0.5 == pytest.approx(2.0, rel=0.1)
    middle_ms = round((row[0].t_s + row[0].duration_s / 2) * 1_000)
    assert torques[middle_ms - 1] == pytest.approx(pulse_nm(row, middle_ms / 1_000), abs=8.0)
    assert max(map(abs, torques)) > 50.0


def test_a_motor_that_has_worked_gives_less() -> None:
    """At 120 degC of the winding: 1.37 times the resistance, 0.89 of the torque; and it cools from there."""
    host = riding(gear="a2", start_deg=-20.0)
    host.world.faults.switch("motor_worked", True)
    warm, whole = host.world.table.plant.params.motor, host.world.table.whole.motor
    assert warm.resistance_ohm == pytest.approx(whole.resistance_ohm * 1.37335)
    assert warm.torque_nm_a == pytest.approx(whole.torque_nm_a * 0.886)
    assert warm.back_emf_vs == pytest.approx(whole.back_emf_vs * 0.886)
    host.run(10.0, -20.0)
    cooled = host.world.table.plant.params.motor.resistance_ohm
    assert whole.resistance_ohm * 1.2 < cooled < warm.resistance_ohm * 0.99


def test_a_motor_that_works_gets_warm_by_itself() -> None:
    host = under_way("jammed")
    host.run(6.0, 20.0)
    table = host.world.table
    assert table.heat.now.winding > 35.0
    assert table.plant.params.motor.resistance_ohm > 1.03 * table.whole.motor.resistance_ohm


def test_motor_dead() -> None:
    host = under_way("motor_dead")
    assert host.truth.current_a > 1.0
    host.run(0.5, 20.0)
    assert (host.truth.current_a, host.truth.rate_dps) == (0.0, 0.0)


def test_motor_reversed() -> None:
    host = under_way("motor_reversed")
    before = host.truth.angle_deg
    host.run(0.3, 20.0)
    assert host.truth.angle_deg < before


@pytest.mark.parametrize(("name", "slips"), [("brake_worn", False), ("brake_gone", True)])
def test_the_brake_of_a_gear_that_needs_it(name: str, slips: bool) -> None:
    host = riding(gear="a2", start_deg=20.0)
    host.world.faults.switch(name, True)
    host.world.faults.switch("arms_overhead", True)
    host.run(1.0, 20.0)
    for _ in range(200):
        host.step(cut=True)
    assert (host.truth.angle_deg > 21.0) == slips
