"""Golden frames of the makers' documents, and what may never pass for an answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.codec import crc, modbus
from firmware_bridge.drives.blvr import registers as blvr
from firmware_bridge.errors import BridgeError
from firmware_bridge.sensors.witmotion import registers as wit


def longs(*values: int) -> tuple[int, ...]:
    return tuple(word for value in values for word in blvr.words(value))


REQUESTS = {
    # drive: HP-5142E, worked frames
    "01 10 00 7C 00 02 04 00 00 00 01 35 1E": modbus.write(1, 0x7C, longs(1)),
    "01 10 00 7C 00 02 04 00 00 00 03 B4 DF": modbus.write(1, 0x7C, longs(blvr.S_ON | blvr.PLOOP)),
    "01 10 00 7C 00 02 04 00 00 00 11 34 D2": modbus.write(1, 0x7C, longs(0x11)),
    "01 10 00 7C 00 02 04 00 00 00 80 F5 7E": modbus.write(1, 0x7C, longs(0x80)),
    "01 10 00 7C 00 02 04 00 10 00 01 34 DB": modbus.write(1, 0x7C, longs(0x10_0001)),
    "01 10 13 8A 00 02 04 00 00 01 F4 A2 97": modbus.write(1, 0x138A, longs(500)),
    "01 10 00 66 00 02 04 03 E8 00 01 34 1D": modbus.write(1, 0x66, longs(1_000 << 16 | 1)),
    "01 10 00 5A 00 0E 1C 00000030 00000000 000003E8 000003E8 000009C4 000003E8 00000001 87 36": modbus.write(
        1, 0x5A, longs(0x30, 0, 1_000, 1_000, 2_500, 1_000, 1)
    ),
    "01 10 00 5A 00 0E 1C 00000000 00000000 00000000 000003E8 000009C4 000003E8 00000001 46 B9": modbus.write(
        1, 0x5A, longs(0, 0, 0, 1_000, 2_500, 1_000, 1)
    ),
    "01 10 00 5A 00 0E 1C 00000001 00002328 000000C8 000003E8 000003E8 000003E8 01F40001 96 74": modbus.write(
        1, 0x5A, longs(1, 9_000, 200, 1_000, 1_000, 1_000, 500 << 16 | 1)
    ),
    "01 03 00 7E 00 02 A4 13": modbus.read(1, 0x7E, 2),
    "01 03 00 F8 00 04 C5 F8": modbus.read(1, 0xF8, 4),
    # sensor: WitMotion register document
    "50 03 00 3D 00 03 99 86": modbus.read(0x50, wit.ROLL.address, 3),
    "50 03 00 34 00 0C 09 80": modbus.read(0x50, 0x34, 12),
    "50 06 00 69 B5 88 22 A1": modbus.write_one(0x50, 0x69, 0xB588),
    "50 06 00 24 00 01 05 80": modbus.write_one(0x50, 0x24, 1),
    "50 06 00 04 00 06 45 88": modbus.write_one(0x50, 0x04, 6),
    "50 06 00 01 00 08 D4 4D": modbus.write_one(0x50, 0x01, 8),
    "50 06 00 00 00 00 84 4B": modbus.write_one(0x50, 0x00, 0),
    # others
    "01 06 21 35 00 06 13 FA": modbus.write_one(1, 0x2135, 6),
    "01 03 0C 81 00 01 D7 72": modbus.read(1, 0x0C81, 1),
    "01 06 20 88 FF 9C 43 B9": modbus.write_one(1, 0x2088, 0xFF9C),
    "01 10 20 88 00 02 04 00 64 00 64 23 9C": modbus.write(1, 0x2088, (100, 100)),
    "01 06 60 02 00 40 37 FA": modbus.write_one(1, 0x6002, 0x40),
    "01 10 01 46 00 04 08 00 00 00 28 00 00 00 29 1C 14": modbus.write(1, 0x0146, longs(0x28, 0x29)),
}
ANSWERS = {
    "01 03 02 06 37 FA 32": (modbus.read(1, 0x0C81, 1), (0x0637,)),
    "01 03 08 0000017F 000001AA 00 23": (modbus.read(1, 0xF8, 4), longs(383, 426)),
    "01 03 04 00 64 00 64 BA 07": (modbus.read(1, 0x2088, 2), (100, 100)),
    "50 03 06 20 00 F0 00 08 00 E3 46": (modbus.read(0x50, 0x3D, 3), (0x2000, 0xF000, 0x0800)),
}
EXCEPTIONS = {
    "01 83 02 C0 F1": (modbus.read(1, 0, 1), 2),
    "01 90 04 4D C3": (modbus.write(1, 0x5A, longs(0)), 4),
    "01 83 08 40 F6": (modbus.read(1, 0, 1), 8),
}


@pytest.mark.parametrize(("frame", "request_"), REQUESTS.items())
def test_requests_are_the_documents_frames(frame: str, request_: modbus.Request) -> None:
    assert modbus.encode(request_) == bytes.fromhex(frame)
    assert modbus.request_length(request_) == len(bytes.fromhex(frame))


@pytest.mark.parametrize("frame", ANSWERS)
def test_answers_of_the_documents(frame: str) -> None:
    request, registers = ANSWERS[frame]
    assert modbus.decode(request, bytes.fromhex(frame)) == registers


@pytest.mark.parametrize("frame", EXCEPTIONS)
def test_exceptions_of_the_documents(frame: str) -> None:
    request, code = EXCEPTIONS[frame]
    with pytest.raises(modbus.Refused, match=f"exception {code:02X}h") as refused:
        modbus.decode(request, bytes.fromhex(frame))
    assert refused.value.code == code


def test_the_worked_angles() -> None:
    registers = modbus.decode(modbus.read(0x50, 0x3D, 3), bytes.fromhex("50 03 06 20 00 F0 00 08 00 E3 46"))
    assert [wit.centidegrees(word) for word in registers] == [4_500, -2_250, 1_125]


@pytest.mark.parametrize("word", [0x8000, 0xC71C, 0, 0x7FFF])
def test_angles_at_the_ends(word: int) -> None:
    expected = {0x8000: -18_000, 0xC71C: -8_000, 0: 0, 0x7FFF: 17_999}
    assert wit.centidegrees(word) == expected[word]


def framed(body: bytes) -> bytes:
    return body + crc.modbus(body).to_bytes(2, "little")


READ = modbus.read(1, 0x9A, 2)
GOOD = framed(bytes.fromhex("01 03 04 00 00 00 64"))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (framed(bytes.fromhex("02 03 04 00 00 00 64")), modbus.WrongUnit),
        (framed(bytes.fromhex("01 17 04 00 00 00 64")), modbus.WrongFunction),
        (framed(bytes.fromhex("01 03 03 00 00 00 64")), modbus.WrongLength),
        (framed(bytes.fromhex("01 03 06 00 00 00 64 00 00")), modbus.WrongLength),
        (GOOD + GOOD, modbus.WrongLength),
        (GOOD[:-1], modbus.WrongLength),
        (b"", modbus.WrongLength),
        (GOOD[:-1] + bytes([GOOD[-1] ^ 1]), modbus.BadCrc),
        (bytes.fromhex("01 03 00 01 00 01 D5 C1") + b"\0", modbus.WrongLength),
    ],
)
def test_what_is_not_the_answer_is_named(answer: bytes, error: type[BridgeError]) -> None:
    assert modbus.decode(READ, GOOD) == (0, 100)
    with pytest.raises(error):
        modbus.decode(READ, answer)


def test_a_write_confirmed_for_another_address_is_refused() -> None:
    with pytest.raises(modbus.WrongEcho, match="007Eh was confirmed"):
        modbus.decode(modbus.write(1, 0x7C, (0, 1)), framed(bytes.fromhex("01 10 00 7E 00 02")))
    with pytest.raises(modbus.WrongEcho):
        modbus.decode(modbus.write_one(1, 0x7C, 1), framed(bytes.fromhex("01 06 00 7C 00 02")))


@given(st.integers(0, 8 * len(GOOD) - 1), st.integers(0, 8 * len(GOOD) - 1))
def test_no_two_flipped_bits_pass(first: int, second: int) -> None:
    damaged = bytearray(GOOD)
    for bit in {first, second}:
        damaged[bit // 8] ^= 1 << bit % 8
    with pytest.raises(BridgeError):
        modbus.decode(READ, bytes(damaged))


@given(st.binary(max_size=40))
def test_noise_is_an_error_and_nothing_else(noise: bytes) -> None:
    with pytest.raises(BridgeError):
        modbus.decode(READ, noise)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: modbus.read(0, 0, 1), "unit 0"),
        (lambda: modbus.read(248, 0, 1), "unit 248"),
        (lambda: modbus.read(1, 0, 126), "1 to 125"),
        (lambda: modbus.read(1, 0, 0), "1 to 125"),
        (lambda: modbus.write(1, 0, (0,) * 124), "1 to 123"),
        (lambda: modbus.read_write(1, 0, 1, 0, (0,) * 122), "1 to 121"),
        (lambda: modbus.write_one(1, 0, 0x1_0000), "16 bits"),
    ],
)
def test_impossible_requests_are_refused(make: Callable[[], modbus.Request], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        make()
