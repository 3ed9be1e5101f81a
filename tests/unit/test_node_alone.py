"""The node without its host: who counts as one, the own return, the RETURN buttons, obstacles."""

from __future__ import annotations

import itertools

import pytest

from firmware_bridge.codec.node_frames import Command, Hello, HelloReply, encode
from firmware_bridge.node import protocol
from firmware_bridge.node.motion import STOP
from tests.node_rig import IN_ORDER, Raw, ramp

GEARS = pytest.mark.parametrize("gear", ["a1", "a2"])


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


@GEARS
@pytest.mark.parametrize("lost_deg", [-69.8, -15.4, -14.8, -0.3, 0.2, 0.8])
def test_begun_in_motion_it_never_goes_back_head_down_to_a_stop(gear: str, lost_deg: float) -> None:
    """The host is lost at full speed just above a stop, or just past it: what lies behind is left behind."""
    node = Raw(gear, lost_deg + 6.0)
    node.arm()
    way = ramp(round(lost_deg) + 6, -72, 2.0)
    for angle, rate in itertools.takewhile(lambda _: node.plant.angle_deg > lost_deg, way):
        node.command(protocol.MOVE, angle, rate)
    assert node.plant.rate_dps < -1.5
    lowest_deg = node.plant.angle_deg
    for _ in range(600):
        node.pass_time(10)
        lowest_deg = min(lowest_deg, node.plant.angle_deg)
        assert node.plant.angle_deg < lowest_deg + 0.05
    assert node.brain.homing.stage > protocol.TO_REST


def test_lost_at_park_it_does_not_follow_the_last_setpoint_for_a_tick() -> None:
    node = Raw("a1", -70.6)
    node.arm()
    for _ in range(10):
        node.command(protocol.MOVE, -7020, 0)
    while node.brain.state == protocol.ARMED:
        node.pass_time(10)
    assert node.brain.axis.motion.kind == STOP


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


def test_return_button_without_a_host_runs_while_held_and_pauses_at_rest() -> None:
    node = Raw("a1", 5.0)
    node.pass_time(1000)
    node.inputs |= protocol.RETURN_B
    node.pass_time(70_000)
    assert node.plant.angle_deg == pytest.approx(0, abs=0.1), "it wants to be pressed anew"
    node.inputs = IN_ORDER
    node.pass_time(500)
    node.inputs |= protocol.RETURN_B
    node.pass_time(40_000)
    assert node.plant.angle_deg == pytest.approx(-70, abs=0.1)
    assert node.fastest_dps < 2.2


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
    """The encoder sees 15 deg/s for a tenth of a second, and is off by that from then on."""
    before, places = node.encoder, itertools.count()
    node.encoder = lambda: (before() or 0) - 150 * min(next(places), 10)
    node.pass_time(100)


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


@pytest.mark.parametrize("bit", range(0, 8 * 24, 5))
def test_a_flipped_bit_is_no_command(bit: int) -> None:
    node = Raw(angle_deg=-40.0)
    node.arm()
    frame = bytearray(encode(spoil(node, ""), 9))
    frame[1 + bit // 8] ^= 1 << bit % 8
    node.brain.take(bytes(frame), node.now_ms)
    assert node.brain.mode == protocol.NONE


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
