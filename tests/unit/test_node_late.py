"""A late encoder makes a loop swing, and so does who throws their weight about: the node tells both apart."""

from __future__ import annotations

import collections
import itertools
import math

import pytest

from firmware_bridge.node import protocol
from firmware_bridge.node.config import gains
from firmware_bridge.node.late import Late
from firmware_bridge.node.velocity import VelocityLoop
from simulator.plant.bed import RIDER, Moments, moments
from simulator.plant.body import person
from simulator.world_table import PANIC_HZ
from tests.node_rig import Raw, held, ramp

LIGHT = moments(person("female", 1.55, 48.0))
HEAVY = moments(person("male", 1.85, 110.0))


@pytest.mark.parametrize(("gear", "late_ms"), [("a1", 120), ("a2", 60)])
@pytest.mark.parametrize("load", [LIGHT, RIDER, HEAVY])
def test_a_loop_that_swings_on_a_late_encoder_is_calm_in_its_second_swing(
    gear: str, late_ms: int, load: Moments
) -> None:
    node = held(load, gear)
    told = collections.deque([round(node.plant.angle_deg * 1000)] * (late_ms // 10))

    def late() -> int:
        told.append(round(node.plant.angle_deg * 1000))
        return told.popleft()

    node.encoder = late
    for angle, rate in itertools.islice(ramp(0.0, -60.0, 2.0), 700):
        node.command(protocol.MOVE, angle, rate)
    assert node.brain.source.calm
    assert node.brain.state == protocol.ARMED
    assert node.fastest_dps < 4.2


@pytest.mark.parametrize("load", [LIGHT, RIDER, HEAVY])
@pytest.mark.parametrize("most_nm", [60.0, 80.0])
def test_who_throws_their_weight_about_leaves_a_firm_loop(load: Moments, most_nm: float) -> None:
    node = held(load)
    for ms in range(0, 2_000, 20):
        node.plant.external_torque_nm = most_nm * math.sin(2 * math.pi * PANIC_HZ * ms / 1000)
        node.command(protocol.STOP)
        if node.brain.state == protocol.FAULT:
            break
    assert not node.brain.source.calm
    assert node.fastest_dps < 5.0


def armed_after_ms(node: Raw, most_ms: int = 2_000) -> int | None:
    """Let go and armed anew, as a host does that found a fault."""
    node.command(protocol.STOP, request=protocol.SESSION_OPEN)
    for ms in range(0, most_ms, 20):
        node.command(protocol.NONE)
        if node.brain.state == protocol.ARMED:
            return ms
    return None


def cut_while_it_turns(late_ms: int, gear: str = "a1") -> Raw:
    node = held(RIDER, gear)
    told = collections.deque([0] * (late_ms // 10))

    def late() -> int:
        told.append(round(node.plant.angle_deg * 1000))
        return told.popleft()

    for angle, rate in itertools.islice(ramp(0.0, -60.0, 2.0), 200):
        node.command(protocol.MOVE, angle, rate)
    for ms in range(late_ms):
        told[ms // 10] = round(node.plant.angle_deg * 1000) + 2 * (late_ms - ms)
    node.encoder = late
    node.command(protocol.CUT)
    node.pass_time(60)
    return node


def test_it_is_not_armed_while_a_late_encoder_still_shows_the_way_before_the_brake() -> None:
    """Seen: followed backwards, the standing table was thrown at 9 deg/s."""
    at_once_ms = armed_after_ms(cut_while_it_turns(20))
    assert at_once_ms is not None
    assert at_once_ms <= 60
    node = cut_while_it_turns(300)
    after_ms = armed_after_ms(node)
    assert after_ms is not None
    assert 140 <= after_ms <= 300
    assert abs(node.brain.source.quick_mdps) < 500


def test_an_angle_that_goes_on_for_half_a_second_behind_the_brake_is_no_late_one() -> None:
    node = cut_while_it_turns(20)
    begun_ms = node.now_ms
    node.encoder = lambda: round(node.plant.angle_deg * 1000) + (node.now_ms - begun_ms)
    after_ms = armed_after_ms(node)
    assert after_ms is not None
    assert 400 <= after_ms <= 500


def judged(ticks: list[tuple[int, int]]) -> Late:
    late = Late()
    for seen_mdps, felt_mdps in ticks:
        late.watch(seen_mdps, felt_mdps)
    return late


@pytest.mark.parametrize(("seen_mdps", "felt_mdps", "is_late"), [
    (4_000, 4_000, False), (-4_000, 4_000, True), (0, 4_000, True), (4_000, 0, True), (-4_000, -1_900, True),
    (4_000, 2_100, False), (-900, 900, False), (0, -900, False), (0, 0, False),
])  # fmt: skip
def test_half_of_the_way_apart_is_late_and_what_is_slow_is_nothing(
    seen_mdps: int, felt_mdps: int, is_late: bool
) -> None:
    assert judged([(seen_mdps, felt_mdps)] * 60).is_late == is_late


def test_one_sample_is_nothing_and_a_closed_brake_begins_anew() -> None:
    assert not judged([(0, 4_000)]).is_late
    assert judged([(0, 4_000)] * 3).is_late
    late = judged([(0, 4_000)] * 60)
    late.forget()
    assert not late.is_late
    late.watch(0, 4_000)
    assert not late.is_late
    assert not judged([(0, 4_000)] * 60 + [(0, 0)] * 12).is_late


def test_ticks_of_any_size_stay_small_integers() -> None:
    """MicroPython allocates beyond 30 bits."""
    late = judged([(-200_000_000, 200_000_000)] * 100)
    assert late._apart_mdps <= 400_000_000


@pytest.mark.parametrize("late_ms", [60, 80])
@pytest.mark.parametrize("load", [LIGHT, RIDER, HEAVY])
def test_a_loop_on_the_late_inclinometer_does_not_swing(load: Moments, late_ms: int) -> None:
    """Without an encoder it came home at 0 to 3.7 deg/s, and by hand each swing above 2.2 is a cut."""
    node = Raw("a2", -45.0, load)
    told = collections.deque([-4_500] * (late_ms // 10))

    def late() -> int:
        told.append(round(node.plant.angle_deg * 100))
        return told.popleft()

    node.inclinometer, node.encoder = late, lambda: None
    node.arm()
    rates_dps = []
    for angle, rate in itertools.islice(ramp(-45.0, -69.0, 1.5), 750):
        node.command(protocol.MOVE, angle, rate)
        rates_dps.append(-node.plant.rate_dps)
    assert node.plant.angle_deg < -65.0
    assert min(rates_dps[250:]) > 0.9
    assert max(rates_dps[250:]) < 2.0


def test_a_slow_loop_learns_sooner_what_it_is_far_from_holding() -> None:
    """A try that began with half of the push flew at more than 2.2 deg/s for half a second, with 130 kg."""

    def learnt(off_mdps: int) -> float:
        loop = VelocityLoop(gains("a2"))
        loop.weak = True
        for _ in range(50):
            loop.step(0, -off_mdps, False, 0, 20_000, 10, -off_mdps)
        return loop.preload() / off_mdps

    assert learnt(1_600) > 1.8 * learnt(1_400) > 0
