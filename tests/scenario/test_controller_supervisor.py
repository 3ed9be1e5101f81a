"""The supervisor with real children: restarts, order of leaving, refusals to start; and `keel run` itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.exit_codes import ExitCode
from controller.supervisor import Child, Supervisor
from firmware_bridge.clock import monotonic_ms, sleep_until_ms

pytestmark = pytest.mark.serial

# Notes when it starts and when it is told to leave; leaves after a moment.
PYTHON = """
import select, signal, sys
log, name, linger = sys.argv[1], sys.argv[2], float(sys.argv[3])
def note(what):
    with open(log, "a") as file:
        file.write(f"{name} {what}\\n")
def leave(number, frame):
    note("told")
    select.select([], [], [], linger)
    note("leaves")
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
note("starts")
while True:
    signal.pause()
"""


def child(log: Path, name: str, linger_s: float = 0.0, first: bool = False) -> Child:
    argv = [sys.executable, "-c", PYTHON, str(log), name, str(linger_s)]
    return Child(argv, restart_ms=50 if first else 200, first_to_leave=first)


def until(supervisor: Supervisor, holds: Callable[[], bool], seconds: float = 20) -> None:
    end_ms = monotonic_ms() + round(seconds * 1_000)
    while not holds():
        assert monotonic_ms() < end_ms
        sleep_until_ms(monotonic_ms() + 10)
        supervisor.poll(monotonic_ms())


def lines(log: Path) -> list[str]:
    return log.read_text().splitlines() if log.exists() else []


def test_the_dead_come_back_and_the_guard_leaves_first(tmp_path: Path) -> None:
    log = tmp_path / "log"
    supervisor = Supervisor({"guard": child(log, "guard", 0.5, first=True), "station": child(log, "station")})
    until(supervisor, lambda: len(lines(log)) == 2)
    first = supervisor.pids
    assert os.getpgid(first["guard"]) == first["guard"]  # Ctrl-C in the terminal does not reach it
    supervisor.signal("guard", signal.SIGKILL)
    supervisor.signal("station", signal.SIGKILL)
    until(supervisor, lambda: len(lines(log)) == 4)
    assert set(supervisor.pids.values()).isdisjoint(first.values())
    assert (supervisor.lives("guard"), supervisor.codes["guard"]) == (2, -signal.SIGKILL)
    supervisor.end()
    supervisor.end()
    until(supervisor, lambda: supervisor.finished)
    assert lines(log)[4:] == ["guard told", "guard leaves", "station told", "station leaves"]


def test_a_guard_that_dies_while_leaving_comes_back_to_return_the_table(tmp_path: Path) -> None:
    log = tmp_path / "log"
    supervisor = Supervisor({"guard": child(log, "guard", 1.0, first=True), "other": child(log, "other")})
    until(supervisor, lambda: len(lines(log)) == 2)
    supervisor.end()
    until(supervisor, lambda: "guard told" in lines(log))
    supervisor.signal("guard", signal.SIGKILL)
    until(supervisor, lambda: supervisor.finished)
    assert lines(log).count("guard starts") == 2
    assert lines(log)[-2:] == ["other told", "other leaves"]


def test_a_child_that_refuses_to_start_ends_everything(tmp_path: Path) -> None:
    log = tmp_path / "log"
    refusing = Child([sys.executable, "-c", "import sys; sys.exit(69)"], first_to_leave=True)
    supervisor = Supervisor({"guard": refusing, "station": child(log, "station")})
    until(supervisor, lambda: supervisor.finished)
    assert supervisor.failed == ("guard", ExitCode.UNAVAILABLE)
    assert supervisor.lives("guard") == 1


def keel(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "controller", *words], capture_output=True, text=True, timeout=40
    )


def table(folder: Path, port: str, cap: str = "60") -> Path:
    path = folder / "table.toml"
    path.write_text(
        '[table]\nname = "T"\npower_loss = "battery"\nbattery_returns = 2\ncrank = true\n'
        'way_out_after_cut = "second-drive"\n[stops]\nup_deg = -74\ndown_deg = 66\n'
        f'[limits]\ncap_deg = {cap}\n[drive]\ntype = "node"\nport = "{port}"\n'
    )
    return path


@pytest.mark.parametrize("command", ["run", "controller"])
def test_a_wrong_table_file_is_told_before_anything_starts(tmp_path: Path, command: str) -> None:
    words = ["--run-dir", str(tmp_path)] if command == "run" else ["--controller-dir", str(tmp_path)]
    result = keel(command, "--table", str(table(tmp_path, "/dev/none", "90")), *words)
    assert result.returncode == ExitCode.CONFIG
    assert "table.toml:11: [limits].cap_deg: 90 deg is too high; allowed 5 to 60 deg" in result.stderr
    assert "Traceback" not in result.stderr
    missing = keel(command, "--table", str(tmp_path / "none.toml"), *words)
    assert missing.returncode == ExitCode.NO_INPUT


def test_a_missing_port_is_the_exit_code_of_keel_run(tmp_path: Path) -> None:
    port = str(tmp_path / "no-such-port")
    words = ["--run-dir", str(tmp_path / "run"), "--state-dir", str(tmp_path / "state"), "--port", "0"]
    result = keel("run", "--table", str(table(tmp_path, port)), *words, "--records", str(tmp_path), "--json")
    assert result.returncode == ExitCode.UNAVAILABLE, result.stderr
    assert port in result.stderr
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert next(event["name"] for event in events if event["event"] == "started") == "guard"


def test_the_controller_alone_leaves_on_a_signal(tmp_path: Path) -> None:
    words = ["--table", str(table(tmp_path, "/dev/none")), "--guard-dir", str(tmp_path)]
    process = subprocess.Popen(
        [sys.executable, "-m", "controller", *words, "--controller-dir", str(tmp_path)]
    )
    try:
        end_ms = monotonic_ms() + 20_000
        while not (tmp_path / "controller.sock").exists() and monotonic_ms() < end_ms:
            sleep_until_ms(monotonic_ms() + 10)
        second = keel("controller", *words, "--controller-dir", str(tmp_path))
        assert second.returncode == ExitCode.BUSY
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    finally:
        process.kill()
