"""The node listens to its motor: back-EMF damps what a late angle cannot, and tells a frozen encoder."""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import replace

import pytest

from firmware_bridge.node import protocol
from firmware_bridge.node.config import Config
from firmware_bridge.node.doubt import Doubt
from simulator.plant.bed import moments
from simulator.plant.body import person
from simulator.sensors import Inclinometer, Noise
from tests.node_rig import Raw, held, ramp


def _with_inclinometer(gear: str, angle_deg: float) -> Raw:
    """The real inclinometer's delay and noise instead of an ideal one."""
    node = Raw(gear, angle_deg)
    sensor = Inclinometer(Noise(3, 1))
    sensor.start(angle_deg)

    def read() -> int:
        sensor.sample(node.plant.angle_deg, node.plant.rate_dps)
        return round(sensor.angle_deg * 100)

    node.inclinometer = read
    return node


def test_a_frozen_encoder_is_found_while_the_table_is_told_to_stand() -> None:
    """Armed anew with both in agreement, on a gear that the load turns: it falls and is told nothing."""
    node = _with_inclinometer("a2", -20.0)
    node.encoder = lambda: -20_000
    node.arm()
    for _ in range(100):
        node.command(protocol.STOP)
    assert node.brain.source.slow
    assert abs(node.plant.rate_dps) < 0.05
    assert node.plant.angle_deg > -21.0


def test_an_encoder_80_ms_late_does_not_shake_the_table_off() -> None:
    node = _with_inclinometer("a2", 20.0)
    seen = deque([20_000] * 8)

    def late() -> int:
        seen.append(round(node.plant.angle_deg * 1000))
        return seen.popleft()

    node.encoder = late
    node.arm()
    way = ramp(20.0, -10.0, 2.0)
    for _ in range(700):
        node.command(protocol.MOVE, *next(way))
    assert node.brain.state == protocol.ARMED
    assert node.plant.angle_deg == pytest.approx(-6.0, abs=3.0)


@pytest.mark.parametrize("late_ms", [100, 140, 180])
def test_an_encoder_that_becomes_late_is_doubted_at_the_next_start_or_its_loop_is_calm(late_ms: int) -> None:
    node = _with_inclinometer("a2", 0.0)
    node.arm()
    for _ in range(100):
        node.command(protocol.STOP)
    seen = deque([node.encoder()] * (late_ms // 10))

    def late() -> int | None:
        seen.append(round(node.plant.angle_deg * 1000))
        return seen.popleft()

    node.encoder, node.fastest_dps = late, 0.0
    way = ramp(node.plant.angle_deg, -20.0, 1.5)
    lowest_deg = sunk_deg = 0.0
    for _ in range(300):
        node.command(protocol.MOVE, *next(way))
        lowest_deg = min(lowest_deg, node.plant.angle_deg)
        sunk_deg = max(sunk_deg, node.plant.angle_deg - lowest_deg)
    source = node.brain.source
    assert (source.slow, node.brain.state) == (True, protocol.ARMED) or source.calm
    assert node.fastest_dps < 8.8
    assert sunk_deg < 1.5


def test_on_the_inclinometer_alone_the_speed_does_not_swing() -> None:
    node = _with_inclinometer("a1", 20.0)
    node.arm()
    way = ramp(20.0, -20.0, 1.5)
    for _ in range(100):
        node.command(protocol.MOVE, *next(way))
    node.encoder = lambda: None
    off = 0.0
    for place in range(1_000):
        node.command(protocol.MOVE, *next(way))
        off = max(off, abs(node.plant.rate_dps + 1.5)) if place > 400 else off
    assert off < 0.3


def test_an_inclinometer_that_drifts_past_a_standing_encoder_is_no_fall() -> None:
    """2 deg/s, the fastest drift there is, until both are as far apart as is always doubted."""
    doubt = Doubt(Config())
    for sample in range(150):
        doubt.judge(10_000, 10_000 + 20 * sample, 0, 0, 0, 10)
        assert doubt.encoder == protocol.NO_FAULT


@pytest.mark.parametrize("gear", ["a1", "a2"])
@pytest.mark.parametrize("says_ma", [40_000, -40_000])
def test_a_current_sense_that_sticks_at_its_end_does_not_drive_the_motor(gear: str, says_ma: int) -> None:
    node = Raw(gear, 20.0)
    node.arm()
    way = ramp(20.0, -20.0, 2.0)
    for _ in range(100):
        node.command(protocol.MOVE, *next(way))
    node.current = lambda: says_ma
    for _ in range(200):
        node.command(protocol.MOVE, *next(way))
    assert node.fastest_dps < 2.2
    assert node.plant.angle_deg == pytest.approx(10.0, abs=0.2)
    assert node.status is not None
    assert (node.status.fault, node.status.valid & protocol.CURRENT) == (protocol.CURRENT_OFF, 0)


@pytest.mark.parametrize("gear", ["a1", "a2"])
@pytest.mark.parametrize("ohm", [0.18, 0.35])
def test_a_winding_that_is_cold_or_hot_is_believed(gear: str, ohm: float) -> None:
    """With a supply that sags, and 20 A against something in the way: it stays the measured current."""
    node = Raw(gear, 20.0)
    plant = node.plant
    plant.refit(replace(plant.params, motor=replace(plant.params.motor, resistance_ohm=ohm)))
    plant.supply_v = 22.0
    node.arm()
    way = ramp(20.0, -20.0, 2.0)
    for place in range(300):
        plant.drag_nm = 2_000.0 if place > 150 else 0.0
        node.command(protocol.MOVE, *next(way))
        assert not node.brain.axis.current.doubted
    assert plant.current_a == pytest.approx(-20.0, abs=0.5)


@pytest.mark.parametrize("gear", ["a1", "a2"])
@pytest.mark.parametrize("hot", [1.0, 1.2, 1.35, 1.5])
@pytest.mark.parametrize("rider", [("female", 1.55, 48.0), ("male", 1.85, 110.0)])
def test_the_push_after_a_cut_is_not_given_up_for_a_winding_that_is_hot(
    gear: str, hot: float, rider: tuple[str, float, float]
) -> None:
    """Its current comes short, which is felt as motion; the push halved, a light rider fell towards park."""
    node = held(moments(person(*rider)), gear)
    params = node.plant.params
    ohm = params.motor.resistance_ohm * hot
    node.plant.refit(replace(params, motor=replace(params.motor, resistance_ohm=ohm)))
    for _ in range(100):
        node.command(protocol.MOVE, 0, 0)
    node.command(protocol.CUT)
    node.pass_time(500)
    node.fastest_dps = 0.0
    for angle, rate in itertools.islice(ramp(node.plant.angle_deg, -60.0, 2.0), 60):
        node.command(protocol.MOVE, angle, rate)
    assert node.fastest_dps < 1.6
