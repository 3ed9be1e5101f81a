"""The near end: the real rules behind the real driver, as a tick of the guard puts them together.

What the guard keeps on disk is a few plain values here: the open session's mark and a latch. The controller
and the desk of the session are a few lines: one ride down and up, and its end at park.
"""

from __future__ import annotations

from typing import Final

from firmware_bridge.assembly import TableDevices
from firmware_bridge.drives.node.driver import NodeDrive, NodeInclinometer
from firmware_bridge.drives.node.port import NodePort
from hil.pair.numbers import FULL_CDPS, LIMITS, NODE, PARK_CDEG, TERMS, TICK_MS, TOP_CDEG
from hil.pair.parts import Parts
from safety.decision import ACTIVE, INHIBITED, LATCHED, MOVE, READY, Decision
from safety.guard import checkpoints
from safety.guard.act import act
from safety.guard.clerk import at_park
from safety.guard.sense import observe
from safety.observation import ORDER_END, Observation, Proposal, Wake
from safety.state import State, boot
from safety.step import step

_DOWN, _TOP, _UP = 1, 0, -1
_IDLE: Final = (INHIBITED, LATCHED)


class Wire:
    """ByteLink: what arrived before this tick, what is sent in it."""

    name = "pair"

    def __init__(self) -> None:
        self.arrived = b""
        self.sent: tuple[bytes, ...] = ()

    def read(self) -> bytes:
        """All of it."""
        data, self.arrived = self.arrived, b""
        return data

    def write(self, data: bytes) -> None:
        """One frame."""
        self.sent = (*self.sent, data)

    def close(self) -> None:
        """Nothing to close."""


class Desk:
    """What outlives the guard (mark, latch), and the controller."""

    def __init__(self) -> None:
        self.mark = False  # a session is open, on disk
        self.asked = False  # and the rules have not taken it yet
        self.latched = 0
        self.sessions = 1  # still to begin
        self.wants = _DOWN
        self.lead_cdeg = 0
        self.lead_cdps = 0
        self.leads = False
        self.off_ticks = 0  # no guard for so long; -1 = for ever
        self.tick = 0
        self.guards = 1
        self.state: State | None = None
        self.decision: Decision | None = None


class GuardEnd:
    """`tick` is one tick of the guard, and of the controller behind it."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.wire = Wire()
        self.devices = TableDevices(None)
        self.port = self.devices.put_node(NODE, self.wire, "table")
        self.devices.drive, self.devices.inclinometer = NodeDrive(self.port), NodeInclinometer(self.port)
        self.devices.put_inputs(self.port)

    def roots(self) -> dict[str, object]:
        """What of it remembers anything."""
        return {"port": self.port, "drive": self.devices.drive, "inclinometer": self.devices.inclinometer}

    def reboot(self, parts: Parts, ticks: int) -> None:
        """All gone but what lies on the disk. `parts` are those of `roots`."""
        parts.load(Parts(**GuardEnd().roots()).save())
        desk, self.wire.arrived = self.desk, b""
        desk.state = desk.decision = None
        desk.off_ticks, desk.tick, desk.leads, desk.asked = ticks, 0, False, False
        desk.guards += 1

    def tick(self, now_ms: int) -> tuple[Observation, Decision] | None:
        """What it saw and decided; None while there is no guard."""
        desk, self.wire.sent = self.desk, ()
        if desk.off_ticks:
            desk.off_ticks -= desk.off_ticks > 0
            self.wire.arrived = b""
            return None
        desk.tick += 1
        seen = self._seen(now_ms)
        state = boot(LIMITS, self._wake()) if desk.state is None else desk.state
        desk.state, decided = step(state, seen, LIMITS)
        act(self.devices, decided, seen.drive_state, desk.mark, now_ms)
        self.devices.send(desk.tick, checkpoints.ALL, now_ms)
        desk.decision = decided
        self._book(seen, decided)
        return seen, decided

    def _seen(self, now_ms: int) -> Observation:
        desk = self.desk
        self.devices.take(now_ms)
        offered = TERMS if desk.mark and desk.asked else None
        proposal, orders = self._asked(desk.decision)
        return observe(
            self.devices, now_ms, TICK_MS, 0, proposal, offered, orders, TICK_MS, TICK_MS, test_due=False
        )

    def _wake(self) -> Wake:
        desk = self.desk
        return Wake(TERMS if desk.mark else None, 0, True, True, desk.latched)

    def _asked(self, last: Decision | None) -> tuple[Proposal | None, int]:
        """What the controller wants, by the guard's last report."""
        desk = self.desk
        if last is None or last.mode not in (READY, ACTIVE):
            desk.wants = _DOWN
            return None, 0
        if not desk.leads:
            start = last.trusted_cdeg
            lead = None if start is None else Proposal(TERMS.session, 0, start, 0, LIMITS.lease_ms)
            return lead, 0
        half = FULL_CDPS * TICK_MS // 2_000
        if desk.wants == _DOWN and TOP_CDEG - desk.lead_cdeg < 2 * half:
            desk.wants = _TOP
        elif desk.wants == _TOP and desk.lead_cdps == 0:
            desk.wants = _UP
        ended = desk.wants == _UP and desk.lead_cdps == 0 and desk.lead_cdeg <= PARK_CDEG + 2 * half
        rate = _rate(desk, half)
        angle = desk.lead_cdeg + (desk.lead_cdps + rate) * TICK_MS // 2_000
        return Proposal(TERMS.session, 0, angle, rate, LIMITS.lease_ms), ORDER_END if ended else 0

    def _book(self, seen: Observation, decided: Decision) -> None:
        """Whatever the guard writes down after its tick, and what the controller hears."""
        desk = self.desk
        desk.leads = seen.proposal is not None and decided.command == MOVE and decided.mode in (READY, ACTIVE)
        desk.lead_cdeg, desk.lead_cdps = (decided.angle_cdeg, decided.rate_cdps) if desk.leads else (0, 0)
        desk.latched = decided.latched_cause
        parked = at_park(decided, LIMITS)
        if desk.mark and desk.asked:
            desk.asked = decided.mode not in (READY, ACTIVE)
        elif desk.mark and decided.mode in _IDLE and parked:
            desk.mark = False
        elif not desk.mark and desk.sessions and decided.mode == INHIBITED and parked and self._may_begin():
            desk.mark = desk.asked = True
            desk.sessions -= 1

    def _may_begin(self) -> bool:
        """The drive is armed, and the node has said which ledger it knows."""
        keeper = self.devices.head_keeper
        return keeper is not None and keeper.read() is not None and self.port.state == 3


def _rate(desk: Desk, half: int) -> int:
    """As fast as it may, with room to stop."""
    way = desk.wants
    room = (TOP_CDEG - desk.lead_cdeg) if way == _DOWN else (desk.lead_cdeg - PARK_CDEG)
    if way == _TOP or room < (3 if desk.lead_cdps else 2) * half:
        return 0
    return FULL_CDPS * way


def port_of(end: GuardEnd) -> NodePort:
    """The wire as the guard knows it."""
    return end.port
