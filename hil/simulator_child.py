"""The bench process as its parent sees it: orders go in, what the table really does comes out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from firmware_bridge import clock

READY_WITHIN_MS: Final = 30_000
LEAVES_WITHIN_S: Final = 5


class Truth(NamedTuple):
    """Where the simulated table really is; not what any sensor says."""

    t_s: float
    angle_deg: float
    rate_dps: float
    reached: float  # table time over real time so far
    down_s: float = 0.0  # when the table last went head-down


class SimulatorGone(Exception):
    """The bench process ended by itself; see its log."""


class SimulatorChild:
    """Starts `hil.bench_process` and talks to it in lines of JSON."""

    def __init__(self, words: Sequence[str], log: Path) -> None:
        self.log = log
        self.struck: list[dict[str, Any]] = []  # blows to processes that were asked for
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "hil.bench_process", *words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)
        self._rest = b""

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def wait_ready(self) -> None:
        """Until its ports are there. Raises SimulatorGone."""
        give_up_ms = clock.monotonic_ms() + READY_WITHIN_MS
        while not any(line["event"] == "ready" for line in self._lines()):
            if clock.monotonic_ms() > give_up_ms:
                raise SimulatorGone(
                    f"the simulator was not ready within {READY_WITHIN_MS} ms; see {self.log}"
                )
            clock.sleep_until_ms(clock.monotonic_ms() + 5)

    def truths(self) -> list[Truth]:
        """All that has come since the last call. Raises SimulatorGone."""
        lines = self._lines()
        self.struck += [line for line in lines if line["event"] == "struck"]
        return [Truth(*(line[name] for name in Truth._fields)) for line in lines if line["event"] == "truth"]

    def tell(self, **order: Any) -> None:
        """One order; see hil.bench_process."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError as gone:
            raise SimulatorGone(f"the simulator has ended; see {self.log}") from gone

    def leave(self) -> None:
        """End it."""
        if self._process.poll() is None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            try:
                self._process.wait(LEAVES_WITHIN_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _lines(self) -> list[dict[str, Any]]:
        assert self._process.stdout is not None
        chunk = self._process.stdout.read() or b""
        if not chunk and self._process.poll() is not None:
            raise SimulatorGone(f"the simulator ended with {self._process.returncode}; see {self.log}")
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        return [json.loads(line) for line in lines if line.strip()]
