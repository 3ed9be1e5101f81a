"""A random slice of `./dev fuzz`, without its guidance: no crash, no growing buffer, nothing armed."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

from hil.fuzz_codecs.__main__ import seeds, verdict
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


LOADED = """
import sys
from hil.fuzz_codecs.__main__ import loaded, seeds
def ours():
    return {name for name in sys.modules if name.startswith(("firmware_bridge", "simulator.devices"))}
for name in sys.argv[1:]:
    target = loaded(name)
    before = ours()
    for data in seeds()[:40]:
        target(data)
    late = ours() - before
    assert not late, f"{name} loads {sorted(late)} after its coverage was arranged"
"""


def test_nothing_is_imported_after_the_instruments_are_in() -> None:
    """Else it runs unseen, and noise is all that it is given."""
    names = [name for name in TARGETS if not name.startswith("twin-")]
    done = subprocess.run([sys.executable, "-c", LOADED, *names], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("returncode", "line", "said"),
    [
        (0, "#42006 DONE   cov: 24 ft: 82 corp: 19/2759b lim: 331 exec/s: 8401 rss: 68Mb", "ok"),
        (0, "#98326 DONE   cov: 2 ft: 2 corp: 1/1b lim: 1024 exec/s: 22244 rss: 68Mb", "BLIND"),
        (0, "", "BLIND"),
        (77, "#5 cov: 300 exec/s: 1", "FIND"),
    ],
)
def test_a_target_without_guidance_is_no_pass(returncode: int, line: str, said: str) -> None:
    assert verdict(returncode, line) == said
