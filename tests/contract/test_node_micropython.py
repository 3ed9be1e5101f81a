"""The node's firmware under a real MicroPython: the same bytes in, the same bytes out, nothing allocated."""

from __future__ import annotations

import hashlib
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from firmware_bridge.node import protocol, replay
from hil.node import players, trace

pytestmark = pytest.mark.timeout(240)


def webassembly() -> players.Player:
    """The port whose small integers are the board's; never left out in silence."""
    found = [player for player in players.micropythons() if "WebAssembly" in player.name]
    if not found:
        pytest.fail("no node.js on this machine: run ./dev test, or apt-get install nodejs")
    return found[0]


def test_our_copy_of_micropython_is_the_one_it_says() -> None:
    rows = re.findall(r"^\| (\S+) \| ([0-9a-f]{64}) \|$", (players.PORT / "README.md").read_text(), re.M)
    assert [name for name, _ in rows] == ["micropython.mjs", "micropython.wasm"]
    for name, digest in rows:
        assert hashlib.sha256((players.PORT / name).read_bytes()).hexdigest() == digest


def test_a_trace_has_every_event_and_every_state() -> None:
    made = trace.make(12_000, seed=3)
    assert {event.name for event in trace.EVENTS} <= set(made.events)
    assert set(made.states) == {
        protocol.DISARMED,
        protocol.ARMED,
        protocol.OWN_RETURN,
        protocol.UNPOWERED,
        protocol.FAULT,
    }
    assert players.play(players.cpython(), made.data).output == b"".join(made.output)


@pytest.mark.peer
@pytest.mark.parametrize(
    ("ticks", "seed", "gear", "role"),
    [(12_000, 3, "a1", "table"), (1_500, 2, "a2", "table"), (1_500, 1, "a1", "io")],
)
def test_micropython_says_the_same_bytes(ticks: int, seed: int, gear: str, role: str) -> None:
    made = trace.make(ticks, seed, gear, role)
    played = players.play(webassembly(), made.data)
    assert players.first_difference(b"".join(made.output), played.output) is None
    assert played.facts["python"].startswith("micropython")
    assert int(played.facts["ticks"]) == ticks
    assert (played.facts["grown_bytes"], int(played.facts["node_bytes"]) < 8_192) == ("0", True)


@pytest.mark.peer
@pytest.mark.parametrize("value", ["[now_ms]", "now_ms << 8"], ids=["a list", "an integer of 32 bits"])
def test_a_tick_that_allocates_is_caught(value: str, tmp_path: Path) -> None:
    name, tick = "firmware_bridge/node/brain.py", "        dt_ms = 10 if"
    tree = players.sources()
    text = tree[name].read_text()
    assert text.count(tick) == 1
    spoilt = tmp_path / "brain.py"
    spoilt.write_text(text.replace(tick, f"        self.kept = {value}\n{tick}"))
    with pytest.raises(players.PlayFailed, match="MemoryError"):
        players.play(webassembly(), trace.make(50).data, {**tree, name: spoilt})


def chip_records(samples: int) -> bytes:
    """Register contents that count, and ones that do not."""
    draw = random.Random(5)
    data = bytearray()
    for place in range(samples):
        kind = place // 40 % 4  # for a while the same: AS5048A and ADS1115 take several calls
        angle = draw.getrandbits(14)
        good = {
            0: bytes([0x20, angle >> 10, angle >> 2 & 0xFF, 0, 0]),
            1: with_parity(angle if place % 40 > 3 else 0x0400),
            2: bytes([1, 0x40, 0x10, angle >> 6, angle & 0x3F]),
            3: bytes([*(16_000 + angle // 2).to_bytes(2), 0x80, 0x83, 0]),
        }[kind]
        wild = draw.randbytes(5) if draw.random() < 0.1 else good
        data += bytes([kind, draw.random() < 0.03]) + wild
    return bytes(data)


def with_parity(word: int) -> bytes:
    word |= 0x8000 if word.bit_count() % 2 else 0
    return bytes([word >> 8, word & 0xFF, 0, 0, 0])


@pytest.mark.peer
def test_the_chips_drivers_say_the_same_and_allocate_nothing() -> None:
    records = chip_records(4_000)
    module = "firmware_bridge.node.probe"
    ours = players.play(players.cpython(), records, module=module)
    assert ours.facts["samples"] == "4000"
    known = [ours.output[5 * place] for place in range(4_000)]
    for kind in range(4):
        share = [known[place] for place in range(4_000) if place // 40 % 4 == kind]
        assert 0.2 < sum(share) / len(share) < 0.97, kind
    assert players.play(webassembly(), records, module=module).output == ours.output


def test_a_difference_is_named_by_its_tick() -> None:
    output = b"".join(trace.make(40).output)
    spoilt = bytearray(output)
    spoilt[replay.OUT_HEAD * 3] ^= 1
    assert (players.first_difference(output, bytes(spoilt)) or "").startswith("tick ")
    assert players.first_difference(output, output[:-9]) is not None


def test_the_peer_is_what_dev_installs() -> None:
    assert "nodejs" in (players.ROOT / "dev").read_text()
    if node := shutil.which("node"):
        assert subprocess.run([node, "--version"], capture_output=True, timeout=20).stdout.startswith(b"v")
