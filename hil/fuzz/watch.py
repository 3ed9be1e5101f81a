"""Looks at a guard under fire: is it in time, does it believe lies?"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from hil.observer import Observer
from safety.decision import INHIBITED, LATCHED, MODES, MOVE, RETURNING, WAITING

GAP_MS: Final = 100
OFF_CDEG: Final = 30  # the virtual node stands; its angle may not leave its place by more
STANDING: Final = (INHIBITED, LATCHED, RETURNING, WAITING)


class Watch:
    """`look` once in a while; `wrong` are sentences."""

    def __init__(self, address: Path) -> None:
        self._observer = Observer(address)
        self.wrong: list[str] = []
        self.gaps: list[tuple[int, int]] = []  # the guard's clock, length in ms
        self.reports = self.late_most_ms = self.cost_most_us = 0
        self._last: dict[str, Any] = {}
        self._place_cdeg: int | None = None

    def look(self) -> None:
        """Everything that the guard has said since."""
        for report in self._observer.reports():
            self.take(report)

    def take(self, report: dict[str, Any]) -> None:
        """One report."""
        self.reports += 1
        self._timing(report)
        self._lies(report)
        self._last = report

    def _timing(self, report: dict[str, Any]) -> None:
        self.cost_most_us = max(self.cost_most_us, report["cost_us"])
        last = self._last
        if last and report["tick"] == last["tick"] + 1:
            gap_ms = report["now_ms"] - last["now_ms"]
            self.late_most_ms = max(self.late_most_ms, gap_ms)
            if gap_ms > GAP_MS:
                self.gaps.append((report["now_ms"], gap_ms))
        if last and report["boot_id"] != last["boot_id"]:
            self._say("the guard is another one: it has died")

    def _lies(self, report: dict[str, Any]) -> None:
        if report["mode"] not in STANDING or report["session"]:
            self._say(f"mode {MODES[report['mode']]}, session {report['session']}: nobody may have begun one")
        if report["command"] == MOVE and report["setpoint_cdps"] > 0:
            self._say(f"a head-down command: {report['setpoint_cdps']} cdeg/s")
        for name in ("a_cdeg", "b_cdeg", "trusted_cdeg"):
            found = report[name]
            if found is None:
                continue
            self._place_cdeg = found if self._place_cdeg is None else self._place_cdeg
            if abs(found - self._place_cdeg) > OFF_CDEG:
                self._say(f"{name} is {found}; the node stands at {self._place_cdeg}")

    def close(self) -> None:
        """Leave."""
        self._observer.close()

    def _say(self, what: str) -> None:
        if what not in self.wrong and len(self.wrong) < 20:
            self.wrong.append(what)
