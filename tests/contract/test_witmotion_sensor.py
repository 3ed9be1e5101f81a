"""The WitMotion driver against its twin, byte for byte, in virtual time."""

from __future__ import annotations

from typing import Literal

import pytest

from firmware_bridge.config import WitmotionConfig
from firmware_bridge.readings import AngleReading
from firmware_bridge.sensors.witmotion.sensor import WitmotionSensor, period_ms
from simulator.devices.base import Shaft
from simulator.devices.witmotion import Witmotion
from tests.modbus_line import TICK_US, Fault, Line

RATE_DPS = 2.0


class Rig:
    """The shaft turns at a steady rate."""

    def __init__(self, config: WitmotionConfig, angle_deg: float = -70.0, rate_dps: float = 0.0) -> None:
        self.shaft = Shaft(angle_deg, rate_dps)
        self.line = Line(Witmotion(self.shaft), config.baud, bits=10)
        self.sensor = WitmotionSensor(config, self.line.host)
        self.track: dict[int, float] = {}
        self.readings: dict[int, AngleReading] = {}
        self.worst_age_ms = 0

    def run(self, ticks: int) -> None:
        for _ in range(ticks):
            now_ms = self.line.now_ms
            self.sensor.take(now_ms)
            reading = self.sensor.read()
            if reading is not None:
                self.readings[reading.counter] = reading
                self.worst_age_ms = max(self.worst_age_ms, now_ms - reading.at_ms)
            self.sensor.send(now_ms)
            for _ in range(TICK_US // 1_000):
                self.track[self.line.now_ms] = self.shaft.angle_deg * 100
                self.shaft.angle_deg += self.shaft.rate_dps * 0.001
                self.line.run(1_000)


@pytest.mark.parametrize("axis", ["pitch", "yaw"])
def test_the_other_axes_are_other_registers(axis: Literal["pitch", "yaw"]) -> None:
    rig = Rig(WitmotionConfig("line", axis=axis))
    rig.run(10)
    reading = rig.sensor.read()
    assert reading is not None
    assert reading.angle_cdeg == 0


def test_one_reading_every_second_tick_at_9600_baud_and_the_documents_request() -> None:
    rig = Rig(WitmotionConfig("line"), rate_dps=RATE_DPS)
    rig.run(100)
    assert period_ms(WitmotionConfig("line")) == 40
    assert 48 <= len(rig.readings) <= 50
    assert rig.worst_age_ms <= 80
    assert rig.line.asked[1] == bytes.fromhex("50 03 00 3D 00 03 99 86")


def test_every_tick_at_115200_baud() -> None:
    rig = Rig(WitmotionConfig("line", baud=115_200), rate_dps=RATE_DPS)
    rig.run(100)
    assert 97 <= len(rig.readings) <= 100


def late(answer: bytes) -> list[tuple[int, bytes]]:
    return [(45_000, answer)]


def twice(answer: bytes) -> list[tuple[int, bytes]]:
    return [(0, answer + answer)]


def again_later(answer: bytes) -> list[tuple[int, bytes]]:
    return [(0, answer), (22_000, answer)]


def truncate(answer: bytes) -> list[tuple[int, bytes]]:
    return [(0, answer[:-1])]


def flip(answer: bytes) -> list[tuple[int, bytes]]:
    return [(0, answer[:3] + bytes([answer[3] ^ 0x10]) + answer[4:])]


@pytest.mark.parametrize(
    "fault", [late, twice, again_later, truncate, flip], ids=lambda fault: fault.__name__
)
@pytest.mark.parametrize("next_lost", [False, True])
def test_no_reading_is_wrong(fault: Fault, next_lost: bool) -> None:
    rig = Rig(WitmotionConfig("line"), rate_dps=RATE_DPS)
    answers = 0

    def spoil(answer: bytes) -> list[tuple[int, bytes]]:
        nonlocal answers
        answers += 1
        if next_lost and answers % 5 == 1:
            return []
        return fault(answer) if answers % 5 == 0 else [(0, answer)]

    rig.line.fault = spoil
    rig.run(400)
    assert len(rig.readings) > 80
    for reading in rig.readings.values():
        assert reading.angle_cdeg == pytest.approx(rig.track[reading.at_ms], abs=1.5)


def test_settings_need_the_key() -> None:
    """As the document says: unlock, change, save, within ten seconds; and only by function 06."""
    twin = Witmotion(Shaft())

    def say(frame: str) -> bytes:
        twin.take(bytes.fromhex(frame), 0)
        return b"".join(data for _, data in twin.out())

    assert say("50 06 00 24 00 00 C4 40")[1] == 0x86
    for frame in ("50 06 00 69 B5 88 22 A1", "50 06 00 24 00 01 05 80", "50 06 00 00 00 00 84 4B"):
        assert say(frame) == bytes.fromhex(frame)
    twin.step(10_000_001)
    twin.take(bytes.fromhex("50 06 00 24 00 01 05 80"), 10_000_001)
    assert twin.out()[0][1][1] == 0x86


def test_the_worked_answer() -> None:
    twin = Witmotion(Shaft(45.0))
    twin.take(bytes.fromhex("50 03 00 3D 00 01"), 0)
    twin.take(bytes.fromhex("18 47"), 500)
    ((ready_us, answer),) = twin.out()
    assert answer[:5] == bytes.fromhex("50 03 02 20 00")
    assert ready_us > 4_010
