"""How a figure is taken: CPU time, medians, and a yardstick beside each, as machines change their pace."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Final, NamedTuple

REPEATS: Final = 5
YARDSTICK_TURNS: Final = 200_000


class Figure(NamedTuple):
    """One measured thing. `beside` names another one of the same run, `factor` how much better we are."""

    group: str
    name: str
    value: float
    unit: str
    yardstick_ns: float  # one turn of a fixed loop, just before
    note: str = ""
    beside: str = ""
    factor: float | None = None
    target: float | None = None  # the factor wished for

    def compared(self, other: Figure, factor: float, target: float | None = None) -> Figure:
        """The same figure, with what it is against another one."""
        return self._replace(beside=other.name, factor=factor, target=target)


def yardstick_ns() -> float:
    """One turn of a loop that never changes, in CPU time."""
    began, total = time.thread_time_ns(), 0
    for n in range(YARDSTICK_TURNS):
        total += n & 7
    return (time.thread_time_ns() - began) / YARDSTICK_TURNS


def cpu_us(run: Callable[[], object], units: int, repeats: int = REPEATS, warm_up: bool = True) -> float:
    """CPU time per unit of work of one call, all threads of this process counted; median of some calls."""
    if warm_up:
        run()
    taken = []
    for _ in range(repeats):
        began = time.process_time_ns()
        run()
        taken.append((time.process_time_ns() - began) / 1_000 / units)
    return statistics.median(taken)


def by_turns(runs: dict[str, Callable[[], object]], units: dict[str, int]) -> dict[str, list[float]]:
    """CPU time per unit of everybody, round after round: what slows the machine down slows them all."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(REPEATS):
        for name, run in runs.items():
            began = time.process_time_ns()
            run()
            taken[name].append((time.process_time_ns() - began) / 1_000 / units[name])
    return taken


def ratio(ours: list[float], theirs: list[float]) -> float:
    """How much cheaper ours is, the median of the rounds."""
    return statistics.median(b / a for a, b in zip(ours, theirs, strict=True))


def thread_us() -> float:
    """CPU time of this thread so far."""
    return time.thread_time_ns() / 1_000


def wall_us() -> float:
    """A clock for waiting, not for results."""
    return time.monotonic_ns() / 1_000
