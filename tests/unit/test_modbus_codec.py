"""What may never pass for an answer; the golden frames are in tests/contract/test_golden_frames.py."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.codec import crc, modbus
from firmware_bridge.errors import BridgeError
from firmware_bridge.sensors.witmotion import registers as wit


def test_the_worked_angles() -> None:
    registers = modbus.decode(modbus.read(0x50, 0x3D, 3), bytes.fromhex("50 03 06 20 00 F0 00 08 00 E3 46"))
    assert [wit.millidegrees(word) for word in registers] == [45_000, -22_500, 11_250]


@pytest.mark.parametrize("word", [0x8000, 0xC71C, 0, 0x7FFF])
def test_angles_at_the_ends(word: int) -> None:
    expected = {0x8000: -180_000, 0xC71C: -80_002, 0: 0, 0x7FFF: 179_995}
    assert wit.millidegrees(word) == expected[word]


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
