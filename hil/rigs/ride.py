"""One ride on a bench rig: a stack with an attendant, driven by conditions on what guard and table say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from firmware_bridge import clock
from hil.attendant import Attendant
from hil.observer import Report
from hil.simulator_child import Truth
from hil.stack import Stack, StackSetup

POLL_MS: Final = 5
REAL_LIMIT_MS: Final = 300_000
Condition = Callable[[Report, Truth], bool]


class TooLong(Exception):
    """Something that was waited for did not happen in its table time."""


class Ride:
    """Start, wait for conditions, look back at every report since the last mark."""

    def __init__(self, setup: StackSetup, programme: str, toml: str, tier: str) -> None:
        self.stack = Stack(setup)
        self.reports: list[Report] = []  # since the last mark
        self.trace: list[tuple[float, float]] = []  # t_s, angle_deg of the truth
        self._attendant = Attendant(self.stack.station_file, programme, toml, "rig", tier)

    def __enter__(self) -> Ride:
        self.stack.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._attendant.leave()
        self.stack.close()

    def begin(self) -> None:
        """Let the attendant take the seat, load and start."""
        self._attendant.start()

    def mark(self) -> None:
        """Forget the reports so far."""
        self.reports.clear()

    def until(self, what: str, condition: Condition, within_s: float) -> Report:
        """Go on until the condition holds for the newest report. Raises TooLong."""
        start_s = self.stack.t_s
        give_up_ms = clock.monotonic_ms() + REAL_LIMIT_MS
        while True:
            self.stack.poll()
            truth = self.stack.truth
            if not self.trace or truth.t_s > self.trace[-1][0]:
                self.trace.append((truth.t_s, truth.angle_deg))
            for report in self.stack.fresh:
                self.reports.append(report)
                if condition(report, truth):
                    return report
            if truth.t_s - start_s > within_s or clock.monotonic_ms() > give_up_ms:
                last = f"{truth.angle_deg:.1f} deg, said: {'; '.join(self._attendant.said) or 'nothing'}"
                raise TooLong(f"{what}: not within {within_s:g} s of table time (at {last})")
            clock.sleep_until_ms(clock.monotonic_ms() + POLL_MS)


def folder(parent: Path, name: str) -> Path:
    """A fresh folder for one ride."""
    path = parent / name
    path.mkdir(parents=True)
    return path.resolve()
