"""A noisy current sense: found at rest and while it drives, and then nothing is felt by it."""

from __future__ import annotations

import itertools
import random

import pytest

from firmware_bridge.node import protocol
from firmware_bridge.node.config import gains
from firmware_bridge.node.current import CurrentSense
from simulator.plant.bed import Moments, moments
from simulator.plant.body import person
from simulator.sensors import Inclinometer, Noise
from tests.node_rig import Raw, held, ramp

LIGHT = moments(person("female", 1.55, 48.0))
HEAVY = moments(person("male", 1.85, 110.0))
SECOND = 100  # ticks


def noise(node: Raw, rms_a: float) -> None:
    """On top of what flows; the same each time."""
    dice = random.Random(f"{rms_a}")
    node.current = lambda: round(node.plant.current_a * 1000 + dice.gauss(0.0, rms_a * 1000))


@pytest.mark.parametrize(("rms_ma", "found"), [(500, False), (1_500, True), (8_000, True)])
def test_noise_is_found_within_a_second_with_the_bridge_on_or_off(rms_ma: int, found: bool) -> None:
    dice = random.Random(rms_ma)
    off, on = CurrentSense(gains("a2")), CurrentSense(gains("a2"))
    expected_ma = 100_000 // gains("a2").per_amp
    for _ in range(SECOND):
        off.rest(round(dice.gauss(0, rms_ma)))
        on.judge(expected_ma + round(dice.gauss(0, rms_ma)), 100_000, 0, 10)
    assert (off.doubted, on.doubted) == (found, found)


def doubted(sense: CurrentSense, *readings_ma: int) -> bool:
    for measured_ma in readings_ma:
        sense.rest(measured_ma)
    return sense.doubted


def test_one_jump_however_large_is_no_noise_and_armed_anew_it_counts_again() -> None:
    sense = CurrentSense(gains("a1"))
    assert not doubted(sense, *[1_000_000, *[0] * SECOND] * 10)
    assert doubted(sense, *[3_000, 0] * SECOND)
    assert doubted(sense, *[0] * SECOND)
    sense.forgive()
    assert not doubted(sense, 0)


@pytest.mark.parametrize("gear", ["a1", "a2"])
@pytest.mark.parametrize("rider", [LIGHT, HEAVY])
@pytest.mark.parametrize("rms_a", [1.0, 2.0, 4.0, 8.0])
def test_a_table_is_led_as_smoothly_with_a_noisy_sense(gear: str, rider: Moments, rms_a: float) -> None:
    """It used to swing at up to 3.7 deg/s. After a cut it learns its load without the back-EMF."""
    node = held(rider, gear)
    noise(node, rms_a)
    fastest_dps = []
    for start_deg in (0.0, -15.0):
        for angle, rate in itertools.islice(ramp(start_deg, start_deg - 15.0, 1.5), 600):
            node.command(protocol.MOVE, angle, rate)
        fastest_dps.append(node.fastest_dps)
        node.command(protocol.CUT)
        node.pass_time(500)
    assert node.plant.angle_deg == pytest.approx(-30.0, abs=0.5)
    assert fastest_dps[0] < 2.5
    assert fastest_dps[1] < 5.0


def freeze(node: Raw, top_dps: float) -> None:
    """Held for a while, then led towards park; after 1.5 s of that the encoder stands."""
    node.arm()
    way = itertools.chain(itertools.repeat((3_000, 0), 60), ramp(30.0, -40.0, top_dps))
    for angle, rate in itertools.islice(way, 135):
        node.command(protocol.MOVE, angle, rate)
    assert node.brain.state == protocol.ARMED
    stuck = node.encoder()
    node.encoder = lambda: stuck
    node.fastest_dps = 0.0
    for angle, rate in itertools.islice(way, 30):
        node.command(protocol.MOVE, angle, rate)


@pytest.mark.parametrize(("gear", "load"), [("a1", LIGHT), ("a1", HEAVY), ("a2", LIGHT), ("a2", HEAVY)])
@pytest.mark.parametrize("top_dps", [0.6, 2.0])
def test_a_frozen_encoder_is_found_where_the_sense_is_noisy(gear: str, load: Moments, top_dps: float) -> None:
    """A sense that is not asked says what the encoder says: that nothing moves."""
    node = Raw(gear, 30.0, load)
    noise(node, 4.0)
    freeze(node, top_dps)
    assert node.brain.axis.current.doubted
    assert node.brain.source.doubt.encoder == protocol.ENCODER_FROZEN
    assert node.fastest_dps < 8.0


@pytest.mark.parametrize("top_dps", [0.6, 2.0])
def test_a_frozen_encoder_is_found_on_a_board_without_a_sense(top_dps: float) -> None:
    """Gear a2 with a light rider ran off towards park at 56 deg/s."""
    node = Raw("a2", 30.0, LIGHT)
    node.current = lambda: 0
    sensor = Inclinometer(Noise(3, 1))
    sensor.start(30.0)

    def read() -> int:
        sensor.sample(node.plant.angle_deg, node.plant.rate_dps)
        return round(sensor.angle_deg * 100)

    node.inclinometer = read
    freeze(node, top_dps)
    assert node.brain.source.doubt.encoder == protocol.ENCODER_FROZEN
    assert node.fastest_dps < 8.0
