"""When a run has begun and when it is over, read off the guard's reports.

A run is over when its session is closed, the table stands at park and a tail of one second has been recorded.
"""

from __future__ import annotations

from typing import Any, Final

from safety.decision import ACTIVE, INHIBITED, LATCHED, READY
from safety.guard.messages import REPORT_LAYOUT
from safety.observation import Inputs

TAIL_MS: Final = 1_000
PARK_TOLERANCE_CDEG: Final = 300  # as wide as the band the tests of the day may move in
_AT = REPORT_LAYOUT.index
_AT_PARK_BIT: Final = 1 << Inputs._fields.index("at_park")


class RunWatch:
    """Follows the session's number and the mode."""

    def __init__(self) -> None:
        self.running = False
        self._closed_ms: int | None = None
        self._now_ms = 0
        self._was_running = False

    def see(self, report: tuple[Any, ...]) -> None:
        """Take one report."""
        self._now_ms = report[_AT["now_ms"]]
        mode, session = report[_AT["mode"]], report[_AT["session"]]
        standing = mode in (READY, INHIBITED, LATCHED) and at_park(report)
        self.running = bool(session) or (mode >= ACTIVE and not standing)
        if self.running:
            self._was_running, self._closed_ms = True, None
        elif self._was_running and standing and self._closed_ms is None:
            self._closed_ms = self._now_ms

    def ended(self) -> bool:
        """True once, when a run has ended and its tail is recorded."""
        if self._closed_ms is None or self._now_ms - self._closed_ms < TAIL_MS:
            return False
        self._was_running, self._closed_ms = False, None
        return True


def at_park(report: tuple[Any, ...], park_cdeg: int = -7000) -> bool:
    """Whether the table stands at park: by its switch where that is known, by its angle otherwise."""
    if report[_AT["inputs_known"]] & _AT_PARK_BIT:
        return bool(report[_AT["inputs"]] & _AT_PARK_BIT)
    angle = report[_AT["trusted_cdeg"]]
    return angle is not None and abs(angle - park_cdeg) <= PARK_TOLERANCE_CDEG
