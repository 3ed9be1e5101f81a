"""The node against what holds the table: it saves nothing up, takes its push back, and yields upwards."""

from __future__ import annotations

import math

import pytest

from firmware_bridge.node import protocol
from simulator.plant.bed import EMPTY, RIDER, RIDER_ARMS_OVERHEAD, Moments, moments
from simulator.plant.body import person
from simulator.world_table import PANIC_HZ
from tests.node_rig import Raw, ramp

GEARS = pytest.mark.parametrize("gear", ["a1", "a2"])
SEIZED_NM = 2_000.0
LIMIT_MA = 20_000
LIGHT = moments(person("female", 1.55, 48.0))
HEAVY = moments(person("male", 1.85, 110.0))
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
    took_ms = []
    for push_ms in (3_000, 8_000):
        node = _held(gear, -60.0, push_ms)
        began_ms = node.now_ms
        while node.plant.current_a < 0.0:
            node.command(protocol.MOVE, round(node.plant.angle_deg * 100) + 100, 50)
        took_ms.append(node.now_ms - began_ms)
    assert took_ms[1] < 1_700
    assert took_ms[1] <= took_ms[0] + 100


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


def _asked_to_stand(gear: str, load: Moments, off_cdeg: int) -> tuple[float, float]:
    """It stands; its set angle moves a little: so far it goes, in degrees, and at most so fast."""
    node = Raw(gear, 0.0, load)
    node.arm()
    for _ in range(100):
        node.command(protocol.MOVE, 0, 0)
    stood_deg, node.fastest_dps = node.plant.angle_deg, 0.0
    for _ in range(200):
        node.command(protocol.MOVE, round(stood_deg * 100) + off_cdeg, 0)
    return node.plant.angle_deg - stood_deg, node.fastest_dps


@GEARS
@pytest.mark.parametrize("load", [LIGHT, HEAVY])
def test_what_friction_holds_above_its_place_is_not_pushed_down(gear: str, load: Moments) -> None:
    """Pushed until it breaks loose it leaps: on gear a2 by 2 deg/s."""
    assert _asked_to_stand(gear, load, 5) == (0.0, 0.0)


@GEARS
@pytest.mark.parametrize("off_cdeg", [-15, -5, 15])
def test_what_stands_below_its_place_or_further_off_is_led_there(gear: str, off_cdeg: int) -> None:
    way_deg, fastest_dps = _asked_to_stand(gear, LIGHT, off_cdeg)
    assert way_deg == pytest.approx(off_cdeg / 100, abs=0.03)
    assert fastest_dps < 1.0


def _leant_on(load: Moments, lean_nm: float) -> Raw:
    """Gear a2 stands level; somebody leans on the bed all at once."""
    node = Raw("a2", 0.0, load)
    node.arm()
    for _ in range(100):
        node.command(protocol.MOVE, 0, 0)
    node.plant.external_torque_nm, node.fastest_dps = lean_nm, 0.0
    return node


def _home_by_hand(node: Raw, ms: int = 60_000) -> float:
    """RETURN held, without a host; how far head-down it was, in degrees."""
    node.pass_time(3_000)
    node.inputs |= protocol.RETURN_A
    worst_deg = node.plant.angle_deg
    for _ in range(ms // 20):
        node.pass_time(20)
        worst_deg = max(worst_deg, node.plant.angle_deg)
    return worst_deg


OVERHEAD = moments(person("male", 1.85, 136.0, "overhead"))


@pytest.mark.parametrize(
    ("load", "lean_nm"), [(LIGHT, 60.0), (RIDER, 60.0), (HEAVY, 60.0), (RIDER_ARMS_OVERHEAD, 100.0)]
)
def test_who_leans_on_the_bed_is_held(load: Moments, lean_nm: float) -> None:
    node = _leant_on(load, lean_nm)
    for _ in range(100):
        node.command(protocol.MOVE, 0, 0)
    assert node.brain.state == protocol.ARMED
    assert node.fastest_dps < 6.5
    assert node.plant.angle_deg < 0.3
    node.plant.external_torque_nm, node.fastest_dps = 0.0, 0.0
    for _ in range(100):
        node.command(protocol.MOVE, 0, 0)
    assert node.fastest_dps < 6.5


LEANS = pytest.mark.parametrize(("load", "lean_nm"), [(LIGHT, 100.0), (RIDER, 80.0), (HEAVY, 80.0)])


def _cut_by_a_lean(load: Moments, lean_nm: float) -> Raw:
    """As above, and it is cut while it falls."""
    node = _leant_on(load, lean_nm)
    node.command(protocol.MOVE, 0, 0)
    node.command(protocol.MOVE, 0, 0)
    assert node.plant.rate_dps > 1.5
    node.command(protocol.CUT)
    assert not node.brain.bridge_on
    node.pass_time(100)
    assert node.fastest_dps < 7.5
    assert not node.brain.source.calm
    node.fastest_dps = 0.0
    return node


@LEANS
def test_who_leans_on_the_bed_and_stays_is_brought_home_by_the_first_try(
    load: Moments, lean_nm: float
) -> None:
    node = _cut_by_a_lean(load, lean_nm)
    cut_deg = node.plant.angle_deg
    assert _home_by_hand(node) <= cut_deg + 0.2
    assert node.plant.angle_deg == pytest.approx(-70, abs=0.2)


@LEANS
def test_a_lean_that_has_gone_throws_nobody(load: Moments, lean_nm: float) -> None:
    """What pushed when it was cut is too much now: a moment towards park."""
    node = _cut_by_a_lean(load, lean_nm)
    node.plant.external_torque_nm = 0.0
    assert _home_by_hand(node) <= 0.5
    assert node.plant.angle_deg == pytest.approx(-70, abs=0.2)
    assert node.fastest_dps < 7


@pytest.mark.parametrize("lean_nm", [60.0, 100.0])
@pytest.mark.parametrize("load", [LIGHT, RIDER, HEAVY])
def test_who_lets_go_while_it_moves_does_not_throw_it(load: Moments, lean_nm: float) -> None:
    node = _leant_on(load, 0.0)
    way = ramp(0.0, -60.0, 2.0)
    for ms in range(0, 4_000, 20):
        node.plant.external_torque_nm = lean_nm * min(ms, 500) / 500
        node.command(protocol.MOVE, *next(way))
    node.plant.external_torque_nm, node.fastest_dps = 0.0, 0.0
    for _ in range(50):
        node.command(protocol.MOVE, *next(way))
    assert node.fastest_dps < 8.8
    assert node.brain.state == protocol.ARMED


@pytest.mark.parametrize("deg", [-37.0, -15.0])
@pytest.mark.parametrize("phase_ms", [0, 260])
def test_who_throws_their_weight_about_is_brought_home_when_calm_again(phase_ms: int, deg: float) -> None:
    """Among the pushes it stands for a moment while its motor pushes the wrong way: that is no load."""
    node = Raw("a2", deg, HEAVY)
    node.arm()
    for _ in range(100):
        node.command(protocol.MOVE, round(deg * 100), 0)
    for ms in range(phase_ms, 5_000, 20):
        node.plant.external_torque_nm = 80.0 * math.sin(2 * math.pi * PANIC_HZ * ms / 1000)
        node.command(protocol.STOP)
        if node.brain.state == protocol.FAULT:
            break
    assert node.brain.state == protocol.FAULT
    node.plant.external_torque_nm = 0.0
    _home_by_hand(node)
    assert node.plant.angle_deg == pytest.approx(-70, abs=0.2)


def _ridden(deg: float) -> Raw:
    """From park to `deg`, and held there."""
    node = Raw("a2", -70.0, OVERHEAD)
    node.arm()
    way = ramp(-70.0, deg, 3.0)
    for _ in range(round((deg + 70) / 3 * 50) + 100):
        node.command(protocol.MOVE, *next(way))
    return node


@pytest.mark.parametrize("then", [EMPTY, LIGHT, RIDER])
@pytest.mark.parametrize("deg", [0.0, 50.0])
def test_who_was_taken_off_after_a_cut_leaves_no_push_that_throws(deg: float, then: Moments) -> None:
    """Cut, helpers lift the rider off, somebody presses RETURN: the push of before is given up at once."""
    node = _ridden(deg)
    node.command(protocol.CUT)
    node.pass_time(500)
    node.plant.load(then)
    node.fastest_dps = 0.0
    before_deg = node.plant.angle_deg
    assert _home_by_hand(node, 2_000) <= before_deg + 0.1
    assert node.fastest_dps < 11
    assert node.brain.fault == protocol.NO_FAULT


def test_an_encoder_that_counts_backwards_throws_nobody_twice() -> None:
    """It says that the table falls head-down, while the loop throws it towards park: no push against that."""
    node = Raw("a2", 0.0, LIGHT)
    node.arm()
    for _ in range(100):
        node.command(protocol.MOVE, 0, 0)
    stood_deg = node.plant.angle_deg
    node.encoder = lambda: round((2 * stood_deg - node.plant.angle_deg) * 1000)
    for tick in range(50):
        node.command(protocol.MOVE, -tick, -50)
    assert (node.brain.state, node.brain.bridge_on) == (protocol.FAULT, False)
    node.pass_time(100)
    node.fastest_dps = 0.0
    _home_by_hand(node)
    assert node.fastest_dps < 3.5
    assert node.plant.angle_deg < -60.0
