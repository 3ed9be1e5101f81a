"""The node against what holds the table: it saves nothing up, takes its push back, and yields upwards."""

from __future__ import annotations

import pytest

from firmware_bridge.node import protocol
from simulator.plant.bed import moments
from simulator.plant.body import person
from tests.node_rig import Raw, ramp

GEARS = pytest.mark.parametrize("gear", ["a1", "a2"])
SEIZED_NM = 2_000.0
LIMIT_MA = 20_000
LIGHT = moments(person("female", 1.55, 48.0))
KNEES_DRAWN = moments(person("female", 1.55, 48.0, "sides", 0.52))


def _held(gear: str, end_deg: float, push_ms: int) -> Raw:
    """Led from 20 deg for a second, then held fast while it is led on for `push_ms`."""
    node = Raw(gear, 20.0)
    node.arm()
    way = ramp(20.0, end_deg, 2.0)
    for _ in range(75):
        node.command(protocol.MOVE, *next(way))
    node.plant.drag_nm = SEIZED_NM
    for _ in range(push_ms // 20):
        node.command(protocol.MOVE, *next(way))
    return node


@GEARS
@pytest.mark.parametrize("end_deg", [-60.0, 55.0])
def test_what_is_let_go_after_a_stop_does_not_shoot(gear: str, end_deg: float) -> None:
    node = _held(gear, end_deg, 3_000)
    pushed_ma = abs(round(node.plant.current_a * 1000))
    assert pushed_ma > 0.9 * LIMIT_MA
    for _ in range(75):
        node.command(protocol.STOP)
    node.plant.drag_nm, node.fastest_dps = 0.0, 0.0
    for _ in range(100):
        node.command(protocol.STOP)
    assert node.fastest_dps < 2.2
    assert node.brain.state == protocol.ARMED


@GEARS
def test_a_long_push_at_the_current_limit_is_not_saved_up(gear: str) -> None:
    node = _held(gear, -60.0, 8_000)
    began_ms = node.now_ms
    while node.plant.current_a < 0.0:
        node.command(protocol.MOVE, round(node.plant.angle_deg * 100) + 100, 50)
    assert node.now_ms - began_ms < 600


@GEARS
def test_a_free_table_stops_without_giving_its_load_away(gear: str) -> None:
    node = Raw(gear, 40.0)
    node.arm()
    way = ramp(40.0, -60.0, 2.0)
    for _ in range(150):
        node.command(protocol.MOVE, *next(way))
    lowest = node.plant.angle_deg
    for _ in range(100):
        node.command(protocol.STOP)
        lowest = min(lowest, node.plant.angle_deg)
    assert node.plant.angle_deg < lowest + 0.1


def test_a_stopped_table_that_is_pushed_up_is_not_led_back_down() -> None:
    """Knees drawn up while it stands: it slips towards park, and can be led on at once."""
    node = Raw("a2", 0.0, LIGHT)
    node.arm()
    for _ in range(100):
        node.command(protocol.STOP)
    node.plant.load(KNEES_DRAWN)
    lowest = 0.0
    for _ in range(150):
        node.command(protocol.STOP)
        lowest = min(lowest, node.plant.angle_deg)
    assert lowest < -0.5
    assert node.plant.angle_deg < lowest + 0.3
    assert abs(node.plant.current_a) * 1000 < 0.9 * LIMIT_MA
    began = node.plant.angle_deg
    way = ramp(began, -60.0, 1.5)
    for _ in range(100):
        node.command(protocol.MOVE, *next(way))
    assert node.plant.angle_deg < began - 1.0
