"""What a demo prints: one object a line for programs, a progress bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import json
import sys
from typing import Any, Final, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

EVERY_S: Final = 5.0  # of table time, at least


class Show(Protocol):
    """One way of telling what goes on. Times are table seconds, angles inversion degrees."""

    def started(self, panel: str, pids: dict[str, int]) -> None: ...
    def state(self, t_s: float, state: str, angle_deg: float, text: str, share: float) -> None: ...
    def note(self, event: str, **facts: Any) -> None: ...
    def ended(self, outcome: dict[str, Any]) -> None: ...


class JsonShow:
    """The line protocol of `--json`: started, state at each change and each 5 s, notes, ended."""

    def __init__(self) -> None:
        self._last: tuple[str, float] = ("", -EVERY_S)

    def started(self, panel: str, pids: dict[str, int]) -> None:
        """Everything runs."""
        self._line({"event": "started", "panel": panel, "pids": pids})

    def state(self, t_s: float, state: str, angle_deg: float, text: str, share: float) -> None:
        """Print a change, or that five seconds have passed."""
        if state == self._last[0] and t_s - self._last[1] < EVERY_S - 0.5:
            return
        self._last = (state, t_s)
        self._line({"event": "state", "t_s": round(t_s, 2), "state": state, "angle_deg": round(angle_deg, 2)})

    def note(self, event: str, **facts: Any) -> None:
        """Something worth a line: a restart, a fault that was switched, a refusal."""
        self._line({"event": event, **facts})

    def ended(self, outcome: dict[str, Any]) -> None:
        """The last line."""
        self._line({"event": "ended", **outcome})

    @staticmethod
    def _line(facts: dict[str, Any]) -> None:
        print(json.dumps(facts), flush=True)


class PlainShow:
    """For pipes and log files: a line for each change of state."""

    def __init__(self) -> None:
        self._state = ""

    def started(self, panel: str, pids: dict[str, int]) -> None:
        """Say where the panel is."""
        print(f"panel: {panel}", flush=True)

    def state(self, t_s: float, state: str, angle_deg: float, text: str, share: float) -> None:
        """One line for each new state."""
        if state != self._state:
            self._state = state
            print(f"{t_s:7.1f} s  {state:<12} {angle_deg:+6.1f} deg  {text}", flush=True)

    def note(self, event: str, **facts: Any) -> None:
        """One line."""
        print(
            f"         {event}: " + ", ".join(f"{name} {value}" for name, value in facts.items()), flush=True
        )

    def ended(self, outcome: dict[str, Any]) -> None:
        """How it ended and where the report lies."""
        print(closing(outcome), flush=True)


class TerminalShow(PlainShow):
    """A live line with a bar; changes of state stay above it."""

    def __init__(self) -> None:
        super().__init__()
        self._console = Console(highlight=False)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=None))
        self._progress = Progress(*columns, TextColumn("{task.percentage:>3.0f} %"), console=self._console)
        self._task = self._progress.add_task("starting", total=1.0)

    def started(self, panel: str, pids: dict[str, int]) -> None:
        """Show the address and start the bar."""
        self._console.print(f"panel: [bold]{panel}[/bold]    Ctrl-C brings the rider back")
        self._progress.start()

    def state(self, t_s: float, state: str, angle_deg: float, text: str, share: float) -> None:
        """Move the bar."""
        line = f"{t_s:6.0f} s  {state:<12} {angle_deg:+6.1f} deg  {text[:48]}"
        self._progress.update(self._task, completed=share, description=line)
        if state != self._state:
            self._state = state
            self._progress.console.print(f"{t_s:7.1f} s  {state:<12} {angle_deg:+6.1f} deg")

    def note(self, event: str, **facts: Any) -> None:
        """One line above the bar."""
        self._progress.console.print(f"         {event}: " + ", ".join(f"{n} {v}" for n, v in facts.items()))

    def ended(self, outcome: dict[str, Any]) -> None:
        """Stop the bar and say how it ended."""
        self._progress.stop()
        self._console.print(closing(outcome))


def closing(outcome: dict[str, Any]) -> str:
    """The last lines for a person."""
    if outcome["completed"]:
        what = "programme completed, rider parked"
    elif outcome["parked"]:
        what = f"ended early ({outcome['first_cause'] or 'asked'}), rider parked"
    elif outcome["waiting_at_rest"]:
        what = f"at rest, waiting for a person ({outcome['first_cause']})"
    else:
        what = f"NOT parked: {outcome['angle_deg']} deg ({outcome['first_cause'] or 'no cause recorded'})"
    return f"{what}; reached {outcome['speed_reached']} x real time\nreport: {outcome['run']}/report.html"


def choose(as_json: bool) -> Show:
    """The show that fits where the output goes."""
    if as_json:
        return JsonShow()
    return TerminalShow() if sys.stdout.isatty() else PlainShow()
