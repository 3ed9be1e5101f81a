"""keel demo as a process of its own: its lines, its processes, what it leaves."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

KEEL = Path(sys.executable).with_name("keel")
SHORT = Path(__file__).parent / "data" / "programmes" / "short.toml"
FILES = ("report.html", "session.csv", "telemetry.mcap", "manifest.json")
Event = dict[str, Any]


class Demo:
    """A finished demo: exit code, lines, files."""

    def __init__(self, code: int, events: list[Event], errors: str) -> None:
        self.code = code
        self.events = events
        self.errors = errors

    @property
    def started(self) -> Event:
        """The first line."""
        assert self.events, self.errors
        assert self.events[0]["event"] == "started"
        return self.events[0]

    @property
    def ended(self) -> Event:
        """The last line."""
        assert self.events, self.errors
        assert self.events[-1]["event"] == "ended", self.events[-1]
        return self.events[-1]

    @property
    def run_dir(self) -> Path:
        """The run's folder."""
        return Path(self.ended["run"])

    @property
    def manifest(self) -> dict[str, Any]:
        """manifest.json."""
        found: dict[str, Any] = json.loads((self.run_dir / "manifest.json").read_text())
        return found

    def rows(self) -> list[dict[str, str]]:
        """session.csv."""
        with (self.run_dir / "session.csv").open() as file:
            return list(csv.DictReader(file))

    def states(self) -> list[str]:
        """The states in their order, each once in a row."""
        states = [event["state"] for event in self.events if event["event"] == "state"]
        return [state for number, state in enumerate(states) if number == 0 or states[number - 1] != state]


def ride(out: Path, *words: str, watch: Callable[[Event, subprocess.Popen[str]], None] | None = None) -> Demo:
    """Run a short programme as fast as it goes; `watch` sees each line as it comes."""
    command = [str(KEEL), "demo", "--headless", "--json", "--speed", "100", "--out", str(out)]
    command += ["--programme", str(SHORT), *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    events: list[Event] = []
    try:
        for line in process.stdout:
            events.append(json.loads(line))
            if watch is not None:
                watch(events[-1], process)
        _, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    return Demo(process.returncode, events, errors)


class KillOnce:
    """Kills a process of the demo, by the pid it has told, at the first state line past a moment."""

    def __init__(self, name: str, at_s: float) -> None:
        self.name = name
        self.at_s = at_s
        self.killed_s: float | None = None
        self._pid = 0

    def __call__(self, event: Event, process: subprocess.Popen[str]) -> None:
        """Look at one line."""
        if event["event"] == "started":
            self._pid = event["pids"][self.name]
        elif event["event"] == "state" and self.killed_s is None and event["t_s"] >= self.at_s:
            self.killed_s = event["t_s"]
            os.kill(self._pid, signal.SIGKILL)


def time_to_park_s(angle_deg: float, park_deg: float = -70.0) -> float:
    """Design section 6, with the stages behind left out, and 1 s for a restart."""
    rest_s = angle_deg / 2.0 + 60.0 if angle_deg > 0.0 else 0.0
    middle_s = (min(angle_deg, 0.0) + 15.0) / 1.5 + 20.0 if angle_deg > -15.0 else 0.0
    home_s = (min(angle_deg, -15.0) - park_deg) / 1.5
    return 0.3 + rest_s + middle_s + home_s + 10.0 + 1.0
