"""Both ends and the line between them, as one thing that ticks, is kept and is put back."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from firmware_bridge.codec.node_frames import Command, Config, Frame, Hello, Message, Status, decode
from firmware_bridge.node import protocol
from hil.pair.guard_end import GuardEnd
from hil.pair.judge import Judge, seen
from hil.pair.line import DOWN, UP, Line, Sent
from hil.pair.numbers import LIMITS, PARK_CDEG, START_MS, TICK_MS
from hil.pair.parts import Parts, Saved
from hil.pair.table_end import TableEnd
from safety.decision import INHIBITED, LATCHED, READY

_OVER: Final = (INHIBITED, LATCHED, READY)
SHORT_TICKS: Final = 1
LONG_TICKS: Final = 6
NEVER: Final = -1
# What an act does to an end: how long it is away.
GUARD_ACTS: Final = {"guard restarts": SHORT_TICKS, "guard restarts late": LONG_TICKS, "guard dies": NEVER}
NODE_ACTS: Final = {"node restarts": SHORT_TICKS, "node restarts late": LONG_TICKS}


_KINDS: Final[dict[type[Message], int]] = {
    Hello: protocol.HELLO, Command: protocol.COMMAND, Config: protocol.CONFIG,
}  # fmt: skip


class Clock:
    """Time, and what is left of what may happen."""

    def __init__(self) -> None:
        self.now_ms = START_MS
        self.left: tuple[int, ...] = ()  # acts of each kind
        self.open_ticks = 0  # so long more may come, once one has

    def spend(self, left: tuple[int, ...], within_ticks: int) -> None:
        """So many are left after this tick's; a while after the first the rest is given up."""
        if within_ticks and any(left):
            if left != self.left:
                self.open_ticks = within_ticks
            elif self.open_ticks == 1:
                left, self.open_ticks = tuple(0 for _ in left), 0
            else:
                self.open_ticks = max(self.open_ticks - 1, 0)
        self.left = left


class Pair:
    """`tick` with one act says what is wrong with what came of it."""

    def __init__(self, keep_ms: int, sessions: int = 1) -> None:
        self.clock = Clock()
        self.guard = GuardEnd()
        self.table = TableEnd()
        self.line = Line()
        self.judge = Judge()
        self.guard.desk.sessions = sessions
        self._keep_ms = keep_ms
        self._guard_parts = Parts(**self.guard.roots())
        self._node_parts = Parts(brain=self.table.brain)
        self.parts = Parts(
            clock=self.clock, desk=self.guard.desk, brain=self.table.brain, table=self.table.table,
            line=self.line, judge=self.judge, **self.guard.roots(),
        )  # fmt: skip

    def save(self) -> Saved:
        """All of it."""
        return self.parts.save()

    def load(self, saved: Saved) -> None:
        """As it was."""
        self.parts.load(saved)

    def tick(self, act: str) -> str | None:
        """One tick of the guard, with all that belongs to it."""
        clock, judge, table = self.clock, self.judge, self.table
        clock.now_ms += TICK_MS
        now_ms = clock.now_ms
        self._happens(act)
        self.line.forget(now_ms, self._keep_ms)
        table.moved()
        wrong = self._guard(now_ms)
        before, desk = seen(table.brain), self.guard.desk
        sent = Sent(self.guard.wire.sent, now_ms, desk.guards, judge.boots, taken=False)
        for one in self.line.carried(DOWN, sent, act):
            wrong = wrong or self._heard(one, now_ms)
        armed = table.brain.host.alive
        table.ticked(now_ms)
        lost = armed and not table.brain.host.alive
        self._answered(now_ms, act)
        return wrong or judge.ticked(table, self.guard, desk.decision, before, lost)

    def parked(self) -> bool:
        """On the truth of the table; and a guard that can know it, does."""
        table, desk = self.table.table, self.guard.desk
        there = abs(table.mdeg - PARK_CDEG * 10) <= LIMITS.at_park_cdeg * 10 and not table.mdps
        if desk.off_ticks or self.line.is_out:
            return there
        return there and desk.decision is not None and desk.decision.mode in _OVER

    def _happens(self, act: str) -> None:
        table, line = self.table.table, self.line
        table.held_ticks = min(table.held_ticks + 1, 20) if table.home else 0
        line.out_ticks = min(line.out_ticks + 1, 20) if line.is_out else 0
        if act in GUARD_ACTS:
            self.guard.reboot(self._guard_parts, GUARD_ACTS[act])
            line.up.clear()  # who opens the port anew empties it first, as pyserial does
            line.pockets[UP] = None
            self.judge.broke()
        elif act in NODE_ACTS:
            self.table.reboot(self._node_parts, NODE_ACTS[act])
            self.judge.rebooted()
        elif act in ("RETURN", "RETURN let go"):
            table.home, table.held_ticks = act == "RETURN", 0
        elif act in ("pendant let go", "pendant"):
            table.pendant = act == "pendant"
        elif act in ("cable out", "cable in"):
            line.is_out = act == "cable out"
            line.out_ticks = 0

    def _guard(self, now_ms: int) -> str | None:
        """The guard's tick, on what has arrived."""
        arrived, guard = self.line.up[:], self.guard
        self.line.up.clear()
        guard.wire.arrived = b"".join([frame for sent in arrived for frame in sent.frames])
        before = guard.port.newest
        if guard.tick(now_ms) is None:
            return None
        after = guard.port.newest
        if after is before or after is None:
            return None
        return self.judge.read(after, [one for one in arrived if _has(one, after.status)])

    def _heard(self, sent: Sent, now_ms: int) -> str | None:
        """What arrives at the node, frame by frame."""
        if self.table.table.off_ticks:
            return None
        wrong, brain = None, self.table.brain
        for frame in sent.frames:
            before = seen(brain)
            brain.take(frame, now_ms)
            wrong = wrong or self.judge.heard(sent, kind_of(frame), before, self.table, self.guard, now_ms)
        return wrong

    def _answered(self, now_ms: int, act: str) -> None:
        data = self.table.brain.reply()
        frames = tuple([b"\0" + part + b"\0" for part in data.split(b"\0") if part])
        sent = Sent(frames, now_ms, self.guard.desk.guards, self.judge.boots, taken=False)
        self.line.up[:] = [one for one in self.line.carried(UP, sent, act) if one.frames]


def kind_of(frame: bytes) -> int:
    """The frame's type."""
    found = frame_of(frame)
    return 0 if found is None else _KINDS.get(type(found.message), 0)


@lru_cache(200_000)
def frame_of(frame: bytes) -> Frame | None:
    """A frame with its delimiters, as the guard's codec reads it."""
    return decode(frame[1:-1])


def _has(sent: Sent, status: Status) -> bool:
    found = [frame_of(frame) for frame in sent.frames]
    return any(one is not None and one.message == status for one in found)
