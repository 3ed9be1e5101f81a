"""The heart of the station: `pump` is the only thing that does work, everything else queues or reads.

Each pump reads what guard and controller have sent, records it, says that the station is alive, and carries
out what panels have asked for. It never waits for anybody.
"""

from __future__ import annotations

import json
import os
from collections import deque
from pathlib import Path
from typing import Any, Final

from controller.station.channels import Channel
from controller.station.commands import DONE, NEED_SEAT, NO_SEAT, ORDERS, PROGRAMME, Command, Outcome
from controller.station.controller_channel import ControllerChannel
from controller.station.guard_channel import GuardChannel
from controller.station.history import History
from controller.station.recorder import Recorder
from controller.station.run_watch import RunWatch
from controller.station.seat import Seat
from controller.station.snapshot import View, snapshot
from safety.observation import ORDER_RETURN, ORDER_SEAT_LOST

IDLE_MS: Final = 600_000  # a recording without a ride ends after this


class Hub:
    """Guard, controller, seat and recorder in one place, stepped by `pump`."""

    def __init__(self, guard_socket: Path, controller_socket: Path, recorder: Recorder) -> None:
        instance = int.from_bytes(os.urandom(4), "little")
        self.guard = GuardChannel(Channel(guard_socket), instance)
        self.controller = ControllerChannel(Channel(controller_socket))
        self.seat = Seat()
        self.recorder = recorder
        self.history = History()
        self.watch = RunWatch()
        self.now_ms = 0
        self.pumps = 0
        self.finished: deque[Path] = deque()  # run folders that wait for their report
        self._idle_from_ms: int | None = None  # the clock may begin anywhere
        self._commands: deque[Command] = deque()
        self._text = ""
        self._text_of_pump = -1

    def submit(self, command: Command) -> None:
        """Queue a command for the next pump, from a handler."""
        self._commands.append(command)

    def pump(self, now_ms: int) -> None:
        """Do everything that is due at `now_ms`."""
        self.now_ms = now_ms
        reports = self.guard.pump(now_ms)
        statuses = self.controller.pump(now_ms)
        self._record(reports, statuses)
        if self.seat.lost(now_ms):
            self._seat_lost()
        while self._commands:
            self._carry_out(self._commands.popleft())
        self.recorder.flush(now_ms)
        self.pumps += 1

    def _record(self, reports: list[tuple[Any, ...]], statuses: list[dict[str, Any]]) -> None:
        self.recorder.connected(self.guard.welcome, self.now_ms)
        for report in reports:
            self.watch.see(report)
            self.history.see(report)
            if self.watch.running:
                self.recorder.begin(self.now_ms)
            self.recorder.report(report, self.now_ms)
        for status in statuses:
            self.recorder.status(status, self.now_ms)
        if self.watch.ended() or self._is_idle():
            folder = self.recorder.end()
            if folder is not None:
                self.finished.append(folder)

    def _is_idle(self) -> bool:
        """Whether a recording runs although nobody has ridden for long: loaded and never started."""
        if self._idle_from_ms is None or self.watch.running or self.recorder.folder is None:
            self._idle_from_ms = self.now_ms
        return self.now_ms - self._idle_from_ms > IDLE_MS

    def _seat_lost(self) -> None:
        self.recorder.event({"event": "seat_lost"}, self.now_ms)
        if self.watch.running:
            self.guard.order(ORDER_SEAT_LOST, lambda outcome: None, self.now_ms)

    def _carry_out(self, command: Command) -> None:
        if command.kind in NEED_SEAT and not self.seat.owns(command.token, self.now_ms):
            command.answer(NO_SEAT)
        elif command.kind in ORDERS:
            self._say(command)
            self.guard.order(ORDERS[command.kind], command.answer, self.now_ms)
        elif command.kind in PROGRAMME:
            if command.kind == "load":
                self.recorder.begin(self.now_ms)
            self._say(command)
            self.controller.ask(command.kind, command.body, command.answer, self.now_ms)
        else:
            command.answer(self._seat_command(command))

    def _say(self, command: Command) -> None:
        self.recorder.event({"event": "asked", "what": command.kind, "by": self.seat.holder}, self.now_ms)

    def _seat_command(self, command: Command) -> Outcome:
        token, seat = command.token, self.seat
        if command.kind == "seat":
            return self._take_seat(command)
        if command.kind == "attach" and not seat.attach(token, self.now_ms):
            return NO_SEAT
        if command.kind == "detach":
            seat.detach(token, self.now_ms)
        if command.kind == "seen":
            seat.owns(token, self.now_ms)
        if command.kind == "leave":
            running = self.watch.running
            if seat.leave(token, self.now_ms) and running:
                self.guard.order(ORDER_RETURN, lambda outcome: None, self.now_ms)
        return DONE

    def _take_seat(self, command: Command) -> Outcome:
        force = bool(command.body.get("force")) and not self.watch.running
        token = self.seat.take(command.body.get("name", ""), command.token, self.now_ms, force)
        if token is None:
            remedy = "Ask for it; it is free 5 s after that panel has gone."
            return Outcome(False, "taken", f"{self.seat.holder} has the seat.", remedy)
        self.recorder.event({"event": "seat_taken", "by": self.seat.holder}, self.now_ms)
        data = {"token": token, "name": self.seat.holder, "number": self.seat.number}
        return Outcome(True, "done", "You have the seat.", data=data)

    def order_return(self) -> None:
        """Ask for a RETURN on the station's own account: it is being shut down."""
        if self.watch.running:
            self.guard.order(ORDER_RETURN, lambda outcome: None, self.now_ms)

    def snapshot(self) -> dict[str, Any]:
        """What is known now, as the panel wants it."""
        view = View(self.guard, self.controller, self.seat, self.recorder, self.watch.running)
        return snapshot(view, self.now_ms, self.pumps)

    def snapshot_text(self) -> str:
        """The same as JSON; made once a pump at the most, however many panels ask."""
        if self._text_of_pump != self.pumps:
            self._text = json.dumps({"type": "state", **self.snapshot()}, separators=(",", ":"))
            self._text_of_pump = self.pumps
        return self._text

    def close(self) -> Path | None:
        """Hang up; returns the run folder that was still open."""
        self.guard.channel.close()
        self.controller.channel.close()
        return self.recorder.end(over=not self.watch.running)
