"""The controller: one tick reads the guard and the stations, moves machine and programme on, proposes, tells.

It leads only while the guard lets it. What the guard does by itself is followed, never argued with.
"""

from __future__ import annotations

from typing import Final

from controller import desk, ride, senses, status
from controller.channel import GuardClient, Report, StationServer
from controller.facts import TableFacts
from controller.machine import Machine
from controller.session import Session
from controller.states import AWAY, EVENT_INTO, INDEX, RUNNING
from safety.causes import BY_NUMBER
from safety.observation import ORDER_END, ORDER_RETURN

TICK_MS: Final = 20
LEASE_MS: Final = 100
TELL_EVERY_MS: Final = 100
END_AGAIN_MS: Final = 1_000
NO_PHASE: Final = 255
GUARD_LOST: Final = "The guard does not answer."


class Controller:
    """Everything the process knows. `tick` is the only thing that happens to it."""

    def __init__(self, facts: TableFacts, guard: GuardClient, stations: StationServer) -> None:
        self.facts: Final = facts
        self.guard: Final = guard
        self.stations: Final = stations
        self.machine: Final = Machine(self._holds)
        self.session: Session | None = None
        self.report: Report | None = None
        self.completed = False  # the last session reached its programme's end
        self.why: str | None = None  # why the last one did not, or why a load was refused by the guard
        self.prompt = ""
        self.held_ms = 0  # the pendant has been held for so long
        self.now_ms = 0
        self.setpoint: tuple[int, int] | None = None
        self._sessions = 0
        self._told_ms: int | None = None
        self._told: tuple[str, str] = ("", "")  # state and prompt
        self._ended_ms: int | None = None

    @property
    def state(self) -> str:
        """The machine's state."""
        return self.machine.state

    @property
    def upright(self) -> bool:
        """At park and not in a session: the process may leave."""
        return self.state == "parked" or (
            self.report is not None and not self.report.session and self.at_park()
        )

    def tick(self, now_ms: int) -> None:
        """One tick of 20 ms."""
        dt_ms = min(max(now_ms - self.now_ms, 0), 1_000) if self.now_ms else TICK_MS
        self.now_ms = now_ms
        self.guard.pump(now_ms)
        self.report = self.guard.report(now_ms)
        held = self.report is not None and senses.pendant_held(self.report)
        self.held_ms = self.held_ms + dt_ms if held else 0
        self.setpoint = None
        self._follow()
        for station, message in self.stations.take():
            desk.answer(self, station, message)
        if self.report is not None:
            ride.work(self, self.report, dt_ms)
        self._propose()
        self._tell()

    def request_return(self) -> None:
        """A signal asks for the end: RETURN when away from park."""
        if self.guard.connected and not self.upright:
            self.guard.order(ORDER_RETURN)

    def at_park(self) -> bool:
        """By the guard's newest report."""
        return self.report is not None and senses.at_park(self.report, round(self.facts.park_deg * 100))

    def off_park_cdeg(self) -> int:
        """How far from park, by the guard's newest report."""
        report, park_cdeg = self.report, round(self.facts.park_deg * 100)
        if report is None or report.trusted_cdeg is None:
            return abs(park_cdeg)
        return abs(report.trusted_cdeg - park_cdeg)

    def fresh_session_number(self) -> int:
        """Never 0, and another one after a restart."""
        self._sessions += 1
        return ((self.guard.instance & 0xFF_FFFF) << 8 | self._sessions & 0xFF) or 1

    def end(self, completed: bool, why: str | None) -> None:
        """The session is over for the controller; the guard is told at park."""
        self.session = None
        self.completed, self.why = completed, why

    def _holds(self, condition: str) -> bool:
        """The machine's conditions, by name."""
        if condition == "at_park":
            return self.at_park()
        session = self.session
        return self.report is not None and session is not None and senses.is_open(self.report, session.number)

    def _follow(self) -> None:
        """Whatever the guard does by itself comes first."""
        report = self.report
        if report is None:
            self._lost()
            return
        event = senses.guard_event(report)
        if event is not None:
            self._guard_leads(event, report)
        elif self.state in AWAY:
            self._back(report)
        elif self._session_gone(report):
            self._guard_leads("return_home", report)

    def _lost(self) -> None:
        if self.state != "returning":
            if self.session is not None:
                self.end(False, GUARD_LOST)
            self.machine.fire("return_home")

    def _session_gone(self, report: Report) -> bool:
        """The guard no longer has the session that is running here, or it was given up here."""
        session = self.session
        is_open = self.state == "ready" or self.state in RUNNING
        return is_open and (session is None or (not session.closed and report.session != session.number))

    def _guard_leads(self, event: str, report: Report) -> None:
        if event != "stopped" and self.session is not None and self.state != "checking":
            self.end(False, cause_text(report))
        if self.why == GUARD_LOST and report.first_cause:
            self.why = cause_text(report)  # it is back and says what happened
        if self.machine.allows(event):
            if self.state == "checking":
                self.end(False, cause_text(report))
            self.machine.fire(event)

    def _back(self, report: Report) -> None:
        """The guard leads no more: go on after a STOP, or be parked."""
        session = self.session
        if self.state == "frozen" and session is not None and senses.is_open(report, session.number):
            ride.thaw(self, session, report)
        elif self.at_park() and senses.is_still(report):
            if session is not None:
                self.end(False, cause_text(report))
            self.machine.fire("arrived")

    def _propose(self) -> None:
        session = self.session
        number = session.number if session is not None else 0
        phase = NO_PHASE
        if session is not None and session.player is not None:
            phase = session.player.segment.phase
        self.guard.propose(number, self.setpoint, INDEX[self.machine.state], phase, LEASE_MS)
        self._close_forgotten()

    def _close_forgotten(self) -> None:
        """A session that only the guard still has, at park: end it, so that its dose is given back."""
        report = self.report
        if report is None or not report.session or self.session is not None or self.state != "parked":
            self._ended_ms = None
        elif self._ended_ms is None or self.now_ms - self._ended_ms >= END_AGAIN_MS:
            self._ended_ms = self.now_ms
            self.guard.order(ORDER_END)

    def _tell(self) -> None:
        due = self._told_ms is None or self.now_ms - self._told_ms >= TELL_EVERY_MS
        telling = self.machine.state, self.prompt
        if not due and telling == self._told and not self._has_newcomers():
            return
        self._told_ms, self._told = self.now_ms, telling
        picture = status.picture(self)
        for station in self.stations.stations:
            station.send(picture if station.knows_plan else {**picture, "plan": status.plan_of(self)})
            station.knows_plan = True

    def _has_newcomers(self) -> bool:
        return any(not station.knows_plan for station in self.stations.stations)

    def enter_segment(self, session: Session) -> None:
        """The machine follows the programme into its next segment."""
        player = session.player
        assert player is not None
        event = EVENT_INTO[player.segment.state]
        self.machine.fire(event)

    def new_plan(self) -> None:
        """Every station gets the plan with its next status."""
        for station in self.stations.stations:
            station.knows_plan = False


def cause_text(report: Report) -> str:
    """Why the guard acted, for a person."""
    cause = BY_NUMBER.get(report.first_cause)
    return cause.text if cause is not None else "The guard ended the session."
