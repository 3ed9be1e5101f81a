"""The twins' side of Modbus by the standard: framing, exceptions, broadcast, and the worked frames."""

from __future__ import annotations

import pytest

from simulator.devices.base import Shaft
from simulator.devices.blvr import Blvr
from simulator.devices.modbus_slave import answer_pdu, due_length
from tests.blvr_rig import framed


def asked(twin: Blvr, frame: bytes, at_us: int = 0) -> bytes:
    twin.take(frame, at_us)
    twin.step(at_us + 10_000)
    return b"".join(data for _, data in twin.out())


EXCHANGES = {
    "01 03 00 F8 00 04 C5 F8": "01 03 08 0000017F 000001AA 00 23",
    "01 10 00 7C 00 02 04 00 00 00 03 B4 DF": "01 10 00 7C 00 02",
    "01 10 13 8A 00 02 04 00 00 01 F4 A2 97": "01 10 13 8A 00 02",
    "01 08 00 00 12 34 ED 7C": "01 08 00 00 12 34 ED 7C",
}


@pytest.mark.parametrize("request_", EXCHANGES)
def test_worked_exchanges(request_: str) -> None:
    answer = asked(Blvr(Shaft()), bytes.fromhex(request_))
    expected = bytes.fromhex(EXCHANGES[request_])
    assert answer in (expected, framed(expected))


@pytest.mark.parametrize(
    ("pdu", "code"),
    [
        ("01 00 00 00 01", 1),  # coils
        ("2B 0E 01 00", 1),
        ("03 03 E8 00 01", 2),
        ("03 FF FF 00 02", 2),
        ("03 00 7C 00 00", 3),
        ("03 00 7C 00 7E", 3),
        ("03 00 7C 00", 3),
        ("10 00 7C 00 02 02 00 00", 3),  # byte count
        ("10 00 7C 00 7C F8" + "00" * 248, 3),
        ("10 00 7E 00 02 04 00 00 00 00", 2),  # read only
        ("10 13 8A 00 02 04 00 00 27 11", 3),  # above 10000 ms
        ("06 0A 00 00 01", 2),
        ("17 00 7E 00 02 13 8A 00 02 04 00 00 27 11", 3),
        ("08 00 01 00 00", 3),
    ],
)
def test_exceptions(pdu: str, code: int) -> None:
    body = bytes.fromhex(pdu)
    assert answer_pdu(Blvr(Shaft()), body) == bytes([body[0] | 0x80, code])


def test_a_refused_block_writes_nothing() -> None:
    twin = Blvr(Shaft())
    before = twin.read(0x1388, 8)
    asked(twin, framed(bytes.fromhex("01 10 13 8A 00 04 08 00 00 00 64 00 00 00 63")))
    assert twin.read(0x1388, 8) == before


def test_a_broadcast_is_obeyed_in_silence() -> None:
    twin = Blvr(Shaft())
    assert asked(twin, framed(bytes.fromhex("00 10 13 8A 00 02 04 00 00 00 64"))) == b""
    assert twin.read(0x138B, 1) == [100]


@pytest.mark.parametrize(
    "frame",
    [
        bytes.fromhex("01 03 00 01 00 01 D5 C1"),  # the document's bad CRC
        framed(bytes.fromhex("02 03 00 7E 00 02")),  # another unit's
        b"\x01\x03",
        b"\xff" * 40,
    ],
)
def test_silence_for_what_is_not_for_it(frame: bytes) -> None:
    twin = Blvr(Shaft())
    assert asked(twin, frame) == b""
    assert asked(twin, bytes.fromhex("01 03 00 7E 00 02 A4 13"), 20_000) != b""


def test_a_frame_is_one_between_silences() -> None:
    twin = Blvr(Shaft())
    request = bytes.fromhex("01 03 00 7E 00 02 A4 13")
    twin.take(request[:3], 0)
    twin.take(request[3:], 2_000)
    assert len(twin.out()) == 1
    twin.take(request[:3], 100_000)
    twin.take(request[3:], 103_000)
    assert twin.out() == []


def test_repeated_errors_on_the_line_raise_their_alarm() -> None:
    twin = Blvr(Shaft())
    for count in range(3):
        assert twin.alarm == 0
        asked(twin, bytes.fromhex("01 03 00 01 00 01 D5 C1"), count * 20_000)
    assert twin.alarm == 0x84


@pytest.mark.parametrize(("begun", "length"), [("01", None), ("01 03", 8), ("01 10 00 7C 00 02", None)])
def test_lengths_of_requests(begun: str, length: int | None) -> None:
    assert due_length(bytes.fromhex(begun)) == length


def test_the_worked_motion_of_the_manual() -> None:
    """S-ON with PLOOP, then 90.00 deg of the shaft at 200 r/min with 500 ms of lifetime."""
    shaft = Shaft()
    twin = Blvr(shaft, follow=True)
    asked(twin, bytes.fromhex("01 10 00 7C 00 02 04 00 00 00 03 B4 DF"))
    twin.step(20_000)
    frame = "01 10 00 5A 00 0E 1C 00000001 00002328 000000C8 000003E8 000003E8 000003E8 01F40001 96 74"
    asked(twin, bytes.fromhex(frame), 30_000)
    for at_us in range(40_000, 480_000, 1_000):
        twin.step(at_us)
    assert twin.motion.is_moving
    assert 0 < shaft.angle_deg < 90
    for at_us in range(480_000, 2_500_000, 1_000):
        twin.step(at_us)
    assert twin.alarm == 0x85
    assert shaft.rate_dps == 0


def test_a_position_that_the_shaft_cannot_follow_cuts_the_current() -> None:
    twin = Blvr(Shaft())  # nobody moves this shaft
    asked(twin, bytes.fromhex("01 10 00 7C 00 02 04 00 00 00 03 B4 DF"))
    twin.step(20_000)
    frame = "01 10 00 5A 00 0E 1C 00000001 00002328 000000C8 00000001 000003E8 000003E8 00000001"
    asked(twin, framed(bytes.fromhex(frame)), 30_000)
    for at_us in range(40_000, 2_000_000, 1_000):
        twin.step(at_us)
    assert twin.alarm == 0x10
    assert twin.brake_closed
