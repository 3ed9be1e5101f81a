"""Runs a controller on a source of ticks until a signal; it leaves when the table is upright."""

from __future__ import annotations

import gc
import signal
from types import FrameType
from typing import Final, Protocol

from controller.loop import Controller

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
GUARD_GONE_MS: Final = 1_000  # a guard that is gone for so long is not waited for


class Ticks(Protocol):
    """Where time comes from: the wall's clock, or a bench that grants each tick."""

    def wait(self) -> int:
        """The next tick's `now_ms`."""
        ...

    def done(self) -> None:
        """This tick's work is finished."""
        ...


class Leaving:
    """Set by the first signal; further ones change nothing."""

    def __init__(self) -> None:
        self.asked = False

    def watch(self) -> None:
        """Take over the signals that mean RETURN."""
        for number in SIGNALS:
            signal.signal(number, self._take)

    def _take(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


def run(controller: Controller, ticks: Ticks, leaving: Leaving) -> None:
    """Tick until told to leave: RETURN when away from park, then wait for park or for the guard to go."""
    gc.collect()
    gc.freeze()  # a full collection must not cost a tick
    returned = False
    gone_ms: int | None = None
    while True:
        now_ms = ticks.wait()
        controller.tick(now_ms)
        gone_ms = None if controller.guard.connected else now_ms if gone_ms is None else gone_ms
        if leaving.asked:
            if controller.upright or (gone_ms is not None and now_ms - gone_ms >= GUARD_GONE_MS):
                break
            if not returned:
                returned = True
                controller.request_return()
        ticks.done()
    ticks.done()
    controller.guard.close()
    controller.stations.close()
