"""What is remembered of a run, a sample a tick: the truth, what people do, and what the guard said."""

from __future__ import annotations

from typing import Final, NamedTuple

from firmware_bridge.node import protocol
from hil.rigs.lockstep import Lockstep
from safety.decision import GIVING_BACK, MOVE
from safety.guard.messages import REPORT_LAYOUT
from safety.guard.report import Report
from safety.observation import Inputs

AT: Final = REPORT_LAYOUT.index
BIT: Final = {name: 1 << place for place, name in enumerate(Inputs._fields)}
TICK_MS, OVERLOAD_MS = 20, 100
NODE_LIMIT_A: Final = next(row[5] for row in protocol.LIMITS if row[0] == "current_max_ma") / 1_000


class Sample(NamedTuple):
    """One tick."""

    t_ms: int
    angle_deg: float
    rate_dps: float
    current_a: float
    brake_closed: bool
    bridge_on: bool
    pendant: bool
    home: bool  # a RETURN button is down
    pushed: bool  # something or somebody pushes the bed
    state: str  # of the controller
    report: Report | None
    overloads: bool = False  # the load is more than the motor holds within the node's current limit


class Ride(NamedTuple):
    """A run, ready to be judged."""

    samples: list[Sample]
    fault: str
    lasted: bool  # the fault was there to the end
    lasts_ms: int | None  # as drawn, None = to the end
    cap_deg: float
    injected_ms: int | None
    effect_ms: int | None
    faultless: bool
    parked_ms: int | None  # for good
    completed: bool
    allowance_ms: int
    used_net_ms: int | None  # by the ledger, None = it cannot be read
    drive: str
    wakes: bool

    @property
    def overloaded(self) -> bool:
        """Whether for 100 ms in all nothing but the brake could hold it."""
        return self.drive == "node" and sum(one.overloads for one in self.samples) * TICK_MS >= OVERLOAD_MS

    def overloaded_at(self, t_ms: int, within_ms: int) -> bool:
        """Whether it was so in this time before."""
        at = (one for one in self.samples if t_ms - within_ms <= one.t_ms <= t_ms)
        return self.drive == "node" and any(one.overloads for one in at)


def sample(rig: Lockstep) -> Sample:
    """Now."""
    table, plant, pressed = rig.world.table, rig.world.table.plant, rig.world.buttons.now
    return Sample(
        rig.t_ms,
        plant.angle_deg,
        plant.rate_dps,
        plant.current_a,
        plant.brake_closed,
        table.bridge_on,
        pressed["pendant"],
        pressed["return_a"] or pressed["return_b"],
        plant.external_torque_nm != 0.0,
        rig.controller.state if rig.controller is not None else "",
        rig.report,
        plant.holds_a > NODE_LIMIT_A,
    )


def value(report: Report, name: str) -> int:
    """A field that is never None."""
    found = report[AT[name]]
    assert found is not None
    return found


def leads_down(report: Report) -> bool:
    """Whether the drive is told to move head-down by whoever leads a session."""
    return report[_COMMAND] == MOVE and (report[_RATE] or 0) > 0 and not gives_back(report)


def gives_back(report: Report) -> bool:
    """Whether the guard gives a little back to what is caught: the one way down without a pendant."""
    return report[_STAGE] == GIVING_BACK


_COMMAND, _RATE, _STAGE = AT["command"], AT["setpoint_cdps"], AT["stage"]
