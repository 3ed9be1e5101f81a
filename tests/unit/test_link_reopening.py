"""A plug pulled and put in again: on pseudo-terminals behind one name."""

from __future__ import annotations

import os
import pty
import select
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_bridge.errors import LinkLost, PortMissing
from firmware_bridge.link.reopening import TRY_EVERY, ReopeningLink
from firmware_bridge.link.serial_port import open_serial
from firmware_bridge.ports import ByteLink


class Plug:
    """A port that can be pulled."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.master = -1

    def put_in(self) -> None:
        """A new device behind the name."""
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        self.path.symlink_to(os.ttyname(slave))
        self.slave = slave

    def hears(self, end: bytes) -> bool:
        """Whether what it receives ends so; the kernel hands bytes over in its own time."""
        got = b""
        while select.select([self.master], [], [], 5.0)[0]:
            got += os.read(self.master, 999)
            if got.endswith(end):
                return True
        return False

    def pull(self) -> None:
        """Gone, and the name with it."""
        os.close(self.slave)
        os.close(self.master)
        self.path.unlink()


@pytest.fixture
def plug(tmp_path: Path) -> Iterator[Plug]:
    plug = Plug(tmp_path / "port")
    plug.put_in()
    yield plug
    if plug.path.is_symlink():
        plug.pull()


def lost(link: ByteLink) -> bool:
    try:
        link.read()
        link.write(b"?")
    except LinkLost:
        return True
    return False


def test_it_comes_back(plug: Plug) -> None:
    link = ReopeningLink(lambda: open_serial(str(plug.path), 9_600))
    link.write(b"one")
    assert plug.hears(b"one")
    plug.pull()
    assert all(lost(link) for _ in range(3 * TRY_EVERY))
    with pytest.raises(LinkLost, match="by-id"):
        link.write(b"?")
    plug.put_in()
    tries = sum(lost(link) for _ in range(2 * TRY_EVERY))
    assert tries <= TRY_EVERY
    link.write(b"two")
    assert plug.hears(b"two")
    link.close()


def test_what_is_missing_at_the_start_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(PortMissing):
        ReopeningLink(lambda: open_serial(str(tmp_path / "none"), 9_600))
