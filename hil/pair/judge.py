"""What must hold after every tick, on the truth of the table and of the frames; none of it asks the watchdog,
the handshake or the rules. What it must remember itself belongs to the state that is searched.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from firmware_bridge.drives.node.port import Taken
from firmware_bridge.node import protocol
from firmware_bridge.node.brain import Brain
from hil.pair.guard_end import GuardEnd
from hil.pair.line import Sent
from hil.pair.numbers import CAP_CDEG, END_MS, TICK_MS, WINDOW_MS
from hil.pair.table_end import TableEnd
from safety.decision import MOVE, READY, Decision

DOWN_MDPS: Final = 300  # above what a stopped table may settle by, firmware_bridge/node/motion.py
KNOWN_MS: Final = 200  # what the guard believes of the node is not older
BEYOND_CDEG: Final = 100
_LONG_MS: Final = 400
_CLAIM_MS: Final = 2  # of the transfer time


class Before(NamedTuple):
    """What a frame may change."""

    state: int
    kind: int
    goal: tuple[int, int]
    challenge: int
    alive: bool


class Judge:
    """Its own memory: ages that saturate, and what was last true."""

    def __init__(self) -> None:
        self.beat_ms = _LONG_MS  # since a beat that counts
        self.beat_at_ms = 0  # when the newest frame that fed was sent
        self.marked = False  # by the last beat
        self.sound = False  # the session began after whatever broke last
        self.broken_ms = _LONG_MS  # since something broke
        self.led_ms = _LONG_MS  # since the node was armed and led
        self.armed_ms = _LONG_MS
        self.open_ms = _LONG_MS  # since both ends had a session open
        self.greeted = self.configured = False  # by a frame that was sent to this start of the node
        self.status_at_ms = 0  # when the reading that the guard goes by was sent
        self.boots = 1  # of the node

    def broke(self) -> None:
        """A reboot of either, a dead guard, or an own return: no session goes on after it."""
        self.sound, self.broken_ms = False, 0

    def rebooted(self) -> None:
        """The node."""
        self.boots += 1
        self.greeted = self.configured = False
        self.broke()

    # One frame

    def heard(
        self, sent: Sent, kind: int, before: Before, end: TableEnd, guard: GuardEnd, now_ms: int
    ) -> str | None:
        """What is wrong with what this frame has done to the node."""
        brain, known = end.brain, sent.node == self.boots
        dog = brain.host._watchdog
        after = seen(brain)
        self.greeted |= kind == protocol.HELLO and known
        self.configured |= kind == protocol.CONFIG and known and self.greeted
        fed = kind == protocol.COMMAND and dog._fed_ms == now_ms and after.challenge != before.challenge
        if not fed:
            return _unfed(before, after)
        why = self._stale(sent, known, now_ms)
        if why:
            return f"{why} fed the watchdog"
        if not (self.greeted and self.configured):
            return "a node that was not told its limits since its start was fed"
        if brain.mode == protocol.MOVE and not guard.port.proved:
            return "led by a guard that has not read the limits back"
        self.beat_ms, self.beat_at_ms = 0, sent.at_ms
        self.marked = brain.host.request & protocol.SESSION_OPEN != 0
        return None

    def _stale(self, sent: Sent, known: bool, now_ms: int) -> str | None:
        if sent.taken:
            return "a frame that had arrived before"
        if not known:
            return "a frame from before the node's start"
        if now_ms - sent.at_ms > WINDOW_MS:
            return f"a frame {now_ms - sent.at_ms} ms old"
        return "an overtaken frame" if sent.at_ms < self.beat_at_ms else None

    # One reading of the guard

    def read(self, newest: Taken, arrived: list[Sent]) -> str | None:
        """No reading is older than it says, none goes back. `arrived`: what the newest may have come in."""
        sent = arrived[0]
        before, self.status_at_ms = self.status_at_ms, sent.at_ms
        if newest.at_ms > sent.at_ms + _CLAIM_MS:
            return f"a reading that is {newest.at_ms - sent.at_ms} ms older than it says"
        return "readings go back" if sent.at_ms < before and sent.node == self.boots else None

    # One tick

    def ticked(
        self, end: TableEnd, guard: GuardEnd, decided: Decision | None, before: Before, lost: bool
    ) -> str | None:
        """The truth at the end of a tick."""
        brain = end.brain
        self._age(brain, guard, decided)
        if before.state != protocol.OWN_RETURN and brain.state == protocol.OWN_RETURN:
            self.broke()
        return (
            self._down(end)
            or self._alone(brain, before, lost)
            or self._still(end)
            or self._two(brain, decided)
        )

    def _age(self, brain: Brain, guard: GuardEnd, decided: Decision | None) -> None:
        armed = brain.state == protocol.ARMED
        self.beat_ms = min(self.beat_ms + TICK_MS, _LONG_MS)
        self.broken_ms = min(self.broken_ms + TICK_MS, _LONG_MS)
        self.armed_ms = 0 if armed else min(self.armed_ms + TICK_MS, _LONG_MS)
        led = armed and brain.mode == protocol.MOVE
        self.led_ms = 0 if led else min(self.led_ms + TICK_MS, _LONG_MS)
        is_open = brain.host.session_mark and guard.desk.mark
        self.open_ms = 0 if is_open else min(self.open_ms + TICK_MS, _LONG_MS)
        if decided is not None and decided.mode == READY and guard.desk.mark:
            self.sound = True

    def _down(self, end: TableEnd) -> str | None:
        """Head-down, on the truth of the table."""
        table = end.table
        if table.mdeg > (CAP_CDEG + BEYOND_CDEG) * 10:
            return f"truth at {table.mdeg // 10} cdeg"
        if table.mdps <= DOWN_MDPS:
            return None
        for wrong, what in (
            (self.beat_ms > END_MS, f"{self.beat_ms} ms after the last beat"),
            (
                not self.sound and self.broken_ms > END_MS,
                "in a session from before a reboot or an own return",
            ),
            (self.led_ms > END_MS, "not led by anybody"),
            (self.open_ms > END_MS, "without a session that is open at both ends"),
        ):
            if wrong:
                return f"head-down {what}"
        return None

    def _alone(self, brain: Brain, before: Before, lost: bool) -> str | None:
        """Home alone with an open session, and only with one."""
        stored = brain.store.read("session_mark", 0) != 0
        if (brain.host.session_mark, stored) != (self.marked, self.marked):
            return f"the node's mark is {brain.host.session_mark}, stored {stored}, told {self.marked}"
        if brain.host.alive and self.beat_ms > WINDOW_MS + TICK_MS:
            return f"the watchdog waits {self.beat_ms} ms"
        comes = brain.state == protocol.OWN_RETURN
        home = comes or brain.homing.stage == protocol.PARKED
        if lost and before.state == protocol.ARMED and home != self.marked:
            return f"lost with mark {self.marked}: node state {brain.state}"
        if comes and before.state != protocol.OWN_RETURN and not self.marked:
            return "an own return without an open session"
        return None

    def _still(self, end: TableEnd) -> str | None:
        """After its start nothing moves before it was told its limits, but by hand."""
        table = end.table
        if (
            table.mdps
            and not (self.greeted and self.configured)
            and not table.home
            and self.broken_ms > TICK_MS
        ):
            return "moves after its start without having been greeted and told its limits"
        return None

    def _two(self, brain: Brain, decided: Decision | None) -> str | None:
        """Never both."""
        if brain.state == protocol.OWN_RETURN and brain.axis.motion.kind == 1:
            return "led by the host in its own return"
        leads_down = decided is not None and decided.command == MOVE and decided.rate_cdps > 0
        if leads_down and self.armed_ms > KNOWN_MS:
            return f"the guard leads a node that has not been armed for {self.armed_ms} ms"
        return None


def seen(brain: Brain) -> Before:
    """What is compared before and after a frame, or a tick."""
    motion, host = brain.axis.motion, brain.host
    goal = (motion._set_udeg, motion._rate_mdps)
    return Before(brain.state, motion.kind, goal, host._watchdog.challenge, host.alive)


def _unfed(before: Before, after: Before) -> str | None:
    """A frame that does not feed may stop, and cut; it moves nothing."""
    if after.kind == 1 and (before.kind != 1 or before.goal != after.goal):
        return "a frame without a good answer leads the table"
    if after.state != before.state and after.state in (protocol.ARMED, protocol.OWN_RETURN):
        return "a frame without a good answer arms the node"
    return None
