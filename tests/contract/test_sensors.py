"""Every inclinometer on a wire of its own, driver against twin, byte for byte in virtual time."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from firmware_bridge.config import WitmotionConfig
from firmware_bridge.readings import AngleReading
from firmware_bridge.sensors import catalogue
from firmware_bridge.sensors.config import WitmotionPreciseConfig, WitmotionStreamConfig
from firmware_bridge.sensors.witmotion import frames
from simulator.devices.base import Shaft, Twin
from simulator.devices.witmotion import Witmotion
from simulator.devices.witmotion_precise import WitmotionPrecise
from simulator.devices.witmotion_stream import WitmotionStreamTwin, frame
from tests.line_rig import flips
from tests.modbus_line import TICK_US, Line
from tests.spoilt_link import RandomLink

TWINS: dict[str, tuple[type[Any], Callable[[Shaft], Twin]]] = {
    "witmotion": (WitmotionConfig, Witmotion),
    "witmotion-precise": (WitmotionPreciseConfig, WitmotionPrecise),
    "witmotion-stream": (WitmotionStreamConfig, lambda shaft: WitmotionStreamTwin(shaft, rate=8)),
}
EVERY = pytest.mark.parametrize("name", catalogue.SENSORS)
RATE_DPS = 2.0


class Rig:
    """The shaft turns at a steady rate."""

    def __init__(self, name: str, angle_deg: float = -70.0, rate_dps: float = 0.0, **keys: Any) -> None:
        config_class, make = TWINS[name]
        config = config_class("line", **keys)
        self.shaft = Shaft(angle_deg, rate_dps)
        self.twin = make(self.shaft)
        self.line = Line(self.twin, config.baud, bits=10)
        self.sensor = catalogue.make(config, self.line.host)
        self.track: dict[int, float] = {}
        self.readings: dict[int, AngleReading] = {}
        self.worst_age_ms = 0

    def run(self, ticks: int) -> AngleReading | None:
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
        return self.sensor.read()


def test_every_sensor_has_a_twin() -> None:
    assert {name: entry.config for name, entry in catalogue.SENSORS.items()} == {
        name: config for name, (config, _) in TWINS.items()
    }


@EVERY
@pytest.mark.parametrize("angle_deg", [-85.0, -70.0, -0.01, 0.0, 22.5, 66.0])
def test_the_angle_and_no_rate(name: str, angle_deg: float) -> None:
    reading = Rig(name, angle_deg).run(12)
    assert reading is not None
    assert reading.angle_cdeg == pytest.approx(angle_deg * 100, abs=1)
    assert reading.rate_cdps is None


@EVERY
@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, -7_000),
        ({"sign": -1}, 7_000),
        ({"sign": -1, "offset_cdeg": -25}, 6_975),
        ({"scale": 0.5}, -3_500),
        ({"sign": -1, "scale": 2.0, "offset_cdeg": 10}, 14_010),
    ],
)
def test_calibration(name: str, keys: dict[str, Any], expected: int) -> None:
    reading = Rig(name, **keys).run(12)
    assert reading is not None
    assert reading.angle_cdeg == pytest.approx(expected, abs=1)


@EVERY
def test_young_enough_and_never_younger_than_true(name: str) -> None:
    rig = Rig(name, rate_dps=RATE_DPS)
    rig.run(100)
    assert len(rig.readings) >= 48
    assert rig.worst_age_ms <= 80
    for reading in rig.readings.values():
        behind_cdeg = rig.track[max(0, reading.at_ms)] - reading.angle_cdeg
        assert behind_cdeg < 2, "it says so old, and the angle is older"
    assert rig.sensor.trouble is None


@EVERY
def test_a_cut_wire_leaves_an_old_reading(name: str) -> None:
    rig = Rig(name)
    rig.run(12)
    rig.line.fault = lambda answer: []
    rig.run(20)
    reading = rig.sensor.read()
    assert reading is not None
    assert rig.line.now_ms - reading.at_ms > 300


@EVERY
def test_no_wrong_bit_makes_a_wrong_reading(name: str) -> None:
    """Each frame that comes has one more bit wrong than the last good one: every bit has its turn."""
    rig = Rig(name, rate_dps=RATE_DPS)
    bits = itertools.count()

    def spoil(answer: bytes) -> list[tuple[int, bytes]]:
        wrong = bytearray(answer)
        place = next(bits) % (8 * len(wrong))
        wrong[place // 8] ^= 1 << place % 8
        return [(0, bytes(wrong) if next(bits) % 3 else answer)]

    rig.line.fault = spoil
    rig.run(700)
    assert len(rig.readings) > 50
    for reading in rig.readings.values():
        assert abs(rig.track[max(0, reading.at_ms)] - reading.angle_cdeg) < 12


@EVERY
def test_on_a_line_that_does_anything_no_reading_is_wrong(name: str) -> None:
    """Late, doubled, merged, torn, flipped, lost, echoed, noise. A stream numbers nothing, so of it a frame
    that lay somewhere for half a second passes, with the angle of then."""
    rig = Rig(name, angle_deg=-60.0, rate_dps=RATE_DPS)
    line = RandomLink(rig.line.host, 1, 0.3)
    line.on = True
    rig.sensor = catalogue.make(TWINS[name][0]("line"), line)
    for line.tick in range(300):
        rig.run(1)
    assert len(set(line.done)) > 7
    assert len(rig.readings) > 50
    allowed_cdeg = 150 if name == "witmotion-stream" else 30
    for reading in rig.readings.values():
        assert reading.angle_cdeg == pytest.approx(rig.track[max(0, reading.at_ms)], abs=allowed_cdeg)


def test_the_streams_worked_frame() -> None:
    """WitMotion's serial protocol: 55 53, 45, -22.5, 11.25 deg."""
    worked = bytes.fromhex("55 53 00 20 00 F0 00 08 00 00 C0")
    (found,) = frames.Deframer().feed(worked)
    assert [frames.millidegrees(word) for word in found.words[:3]] == [45_000, -22_500, 11_250]
    assert frames.encode(found) == worked == frame(0x53, 0x2000, -0x1000, 0x0800, 0)


def test_a_sum_finds_every_wrong_bit_and_most_pairs() -> None:
    """A plain sum cannot find all: what is left, the driver believes only where a table can be."""
    worked = bytes.fromhex("55 53 00 20 00 F0 00 08 00 00 C0")
    singles = [
        worked[: n // 8] + bytes([worked[n // 8] ^ 1 << n % 8]) + worked[n // 8 + 1 :] for n in range(88)
    ]
    assert [wrong for wrong in singles if frames.Deframer().feed(wrong)] == []
    passed = sum(bool(frames.Deframer().feed(wrong)) for wrong in flips(worked))
    assert passed < 0.08 * 88 * 87 / 2


def test_the_stream_is_found_again_anywhere_in_it() -> None:
    data = b"".join(frame(0x53, 0x5555, 0x5355, word, 0x5555) for word in range(-20, 20))
    for start in range(24):
        found = frames.Deframer().feed(data[start:])
        assert len(found) >= 37
        assert found[-1].words[2] == 19


def test_a_wild_angle_is_believed_when_it_stays() -> None:
    rig = Rig("witmotion-stream")
    rig.run(12)
    rig.shaft.angle_deg = -20.0
    seen = [rig.run(1) for _ in range(12)]
    angles = [reading.angle_cdeg for reading in seen if reading]
    assert angles[0] == pytest.approx(-7_000, abs=1)
    assert angles[-1] == pytest.approx(-2_000, abs=1)
    assert set(angles) == {angles[0], angles[-1]}


def test_accelerations_alone_are_no_angle() -> None:
    rig = Rig("witmotion-stream")
    rig.twin.only_acceleration = True  # type: ignore[attr-defined]
    assert rig.run(30) is None


def test_from_the_factory_the_stream_is_too_slow_and_the_register_is_named() -> None:
    rig = Rig("witmotion-stream")
    rig.twin.rate = 6  # type: ignore[attr-defined]
    assert rig.run(80) is None
    assert "one angle in 100 ms, allowed 80 ms; set the sensor's register 03h" in (rig.sensor.trouble or "")
    for command in ("FF AA 69 88 B5", "FF AA 03 08 00"):
        rig.twin.take(bytes.fromhex(command), rig.line.now_us)
    assert rig.run(60) is not None
    assert rig.sensor.trouble is None


@EVERY
def test_a_line_that_is_too_slow_is_refused(name: str) -> None:
    with pytest.raises(
        ValueError, match=r"\[inclinometer\].baud: 2400 baud (gives one angle in|takes 184 ms)"
    ):
        Rig(name, baud=2_400)
