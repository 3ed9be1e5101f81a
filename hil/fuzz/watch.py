"""Looks at a guard under fire: is it in time, does it obey, does it believe lies?"""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any, Final

from firmware_bridge import clock
from hil.observer import Observer
from safety.decision import INHIBITED, LATCHED, MODES, MOVE, RETURNING, WAITING
from safety.guard import messages
from safety.observation import ORDER_RETURN, ORDER_STOP

GAP_MS: Final = 100
ANSWER_MS: Final = 150
ASK_EVERY_MS: Final = 250
OFF_CDEG: Final = 30  # the virtual node stands; its angle may not leave its place by more
STANDING: Final = (INHIBITED, LATCHED, RETURNING, WAITING)


class Watch:
    """`look` once in a while; `wrong` are sentences."""

    def __init__(self, address: Path) -> None:
        self._address = str(address)
        self._observer = Observer(address)
        self.wrong: list[str] = []
        self.gaps: list[tuple[int, int]] = []  # the guard's clock, length in ms
        self.reports = self.asked = self.late_most_ms = self.cost_most_us = self.answer_most_ms = 0
        self._last: dict[str, Any] = {}
        self._place_cdeg: int | None = None
        self._asked_ms = 0

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

    def ask(self) -> None:
        """A stranger comes, asks for STOP or RETURN and wants an answer."""
        now_ms = clock.monotonic_ms()
        if now_ms - self._asked_ms < ASK_EVERY_MS:
            return
        self._asked_ms = now_ms
        self.asked += 1
        order = ORDER_STOP if self.asked % 2 else ORDER_RETURN
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stranger:
            stranger.settimeout(2)
            try:
                stranger.connect(self._address)
                stranger.send(messages.ORDER_LAYOUT.pack((self.asked, order)))
                values = messages.REPLY_LAYOUT.unpack(stranger.recv(512))
            except OSError as error:
                self._say(f"STOP or RETURN got no answer: {error}")
                return
        took_ms = clock.monotonic_ms() - now_ms
        self.answer_most_ms = max(self.answer_most_ms, took_ms)
        if values is None or values[:2] != (self.asked, 1):
            self._say(f"STOP or RETURN was answered by {values}")
        if took_ms > ANSWER_MS:
            self.gaps.append((clock.monotonic_ms(), took_ms))

    def close(self) -> None:
        """Leave."""
        self._observer.close()

    def _say(self, what: str) -> None:
        if what not in self.wrong and len(self.wrong) < 20:
            self.wrong.append(what)
