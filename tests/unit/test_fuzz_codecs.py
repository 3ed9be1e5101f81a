"""A random slice of `./dev fuzz`, without its guidance: no crash, no growing buffer, nothing armed."""

from __future__ import annotations

import random

import pytest

from hil.fuzz_codecs.__main__ import seeds
from hil.fuzz_codecs.targets import LONGEST, TARGETS, node_host

SEED, ROUNDS = 20261130, 60


def inputs() -> list[bytes]:
    """Noise, golden frames, and golden frames spoilt in places."""
    draw = random.Random(SEED)
    frames = seeds()
    made = [b"", bytes(LONGEST), b"\xff" * LONGEST]
    for _ in range(ROUNDS):
        made.append(draw.randbytes(draw.randint(1, 200)))
        stream = bytearray(b"".join(draw.sample(frames, 4)))
        for _ in range(draw.randint(0, 3)):
            stream[draw.randrange(len(stream))] ^= 1 << draw.randrange(8)
        made.append(bytes(stream))
    return made


INPUTS = inputs()


@pytest.mark.parametrize("name", TARGETS)
def test_a_random_slice_finds_nothing(name: str) -> None:
    for data in INPUTS:
        TARGETS[name](data)


def test_a_find_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A codec that breaks on some byte does not get through."""
    from firmware_bridge.codec import cobs

    def breaks(frame: bytes) -> bytes | None:
        raise IndexError(frame)

    monkeypatch.setattr(cobs, "decode", breaks)
    with pytest.raises(IndexError):
        node_host(bytes([9]) + b"\0\x04\x01\x01\x01\x03\x06\x01\x07\0")
