"""The numbers that outlive the node's reset."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_bridge.codec.node_frames import Config, ConfigReply, Head, HeadReply, Hello
from firmware_bridge.node import protocol
from firmware_bridge.node.brain import Brain
from firmware_bridge.node.store import SESSION_MARK, FileStore
from tests.node_rig import DEFAULTS, Raw


def test_a_file_keeps_mark_and_boot_count(tmp_path: Path) -> None:
    path = str(tmp_path / "node.txt")
    brain = Brain(store=FileStore(path))
    brain.store.put(SESSION_MARK, 1)
    assert brain.store.save()
    again = Brain(store=FileStore(path))
    assert (again.host.boot_count, again.host.session_mark) == (2, True)


@pytest.mark.parametrize("text", ["", "session_mark", "session_mark 1\n", "\x00\xff", "crc 65535\n"])
def test_a_spoilt_file_is_an_empty_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "node.txt"
    path.write_text(text)
    assert FileStore(str(path)).read(SESSION_MARK, 0) == 0


def kept(path: Path) -> bytes:
    """A file with a mark and a limit."""
    store = FileStore(str(path))
    store.put(SESSION_MARK, 1)
    store.put("park_cdeg", -7_100)
    assert store.save()
    return path.read_bytes()


def test_every_flipped_bit_and_every_cut_makes_the_file_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "node.txt"
    whole = kept(path)
    spoilt = [whole[:size] for size in range(len(whole))]
    for bit in range(8 * len(whole)):
        one = bytearray(whole)
        one[bit // 8] ^= 1 << bit % 8
        spoilt.append(bytes(one))
    for data in spoilt:
        path.write_bytes(data)
        store = FileStore(str(path))
        assert (store.read(SESSION_MARK, 0), store.read("park_cdeg", 0)) == (0, 0), data
    path.write_bytes(whole)
    assert FileStore(str(path)).read("park_cdeg", 0) == -7_100


def test_a_flash_that_takes_nothing_is_a_fault_that_the_node_names(tmp_path: Path) -> None:
    store = FileStore(str(tmp_path / "no-such-folder" / "node.txt"))
    assert not store.save()
    node = Raw()
    node.store = store
    node.boot()
    node.say(Hello(1, 0, 1))
    values = (*DEFAULTS[:-1], DEFAULTS[-1] + 1)
    reply = node.say(Config(protocol.WRITE, values))[0]
    assert reply == ConfigReply(protocol.NOT_KEPT, 0, values)
    reply = node.say(Head(protocol.WRITE, b"k" * 32))[0]
    assert reply == HeadReply(protocol.NOT_KEPT, b"k" * 32)
    node.command(protocol.NONE)
    assert node.status is not None
    assert node.status.fault == protocol.STORE_FAILED
