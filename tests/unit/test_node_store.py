"""The numbers that outlive the node's reset."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_bridge.node.brain import Brain
from firmware_bridge.node.store import SESSION_MARK, FileStore


def test_a_file_keeps_mark_and_boot_count(tmp_path: Path) -> None:
    path = str(tmp_path / "node.txt")
    brain = Brain(store=FileStore(path))
    brain.store.write(SESSION_MARK, 1)
    again = Brain(store=FileStore(path))
    assert (again.host.boot_count, again.host.session_mark) == (2, True)


@pytest.mark.parametrize("text", ["", "session_mark", "session_mark x\n", "\x00\xff"])
def test_a_spoilt_file_is_an_empty_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "node.txt"
    path.write_text(text)
    assert FileStore(str(path)).read(SESSION_MARK, 0) == 0
