"""The node beside what is not ideal: dead motor, coarse encoder, no current sense, a rider who shakes."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from firmware_bridge.node import protocol
from simulator.plant.bed import moments
from simulator.plant.body import person
from tests.node_rig import Raw, ramp

HEAVY = moments(person("male", 1.85, 110.0))


def _coarse(node: Raw, step_mdeg: int = 88) -> Callable[[], int]:
    """12 bits at the hinge, as an AS5600 has."""
    return lambda: math.floor(node.plant.angle_deg * 1_000 / step_mdeg) * step_mdeg


def _thrice(node: Raw) -> Callable[[], int]:
    """A converter slower than the loop says each value three times."""
    said: list[int] = []

    def read() -> int:
        said.append(round(node.plant.angle_deg * 1_000) if len(said) % 3 == 0 else said[-1])
        return said[-1]

    return read


def _exact(node: Raw) -> Callable[[], int | None]:
    return node.encoder


@pytest.mark.parametrize("rate_dps", [1.5, 0.0, -2.0])
@pytest.mark.parametrize(
    ("encoder", "calm", "most_deg"),
    [(_exact, False, 0.8), (_exact, True, 0.9), (_coarse, False, 1.1), (_thrice, False, 1.3)],
)
def test_a_dead_motor_is_noticed_before_the_table_falls_far(
    encoder: Callable[[Raw], Callable[[], int | None]], calm: bool, most_deg: float, rate_dps: float
) -> None:
    """Gear a2, 110 kg: what the encoder says between two of its counts is no loop that has caught the bed."""
    node = Raw("a2", 10.0, HEAVY)
    node.encoder = encoder(node)
    node.arm()
    for _ in range(80):
        node.command(protocol.MOVE, 1_000, 0)
    node.brain.source.calm = calm
    way = ramp(10.0, 10.0 + math.copysign(30.0, rate_dps or 1.0), abs(rate_dps) or 1e-9)
    for _ in range(120):
        node.command(protocol.MOVE, *next(way))
    began_deg = node.plant.angle_deg
    node.plant.drive = lambda duty: node.plant.open_circuit()  # type: ignore[method-assign]
    lowest_deg = began_deg
    for _ in range(60):
        node.command(protocol.MOVE, *next(way))
        lowest_deg = max(lowest_deg, node.plant.angle_deg)
    assert node.brain.state == protocol.FAULT
    assert node.plant.rate_dps == 0.0
    assert lowest_deg - began_deg < most_deg


def test_return_held_through_a_trip_goes_on_once_it_can() -> None:
    """A shove sinks it by a degree: it is cut, tried anew from where it stands, and comes home."""
    node = Raw("a2", 20.0, HEAVY)
    node.pass_time(3_000)
    node.inputs |= protocol.RETURN_A
    node.pass_time(3_000)
    shoved_deg = node.plant.angle_deg
    node.plant.external_torque_nm = 180.0
    node.pass_time(500)
    node.plant.external_torque_nm = 0.0
    node.pass_time(10_000)
    assert node.plant.angle_deg < shoved_deg - 5.0


@pytest.mark.parametrize("late", [None, 1, 2])
def test_a_current_that_is_late_or_missing_does_not_shake_the_table(late: int | None) -> None:
    node = Raw("a2", 50.0, HEAVY)
    seen = [0] * (late or 0)

    def current() -> int:
        seen.append(round(node.plant.current_a * 1_000))
        return 0 if late is None else seen[-1 - late]

    node.current = current
    node.arm()
    for _ in range(50):
        node.command(protocol.MOVE, 5_000, 0)
    way = ramp(50.0, 40.0, 2.0)
    node.fastest_dps = 0.0
    for _ in range(350):
        node.command(protocol.MOVE, *next(way))
    assert node.brain.state == protocol.ARMED
    assert node.fastest_dps < 3.2
    assert node.plant.angle_deg == pytest.approx(40.0, abs=0.1)


def test_a_rider_who_shakes_the_bed_is_still_brought_home_quickly() -> None:
    """30 N m at 3.5 Hz; the emergency return after it is as fast as ever."""
    node = Raw("a2", 50.0)
    node.arm()
    for tick in range(150):
        node.plant.external_torque_nm = 30.0 * math.sin(2 * math.pi * 3.5 * tick * 0.02)
        node.command(protocol.MOVE, 5_000, 0)
    node.plant.external_torque_nm = 0.0
    assert node.brain.state == protocol.ARMED
    way = ramp(50.0, 0.0, 6.0)
    for _ in range(600):
        node.command(protocol.MOVE, *next(way))
    assert node.plant.angle_deg < 4.0
    assert node.brain.state == protocol.ARMED


def test_swings_of_the_last_try_are_not_those_of_the_next() -> None:
    """Else what falls right after the brake opens counts as swinging, and its push is not learnt."""
    node = Raw("a2", 20.0)
    node.brain.axis.trip.swings = True
    node.arm()
    for _ in range(5):
        node.command(protocol.MOVE, 2_000, 0)
    assert node.brain.bridge_on
    assert not node.brain.axis.trip.swings
