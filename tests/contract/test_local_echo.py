"""An adapter that echoes, on every serial drive and sensor: found out, and with local_echo = true taken away.

Exactly as many bytes as were sent are dropped, if they are the same; nothing else is.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge.assembly import open_devices
from firmware_bridge.drives import catalogue
from firmware_bridge.link.local_echo import UnechoedLink, without_echo
from firmware_bridge.link.memory import memory_pair
from firmware_bridge.ports import ByteLink
from firmware_bridge.readings import ARMED
from firmware_bridge.sensors import catalogue as sensors
from hil import demo_table
from safety.guard import table
from simulator.devices.base import Shaft
from simulator.devices.witmotion import Witmotion
from simulator.devices.witmotion_precise import WitmotionPrecise
from simulator.sides import SIDES
from tests.line_rig import PARK_CDEG, Rig
from tests.modbus_line import Line

NAMES = [name for name in catalogue.DRIVES if name != "node"]


class Echoing:
    """ByteLink over an adapter that hands back what is sent, in pieces; `spoils` breaks every so many."""

    name = "line"

    def __init__(self, link: ByteLink, spoils: int = 0) -> None:
        self._link = link
        self._echo = b""
        self._spoils, self._writes = spoils, 0

    def read(self) -> bytes:
        echo, self._echo = self._echo, b""
        return echo + self._link.read()

    def write(self, data: bytes) -> None:
        self._link.write(data)
        self._writes += 1
        if self._spoils and self._writes % self._spoils == 0:
            data = bytes([data[0] ^ 4]) + data[1:]
        self._echo += data

    def close(self) -> None:
        self._link.close()


def rig(name: str, echoes: bool, spoils: int = 0) -> Rig:
    """A twin as a builder has set it up, behind such an adapter; whether the table file knows of it."""
    ports = {wire: Path(f"/dev/{wire}") for wire in demo_table.DRIVES[name]}
    config: Any = table.parse(demo_table.text(name, "a1", ports).encode()).devices.drive
    shaft = Shaft(PARK_CDEG / 100)
    twin: Any = SIDES[name].alone(shaft)
    if name == "atv320":
        twin.write(10_001, [1])  # brake logic
    bits = 10 if config.parity == "none" else 11

    def make(link: ByteLink, angles: catalogue.Angles) -> catalogue.WiredDrive:
        return catalogue.make(config, without_echo(Echoing(link, spoils), echoes), angles)

    return Rig(twin, shaft, make, config.baud, bits)


@pytest.mark.parametrize("name", NAMES)
def test_an_adapter_that_echoes_is_found_out_and_named(name: str) -> None:
    one = rig(name, echoes=False)
    assert not one.arm(60).armed
    assert "local echo off, or write local_echo = true" in str(one.drive.trouble)
    one.hold(20)
    assert one.shaft.angle_deg * 100 == pytest.approx(PARK_CDEG, abs=1)


@pytest.mark.parametrize("name", NAMES)
def test_with_local_echo_it_arms_and_follows(name: str) -> None:
    one = rig(name, echoes=True)
    one.arm_again(400)
    one.hold(20)
    one.move(200, 4.0)
    reading = one.drive.read()
    assert reading is not None
    assert reading.state == ARMED
    assert one.shaft.angle_deg * 100 > PARK_CDEG + 400
    assert reading.angle_cdeg == pytest.approx(one.shaft.angle_deg * 100, abs=30)
    assert one.drive.trouble is None


@pytest.mark.parametrize("name", NAMES)
def test_an_echo_that_is_spoilt_is_no_answer(name: str) -> None:
    one = rig(name, echoes=True, spoils=9)
    one.arm_again(600)
    for _ in range(100):
        one.hold(1)
        reading = one.drive.read()
        assert reading is not None
        if reading.angle_cdeg is not None:
            assert reading.angle_cdeg == pytest.approx(one.shaft.angle_deg * 100, abs=20)


@pytest.mark.parametrize("name", NAMES)
def test_a_pure_echo_without_a_drive_is_silence(name: str) -> None:
    """A single write is confirmed by its echo: with the drive unplugged it looks well."""
    one = rig(name, echoes=True)
    one.line.fault = lambda answer: []
    assert not one.arm(200).armed
    assert one.drive.read() is None


@pytest.mark.parametrize(
    ("name", "make"), [("witmotion", Witmotion), ("witmotion-precise", WitmotionPrecise)]
)
def test_so_does_an_inclinometer(name: str, make: Any) -> None:
    for echoes in (False, True):
        line = Line(make(Shaft(22.5)), 9_600, bits=10)
        config = sensors.SENSORS[name].config("line")
        sensor = sensors.make(config, without_echo(Echoing(line.host), echoes))
        for _ in range(30):
            sensor.take(line.now_ms)
            sensor.send(line.now_ms)
            line.run(20_000)
        reading = sensor.read()
        assert (reading is not None) == echoes
        assert (sensor.trouble is None) == echoes
        if reading is not None:
            assert reading.angle_cdeg == pytest.approx(2_250, abs=1)


def test_the_table_file_says_it() -> None:
    ports = {wire: Path(f"/dev/{wire}") for wire in demo_table.DRIVES["blvr"]}
    text = demo_table.text("blvr", "a1", ports)
    for key in ("", "local_echo = true\n"):
        config = table.parse(text.replace('parity = "none"\n', f'parity = "none"\n{key}').encode()).devices
        shaft = Shaft(-70.0)
        line = Line(SIDES["blvr"].alone(shaft), 230_400, bits=10)
        devices = open_devices(
            config,
            lambda port, *_, line=line: Echoing(line.host) if "drive" in port else memory_pair()[0],
        )
        armed = False
        for tick in range(150):
            devices.take(line.now_ms)
            devices.drive.stop(3_000)
            armed = devices.drive.arm(line.now_ms).armed
            devices.send(tick, 0, line.now_ms)
            line.run(20_000)
        assert armed == bool(key)


@pytest.mark.parametrize("seed", range(40))
def test_exactly_what_was_sent_is_taken_away(seed: int) -> None:
    """However the adapter cuts it; what the device says comes through whole."""
    draw = random.Random(seed)
    ours, its = memory_pair()
    link = UnechoedLink(ours)
    for _ in range(8):
        sent, answer = draw.randbytes(draw.randint(1, 12)), draw.randbytes(draw.randint(0, 12))
        link.write(sent)
        assert its.read() == sent
        wire, got = sent + answer, b""
        while wire:
            cut = draw.randint(1, len(wire))
            its.write(wire[:cut])
            wire = wire[cut:]
            got += link.read()
        assert got == answer


def test_over_an_adapter_that_does_not_echo_other_answers_come_through_and_a_repeated_one_does_not() -> None:
    ours, its = memory_pair()
    link = UnechoedLink(ours)
    link.write(b"\x01\x03\x00\x01")
    its.write(b"\x01\x03\x02\x11")
    assert link.read() == b"\x01\x03\x02\x11"
    link.write(b"\x01\x06\x00\x01")
    its.write(b"\x01\x06\x00\x01")
    assert link.read() == b"", "on the safe side: nobody has answered"


def test_an_echo_that_never_came_does_not_hold_the_next_one_up() -> None:
    ours, its = memory_pair()
    link = UnechoedLink(ours)
    link.write(b"first")
    assert link.read() == b""
    link.write(b"second")
    its.write(b"second" + b"answer")
    assert link.read() == b"answer"
