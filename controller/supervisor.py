"""Keeps child processes alive and ends them in order: the guard first, the others after it has left.

Each child has a process group of its own, so that Ctrl-C reaches only whoever supervises. A child that ends
is started again after its delay; only one that refuses to start at all (sysexits codes) ends everything.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from controller.exit_codes import ExitCode

FATAL: Final = frozenset(
    {
        ExitCode.USAGE,
        ExitCode.NO_INPUT,
        ExitCode.UNAVAILABLE,
        ExitCode.BUSY,
        ExitCode.PERMISSION,
        ExitCode.CONFIG,
    }
)
START_MS: Final = 10_000  # a first life that ends earlier with such a code was a refusal to start
SIGNAL_AFTER_MS: Final = 1_000  # a child that is younger may not have its handlers yet
KILL_AFTER_MS: Final = 10_000  # the others, once told to leave; never the guard


class Child(NamedTuple):
    """What to run and how to treat it."""

    argv: Sequence[str]
    restart_ms: int = 200
    quiet: bool = False  # its standard output is thrown away
    first_to_leave: bool = False  # the guard: it leaves when the table is parked, however long that takes
    log: Path | None = None  # what it says goes to the end of this file; None: to where ours goes


class Happening(NamedTuple):
    """Something worth telling: started, died or left."""

    what: str
    name: str
    pid: int
    code: int | None


class _Life:
    """One child through its lives."""

    __slots__ = ("born_ms", "child", "died_ms", "lives", "process", "told_ms")

    def __init__(self, child: Child) -> None:
        self.child: Final = child
        self.process: subprocess.Popen[bytes] | None = None
        self.lives = 0
        self.born_ms = 0
        self.died_ms: int | None = None
        self.told_ms: int | None = None  # when this life was told to leave


class Supervisor:
    """All children of one run; `poll` does everything and never waits."""

    def __init__(self, children: Mapping[str, Child], environment: Mapping[str, str] | None = None) -> None:
        self._lives: Final = {name: _Life(child) for name, child in children.items()}
        self._environment = None if environment is None else {**os.environ, **environment}
        self.ending = False
        self.failed: tuple[str, int] | None = None  # who refused to start, and its exit code
        self.codes: dict[str, int] = {}  # how each child ended last

    @property
    def pids(self) -> dict[str, int]:
        """The children that are running."""
        return {name: life.process.pid for name, life in self._lives.items() if life.process is not None}

    @property
    def finished(self) -> bool:
        """Told to end, and nobody is left."""
        return self.ending and not self.pids

    def lives(self, name: str) -> int:
        """How often this child has been started."""
        return self._lives[name].lives

    def end(self) -> None:
        """Begin the end; a second call changes nothing."""
        self.ending = True

    def signal(self, name: str, number: int) -> None:
        """Send a child a signal, for benches that kill and stop; nothing happens when it is not running."""
        process = self._lives[name].process
        if process is not None:
            process.send_signal(number)

    def poll(self, now_ms: int) -> list[Happening]:
        """Reap, restart, and while ending tell whose turn it is to leave."""
        happenings = [what for name, life in self._lives.items() for what in self._reap(name, life, now_ms)]
        for name, life in self._lives.items():
            if life.process is None and self._wanted(life) and self._due(life, now_ms):
                happenings.append(self._start(name, life, now_ms))
        if self.ending:
            self._lead_out(now_ms)
        return happenings

    def _reap(self, name: str, life: _Life, now_ms: int) -> list[Happening]:
        process = life.process
        if process is None or (code := process.poll()) is None:
            return []
        self.codes[name] = code
        life.process, life.died_ms = None, now_ms
        if life.lives == 1 and code in FATAL and now_ms - life.born_ms < START_MS and not self.ending:
            self.failed = (name, code)
            self.ending = True
        return [Happening("left" if self.ending and code == 0 else "died", name, process.pid, code)]

    def _wanted(self, life: _Life) -> bool:
        """While ending only a guard that did not end well: somebody may hang there, only it can return."""
        if not self.ending:
            return True
        name = next(name for name, other in self._lives.items() if other is life)
        ended_well = self.codes.get(name) == 0 or self.failed is not None
        return life.child.first_to_leave and life.lives > 0 and not ended_well

    def _due(self, life: _Life, now_ms: int) -> bool:
        return life.died_ms is None or now_ms - life.died_ms >= life.child.restart_ms

    def _start(self, name: str, life: _Life, now_ms: int) -> Happening:
        child = life.child
        with contextlib.ExitStack() as files:
            log = None if child.log is None else files.enter_context(child.log.open("ab"))
            life.process = subprocess.Popen(
                child.argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL if child.quiet else log,
                stderr=log,
                env=self._environment,
                process_group=0,
            )
        life.lives += 1
        life.born_ms, life.died_ms, life.told_ms = now_ms, None, None
        return Happening("started", name, life.process.pid, None)

    def _lead_out(self, now_ms: int) -> None:
        """SIGTERM to whoever's turn it is, once in a life; SIGKILL to those of the second turn that stay."""
        first = [life for life in self._lives.values() if life.child.first_to_leave]
        waiting = any(life.process is not None or self._wanted(life) for life in first)
        for life in self._lives.values():
            if life.process is None or (waiting and not life.child.first_to_leave):
                continue
            if life.told_ms is None:
                if now_ms - life.born_ms >= SIGNAL_AFTER_MS:
                    life.told_ms = now_ms
                    life.process.send_signal(signal.SIGTERM)
            elif not life.child.first_to_leave and now_ms - life.told_ms >= KILL_AFTER_MS:
                life.process.kill()
