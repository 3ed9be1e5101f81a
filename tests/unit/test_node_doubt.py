"""The node's two angles: which one it believes, where it goes meanwhile, how it comes home without."""

from __future__ import annotations

import collections
import itertools
import random
from collections.abc import Callable
from typing import Any

import pytest

from firmware_bridge.node import protocol
from firmware_bridge.node.config import Config
from firmware_bridge.node.doubt import Doubt
from simulator.plant.bed import RIDER, RIDER_ARMS_OVERHEAD
from tests.node_rig import IN_ORDER, Raw, ramp

GEARS = pytest.mark.parametrize("gear", ["a1", "a2"])
Spoil = Callable[[Raw], None]


def encoder_freezes(node: Raw) -> None:
    stuck = node.encoder()
    node.encoder = lambda: stuck


def encoder_jumps(way: int) -> Spoil:
    def spoil(node: Raw) -> None:
        node.encoder = lambda: round(node.plant.angle_deg * 1000) + way

    return spoil


def encoder_slips(node: Raw) -> None:
    """Its coupling turns by half a degree a second from now on."""
    from_ms = node.now_ms
    node.encoder = lambda: round(node.plant.angle_deg * 1000) - (node.now_ms - from_ms) // 2


def encoder_silent(node: Raw) -> None:
    node.encoder = lambda: None


ENCODERS: dict[str, tuple[Any, ...]] = {
    "freezes": (encoder_freezes, protocol.ENCODER_FROZEN),
    "jumps down": (encoder_jumps(5_000), protocol.ENCODER_JUMPED),
    "jumps up": (encoder_jumps(-5_000), protocol.ENCODER_JUMPED),
    "slips": (encoder_slips, protocol.ENCODER_OFF, protocol.ENCODER_FROZEN),
    "silent": (encoder_silent, protocol.NO_FAULT),
}


@pytest.mark.parametrize("what", ENCODERS)
@GEARS
def test_alone_with_a_bad_encoder_it_comes_home_and_never_goes_down(gear: str, what: str) -> None:
    spoil, *faults = ENCODERS[what]
    draw = random.Random(f"{gear} {what}")
    node = Raw(gear, draw.uniform(-60, 60), draw.choice((RIDER, RIDER_ARMS_OVERHEAD)))
    node.arm()
    node.pass_time(10 * draw.randrange(10, 3_000))
    spoil(node)
    lowest = start = node.plant.angle_deg
    for _ in range(20_000):
        node.pass_time(10)
        lowest = min(lowest, node.plant.angle_deg)
        assert node.plant.angle_deg - lowest < (3.3 if what == "slips" else 0.6), start
        if node.brain.stage() == protocol.PARKED and not node.brain.bridge_on:
            break
    assert node.plant.angle_deg == pytest.approx(-70, abs=0.3)
    assert node.fastest_dps < 5
    assert node.brain.source.fault in faults


@GEARS
@pytest.mark.parametrize("way", [-5_000, 5_000])
def test_a_jump_while_the_host_leads_does_not_lead_the_table(gear: str, way: int) -> None:
    node = Raw(gear, 20.0)
    node.arm()
    for angle, rate in itertools.islice(ramp(20, 30, 2.0), 200):
        node.command(protocol.MOVE, angle, rate)
    node.encoder = lambda: round(node.plant.angle_deg * 1000) + way
    before = node.plant.angle_deg
    for _ in range(5):
        node.command(protocol.MOVE, round(before * 100), 0)
    assert node.status is not None
    assert node.status.valid == protocol.INCLINATION | protocol.CURRENT, "withdrawn: nobody follows it"
    for _ in range(100):
        node.command(protocol.MOVE, round(before * 100), 0)
    assert node.plant.angle_deg == pytest.approx(before, abs=0.3)


def swapped(node: Raw, late_ms: int) -> None:
    """Both cables lead to the inclinometer, which filters: two that agree, and both are late."""
    told = collections.deque([round(node.plant.angle_deg * 100)] * (late_ms // 10))

    def late() -> int:
        told.append(round(node.plant.angle_deg * 100))
        return 10 * told.popleft()

    node.encoder = late
    node.inclinometer = lambda: told[0]


@pytest.mark.parametrize(("gear", "late_ms"), [("a1", 200), ("a1", 250), ("a2", 100), ("a2", 150)])
def test_a_loop_that_swings_on_a_late_angle_is_calm_before_it_is_fast(gear: str, late_ms: int) -> None:
    """It used to swing anew at each try by hand, until only the crank was left; then until its first trip."""
    node = Raw(gear, -20.0)
    node.arm()
    swapped(node, late_ms)
    for angle, rate in itertools.islice(ramp(-20, -40, 1.5), 400):
        node.command(protocol.MOVE, angle, rate)
    assert node.brain.source.calm
    assert node.fastest_dps < 8.8
    node.pass_time(3_000)  # the host is gone
    node.inputs |= protocol.RETURN_A
    node.pass_time(40_000)
    assert node.plant.angle_deg == pytest.approx(-70, abs=1.0)


def test_a_new_session_is_as_quick_as_ever() -> None:
    node = Raw("a1", -20.0)
    node.arm()
    node.brain.source.calm = True
    node.command(protocol.NONE)
    assert node.brain.source.calm
    node.command(protocol.NONE, request=protocol.ARM)
    assert not node.brain.source.calm


def test_the_tests_of_the_day_try_a_loop_that_is_as_quick_as_it_will_ride() -> None:
    node = Raw("a1", -70.0)
    node.brain.source.calm = True
    for _ in range(50):
        node.command(protocol.NONE, request=protocol.ARM)
    assert (node.brain.state, node.brain.source.calm) == (protocol.ARMED, False)


def inclination_shifts(node: Raw) -> None:
    node.inclinometer = lambda: round(node.plant.angle_deg * 100) - 500


def inclination_freezes(node: Raw) -> None:
    stuck = node.inclinometer()
    node.inclinometer = lambda: stuck


def inclination_silent(node: Raw) -> None:
    node.inclinometer = lambda: None


@pytest.mark.parametrize("spoil", [inclination_shifts, inclination_freezes, inclination_silent])
@GEARS
def test_a_bad_inclinometer_takes_the_encoder_from_nobody(gear: str, spoil: Spoil) -> None:
    node = Raw(gear, 40.0)
    node.arm()
    node.pass_time(1_000)
    spoil(node)
    node.pass_time(200_000)
    assert (node.brain.stage(), node.brain.source.slow) == (protocol.PARKED, False)
    assert node.plant.angle_deg == pytest.approx(-70, abs=0.1)
    assert node.fastest_dps < 2.2


def held(node: Raw, ms: int) -> None:
    node.inputs |= protocol.RETURN_A
    lowest = node.plant.angle_deg
    for _ in range(ms // 10):
        node.pass_time(10)
        lowest = min(lowest, node.plant.angle_deg)
        assert node.plant.angle_deg - lowest < 0.6
    node.inputs &= ~protocol.RETURN_A
    node.pass_time(500)


@GEARS
def test_without_any_angle_a_held_button_brings_the_rider_home(gear: str) -> None:
    node = Raw(gear, 5.0)
    node.arm()
    node.pass_time(2_000)
    node.encoder = node.inclinometer = lambda: None
    node.pass_time(20_000)
    assert (node.brain.state, node.brain.fault, node.plant.rate_dps) == (6, protocol.NO_ANGLE, 0)
    assert (node.brain.bridge_on, node.plant.brake_closed) == (False, True)
    held(node, 30_000)
    at_rest = node.plant.angle_deg
    assert -4.0 < at_rest < -1.9, "the rest switch ends it"
    held(node, 20_000)
    assert node.plant.angle_deg == pytest.approx(at_rest, abs=0.3), "the pause is kept"
    node.pass_time(60_000)
    held(node, 50_000)
    assert -71 < node.plant.angle_deg < -68.9
    assert node.fastest_dps <= 2.4
    node.pass_time(1_000)
    assert node.plant.brake_closed


def test_without_an_angle_a_load_that_is_too_heavy_to_judge_goes_slowly_and_never_down() -> None:
    node = Raw("a2", 20.0, RIDER_ARMS_OVERHEAD)
    node.arm()
    node.pass_time(2_000)
    node.encoder = node.inclinometer = lambda: None
    node.pass_time(1_000)
    before = node.plant.angle_deg
    held(node, 20_000)
    assert 0.5 < before - node.plant.angle_deg < 20


@GEARS
def test_without_any_angle_the_host_leads_towards_park_and_nowhere_else(gear: str) -> None:
    node = Raw(gear, -10.0)
    node.arm()
    for _ in range(30):
        node.command(protocol.STOP)
    node.encoder = node.inclinometer = lambda: None
    for _ in range(100):
        node.command(protocol.MOVE, 6_000, 150)
    assert node.plant.angle_deg == pytest.approx(-10, abs=0.3)
    for _ in range(250):
        node.command(protocol.MOVE, -9_000, -150)
    assert -18 < node.plant.angle_deg < -13
    for _ in range(20):
        node.command(protocol.STOP)
    assert (node.brain.state, node.plant.rate_dps, node.plant.brake_closed) == (protocol.ARMED, 0, True)


@GEARS
def test_a_reversed_motor_is_cut_before_it_has_gone_two_degrees(gear: str) -> None:
    node = Raw(gear, 20.0)
    node.arm()
    node.pass_time(1_000)
    drive = node.plant.drive
    node.plant.drive = lambda duty: drive(-duty)  # type: ignore[method-assign]
    highest = start = node.plant.angle_deg
    for _ in range(3_000):
        node.pass_time(10)
        highest = max(highest, node.plant.angle_deg)
    assert node.brain.state == protocol.FAULT
    assert node.brain.fault in (protocol.WRONG_WAY, protocol.OVER_SPEED)
    assert highest - start < 2 * 1.5, "one try, and one more"
    for _ in range(5):
        node.inputs |= protocol.RETURN_A
        node.pass_time(2_000)
        node.inputs = IN_ORDER
        node.pass_time(2_000)
    assert node.plant.angle_deg - start < 3.5, "then only the crank is left"


@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize(
    ("encoder_mdps", "felt_mdps", "fault"),
    [
        (0, 2_000, protocol.ENCODER_FROZEN),
        (0, 600, protocol.ENCODER_FROZEN),
        (0, 300, protocol.NO_FAULT),
        (0, -2_000, protocol.NO_FAULT),
        (900, 2_000, protocol.NO_FAULT),
    ],
)
def test_a_worm_that_jams_for_a_moment_is_no_frozen_encoder(
    encoder_mdps: int, felt_mdps: int, fault: int, way: int
) -> None:
    """The inclinometer still shows the motion that has just ended; then the table goes on slowly.

    Somebody who holds it against the motor shakes the inclinometer, too: the motor says that it stands.
    """
    doubt = Doubt(Config())
    for tick in range(30):
        angles = (way * encoder_mdps * tick // 100, way * 20 * tick)
        doubt.judge(*angles, way * 2_000, 0, 0, 10, way * felt_mdps)
    assert doubt.encoder == fault


@pytest.mark.parametrize(("wanted_mdps", "encoder_lies"), [(-2_000, True), (2_000, False)])
def test_of_two_that_go_opposite_ways_the_one_that_goes_as_told_is_right(
    wanted_mdps: int, encoder_lies: bool
) -> None:
    """Near zero swapped wires are no jump: the loop used to drive the table away at 10 deg/s."""
    doubt = Doubt(Config())
    for tick in range(50):
        doubt.judge(10 * tick, -10 * tick, wanted_mdps, 0, 0, 10)
    assert (doubt.encoder == protocol.ENCODER_OFF, doubt.inclination) == (encoder_lies, not encoder_lies)
    doubt.judge(490, 490, 0, 0, 0, 10)
    doubt.forgive()
    assert doubt.encoder == protocol.ENCODER_OFF or doubt.inclination, "near zero they agree anyway"


@pytest.mark.parametrize("held_ticks", range(20, 52, 2))
def test_an_inclinometer_that_catches_up_after_a_silence_shows_no_fall(held_ticks: int) -> None:
    """It stood for half a second and then tells all of the way at once; the encoder told it all along."""
    doubt = Doubt(Config())
    for tick in range(120):
        encoder = -15 * tick
        seen = encoder if tick < 40 or tick > 40 + held_ticks else -15 * 40
        doubt.judge(encoder, seen, -1_500, 0, 0, 10, -1_500)
    assert doubt.encoder == protocol.NO_FAULT
