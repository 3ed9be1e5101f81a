"""The node's firmware on the fast plant: loops, brake, watchdog, own return, buttons, failing sensors."""

from __future__ import annotations

import itertools

import pytest

from firmware_bridge.codec.node_frames import Command, Config, ConfigReply, Hello, HelloReply, encode
from firmware_bridge.node import protocol
from simulator.plant.bed import RIDER, RIDER_ARMS_OVERHEAD, Moments
from tests.node_rig import DEFAULTS, IN_ORDER, Raw, ramp

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
def test_without_a_host_it_brings_the_rider_home_in_stages(gear: str) -> None:
    node = Raw(gear, 30.0)
    node.arm()
    stages: list[tuple[int, int, float]] = []
    while node.brain.stage() != protocol.PARKED or node.brain.bridge_on:
        node.pass_time(10)
        if not stages or stages[-1][0] != node.brain.stage():
            stages.append((node.brain.stage(), node.now_ms, node.plant.angle_deg))
    assert [stage for stage, _, _ in stages] == [0, 1, 2, 3, 4, 5, 6]
    begun, rested, left, middle, left_middle, parked = (at for _, at, _ in stages[1:])
    assert begun <= 170
    assert left - rested == 60_000
    assert left_middle - middle == 20_000
    assert [round(angle) for _, _, angle in stages] == [30, 30, 0, 0, -15, -15, -70]
    assert parked - begun < 300 + 15_000 + 60_000 + 10_000 + 20_000 + 36_667 + 10_000
    assert node.fastest_dps < 2.2
    assert node.brain.state == protocol.DISARMED
    assert node.plant.brake_closed


@pytest.mark.parametrize(("angle_deg", "first"), [(-5.0, 3), (-40.0, 5), (-0.2, 2), (-70.0, 6)])
def test_stages_behind_are_skipped(angle_deg: float, first: int) -> None:
    node = Raw("a1", angle_deg)
    node.arm()
    node.pass_time(150)
    assert node.brain.homing.stage == first


def test_without_a_session_it_stops_and_closes_the_brake() -> None:
    node = Raw("a2", 30.0)
    for _ in range(3):
        node.command(protocol.NONE, request=protocol.ARM)
    for angle, rate in itertools.islice(ramp(30, 0, 2.0), 100):
        node.command(protocol.MOVE, angle, rate, protocol.ARM)
    node.pass_time(700)
    assert node.brain.state == protocol.DISARMED
    assert (node.plant.rate_dps, node.plant.brake_closed) == (0, True)


def test_the_session_mark_and_the_boot_count_outlive_a_reset() -> None:
    node = Raw()
    node.arm()
    node.boot()
    assert node.brain.host.session_mark
    reply = node.say(Hello(1, 0, 99))[0]
    assert isinstance(reply, HelloReply)
    assert (reply.boot_count, reply.nonce, reply.device) == (2, 99, protocol.DEVICE)


def spoil(node: Raw, kind: str) -> Command:
    tick, challenge, checkpoints = node.tick + 1, node.challenge, 0
    if kind == "tick":
        tick = node.tick
    elif kind == "challenge":
        challenge ^= 1
    answer = protocol.answer(challenge, tick, checkpoints)
    if kind == "answer":
        answer ^= 1
    return Command(protocol.MOVE, 3, 0, -6900, 100, 0, challenge, tick, checkpoints, answer)


@pytest.mark.parametrize("kind", ["tick", "challenge", "answer"])
def test_only_a_good_answer_feeds(kind: str) -> None:
    node = Raw(angle_deg=-40.0)
    node.arm()
    for _ in range(7):
        node.say(spoil(node, kind))
        node.pass_time()
    assert node.brain.state == protocol.OWN_RETURN
    assert node.brain.host.refused == 7


def test_the_checkpoints_asked_for_must_have_run() -> None:
    node = Raw(angle_deg=-40.0)
    node.brain.config.checkpoint_mask = 0b111
    node.command(protocol.NONE)
    assert node.brain.state == protocol.DISARMED


def test_a_stale_command_of_a_host_that_wakes_up_moves_nothing() -> None:
    node = Raw(angle_deg=-40.0)
    node.arm()
    held = spoil(node, "")
    node.pass_time(3000)
    node.say(held._replace(request=held.request | protocol.TAKEOVER))
    assert node.brain.state == protocol.OWN_RETURN
    node.pass_time(20)
    assert node.plant.rate_dps < 0


def test_a_frame_too_soon_is_not_held_against_the_host() -> None:
    node = Raw()
    node.arm()
    for _ in range(20):
        node.pass_time(30)
        node.command(protocol.STOP)
        node.tick += 1
        node.say(
            Command(
                2, 3, 0, 0, 0, 0, node.challenge, node.tick, 0, protocol.answer(node.challenge, node.tick, 0)
            )
        )
    assert node.brain.state == protocol.ARMED


@pytest.mark.parametrize("mode", [protocol.NONE, protocol.MOVE, protocol.STOP])
def test_a_host_that_comes_back_lets_it_go_on_unless_it_takes_over(mode: int) -> None:
    node = Raw(angle_deg=-40.0)
    node.arm()
    node.pass_time(2000)
    node.greet()
    for _ in range(10):
        node.command(mode, -4000, 0)
    assert node.brain.state == protocol.OWN_RETURN
    node.command(mode, -4200, 0, protocol.ARM | protocol.SESSION_OPEN | protocol.TAKEOVER)
    assert (node.brain.state == protocol.ARMED) is (mode != protocol.NONE)


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


def test_return_button_without_a_host_runs_while_held_and_stops_at_rest() -> None:
    node = Raw("a1", 5.0)
    node.pass_time(1000)
    node.inputs |= protocol.RETURN_B
    node.pass_time(10_000)
    assert node.plant.angle_deg == pytest.approx(0, abs=0.1)
    node.inputs = IN_ORDER
    node.pass_time(500)
    node.inputs |= protocol.RETURN_B
    node.pass_time(40_000)
    assert node.plant.angle_deg == pytest.approx(-70, abs=0.1)
    assert node.fastest_dps < 2.2


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


@GEARS
def test_a_host_lost_on_the_way_down_ends_that_way_within_300_ms(gear: str) -> None:
    node = Raw(gear, -20.0)
    node.arm()
    for angle, rate in itertools.islice(ramp(-20, 40, 2.0), 300):
        node.command(protocol.MOVE, angle, rate)
    fed_ms = node.now_ms - 20
    while node.plant.rate_dps > 0:
        node.pass_time(10)
    assert node.now_ms - fed_ms <= 300
    assert node.fastest_dps < 2.2


@GEARS
def test_something_in_the_way_home_is_not_pressed_for_long_and_tried_again(gear: str) -> None:
    node = Raw(gear, 20.0)
    node.arm()
    node.pass_time(2_000)
    node.plant.drag_nm = 5_000.0
    most_a, powered_ms = 0.0, 0
    for _ in range(1_500):
        node.pass_time(10)
        most_a = max(most_a, abs(node.plant.current_a))
        powered_ms += 10 * node.brain.bridge_on
    assert most_a < 22
    assert powered_ms < 5_000
    assert (node.brain.state, node.brain.sounder) == (protocol.OWN_RETURN, True)
    node.plant.drag_nm = 0.0
    node.pass_time(160_000)
    assert node.plant.angle_deg == pytest.approx(-70, abs=0.1)
    assert node.fastest_dps < 2.3


def run_away(node: Raw) -> None:
    """The encoder sees 15 deg/s for a tenth of a second."""
    real, places = node.encoder, itertools.count()
    node.encoder = lambda: round(node.plant.angle_deg * 1000) - 150 * next(places)
    node.pass_time(100)
    node.encoder = real


@GEARS
def test_too_fast_is_cut_and_tried_again_once(gear: str) -> None:
    node = Raw(gear, 20.0)
    node.arm()
    node.pass_time(2_000)
    for again in (protocol.OWN_RETURN, protocol.FAULT):
        run_away(node)
        assert (node.brain.state, node.brain.fault) == (protocol.FAULT, protocol.OVER_SPEED)
        node.pass_time(6_000)
        assert node.brain.state == again
    assert node.plant.brake_closed


def test_a_jumping_inclinometer_does_not_take_the_encoder_away() -> None:
    node = Raw("a1", 40.0)
    node.arm()
    for place, (angle, rate) in enumerate(itertools.islice(ramp(40, 20, 2.0), 300)):
        if place == 150:
            node.inclinometer = lambda: round(node.plant.angle_deg * 100) - 500
        node.command(protocol.MOVE, angle, rate)
        assert not node.brain.source.slow


def test_without_any_angle_it_cuts() -> None:
    node = Raw("a2", 20.0)
    node.arm()
    for _ in range(20):
        node.command(protocol.STOP)
    node.encoder = node.inclinometer = lambda: None
    for _ in range(7):
        node.command(protocol.STOP)
    assert (node.brain.state, node.brain.fault) == (protocol.FAULT, protocol.NO_ANGLE)
    assert node.plant.brake_closed


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


@pytest.mark.parametrize("bit", range(0, 8 * 24, 5))
def test_a_flipped_bit_is_no_command(bit: int) -> None:
    node = Raw(angle_deg=-40.0)
    node.arm()
    frame = bytearray(encode(spoil(node, ""), 9))
    frame[1 + bit // 8] ^= 1 << bit % 8
    node.brain.take(bytes(frame), node.now_ms)
    assert node.brain.mode == protocol.NONE


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


def test_stamps_may_wrap() -> None:
    node = Raw(angle_deg=-40.0)
    node.now_ms = (1 << 30) - 200
    node.greet()
    for _ in range(5):
        node.command(protocol.STOP)
    node.now_ms -= 1 << 30
    for _ in range(20):
        node.command(protocol.STOP)
        assert node.brain.state == protocol.ARMED
