"""Faults of motor, brake, hinge and rider act on the table itself."""

from __future__ import annotations

from itertools import pairwise

import pytest

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
