"""The guard's process from inside: exit codes, signals, the supervisor, what the machine does not grant."""

from __future__ import annotations

import ctypes
import gc
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_bridge import clock
from firmware_bridge.errors import BridgeError, PortBusy, PortMissing
from firmware_bridge.link.memory import memory_pair
from safety.guard import __main__ as entry
from safety.guard import compose, process, table
from safety.guard.guard import Clocks
from safety.guard.listener import AlreadyListening
from safety.guard.messages import REPORT_LAYOUT
from safety.guard.store import InUse
from safety.guard.toml_lines import TomlRefused
from tests.guard_rig import TABLE, TICK_MS, Rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path / "state")
    yield made
    made.kill_guard()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "state").mkdir()
    (tmp_path / "table.toml").write_bytes(TABLE)
    umask = os.umask(0o022)
    yield tmp_path
    os.umask(umask)


class Granted:
    """A ticker that lets the table live between two ticks, and does something in one of them."""

    def __init__(self, rig: Rig, act_at: int) -> None:
        self.rig, self.act_at, self.ticks = rig, act_at, 0

    def wait(self) -> int:
        self.ticks += 1
        if self.ticks == self.act_at:
            os.kill(os.getpid(), signal.SIGTERM)
        self.rig.serve()
        return self.rig.now_ms

    def done(self) -> None:
        assert self.ticks < self.act_at + 50, "asked to leave at park, it leaves"


def words(folder: Path, *more: str) -> list[str]:
    places = ["--table", str(folder / "table.toml"), "--run-dir", str(folder / "run")]
    return [*places, "--state-dir", str(folder / "state"), *more]


def test_a_signal_at_park_ends_it_and_the_supervisor_hears_of_judged_ticks_only(
    rig: Rig, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    heard.bind(str(folder / "notify"))
    monkeypatch.setenv("NOTIFY_SOCKET", str(folder / "notify"))
    before = signal.getsignal(signal.SIGTERM)
    process.run(rig.guard, Granted(rig, 60))
    assert rig.guard.finished
    assert signal.getsignal(signal.SIGTERM) is before
    heard.setblocking(False)
    said = [heard.recv(100) for _ in range(4)]
    assert said == [b"READY=1\nWATCHDOG=1", b"WATCHDOG=1", b"WATCHDOG=1", b"STOPPING=1"]
    heard.close()
    assert TICK_MS * 25 == process.PING_MS


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_each_ending_signal_is_a_return_while_it_runs(number: signal.Signals) -> None:
    before, asked = signal.signal(number, signal.SIG_IGN), list[int]()
    restore = process._on_signals(lambda: asked.append(1))
    for _ in range(2):
        signal.raise_signal(number)
    restore()
    assert signal.signal(number, before) is signal.SIG_IGN
    assert asked == [1, 1]


@pytest.mark.parametrize("address", [None, "/no/such/socket", "@keel-nobody-listens"])
def test_no_supervisor_is_no_reason_to_let_go(address: str | None) -> None:
    supervisor = process.Supervisor(address)
    supervisor.judged(0)
    supervisor.leaving()
    supervisor.close()


def test_a_supervisor_without_a_file_is_heard_too(tmp_path: Path) -> None:
    """An address that begins with @ stands for one of the kernel's own names, which begin with a zero."""
    name = f"keel-test-{os.getpid()}-{tmp_path.name}"
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    heard.bind(f"\0{name}")
    heard.setblocking(False)
    supervisor = process.Supervisor(f"@{name}")
    supervisor.judged(0)
    assert heard.recv(100) == b"READY=1\nWATCHDOG=1"
    supervisor.close()
    heard.close()


@pytest.mark.parametrize("granted", [True, False])
def test_what_the_machine_does_not_grant_is_said(granted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Priority and locked memory; the collector is frozen in any case."""

    def schedule(*asked: object) -> None:
        if not granted:
            raise PermissionError(1, "Operation not permitted")

    class Libc:
        def mlockall(self, flags: int) -> int:
            ctypes.set_errno(0 if granted else 12)
            return 0 if granted else -1

    monkeypatch.setattr(os, "sched_setscheduler", schedule)
    monkeypatch.setattr(ctypes, "CDLL", lambda name, use_errno: Libc())
    try:
        missing = process.settle()
        assert not gc.isenabled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
        gc.enable()
    assert len(missing) == (0 if granted else 2)
    assert all("may delay a tick" in line for line in missing)


def test_a_machine_that_knows_no_such_priority_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_setscheduler")
    monkeypatch.setattr(process, "_lock_memory", lambda: None)
    try:
        assert [line.partition(" (")[0] for line in process.settle()] == ["no real-time scheduling"]
    finally:
        gc.unfreeze()
        gc.enable()


def test_a_line_is_told_whole_or_not_at_all(capfd: pytest.CaptureFixture[str]) -> None:
    process.tell("one")
    process.tell("x" * 100_000)
    assert capfd.readouterr().out == "one\n"


def test_a_reader_that_is_gone_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as gone:
        monkeypatch.setattr("sys.stdout", gone)
        process.tell("nobody reads this")
    process.tell("it is closed by now")


REFUSED = [
    (TomlRefused(["table.toml:1: x"]), entry.CONFIG, "table.toml:1: x"),
    (PortBusy("held by 7"), entry.BUSY, "held by 7"),
    (AlreadyListening("another guard"), entry.BUSY, "another guard"),
    (InUse("another guard"), entry.BUSY, "another guard"),
    (PortMissing("no permission for it"), entry.PERMISSION, "no permission"),
    (PortMissing("no such port"), entry.UNAVAILABLE, "no such port"),
    (BridgeError("broken"), entry.UNAVAILABLE, "broken"),
    (ValueError("park is wrong"), entry.CONFIG, "park is wrong"),
    (PermissionError(13, "x", "/a"), entry.PERMISSION, "/a: no permission"),
    (FileNotFoundError(2, "x", "t.toml"), entry.NO_INPUT, "there is no such file"),
    (OSError(30, "Read-only file system", "/a"), entry.UNAVAILABLE, "/a: Read-only"),
    (OSError("odd"), entry.UNAVAILABLE, "odd"),
]


@pytest.mark.parametrize(("error", "code", "said"), REFUSED, ids=lambda value: type(value).__name__)
def test_each_reason_not_to_start_has_its_exit_code(error: Exception, code: int, said: str) -> None:
    found, text = entry._why_not(error, "t.toml")
    assert (found, said in text) == (code, True)


@pytest.mark.parametrize(("error", "code", "said"), REFUSED, ids=lambda value: type(value).__name__)
def test_none_of_them_ends_it_in_any_other_way(
    error: Exception,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(table, "load", refuse)
    assert entry.main(["--table", "t.toml"]) == code
    told = capsys.readouterr().err
    assert (told.startswith("keel guard: "), said in told) == (True, True)


def test_a_table_without_its_port_ends_with_words_on_stderr(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert entry.main(words(folder)) == entry.UNAVAILABLE
    assert "there is no such port" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--table", "t", "--nonsense"], [], ["--json"], ["--table"]])
def test_misuse_is_64(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        compose.arguments(wrong)
    assert leaving.value.code == 64


def test_each_word_means_its_own_place() -> None:
    usual = compose.Arguments(Path("t"), Path("/run/keel"), Path("/var/lib/keel/guard"), None, False)
    assert compose.arguments(["--table", "t"]) == usual
    said = ["--table", "t", "--run-dir", "r", "--state-dir", "s", "--wire-log", "w", "--json"]
    assert compose.arguments(said) == (Path("t"), Path("r"), Path("s"), Path("w"), True)


def test_help_is_0(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        compose.arguments(["--help"])
    assert leaving.value.code == 0
    assert "It leaves when parked" in capsys.readouterr().out


def test_it_is_put_together_and_let_go(folder: Path) -> None:
    told: list[str] = []
    host, _ = memory_pair()
    given = compose.arguments(words(folder, "--json"))
    guard = compose.build(given, lambda port, baud, parity: host, None, told.append)
    guard.tick(0)
    assert json.loads(told[0])["event"] == "start"
    assert not guard.away
    guard.close()


@pytest.mark.parametrize("given", [False, True])
def test_what_a_tick_costs_is_told_by_the_machines_clocks_or_by_those_given(
    folder: Path, monkeypatch: pytest.MonkeyPatch, given: bool
) -> None:
    """Without clocks the guard would not see either that a tick has become too late to lead anybody down."""
    machines, own = itertools.count(0, 3), itertools.count(0, 4)
    monkeypatch.setattr(clock, "cpu_us", lambda: next(machines))
    host, _ = memory_pair()
    clocks = Clocks(lambda: 0, lambda: next(own)) if given else None
    guard = compose.build(compose.arguments(words(folder)), lambda port, baud, parity: host, clocks)
    first, second = (REPORT_LAYOUT.as_dict(guard.tick(now_ms)) for now_ms in (0, 20))
    guard.close()
    assert (first["cost_us"], second["cost_us"]) == (0, 4 if given else 3)
    assert (first["tick"], second["tick"]) == (1, 2)


def test_it_runs_until_it_may_leave(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything in its place but the clock and what the machine grants."""
    monkeypatch.setattr(process, "settle", lambda: ["no real-time scheduling (it is a test)"])
    monkeypatch.setattr(entry, "Ticker", lambda period_ms: Granted(rig, 30))
    assert entry._run(rig.guard) == 0
    for client in rig.clients:
        client.socket.close()
    rig.start_guard()


def test_from_its_words_to_its_exit_code(rig: Rig, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it but the port, the clock and what the machine grants."""
    monkeypatch.setattr(process, "settle", list)
    monkeypatch.setattr(entry, "Ticker", lambda period_ms: Granted(rig, 30))
    monkeypatch.setattr(compose, "open_devices", lambda config, link, log: rig.devices)
    assert entry.main(words(folder, "--state-dir", str(folder / "own"))) == 0
    said = [
        json.loads(line)["event"] for line in (folder / "own/guard.events.jsonl").read_text().splitlines()
    ]
    assert (said[0], said[-1]) == ("start", "left")


def test_it_is_a_module_that_python_runs_alone() -> None:
    command = [sys.executable, "-I", "-m", "safety.guard", "--help"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=50)
    assert (told.returncode, told.stderr) == (0, "")
    assert "It leaves when parked" in told.stdout
