"""The real driver against the real firmware over a memory link, the plant underneath, a virtual clock."""

from __future__ import annotations

import itertools

import pytest

from firmware_bridge import readings
from firmware_bridge.config import NodeLimits
from firmware_bridge.node import protocol
from firmware_bridge.node.config import Config
from firmware_bridge.readings import DriveReading
from tests.node_rig import Driven, ramp

GEARS = pytest.mark.parametrize("gear", ["a1", "a2"])


def drive_reading(rig: Driven) -> DriveReading:
    reading = rig.devices.drive.read()
    assert reading is not None
    return reading


def run(rig: Driven, start_deg: float, end_deg: float, ticks: int, top_dps: float = 2.0) -> None:
    for angle, rate in itertools.islice(ramp(start_deg, end_deg, top_dps), ticks):
        rig.devices.drive.move(angle, rate)
        rig.step()


@GEARS
def test_arm_move_stop(gear: str) -> None:
    rig = Driven(gear)
    assert rig.devices.drive.read() is None
    rig.arm()
    run(rig, -70, -60, 450)
    assert rig.plant.angle_deg == pytest.approx(-60, abs=0.1)
    run(rig, -60, -40, 150)
    began, from_deg = rig.now_ms, rig.plant.angle_deg
    while abs(rig.plant.rate_dps) > 0.02:
        rig.devices.drive.stop(3_000)
        rig.step()
    assert rig.now_ms - began <= 300
    assert rig.plant.angle_deg - from_deg < 0.4
    for _ in range(3):
        rig.devices.drive.stop(3_000)
        rig.step()
    reading = drive_reading(rig)
    assert reading.state == readings.ARMED
    assert reading.angle_cdeg == pytest.approx(rig.plant.angle_deg * 100, abs=2)
    assert rig.devices.trouble is None


def test_readings_are_of_the_tick_before_and_the_counter_goes_on_by_one() -> None:
    rig = Driven()
    rig.arm()
    counters = []
    for _ in range(700):
        rig.devices.drive.stop(3_000)
        rig.step()
        rig.devices.take(rig.now_ms)
        after = drive_reading(rig)
        counters.append(after.counter)
        assert 0 <= rig.now_ms - after.at_ms <= 20
    assert counters == list(range(counters[0], counters[0] + 700))
    inputs, inclination = rig.devices.inputs.read(), rig.devices.inclinometer.read()
    assert inputs is not None
    assert inclination is not None
    assert (inputs.estop_ok, inputs.supply_ok, inputs.pendant) == (True, True, False)
    assert inclination.angle_cdeg == -7000


@GEARS
def test_host_gone_then_home_then_armed_again(gear: str) -> None:
    rig = Driven(gear, 20.0)
    rig.arm()
    rig.devices.outputs.set(False, False, True, True)
    run(rig, 20, 30, 400)
    while rig.brain.stage() != protocol.PARKED or rig.brain.bridge_on:
        rig.pass_time()
    assert rig.plant.angle_deg == pytest.approx(-70, abs=0.1)
    assert rig.brain.enable is False
    rig.arm()


def home_alone(rig: Driven) -> None:
    """Armed with an open session, then left alone for two seconds."""
    rig.arm()
    rig.devices.outputs.set(False, False, True, True)
    for _ in range(20):
        rig.devices.drive.stop(3_000)
        rig.step()
    rig.pass_time(2_000)
    assert rig.brain.state == protocol.OWN_RETURN


def test_a_guard_that_wakes_up_sees_the_own_return_and_yields() -> None:
    rig = Driven("a2", 20.0)
    home_alone(rig)
    for _ in range(50):
        rig.devices.drive.yield_to_own_return()
        rig.step(arm=True)
    reading = drive_reading(rig)
    assert (reading.state, reading.stage) == (readings.OWN_RETURN, protocol.TO_REST)
    assert rig.plant.rate_dps == pytest.approx(-2, abs=0.1)


def test_a_guard_that_wakes_up_moves_nothing_before_it_has_armed_anew() -> None:
    rig = Driven("a1", 20.0)
    home_alone(rig)
    for _ in range(50):
        rig.devices.drive.move(2500, 200)
        rig.step()
    assert rig.plant.rate_dps == pytest.approx(-2, abs=0.1)
    for _ in range(5):
        rig.step(arm=True)
    assert rig.devices.drive.arm(rig.now_ms).armed
    for _ in range(30):
        rig.devices.drive.stop(3_000)
        rig.step()
    assert drive_reading(rig).state == readings.ARMED
    assert rig.plant.rate_dps == pytest.approx(0, abs=0.02)


def test_a_reset_of_the_node_disarms_and_shows_its_boot_count() -> None:
    rig = Driven()
    rig.arm()
    first = drive_reading(rig).boot_count
    rig.boot()
    states = []
    for _ in range(3):
        rig.devices.drive.move(-6900, 100)
        rig.step()
        rig.devices.take(rig.now_ms)
        states.append((drive_reading(rig).boot_count - first, drive_reading(rig).state))
        assert drive_reading(rig).at_ms < rig.now_ms  # no younger than its question
    assert (1, readings.OFFLINE) in states
    assert not rig.brain.bridge_on
    rig.arm()


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (NodeLimits(watchdog_ms=500), "watchdog_ms is 500, allowed 40 to 200"),
        (NodeLimits(rate_max_cdps=900), "rate_max_cdps is 900, allowed 1 to 800"),
    ],
)
def test_limits_out_of_range_are_refused_by_name(limits: NodeLimits, words: str) -> None:
    rig = Driven(limits=limits)
    for _ in range(60):
        rig.step(arm=True)
    arming = rig.devices.drive.arm(rig.now_ms)
    assert not arming.armed
    assert words in (arming.refused or "")
    assert rig.brain.state == protocol.DISARMED


class StubbornConfig(Config):
    """A node whose park angle cannot be changed."""

    def put(self, index: int, value: int) -> None:
        """Take everything but park."""
        super().put(index, -6500 if protocol.LIMITS[index][0] == "park_cdeg" else value)


def test_a_limit_that_does_not_stick_is_refused_by_name() -> None:
    rig = Driven()
    rig.brain.config = StubbornConfig()
    rig.brain.config.put(9, 0)
    for _ in range(10):
        rig.step(arm=True)
    assert "park_cdeg is -6500, wanted -7000" in (rig.devices.drive.arm(rig.now_ms).refused or "")
    assert drive_reading(rig).angle_cdeg == -7000  # it may be watched all the same


def test_a_limit_lost_later_is_found_within_a_minute() -> None:
    rig = Driven()
    rig.arm()
    rig.brain.config.rate_max_cdps = 801
    troubles = set()
    for _ in range(3_100):
        rig.devices.drive.stop(3_000)
        rig.step()
        troubles.add((rig.devices.trouble or "").partition(", and")[0])
    assert troubles == {"", "node on memory: rate_max_cdps is 801, wanted 800"}
    assert rig.brain.state == protocol.DISARMED
    assert rig.brain.config.rate_max_cdps == 800
    rig.arm()


def test_the_wrong_node_is_named() -> None:
    rig = Driven(role="io")
    for _ in range(10):
        rig.step(arm=True)
    assert "role io, wanted table" in (rig.devices.drive.arm(rig.now_ms).refused or "")


def test_an_open_estop_chain_is_named() -> None:
    rig = Driven()
    rig.inputs &= ~protocol.ESTOP_OK
    for _ in range(10):
        rig.step(arm=True)
    assert "e-stop chain is open" in (rig.devices.drive.arm(rig.now_ms).refused or "")


def test_what_is_not_said_again_is_not_done_again() -> None:
    rig = Driven("a1", -40.0)
    rig.arm()
    run(rig, -40, -30, 100)
    for _ in range(30):
        rig.step()
    assert (rig.plant.rate_dps, rig.plant.brake_closed) == (0, True)
