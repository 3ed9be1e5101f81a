"""What drives the node's motor back goes to the brake, with the motor's torque until that bites."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from firmware_bridge.node import protocol
from firmware_bridge.node.config import gains
from firmware_bridge.node.current import CurrentSense
from firmware_bridge.node.trip import Trip
from simulator.plant.bed import RIDER, Moments, moments
from simulator.plant.body import person
from tests.node_rig import Raw, held, ramp

LIGHT = moments(person("female", 1.55, 48.0))
HEAVY = moments(person("male", 1.85, 110.0))
FULL = moments(person("male", 1.7, 130.0))
KNEES_DRAWN = moments(person("male", 1.7, 130.0, "sides", 0.7))


def _drives(node: Raw, gets: Callable[[float], float]) -> None:
    """The motor gets something else than the bridge is told."""
    drive = node.plant.drive
    # The plant is the node's whole outside: what a broken bridge does has no other way in.
    node.plant.drive = lambda duty: drive(gets(duty))  # type: ignore[method-assign]


def _until_cut(node: Raw) -> int:
    """Held on until the node gives up, then let go; for how long the bridge braked under the closed brake."""
    for _ in range(100):
        node.command(protocol.MOVE, 0, 0)
        if node.brain.state == protocol.FAULT:
            break
    assert node.brain.state == protocol.FAULT
    assert node.brain.brake_closed
    caught_ms = 0
    while node.brain.bridge_on:
        caught_ms += 10
        node.pass_time(10)
        assert node.brain.brake_closed
    node.pass_time(500)
    assert abs(node.plant.rate_dps) < 0.01
    return caught_ms


@pytest.mark.parametrize(("load", "then", "lean_nm", "most_dps", "most_deg"), [
    (LIGHT, LIGHT, -120.0, 6.0, 0.4), (LIGHT, LIGHT, -160.0, 13.0, 1.0), (FULL, KNEES_DRAWN, 0.0, 13.0, 1.8),
    (HEAVY, HEAVY, 160.0, 7.0, 0.6),
])  # fmt: skip
def test_what_drives_the_motor_back_goes_to_the_brake_before_it_is_fast(
    load: Moments, then: Moments, lean_nm: float, most_dps: float, most_deg: float
) -> None:
    """Knees drawn up, or somebody who hangs on the bed: more than 20 A hold. It fell at 20 to 36 deg/s."""
    node = held(load)
    stood_deg = node.plant.angle_deg
    node.plant.load(then)
    node.plant.external_torque_nm = lean_nm
    assert 0 < _until_cut(node) <= 110
    assert node.fastest_dps < most_dps
    assert abs(node.plant.angle_deg - stood_deg) < most_deg


@pytest.mark.parametrize("sensed", [1.0, -1.0])
def test_a_motor_that_drives_the_other_way_is_cut_at_once(sensed: float) -> None:
    """Its current is against the motion that the encoder sees, but its back-EMF is not."""
    node = held(RIDER)
    node.plant.external_torque_nm = 5.0
    _drives(node, lambda duty: -duty)
    node.current = lambda: round(sensed * node.plant.current_a * 1000)
    assert _until_cut(node) == 0


@pytest.mark.parametrize("current_ma", [0, 30_000, -30_000])
def test_a_motor_whose_current_says_nothing_is_cut_at_once(current_ma: int) -> None:
    node = held(LIGHT)
    node.current = lambda: current_ma
    node.plant.external_torque_nm = -160.0
    assert _until_cut(node) == 0


def _caught() -> Raw:
    node = held(LIGHT)
    node.plant.external_torque_nm = -160.0
    while node.brain.state != protocol.FAULT:
        node.command(protocol.MOVE, 0, 0)
    assert node.brain.bridge_on
    return node


def test_a_catch_ends_in_the_tick_in_which_the_motor_brakes_no_more() -> None:
    node = _caught()
    node.current = lambda: 0
    node.pass_time(10)
    assert not node.brain.bridge_on


def test_where_the_current_is_not_sure_nothing_is_caught() -> None:
    node = held(LIGHT)
    node.plant.external_torque_nm = -160.0
    for _ in range(100):
        node.brain.axis.current.doubted = True
        node.command(protocol.MOVE, 0, 0)
        if node.brain.state == protocol.FAULT:
            break
    assert (node.brain.state, node.brain.bridge_on) == (protocol.FAULT, False)


def test_an_order_to_cut_ends_the_catch_as_well() -> None:
    node = held(LIGHT)
    node.plant.external_torque_nm = -160.0
    while node.brain.state != protocol.FAULT:
        node.command(protocol.MOVE, 0, 0)
    assert node.brain.bridge_on
    node.command(protocol.CUT)
    assert not node.brain.bridge_on


def test_return_held_does_not_open_the_brake_of_a_catch() -> None:
    node = held(LIGHT)
    node.plant.external_torque_nm = -160.0
    while node.brain.state != protocol.FAULT:
        node.command(protocol.MOVE, 0, 0)
    node.inputs |= protocol.RETURN_A
    node.inputs &= ~protocol.ESTOP_OK
    while node.brain.axis.catches:
        node.pass_time(10)
        assert node.brain.brake_closed or not node.brain.axis.catches


def fault_after(ticks: list[tuple[int, int, int]]) -> int:
    """What a trip says after ticks of a rate, a wish and the way of the motor's utmost push."""
    trip = Trip()
    for rate_mdps, wanted_mdps, strains in ticks:
        trip.step(0, 0, wanted_mdps, True, 10, rate_mdps, strains)
    return trip.fault


@pytest.mark.parametrize(("ticks", "trips"), [
    ([(-1_501, 0, 1)] * 3, True), ([(-1_501, 0, 1)] * 2, False), ([(-1_500, 0, 1)] * 3, False),
    ([(1_501, 0, -1)] * 3, True), ([(1_501, 0, 1)] * 3, False), ([(-1_501, 0, 0)] * 3, False),
    ([(-3_501, -2_000, 1)] * 3, True), ([(-3_500, -2_000, 1)] * 3, False),
    ([(0, 2_000, 1)] * 9, False), ([(0, -2_000, -1)] * 9, False),
    ([(-1, 2_000, 1)] * 3, True), ([(-3_000, 0, 1), (-2_900, 0, 1)] * 9, False),
    ([(-6_000, -6_000, 1), (-5_900, -4_300, 1), (-5_800, -4_000, 1), (-5_700, -3_700, 1)], False),
    ([(-2_000, 0, 1)] * 2 + [(-2_000, 0, 0)] + [(-2_000, 0, 1)] * 2, False),
])  # fmt: skip
def test_only_what_moves_against_the_utmost_push_and_grows_faster_is_given_up(
    ticks: list[tuple[int, int, int]], trips: bool
) -> None:
    """Something in the way stands still, and a loop that has caught it is slower in each tick."""
    assert fault_after(ticks) == (protocol.OVER_SPEED if trips else protocol.NO_FAULT)


def _tried(node: Raw, ticks: int = 60) -> float:
    """Cut, then led on from where it stands; how far head-down it has gone."""
    node.command(protocol.CUT)
    node.pass_time(500)
    stood_deg = node.plant.angle_deg
    for tick in range(ticks):
        node.command(protocol.MOVE, round(stood_deg * 100) - tick, -50)
    return node.plant.angle_deg - stood_deg


@pytest.mark.parametrize("gear", ["a1", "a2"])
@pytest.mark.parametrize("share", [1.0, 0.3])
def test_a_bridge_that_drives_head_down_is_found_before_the_brake_opens(gear: str, share: float) -> None:
    """At each try it sank by a degree or two."""
    node = held(LIGHT, gear)
    node.command(protocol.CUT)
    node.pass_time(500)
    _drives(node, lambda duty: share)
    assert _tried(node) == 0.0
    assert (node.brain.state, node.brain.fault) == (protocol.FAULT, protocol.WRONG_WAY)


@pytest.mark.parametrize("current_ma", [20_000, -20_000, 4_000, 900, 0, -900])
@pytest.mark.parametrize("load", [LIGHT, HEAVY])
def test_a_current_sense_that_is_stuck_keeps_nobody_from_coming_home(load: Moments, current_ma: int) -> None:
    """What it says of a bridge that is off is known to be wrong."""
    node = held(load)
    node.current = lambda: current_ma
    assert _tried(node) < -0.2


@pytest.mark.parametrize("gain", [0.6, 1.4])
@pytest.mark.parametrize("load", [LIGHT, HEAVY, KNEES_DRAWN])
@pytest.mark.parametrize("offset_ma", [-900, 900])
def test_a_current_sense_that_is_a_little_off_is_no_bridge_that_drives(
    load: Moments, gain: float, offset_ma: int
) -> None:
    node = held(HEAVY)
    node.current = lambda: round(gain * node.plant.current_a * 1000) + offset_ma
    node.command(protocol.CUT)
    node.pass_time(500)
    node.plant.load(load)
    _tried(node)
    assert node.brain.fault != protocol.WRONG_WAY


def drives_down(ticks: list[tuple[int, int]], rest_ma: int = 1_000) -> list[bool]:
    """Behind the closed brake, for each current and duty."""
    sense = CurrentSense(gains("a1"))
    sense.rest(rest_ma)
    return [sense.drives_down(*tick) for tick in ticks]


def test_two_ticks_of_4_a_more_head_down_are_a_bridge_that_drives() -> None:
    assert drives_down([(4_001, 0), (4_001, 0)]) == [False, True]
    assert drives_down([(4_001, 0), (4_000, 0), (4_001, 0)]) == [False] * 3
    assert drives_down([(-20_000, 0)] * 3) == [False] * 3, "towards park it goes home"
    assert drives_down([(-1_000, -110_000)] * 2) == [False, False]
    assert drives_down([(4_000, -110_000)] * 2) == [False, False]
    assert drives_down([(4_001, -110_000)] * 2) == [False, True], "told to push 10 A up, it pushes 4 A down"
    assert drives_down([(0, -220_000)] * 2) == [False, False], "a sense that says nothing is none"
    assert drives_down([(19_000, 110_000)] * 2) == [False, False]
    assert drives_down([(19_001, 110_000)] * 2) == [False, True]
    for rest_ma, asked in ((1_000, True), (1_001, False), (-1_000, True), (-1_001, False)):
        assert drives_down([(20_000, 0)] * 2, rest_ma)[1] == asked
    sense = CurrentSense(gains("a1"))
    assert not any(sense.drives_down(20_000, 0) for _ in range(5)), "never seen at rest"
    sense.rest(0)
    assert not sense.drives_down(20_000, 0)
    sense.begin()
    assert not sense.drives_down(20_000, 0), "each try counts for itself"


@pytest.mark.parametrize("gear", ["a1", "a2"])
def test_return_held_puts_no_current_on_a_motor_behind_its_brake(gear: str) -> None:
    """Each press tries a bridge that drives by itself once: it had 30 A for as long as the hand held."""
    node = held(LIGHT, gear)
    node.command(protocol.CUT)
    node.pass_time(500)
    _drives(node, lambda duty: 1.0)
    node.inputs = (node.inputs & ~protocol.ESTOP_OK) | protocol.RETURN_A
    on_ms = 0
    for _ in range(300):
        node.pass_time(10)
        on_ms += 10 * node.brain.bridge_on
        assert node.brain.brake_closed
    assert 0 < on_ms <= 50
    node.inputs &= ~protocol.RETURN_A
    node.pass_time(100)
    node.inputs |= protocol.RETURN_A
    node.pass_time(20)
    assert node.brain.bridge_on, "pressed anew it is tried anew"


@pytest.mark.parametrize(("height_m", "mass_kg", "knees_rad"), [(1.7, 130.0, 0.7), (1.6, 120.0, 0.6)])
def test_a_stop_at_the_current_limit_is_no_load_that_drives_back(
    height_m: float, mass_kg: float, knees_rad: float
) -> None:
    """Out of 6 deg/s the table slows down less than it is told, and yet it does."""
    node, heavy = Raw("a2", 45.0, RIDER), moments(person("male", height_m, mass_kg, "sides", knees_rad))
    node.arm()
    for tick in range(350):
        share = min(1.0, tick / 300)
        node.plant.load(Moments(*(a + (b - a) * share for a, b in zip(RIDER, heavy, strict=True))))
        node.command(protocol.MOVE, 4500, 0)
    angle_deg, rate_dps = node.plant.angle_deg, 0.0
    for _ in range(110):
        rate_dps = min(6.0, rate_dps + 0.12)
        angle_deg -= 0.02 * rate_dps
        node.command(protocol.MOVE, round(angle_deg * 100), -round(rate_dps * 100))
    for _ in range(100):
        node.command(protocol.STOP)
    assert node.brain.state == protocol.ARMED


@pytest.mark.parametrize("stands_deg", [-0.4, -0.2, 0.0, 0.2, 0.4])
@pytest.mark.parametrize(("load", "most_deg"), [(LIGHT, 0.4), (HEAVY, 1.2)])
def test_an_encoder_that_counts_the_other_way_throws_nobody(
    load: Moments, stands_deg: float, most_deg: float
) -> None:
    """Near horizontal it agrees with the inclinometer. The loop that takes over swung the table head-down.

    A head-heavy rider, of whom the node has not learned yet, sinks until the encoder has shown itself.
    """
    node = Raw("a2", stands_deg, load)
    node.encoder = lambda: round(-node.plant.angle_deg * 1000)
    node.arm()
    highest = stands_deg
    for angle, rate in itertools.islice(ramp(-stands_deg, -60.0, 1.5), 100):
        node.command(protocol.MOVE, angle, rate)
        highest = max(highest, node.plant.angle_deg)
    assert (node.brain.state, node.brain.fault) == (protocol.FAULT, protocol.WRONG_WAY)
    assert highest - stands_deg < most_deg
