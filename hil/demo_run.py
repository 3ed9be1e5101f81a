"""One demo from start to park: the stack, the attendant, the faults that were asked for, and how it ended."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final

from controller.exit_codes import CommandError, ExitCode
from controller.station.finalise import finalise
from controller.station.words import HEADLINES, state_word
from firmware_bridge import clock
from hil import demo_faults
from hil.attendant import Attendant
from hil.fault_words import Moment, Switch, switches
from hil.shows import Show
from hil.simulator_child import SimulatorGone, Truth
from hil.stack import Stack, StackSetup
from hil.verdict import Verdict
from safety import causes

POLL_MS: Final = 10
PARKED_WITHIN_DEG: Final = 1.0
PARK_DEG: Final = -70.0
RIDER: Final = "demo-rider"
HELP_COMES_S: Final = 180.0  # after Ctrl-C: somebody beside the table may yet press the button


@dataclass(frozen=True, slots=True)
class Plan:
    """What is ridden, and what goes wrong when."""

    programme: str
    toml: str
    tier: str
    faults: tuple[Moment, ...] = ()


class DemoRun:
    """Starts a stack and stays with it until everybody has left."""

    def __init__(self, setup: StackSetup, plan: Plan, show: Show) -> None:
        self._setup, self._plan, self._show = setup, plan, show
        self._switches = switches(plan.faults)
        self._interrupted = False
        self._ending = False
        self._told: list[str] = []
        self._known = False
        self._given_up = False
        self._said = ""
        self._verdict = Verdict(PARK_DEG)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._interrupt)
        try:
            self._stack = Stack(setup)
        except SimulatorGone as gone:
            raise CommandError(ExitCode.FAILED, str(gone)) from gone
        toml = plan.toml
        self._attendant = Attendant(self._stack.station_file, plan.programme, toml, RIDER, plan.tier)

    @property
    def panel(self) -> str:
        """The panel's address."""
        return self._stack.panel

    @property
    def truth(self) -> Truth:
        """Where the table really is."""
        return self._stack.truth

    def start(self) -> None:
        """Start everybody; the attendant goes to the panel."""
        try:
            self._stack.start()
        except SimulatorGone as gone:
            self._stack.close()
            raise CommandError(ExitCode.FAILED, str(gone)) from gone
        self._show.started(self._stack.panel, self._stack.pids)
        self._attendant.start()

    def until_parked(self) -> ExitCode:
        """Run to the end, whatever happens on the way; the exit code."""
        try:
            while not self._stack.ended:
                self._step()
                clock.sleep_until_ms(clock.monotonic_ms() + POLL_MS)
        except SimulatorGone as gone:
            self._show.note("simulator_gone", text=str(gone))
        self._attendant.leave()
        self._stack.close()
        return self._close()

    def _step(self) -> None:
        stack = self._stack
        for happening in stack.poll():
            if not self._ending or happening.what == "died":
                facts = {"process": happening.name, "pid": happening.pid, "code": happening.code}
                what = "restarted" if happening.what == "started" else happening.what
                self._show.note(what, **facts)
        self._verdict.take(stack.fresh, stack.truth)
        self._tell_state()
        self._tell_refusals()
        while self._switches and stack.t_s >= self._switches[0].at_s:
            self._do(self._switches.pop(0))
        if not self._ending and (self._interrupted or self._verdict.over(stack.t_s)):
            self._ending = True
            self._attendant.leave()
            stack.end(hurries=self._interrupted)
        longer_s = HELP_COMES_S if self._interrupted else 0.0
        if self._ending and not self._given_up and self._verdict.waits_in_vain(stack.t_s, longer_s):
            # Nobody will come, or the guard cannot see that the table is home: it would never leave.
            self._given_up = True
            stack.abandon()

    def _tell_state(self) -> None:
        report, truth = self._stack.report, self._stack.truth
        if report is None or truth.t_s == 0.0 or not self._placed(report):
            return
        state = state_word(tuple(report.values()))
        if self._ending and state == "parked" == self._said:
            return  # the table stands; only processes leave now
        self._said = state
        share = self._attendant.snapshot.get("progress") or 0.0
        meaning = HEADLINES[self._said][1] if self._said in HEADLINES else ""
        self._show.state(truth.t_s, self._said, truth.angle_deg, meaning, share)

    def _placed(self, report: dict[str, Any]) -> bool:
        """From the first tick in which the guard knows where the table is."""
        self._known = self._known or report["trusted_cdeg"] is not None
        return self._known

    def _tell_refusals(self) -> None:
        for said in self._attendant.said[len(self._told) :]:
            self._told.append(said)
            self._show.note("refused", text=said)

    def _do(self, switch: Switch) -> None:
        facts = {} if switch.amount is None else {"amount": switch.amount}
        what = "fault" if switch.on else "fault_ended"
        self._show.note(what, name=switch.name, t_s=round(self._stack.t_s, 2), **facts)
        demo_faults.act(self._stack, switch)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if not self._interrupted:
            self._interrupted = True
            os.write(2, b"bringing the rider back; this takes as long as it takes\n")

    def _close(self) -> ExitCode:
        """Make sure of the report, tell how it ended."""
        run_dir = self._setup.run_dir
        if not (run_dir / "manifest.json").exists():
            finalise(run_dir, self._stack.guard_state)
        truth, verdict = self._stack.truth, self._verdict
        parked = abs(truth.angle_deg - PARK_DEG) <= PARKED_WITHIN_DEG
        outcome: dict[str, Any] = {
            "parked": parked,
            "waiting_at_rest": verdict.waiting and not parked,
            "angle_deg": round(truth.angle_deg, 2),
            "completed": verdict.completed and parked,
            "first_cause": causes.name_of(verdict.first_cause),
            "speed_reached": truth.reached,
            "run": str(run_dir),
        }
        self._show.ended(outcome)
        return exit_code(outcome)


def exit_code(outcome: dict[str, Any]) -> ExitCode:
    """0 completed and parked, 3 ended early but parked, 4 at rest waiting for a person, 1 anything else."""
    if outcome["completed"]:
        return ExitCode.OK
    if outcome["parked"]:
        return ExitCode.ENDED_EARLY
    return ExitCode.NOT_UPRIGHT if outcome["waiting_at_rest"] else ExitCode.FAILED
