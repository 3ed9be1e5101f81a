"""STOP at the node: led by hand, and coming home alone, the table stands (HZ-44)."""

from __future__ import annotations

import pytest

from firmware_bridge.node import protocol
from tests.node_rig import IN_ORDER, Raw

HELD = protocol.RETURN_A
STOP = protocol.STOP_BUTTON
CHAIN = protocol.ESTOP_OK
GEARS = pytest.mark.parametrize("gear", ["a1", "a2"])


def led(gear: str, alone: bool, blind: bool = False) -> Raw:
    """RETURN held, with the e-stop chain open or without a host; it moves."""
    node = Raw(gear, 40.0)
    if not alone:
        node.arm()
    node.inputs = IN_ORDER | HELD if alone else IN_ORDER & ~CHAIN | HELD
    if blind:
        node.encoder = node.inclinometer = lambda: None
    node.pass_time(2_000)
    assert node.plant.rate_dps < -1
    return node


@GEARS
@pytest.mark.parametrize(("alone", "blind"), [(True, False), (False, False), (True, True)])
def test_by_hand_stop_ends_the_motion_and_return_is_pressed_anew(gear: str, alone: bool, blind: bool) -> None:
    node = led(gear, alone, blind)
    node.inputs |= STOP
    node.pass_time(500)
    stood = node.plant.angle_deg
    node.pass_time(2_000)
    node.inputs &= ~STOP
    node.pass_time(2_000)
    assert node.plant.angle_deg == pytest.approx(stood, abs=0.05), "its release moves nothing"
    node.inputs &= ~HELD
    node.pass_time(50)
    node.inputs |= HELD
    node.pass_time(2_000)
    assert node.plant.rate_dps < -1


def test_by_hand_a_stop_that_hangs_keeps_nobody_for_ever() -> None:
    node = led("a1", alone=True)
    node.inputs |= STOP
    node.pass_time(59_000)
    node.inputs &= ~HELD
    node.pass_time(50)
    node.inputs |= HELD
    node.pass_time(500)
    assert node.plant.rate_dps == 0
    node.pass_time(1_000)
    assert node.plant.rate_dps == 0, "RETURN was not let go since it counts no more"
    node.inputs &= ~HELD
    node.pass_time(50)
    node.inputs |= HELD
    node.pass_time(2_000)
    assert node.plant.rate_dps < -1


@GEARS
def test_coming_home_alone_it_stands_for_ten_seconds_of_a_stop_that_is_held(gear: str) -> None:
    node = Raw(gear, 30.0)
    node.arm()
    node.pass_time(3_000)
    assert (node.brain.state, node.brain.stage()) == (protocol.OWN_RETURN, protocol.TO_REST)
    node.inputs |= STOP
    node.pass_time(500)
    stood = node.plant.angle_deg
    node.pass_time(9_400)
    assert node.plant.angle_deg == pytest.approx(stood, abs=0.05)
    assert (node.brain.state, node.brain.stage()) == (protocol.OWN_RETURN, protocol.TO_REST)
    node.pass_time(3_000)
    assert node.plant.rate_dps < -1, "one that hangs keeps nobody"
    node.inputs &= ~STOP
    node.pass_time(100)
    node.inputs |= STOP
    node.pass_time(500)
    assert node.plant.rate_dps == pytest.approx(0, abs=0.05)
    node.inputs &= ~STOP
    node.pass_time(150_000)
    assert node.plant.angle_deg == pytest.approx(-70, abs=0.2)
    assert node.fastest_dps < 2.3


def test_a_pause_of_its_own_return_does_not_end_in_motion_under_a_stop() -> None:
    node = Raw("a1", 10.0)
    node.arm()
    while node.brain.stage() != protocol.REST_PAUSE:
        node.pass_time(10)
    node.pass_time(58_000)
    node.inputs |= STOP
    node.pass_time(9_900)
    assert node.plant.angle_deg == pytest.approx(0, abs=0.2)
    node.pass_time(3_000)
    assert node.plant.rate_dps < -1


@pytest.mark.parametrize(("on", "off"), [(5, 5), (450, 5), (1, 9)])
def test_a_stop_that_chatters_keeps_nobody_from_coming_home_alone(on: int, off: int) -> None:
    node = Raw("a1", 10.0)
    node.arm()
    for tick in range(240_000 // 20):
        node.inputs = IN_ORDER | STOP if tick % (on + off) < on else IN_ORDER
        node.pass_time(20)
        if node.plant.angle_deg < -69.5:
            return
    raise AssertionError(node.plant.angle_deg)


@pytest.mark.parametrize("off", ["chatters", "unknown"])
def test_by_hand_neither_chatter_nor_an_unknown_contact_keeps_anybody(off: str) -> None:
    node = led("a1", alone=False)
    for tick in range(100_000 // 20):
        node.inputs = IN_ORDER & ~CHAIN | STOP | (HELD if tick % 60 < 50 else 0)
        if off == "chatters" and tick % 10 < 5:
            node.inputs &= ~STOP
        node.known = -1 if off == "chatters" or tick % 250 else ~STOP
        node.pass_time(20)
        if node.plant.angle_deg < 25.0:
            return
    raise AssertionError(node.plant.angle_deg)


def test_with_a_button_stuck_the_other_one_leads_on() -> None:
    node = led("a1", alone=True)
    node.inputs |= STOP
    node.pass_time(500)
    node.inputs &= ~STOP
    node.pass_time(500)
    assert node.plant.rate_dps == 0
    node.inputs |= protocol.RETURN_B
    node.pass_time(2_000)
    assert node.plant.rate_dps < -1


def test_a_stop_while_something_is_in_the_way_brings_no_torque_back() -> None:
    node = Raw("a1", 30.0)
    node.arm()
    node.pass_time(3_000)
    node.brain.homing.waiting_ms = 10_000
    node.pass_time(1_000)
    assert not node.brain.bridge_on
    node.inputs |= STOP
    node.pass_time(1_000)
    assert not node.brain.bridge_on
    assert node.brain.homing.waiting_ms == pytest.approx(8_000, abs=50)
