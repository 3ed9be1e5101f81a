"""The CiA 402 driver by the shipped map against a twin with a register list of its own, in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from firmware_bridge import readings
from firmware_bridge.drives.catalogue import Angles
from firmware_bridge.drives.cia402 import states
from firmware_bridge.drives.cia402.config import Cia402Config
from firmware_bridge.drives.cia402.driver import Cia402Drive
from firmware_bridge.readings import AngleReading, Arming, DriveReading
from safety.guard import able, drive_map
from simulator.devices.base import Shaft
from simulator.devices.cia402 import ENABLED, FAULT, Cia402
from tests.modbus_line import TICK_US, Line

MAP = drive_map.parse(*drive_map.read("example", Path()))
TIMEOUT = 0x0140


class Rig:
    """Driver, line and twin; the shaft stands at park at first."""

    def __init__(self, sign: int = 1, locked: bool = False, baud: int = 115_200) -> None:
        self.shaft = Shaft(-70.0)
        self.twin = Cia402(self.shaft, gear_ratio=600.0 * sign, follow=True, locked=locked)
        self.line = Line(self.twin, baud, bits=11)
        config = Cia402Config("line", MAP, 600.0, "brake", baud=baud, sign=sign, bench_verified=True)
        self.drive = Cia402Drive(config, self.line.host, Angles(self._inclination, lambda: None))
        self.ticks = 0

    def _inclination(self) -> AngleReading:
        return AngleReading(self.line.now_ms, self.ticks, round(self.shaft.angle_deg * 100), None)

    def tick(self, state: Callable[[], None] | None = None) -> DriveReading | None:
        now_ms = self.line.now_ms
        self.drive.take(now_ms)
        if state is not None:
            state()
        self.drive.send(self.ticks, 0, now_ms)
        self.line.run(TICK_US)
        self.ticks += 1
        return self.drive.read()

    def arm(self) -> Arming:
        arming = Arming(False)
        for _ in range(120):
            arming = self.drive.arm(self.line.now_ms)
            if arming.armed or arming.refused:
                break
            self.tick()
        return arming

    def hold(self, ticks: int) -> None:
        for _ in range(ticks):
            self.tick(lambda: self.drive.stop(3_000))

    def state(self) -> int:
        reading = self.drive.read()
        assert reading is not None
        return reading.state


def armed(sign: int = 1) -> Rig:
    rig = Rig(sign)
    assert rig.arm() == Arming(True)
    rig.hold(40)
    assert rig.twin.state == ENABLED
    return rig


def test_arming_sets_mode_and_watchdog_and_enables_step_by_step() -> None:
    rig = armed()
    assert rig.twin.read(TIMEOUT, 1) == [16]
    assert rig.twin.read(0x0301, 1) == [3]
    assert rig.state() == readings.ARMED
    words = [int.from_bytes(frame[4:6], "big") for frame in rig.line.asked if frame[1:4] == b"\x06\x03\x00"]
    assert [word for word, before in zip(words, [None, *words], strict=False) if word != before] == [6, 7, 15]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("speed_cdps", [200, -150])
def test_it_follows_the_streamed_setpoint_and_holds(sign: int, speed_cdps: int) -> None:
    rig = armed(sign)
    setpoint, rate = rig.shaft.angle_deg * 100, 0.0
    for _ in range(400):
        rate = max(min(rate + 2, speed_cdps), rate - 2)
        setpoint += rate * 0.02
        rig.tick(partial(rig.drive.move, round(setpoint), round(rate)))
        assert rig.shaft.angle_deg * 100 == pytest.approx(setpoint + rate * 0.02, abs=40)
    rig.hold(100)
    place = rig.shaft.angle_deg
    rig.hold(200)
    assert rig.shaft.angle_deg == pytest.approx(place, abs=0.05)


def test_a_dead_host_is_stopped_and_arming_clears_only_that() -> None:
    rig = armed()
    for _ in range(100):
        rig.tick(lambda: rig.drive.move(-6_800, 100))
    rig.line.run(300_000)
    assert (rig.twin.state, rig.shaft.rate_dps) == (FAULT, 0.0)
    rig.tick()
    assert rig.arm() == Arming(True)
    rig.hold(40)
    assert rig.state() == readings.ARMED
    rig.twin.state, rig.twin.error = FAULT, 0x2310
    rig.hold(10)
    assert rig.state() == readings.FAULT
    assert "register 0201h (error_code) is 2310h, allowed 0" in str(rig.arm().refused)


def test_cut_takes_the_current() -> None:
    rig = armed()
    for _ in range(10):
        rig.tick(rig.drive.release)
    assert (rig.twin.excited, rig.state()) == (False, readings.UNPOWERED)
    rig.hold(40)
    assert (rig.twin.excited, rig.state()) == (True, readings.ARMED)


def test_a_drive_that_refuses_its_settings_is_not_armed() -> None:
    rig = Rig(locked=True)
    assert "register 0140h (watchdog) is 0 ms, allowed 10 ms to 200 ms" in str(rig.arm().refused)
    assert not rig.twin.excited


def test_another_device_is_named() -> None:
    rig = Rig()
    rig.line.fault = lambda answer: [(0, answer[:-2] + b"\x00\x00")]
    assert not rig.arm().armed


def test_without_a_document_it_needs_brake_and_bench() -> None:
    rig = Rig()
    assert able.why_not(rig.drive.capabilities) is None
    config = Cia402Config("line", MAP, 600.0, "brake")
    drive = Cia402Drive(config, rig.line.host, Angles(lambda: None, lambda: None))
    assert "bench_verified = true" in str(able.why_not(drive.capabilities))


def test_states_are_those_of_the_profile() -> None:
    # Statusword of drives.md: 0637h is operation enabled with target reached.
    assert states.state_of(0x0637) == states.OPERATION_ENABLED
    assert states.state_of(0x0008) == states.FAULT
    assert states.state_of(0x0250) == states.SWITCH_ON_DISABLED
    assert states.state_of(0x0002) is None
