"""A real guard and a virtual node in processes of their own, fuzzed for so many seconds."""

from __future__ import annotations

import json
import random
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from firmware_bridge import clock
from hil import demo_table
from hil.fuzz.crowd import Crowd
from hil.fuzz.line import Line
from hil.fuzz.watch import Watch

START_MS: Final = 30_000
PHASE_MS: Final = 4_000
BAD: Final = (0.02, 0.2, 0.6, 1.0)
SETTLE_MS: Final = 2_000
ACTS: Final = 6  # of the crowd, each millisecond or so


class FuzzRun:
    """Everything of one run; `ride` to the end, `facts` what came of it."""

    def __init__(self, place: Path, seed: int, what: str) -> None:
        self._dice = random.Random(seed)
        self._what = what
        self._place = place
        self._device = self._started("device", "-m", "controller", "device", "node", "--pty", "--json")
        assert self._device.stdout is not None
        path = json.loads(self._device.stdout.readline())["pty"]
        self.line = Line(path, self._dice)
        table = place / "table.toml"
        table.write_text(demo_table.text("node", "a1", {"drive": Path(self.line.ours)}))
        words = ["--table", str(table), "--run-dir", str(place / "run"), "--state-dir", str(place / "state")]
        self._guard = self._started("guard", "-I", "-m", "safety.guard", *words)
        self._address = place / "run" / "guard.sock"
        self._witness = self._started("witness", "-m", "hil.fuzz.witness", str(self._address))
        self._late: list[tuple[int, int]] = []
        self._slow: list[tuple[int, int]] = []
        self._silent: list[str] = []
        self._under_fire = False
        self._asked = (0, 0)  # how often, the longest answer in ms

    def _started(self, name: str, *words: str) -> subprocess.Popen[str]:
        with (self._place / f"{name}.log").open("w") as log:
            return subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, stderr=log, text=True)

    def ride(self, seconds: float) -> dict[str, Any]:
        """Fuzz for so long; what came of it."""
        give_up_ms = clock.monotonic_ms() + START_MS
        while not self._address.exists() and self._guard.poll() is None and clock.monotonic_ms() < give_up_ms:
            self._carry(5)
        self.watch = Watch(self._address)
        self.crowd = Crowd(self._address, self._dice)
        try:
            self._calm(SETTLE_MS)
            self._under_fire = True
            self._fuzz(round(seconds * 1_000))
            self.line.bad = 0.0
            self.crowd.close()
            self._calm(SETTLE_MS)
            return self._facts(seconds)
        finally:
            self._end()

    def _carry(self, wait_ms: int) -> None:
        assert self._witness.stdout is not None
        witness = self._witness.stdout.fileno()
        ready, _, _ = select.select([*self.line.ports, witness], [], [], wait_ms / 1_000)
        for port in self.line.ports:
            if port in ready:
                self.line.pump(port)
        if witness in ready:
            self._hear(self._witness.stdout.readline())

    def _hear(self, line: str) -> None:
        """A line of the witness; before the guard is there it finds nobody."""
        what, first, rest = [*line.split(maxsplit=2), "", "", ""][:3]
        if what == "asked":
            self._asked = int(first), int(rest)
        elif what == "late":
            self._late.append((int(first), int(rest)))
        elif what == "slow" and self._under_fire:
            self._slow.append((int(first), int(rest)))
        elif what == "silent" and self._under_fire:
            self._silent.append(f"STOP or RETURN at {first}: {rest.strip()}")

    def _calm(self, for_ms: int) -> None:
        until_ms = clock.monotonic_ms() + for_ms
        while clock.monotonic_ms() < until_ms:
            self._carry(5)
            self.watch.look()

    def _fuzz(self, for_ms: int) -> None:
        until_ms = clock.monotonic_ms() + for_ms
        phase_ms, self.line.bad = clock.monotonic_ms() + PHASE_MS // 4, 0.2 if self._what != "socket" else 0.0
        while (now_ms := clock.monotonic_ms()) < until_ms and self._guard.poll() is None:
            if now_ms >= phase_ms:
                phase_ms = now_ms + PHASE_MS
                self.line.bad = self._dice.choice(BAD) if self._what != "socket" else 0.0
            self._carry(1)
            self.line.babble()
            for _ in range(ACTS if self._what != "wire" else 0):
                self.crowd.act()
            self.watch.look()

    def _facts(self, seconds: float) -> dict[str, Any]:
        watch, wrong = self.watch, list(self.watch.wrong)
        if self._guard.poll() is not None:
            wrong.append(f"the guard has ended with {self._guard.returncode}; see {self._place}")
        if not watch.reports:
            wrong.append("the guard has said nothing")
        gaps = watch.gaps + self._slow
        own = [gap for gap in gaps if not self._machines(gap)]
        wrong += [f"a gap or an answer of {length_ms} ms at {at_ms}" for at_ms, length_ms in own[:5]]
        wrong += self._silent[:5]
        return {
            "seconds": seconds,
            "reports": watch.reports,
            "packets": self.crowd.sent,
            "frames_spoilt": self.line.spoilt,
            "asked": self._asked[0],
            "answer_most_ms": self._asked[1],
            "tick_most_ms": watch.late_most_ms,
            "cost_most_us": watch.cost_most_us,
            "gaps": len(gaps),
            "gaps_of_the_machine": len(gaps) - len(own),
            "wrong": wrong,
        }

    def _machines(self, gap: tuple[int, int]) -> bool:
        """Whether a process that does nothing was late in the same moment."""
        at_ms, length_ms = gap
        return any(at_ms - length_ms - 40 <= late_ms <= at_ms + length_ms + 40 for late_ms, _ in self._late)

    def _end(self) -> None:
        self.watch.close()
        for process in (self._guard, self._device, self._witness):
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
        self.line.close()
