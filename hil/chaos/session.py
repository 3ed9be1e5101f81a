"""One session over ptys with blows falling on its processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from firmware_bridge import clock
from hil.chaos.judge import Ended, Open, wrong
from hil.chaos.plan import HOST, PROCESSES, Plan
from hil.demo import read_programme
from hil.demo_run import DemoRun
from hil.demo_run import Plan as Ride
from hil.stack import StackSetup

STANDS_MS: Final = 120_000  # of real time without any of the table's; a busy machine is slow, not hung
LONGEST_MS: Final = 3_600_000  # of real time, whatever goes on
PROGRAMME: Final = Path(__file__).with_name("short.toml")


class Notes:
    """A show that only keeps what was shown."""

    def __init__(self) -> None:
        self.outcome: dict[str, Any] = {}
        self.events: list[dict[str, Any]] = []

    def started(self, panel: str, pids: dict[str, int]) -> None:
        """Nothing to show."""

    def state(self, t_s: float, state: str, angle_deg: float, text: str, share: float) -> None:
        """Keep each new state."""
        if not self.events or self.events[-1].get("state") != state:
            self.events.append({"t_s": round(t_s, 2), "state": state, "angle_deg": round(angle_deg, 2)})

    def note(self, event: str, **facts: Any) -> None:
        """Keep it."""
        self.events.append({"event": event, **facts})

    def ended(self, outcome: dict[str, Any]) -> None:
        """Keep it."""
        self.outcome = outcome


class Hung(Exception):
    """The table's time stands, or it came to no end."""


class ChaosRun(DemoRun):
    """A demo whose processes are struck; remembers when a session was open, on the guard's own clock."""

    def __init__(self, setup: StackSetup, ride: Ride, plan: Plan, notes: Notes) -> None:
        super().__init__(setup, ride, notes)
        self.opened: list[Open] = []
        self._blows = list(plan.blows)
        self._give_up_ms = clock.monotonic_ms() + LONGEST_MS
        self._seen_s, self._seen_ms = 0.0, clock.monotonic_ms()

    @property
    def struck(self) -> list[dict[str, Any]]:
        """Blows that were dealt."""
        return self._stack.struck

    def start(self) -> None:
        """Start everybody; on the granted clock all blows are told to the bench at once."""
        super().start()
        while self._stack.granted and self._blows:
            self._deal()

    def _deal(self) -> None:
        blow = self._blows.pop(0)
        for role in PROCESSES if blow.role == HOST else (blow.role,):
            self._stack.strike(role, blow.how, blow.at_s, blow.for_ms)

    def _step(self) -> None:
        super()._step()
        while self._blows and self._stack.t_s >= self._blows[0].at_s:
            self._deal()
        for report in self._stack.fresh:
            self._remember(report["now_ms"], report["session"] != 0)
        if self._hangs(clock.monotonic_ms()):
            self._stack.close()
            raise Hung

    def _hangs(self, now_ms: int) -> bool:
        if self._stack.t_s != self._seen_s:
            self._seen_s, self._seen_ms = self._stack.t_s, now_ms
        return now_ms - self._seen_ms > STANDS_MS or now_ms > self._give_up_ms

    def _remember(self, now_ms: int, is_open: bool) -> None:
        """While a guard is away what was open stays open; it says itself when it is closed."""
        if is_open and (not self.opened or self.opened[-1].to_ms < 1 << 62):
            self.opened.append(Open(now_ms, 1 << 62))
        elif not is_open and self.opened and self.opened[-1].to_ms == 1 << 62:
            self.opened[-1] = Open(self.opened[-1].from_ms, now_ms)


def ride(plan: Plan, speed: float, place: Path) -> dict[str, Any]:
    """One session; its line of the results."""
    name, toml, tier = read_programme(str(PROGRAMME))
    notes = Notes()
    place.mkdir(parents=True)
    run = ChaosRun(
        StackSetup(place, name, plan.drive, plan.gear, speed, plan.seed), Ride(name, toml, tier), plan, notes
    )
    began_ms = clock.monotonic_ms()
    took_s = -1.0
    try:
        run.start()
        run.until_parked()
        took_s = (clock.monotonic_ms() - began_ms) / 1_000
    except Hung:
        pass
    return _line(plan, speed, run, notes, took_s)


def _line(plan: Plan, speed: float, run: ChaosRun, notes: Notes, took_s: float) -> dict[str, Any]:
    truth, outcome = run.truth, notes.outcome
    ended = Ended(
        bool(outcome.get("parked")),
        bool(outcome.get("waiting_at_rest")),
        truth.angle_deg,
        outcome.get("first_cause"),
        truth.down_s,
        took_s,
    )
    return {
        "number": plan.number,
        "speed": speed,
        "drive": plan.drive,
        "gear": plan.gear,
        "struck": run.struck,
        "rode": bool(run.opened),
        **ended._asdict(),
        "wrong": list(wrong(run.struck, run.opened, ended)),
        "events": notes.events,
    }
