"""`keel guard` as a process: exit codes, a real pty with a virtual node, signals, kill -9, the supervisor."""

from __future__ import annotations

import itertools
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge import clock
from safety.guard import messages as m
from safety.guard import ring_file
from tests import device_process, house

EXAMPLE = (house.ROOT / "install/table.toml.example").read_text()
PORT = "/dev/serial/by-id/usb-Keel_node-if00"


def command(folder: Path, *words: str) -> list[str]:
    place = ["--table", str(folder / "table.toml"), "--run-dir", str(folder / "run")]
    return [sys.executable, "-I", "-m", "safety.guard", *place, "--state-dir", str(folder / "state"), *words]


def write_table(folder: Path, port: str) -> None:
    (folder / "table.toml").write_text(EXAMPLE.replace(PORT, port))


def run(folder: Path, *words: str, umask: int = -1) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(folder, *words), capture_output=True, text=True, timeout=20, umask=umask)


class Process:
    """A running guard and one observer of it."""

    def __init__(self, folder: Path, *words: str, **environment: str) -> None:
        self.folder = folder
        self.started_ms = clock.monotonic_ms()
        self.process = subprocess.Popen(
            command(folder, *words),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **environment},
        )
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def connect(self) -> None:
        deadline = clock.monotonic_ms() + 10_000
        while clock.monotonic_ms() < deadline:
            try:
                self.socket.connect(str(self.folder / "run" / "guard.sock"))
                break
            except OSError:
                select.select([], [], [], 0.005)
        self.socket.settimeout(5)
        self.socket.send(m.HELLO_LAYOUT.pack((0, 1)))

    def hear(self, layout: m.Layout) -> dict[str, Any]:
        while True:
            decoded = m.decode(self.socket.recv(512))
            assert decoded is not None
            if decoded[0] is layout:
                return layout.as_dict(decoded[1])

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        code = self.process.wait(timeout=10)
        self.close()
        return code

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(timeout=10)
        self.socket.close()
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Path]:
    """A folder with a table file that names a living virtual node."""
    with device_process.device("node", "--pty") as served:
        write_table(tmp_path, str(served.get("pty") or served["path"]))
        yield tmp_path


def test_a_missing_table_exits_66(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.returncode == 66
    assert "table.toml: there is no such file; install/table.toml.example shows one" in result.stderr


def test_a_wrong_table_exits_78_with_every_error(tmp_path: Path) -> None:
    text = EXAMPLE.replace("park_deg = -70.0", "park_deg = nan").replace("crank = true", "crank = 1")
    (tmp_path / "table.toml").write_text(text)
    result = run(tmp_path)
    assert result.returncode == 78
    assert len([line for line in result.stderr.splitlines() if line.startswith("table.toml:")]) == 2
    assert "Traceback" not in result.stderr


def test_a_missing_port_exits_69_and_nothing_made_is_for_others(tmp_path: Path) -> None:
    """Whoever starts it, under whatever umask."""
    write_table(tmp_path, "/dev/no-such-port")
    result = run(tmp_path, umask=0)
    assert result.returncode == 69
    assert "/dev/no-such-port: there is no such port" in result.stderr
    made = [tmp_path / "run", tmp_path / "state", *(tmp_path / "state").iterdir()]
    assert len(made) > 4
    assert [path.name for path in made if path.stat().st_mode & 0o007] == []


@pytest.mark.parametrize("words", [["--nonsense"], ["--state-dir"]])
def test_misuse_exits_64(tmp_path: Path, words: list[str]) -> None:
    assert run(tmp_path, *words).returncode == 64


@pytest.mark.serial
def test_it_reports_is_ready_only_when_judged_and_leaves_parked(node: Path, tmp_path: Path) -> None:
    supervisor = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    supervisor.bind(str(tmp_path / "notify"))
    supervisor.settimeout(5)
    guard = Process(node, "--json", NOTIFY_SOCKET=str(tmp_path / "notify"))
    assert supervisor.recv(100) == b"READY=1\nWATCHDOG=1"
    took_ms = clock.monotonic_ms() - guard.started_ms
    guard.connect()
    assert guard.hear(m.WELCOME_LAYOUT)["park_cdeg"] == -7000
    reports = [guard.hear(m.REPORT_LAYOUT) for _ in range(60)]
    assert [b["tick"] - a["tick"] for a, b in itertools.pairwise(reports)] == [1] * 59
    assert reports[-1]["drive_state"] == 3
    assert reports[-1]["a_cdeg"] == pytest.approx(-7000, abs=20)
    assert supervisor.recv(100) == b"WATCHDOG=1"
    assert took_ms < 3_000  # the benchmark holds it to 500 on a quiet machine
    again = run(node)
    assert again.returncode == 75
    assert "another guard" in again.stderr
    assert guard.end(signal.SIGHUP) == 0
    events = (node / "state" / "guard.events.jsonl").read_text().splitlines()
    assert [json.loads(line)["event"] for line in events][-2:] == ["asked_to_leave", "left"]
    supervisor.close()


@pytest.mark.serial
def test_kill_9_leaves_ring_and_events_and_the_next_one_goes_on(node: Path) -> None:
    guard = Process(node)
    guard.connect()
    last = [guard.hear(m.REPORT_LAYOUT) for _ in range(20)][-1]
    assert guard.end(signal.SIGKILL) == -signal.SIGKILL
    kept = ring_file.read(node / "state" / "guard.ring")
    values = m.REPORT_LAYOUT.unpack(kept[-1][1])
    assert values is not None
    assert m.REPORT_LAYOUT.as_dict(values)["tick"] >= last["tick"]
    second = Process(node)
    second.connect()
    assert second.hear(m.REPORT_LAYOUT)["boot_id"] != last["boot_id"]
    assert second.end(signal.SIGTERM) == 0
    assert ring_file.read(node / "state" / "guard.ring")[-1][0] > kept[-1][0]


@pytest.mark.serial
def test_a_reader_that_does_not_read_holds_up_nothing(node: Path) -> None:
    guard = Process(node, "--json")  # nobody reads its stdout
    guard.connect()
    for _ in range(3):
        guard.hear(m.REPORT_LAYOUT)
    stopped = [guard.hear(m.REPORT_LAYOUT)["late_ms"] for _ in range(50)]
    assert max(stopped) < 100
    assert guard.end(signal.SIGINT) == 0
