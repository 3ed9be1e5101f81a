"""The node's firmware on the fast plant: loops, brake, watchdog, own return, buttons, failing sensors."""

from __future__ import annotations

import itertools

import pytest

from firmware_bridge.codec.node_frames import Config, ConfigReply, Hello
from firmware_bridge.node import protocol
from simulator.plant.bed import RIDER, RIDER_ARMS_OVERHEAD, Moments
from tests.node_rig import DEFAULTS, Raw, ramp

GEARS = pytest.mark.parametrize("gear", ["a1", "a2"])


@GEARS
@pytest.mark.parametrize("load", [RIDER, RIDER_ARMS_OVERHEAD])
def test_it_tracks_and_holds(gear: str, load: Moments) -> None:
    node = Raw(gear, load=load)
    node.arm()
    lag, off = 0.0, 0.0
    for place, (angle, rate) in enumerate(itertools.islice(ramp(-70, 20, 2.0), 2800)):
        node.command(protocol.MOVE, angle, rate)
        lag = max(lag, abs(node.plant.angle_deg - angle / 100))
        if place > 2500:
            off = max(off, abs(node.plant.angle_deg - 20))
    assert lag < 0.15
    assert off < 0.02
    assert node.fastest_dps < 2.1


@GEARS
def test_power_comes_before_the_brake_opens_and_nothing_drops(gear: str) -> None:
    node = Raw(gear, 45.0)
    node.arm()
    order, drop = [], 0.0
    for _ in range(100):
        node.command(protocol.STOP)
        order.append((node.brain.bridge_on, node.brain.brake_closed))
        drop = max(drop, abs(node.plant.angle_deg - 45))
    assert list(dict.fromkeys(order)) == [(True, True), (True, False)]
    assert drop < 0.2
    order.clear()
    for _ in range(20):
        node.command(protocol.NONE)
        order.append((node.brain.bridge_on, node.brain.brake_closed))
    assert list(dict.fromkeys(order)) == [(True, True), (False, True)]
    assert abs(node.plant.angle_deg - 45) < 0.3


@GEARS
def test_a_stop_from_the_emergency_return_takes_less_than_300_ms(gear: str) -> None:
    node = Raw(gear, 40.0)
    node.arm()
    for angle, rate in itertools.islice(ramp(40, -60, 6.0), 350):
        node.command(protocol.MOVE, angle, rate)
    assert node.plant.rate_dps == pytest.approx(-6, abs=0.2)
    began = node.now_ms
    while abs(node.plant.rate_dps) > 0.05:
        node.command(protocol.STOP)
    assert node.now_ms - began <= 300
    assert node.fastest_dps < 6.3


@GEARS
def test_a_cut_is_obeyed_at_once_and_undone_by_the_next_order(gear: str) -> None:
    node = Raw(gear, 10.0)
    node.arm()
    for _ in range(20):
        node.command(protocol.STOP)
    node.command(protocol.CUT)
    assert (node.brain.state, node.brain.bridge_on, node.brain.brake_closed) == (
        protocol.UNPOWERED,
        False,
        True,
    )
    for _ in range(20):
        node.command(protocol.STOP)
    assert node.brain.state == protocol.ARMED
    assert abs(node.plant.angle_deg - 10) < 0.3


@GEARS
def test_estop_ramps_then_takes_the_power_within_500_ms(gear: str) -> None:
    node = Raw(gear, 40.0)
    node.arm()
    for angle, rate in itertools.islice(ramp(40, -60, 6.0), 350):
        node.command(protocol.MOVE, angle, rate)
    node.inputs &= ~protocol.ESTOP_OK
    began = node.now_ms
    while node.brain.bridge_on:
        node.command(protocol.MOVE, -6000, -600)
    assert node.now_ms - began <= 500
    assert (node.brain.state, node.plant.rate_dps, node.plant.brake_closed) == (protocol.UNPOWERED, 0, True)
    node.inputs |= protocol.RETURN_A
    held_at = node.plant.angle_deg
    for _ in range(100):
        node.command(protocol.NONE)
    assert 2 < held_at - node.plant.angle_deg < 4
    assert node.status is not None
    assert (node.status.state, node.status.stage) == (protocol.OWN_RETURN, protocol.BY_HAND)
    node.inputs &= ~protocol.RETURN_A
    for _ in range(20):
        node.command(protocol.NONE)
    assert (node.brain.bridge_on, node.plant.rate_dps) == (False, 0)


@GEARS
@pytest.mark.parametrize("what", ["silent", "frozen"])
def test_it_comes_home_without_its_encoder(gear: str, what: str) -> None:
    node = Raw(gear, 40.0)
    node.arm()
    for angle, rate in itertools.islice(ramp(40, 20, 2.0), 200):
        node.command(protocol.MOVE, angle, rate)
    stuck = None if what == "silent" else node.encoder()
    node.encoder = lambda: stuck
    node.pass_time(150_000)
    assert node.plant.angle_deg == pytest.approx(-70, abs=0.2)
    assert node.fastest_dps < 8


def test_a_jumping_inclinometer_does_not_take_the_encoder_away() -> None:
    node = Raw("a1", 40.0)
    node.arm()
    for place, (angle, rate) in enumerate(itertools.islice(ramp(40, 20, 2.0), 300)):
        if place == 150:
            node.inclinometer = lambda: round(node.plant.angle_deg * 100) - 500
        node.command(protocol.MOVE, angle, rate)
        assert not node.brain.source.slow


@GEARS
def test_without_any_angle_it_stands_behind_its_brake(gear: str) -> None:
    node = Raw(gear, 20.0)
    node.arm()
    for angle, rate in itertools.islice(ramp(20, 40, 2.0), 150):
        node.command(protocol.MOVE, angle, rate)
    node.encoder = node.inclinometer = lambda: None
    lost_ms, turning = node.now_ms, node.plant.angle_deg
    while node.plant.rate_dps > 0:
        node.command(protocol.MOVE, 4_000, 200)
    assert node.now_ms - lost_ms <= 300
    for _ in range(20):
        node.command(protocol.MOVE, 4_000, 200)
    assert (node.brain.bridge_on, node.plant.brake_closed, node.plant.rate_dps) == (False, True, 0)
    assert node.plant.angle_deg < turning + 0.6
    assert node.status is not None
    assert (node.status.fault, node.status.valid) == (protocol.NO_ANGLE, protocol.CURRENT)


def test_the_over_angle_switch_takes_the_way_down() -> None:
    node = Raw("a1", 50.0)
    node.arm()
    node.inputs |= protocol.OVER_ANGLE
    for angle, rate in itertools.islice(ramp(50, 55, 2.0), 100):
        node.command(protocol.MOVE, angle, rate)
    assert node.plant.angle_deg < 50.1
    for angle, rate in itertools.islice(ramp(50, 45, 2.0), 200):
        node.command(protocol.MOVE, angle, rate)
    assert node.plant.angle_deg < 48


def test_setpoints_are_held_inside_the_limits() -> None:
    node = Raw("a1", 62.0)
    node.arm()
    for angle, rate in itertools.islice(ramp(62, 65, 2.0), 400):
        node.command(protocol.MOVE, angle, rate)
    assert node.plant.angle_deg == pytest.approx(63, abs=0.1)


@pytest.mark.parametrize(
    ("index", "value"), [(0, 250), (0, 20), (4, 900), (9, -5000)], ids=["long", "short", "rate", "park"]
)
def test_a_limit_out_of_range_is_refused_by_its_number(index: int, value: int) -> None:
    node = Raw()
    values = list(DEFAULTS)
    values[index] = value
    reply = node.say(Config(protocol.WRITE, tuple(values)))[0]
    assert reply == ConfigReply(protocol.REFUSED, index, DEFAULTS)


def test_limits_do_not_change_under_way() -> None:
    node = Raw()
    node.arm()
    values = (90, *DEFAULTS[1:])
    assert node.say(Config(protocol.WRITE, values))[0] == ConfigReply(protocol.NOT_NOW, 0, DEFAULTS)
    assert node.say(Config(protocol.WRITE, DEFAULTS))[0] == ConfigReply(protocol.TAKEN, 0, DEFAULTS)


def test_it_does_not_arm_before_handshake_and_limits() -> None:
    node = Raw()
    node.boot()
    for _ in range(5):
        node.command(protocol.MOVE, -6900, 100)
    assert node.brain.state == protocol.DISARMED
    node.say(Hello(2, 0, 1))
    node.say(Config(protocol.WRITE, DEFAULTS))
    for _ in range(5):
        node.command(protocol.MOVE, -6900, 100)
    assert node.brain.state == protocol.DISARMED


def test_the_io_role_has_no_motor_and_opens_enable_without_its_host() -> None:
    node = Raw()
    node.role = "io"
    node.boot()
    node.greet()
    for _ in range(5):
        node.command(protocol.MOVE, 0, 200)
    assert (node.brain.enable, node.brain.bridge_on, node.brain.brake_closed) == (True, False, True)
    node.pass_time(200)
    assert (node.brain.enable, node.brain.sounder) == (False, True)
