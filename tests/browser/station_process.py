"""A real `keel station` process and the stand-ins beside it, for tests that need whole processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from firmware_bridge import clock

ROOT: Final = Path(__file__).parents[2]
WITHIN_MS: Final = 15_000


def wait_for(what: Callable[[], bool], within_ms: int = WITHIN_MS) -> None:
    """Look until it is so. Raises AssertionError after `within_ms` of the wall's clock."""
    until_ms = clock.monotonic_ms() + within_ms
    while not what():
        assert clock.monotonic_ms() < until_ms, "it did not happen in time"
        clock.sleep_until_ms(clock.monotonic_ms() + 10)


class StationProcess:
    """`keel station` with guard and controller at the wire; all three can be killed."""

    def __init__(self, folder: Path, moving: bool = True) -> None:
        self.folder = folder
        self.log = (folder / "station.log").open("w+")
        mode = "moving" if moving else "parked"
        double = [sys.executable, "-m", "tests.browser.doubles", str(folder), mode]
        self.doubles = subprocess.Popen(double, cwd=ROOT)
        self.station = self.start()
        wait_for(lambda: (folder / "station.json").exists())
        self.url = str(self.facts()["url"])

    def command(self, port: int = 0) -> list[str]:
        """The station's command line."""
        keel = [sys.executable, "-c", "from controller.cli import main; main()", "station"]
        places = [f"--{name}-dir={self.folder}" for name in ("guard", "controller", "station", "guard-state")]
        return [*keel, *places, f"--records={self.folder / 'runs'}", "--run-name=t", f"--port={port}"]

    def start(self) -> subprocess.Popen[bytes]:
        """A station on any free port."""
        return subprocess.Popen(self.command(), cwd=ROOT, stdout=self.log, stderr=self.log)

    def facts(self) -> dict[str, Any]:
        """station.json."""
        found: dict[str, Any] = json.loads((self.folder / "station.json").read_text())
        return found

    def orders(self) -> list[int]:
        """Every order the guard's stand-in got."""
        lines = (self.folder / "orders.jsonl").read_text().splitlines()
        return [json.loads(line)["order"] for line in lines]

    def stop(self, process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> int:
        """End one of ours and wait for it."""
        if process.poll() is None:
            os.kill(process.pid, number)
        return process.wait(20)

    def close(self) -> None:
        """End all."""
        self.stop(self.station)
        self.stop(self.doubles, signal.SIGKILL)
        self.log.close()
