"""The serial link on real pseudo-terminals: whole frames, never waiting, one holder, words of remedy."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import termios
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_bridge import clock
from firmware_bridge.errors import LinkLost, PortBusy, PortMissing
from firmware_bridge.link.serial_port import is_pty, open_serial
from firmware_bridge.ports import ByteLink


class Pty:
    """A master and the name of its slave."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.master, False)
        self.name = os.ttyname(self.slave)

    def hears(self, length: int) -> bytes:
        """So many bytes at the far end; the kernel hands them over in its own time."""
        got = b""
        while len(got) < length and select.select([self.master], [], [], 5.0)[0]:
            got += os.read(self.master, length)
        return got


@pytest.fixture
def line() -> Iterator[Pty]:
    made = Pty()
    yield made
    for fd in (made.master, made.slave):
        try:
            os.close(fd)
        except OSError:
            continue


def soon(link: ByteLink, length: int) -> bytes:
    """The kernel may take a moment to hand bytes over."""
    got = b""
    deadline_ms = clock.monotonic_ms() + 5_000
    while len(got) < length and clock.monotonic_ms() < deadline_ms:
        got += link.read()
    return got


def fill(link: ByteLink) -> None:
    """Write more than any queue holds."""
    for _ in range(10_000):
        link.write(b"x" * 64)


def test_bytes_go_both_ways_and_reading_nothing_does_not_wait(line: Pty) -> None:
    link = open_serial(line.name, 460_800)
    assert link.name == line.name
    assert link.read() == b""
    frame = bytes(range(256))
    link.write(frame)
    assert line.hears(len(frame)) == frame
    os.write(line.master, frame)
    assert soon(link, 256) == frame
    link.close()


@pytest.mark.parametrize("parity", ["none", "even", "odd"])
def test_every_parity_opens_on_a_pty(line: Pty, parity: str) -> None:
    link = open_serial(line.name, 230_400, parity)  # type: ignore[arg-type]
    link.close()


def test_the_second_opener_is_told_who_to_stop(line: Pty) -> None:
    link = open_serial(line.name, 9_600)
    with pytest.raises(PortBusy, match="another process holds it"):
        open_serial(line.name, 9_600)
    link.close()
    open_serial(line.name, 9_600).close()


def test_another_process_is_kept_out_and_a_killed_holder_frees_the_port(line: Pty) -> None:
    code = (
        "import sys; from firmware_bridge.link.serial_port import open_serial\n"
        f"link = open_serial({line.name!r}, 9600); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path.cwd()
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(PortBusy):
            open_serial(line.name, 9_600)
        holder.kill()
    open_serial(line.name, 9_600).close()


def test_a_missing_port_says_how_to_find_one() -> None:
    with pytest.raises(PortMissing, match=r"/dev/ttyNOWHERE0: .*by-id"):
        open_serial("/dev/ttyNOWHERE0", 9_600)


def test_a_file_is_no_serial_port(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    with pytest.raises(PortMissing, match="not a serial port"):
        open_serial(str(path), 9_600)
    assert not is_pty(str(path))


def test_a_full_queue_is_a_lost_link_not_a_wait(line: Pty) -> None:
    link = open_serial(line.name, 9_600)
    with pytest.raises(LinkLost, match="does not read"):
        fill(link)
    link.close()


def test_an_unplugged_port_is_lost(line: Pty) -> None:
    link = open_serial(line.name, 9_600)
    os.close(line.master)
    with pytest.raises(LinkLost, match="gone"):
        link.write(b"hello")
    link.close()


def test_a_closed_link_is_lost(line: Pty) -> None:
    link = open_serial(line.name, 9_600)
    link.close()
    with pytest.raises(LinkLost):
        link.read()


def test_the_line_is_raw(line: Pty) -> None:
    link = open_serial(line.name, 9_600)
    assert not termios.tcgetattr(line.slave)[3] & (termios.ECHO | termios.ICANON)
    os.write(line.master, b"\x03\x11\x13\x04\r\n")
    assert soon(link, 6) == b"\x03\x11\x13\x04\r\n"
    link.close()
