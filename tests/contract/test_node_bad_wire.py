"""What a bad wire, a late answer, a silent node or a closed port cost."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from firmware_bridge import readings
from firmware_bridge.codec.node_frames import HelloReply, encode
from firmware_bridge.node import protocol
from firmware_bridge.ports import Devices
from firmware_bridge.readings import DriveReading
from tests.node_rig import Driven, ramp


def drive_reading(rig: Driven) -> DriveReading:
    reading = rig.devices.drive.read()
    assert reading is not None
    return reading


Spoil = Callable[[int, bytes], bytes]


SPOILERS: dict[str, Spoil] = {
    "lost": lambda n, data: b"" if n % 5 == 0 else data,
    "doubled": lambda n, data: data + data,
    "flipped": lambda n, data: bytes([*data[:9], data[9] ^ 4, *data[10:]]) if n % 5 == 0 and data else data,
    "cut short": lambda n, data: data[:-7] if n % 5 == 0 else data,
    "garbage": lambda n, data: b"\xaa\x00\x11\x22" + data,
}


@pytest.mark.parametrize("way", ["up", "down"])
@pytest.mark.parametrize("kind", SPOILERS)
def test_a_bad_wire_costs_neither_arming_nor_the_way(kind: str, way: str) -> None:
    rig = Driven("a2")
    rig.arm()
    numbers = itertools.count()
    setattr(rig, way, lambda data: SPOILERS[kind](next(numbers), data))
    seen = []
    for angle, rate in itertools.islice(ramp(-70, -60, 2.0), 500):
        rig.devices.drive.move(angle, rate)
        rig.step()
        seen.append(drive_reading(rig))
        assert seen[-1].state == readings.ARMED
    assert rig.plant.angle_deg == pytest.approx(-60, abs=0.1)
    counters = [reading.counter for reading in seen]
    assert counters == sorted(counters)


def test_late_answers_show_their_age() -> None:
    rig = Driven()
    rig.arm()
    held = [b"", b"", b""]

    def late(data: bytes) -> bytes:
        held.append(data)
        return held.pop(0)

    rig.up = late
    for _ in range(30):
        rig.devices.drive.stop(3_000)
        rig.step()
        rig.devices.take(rig.now_ms)
    assert rig.now_ms - drive_reading(rig).at_ms == 80


def test_an_old_status_again_is_not_a_new_reading() -> None:
    rig = Driven()
    rig.arm()
    kept: list[bytes] = []

    def same_again(data: bytes) -> bytes:
        kept.append(data)
        return kept[0]

    rig.up = same_again
    counters = set()
    for _ in range(5):
        rig.devices.drive.stop(3_000)
        rig.step()
        rig.devices.take(rig.now_ms)
        counters.add(drive_reading(rig).counter)
    assert len(counters) == 1


def test_a_silent_node_is_offline_and_named() -> None:
    rig = Driven()
    rig.arm()
    rig.up = lambda data: b""
    for _ in range(15):
        rig.devices.drive.stop(3_000)
        rig.step()
    assert drive_reading(rig).state == readings.OFFLINE
    assert "no answer" in (rig.devices.trouble or "")


def test_a_closed_link_is_trouble_not_an_exception() -> None:
    rig = Driven()
    rig.arm()
    rig.device.close()
    devices: Devices = rig.devices
    for _ in range(15):
        devices.take(rig.now_ms)
        devices.drive.stop(3_000)
        devices.send(1, 0, rig.now_ms)
        rig.now_ms += 20
    assert "closed" in (devices.trouble or "")
    devices.close()


def test_an_answer_to_somebody_elses_hello_is_not_taken() -> None:
    rig = Driven()
    stranger = encode(HelloReply(1, 0, protocol.DEVICE, 0, 0, 9, 0, 12345, 1), 1)
    rig.up = lambda data: stranger
    for _ in range(10):
        rig.step(arm=True)
    assert "no answer" in (rig.devices.trouble or "")
    assert rig.brain.state == protocol.DISARMED
