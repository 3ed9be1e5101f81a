"""What of a state matters: two states with the same key behave the same, whatever comes.

Every field of every object is in it as it is, unless it stands in one of the two tables below: left out with
a reason, or told by what it is relative to (ages, counters, drawn numbers). `hil/pair/twins.py` tries that
states with one key really go on alike.
"""

from __future__ import annotations

from operator import itemgetter
from typing import Any, Final

from firmware_bridge.codec.node_frames import Command, Frame, Hello, HelloReply, Status
from firmware_bridge.node import motion as moves
from firmware_bridge.node.power import COMING, GOING
from firmware_bridge.node.velocity import RateMeter
from hil.pair.numbers import CAP_MS, WINDOW_MS
from hil.pair.pair import Pair, frame_of
from hil.pair.rules_key import Rules

_SEEN_TWICE: Final = "encoder and inclinometer say the same here: no doubt ever comes of it"
_UNUSED: Final = "told while it is what the node goes by"
_SCRATCH: Final = "overwritten before it is read"
_WORDS: Final = "counts for people, or an output that nothing here listens to"
_IDEAL: Final = "the motor is ideal: it follows from the rate that is wanted"
_STEADY: Final = "the same for the whole search"
LEFT_OUT: Final = {
    "brain.axis.source.doubt.*": _SEEN_TWICE, "brain.axis.source._slow_rate.*": _UNUSED,
    "brain.axis.source._calm_rate.*": _UNUSED,
    "brain.host._reader.*": _SCRATCH, "brain.host._writer.*": _SCRATCH, "brain.host.out": _SCRATCH,
    "brain.host._watchdog.refused": _WORDS, "brain.sounder": _WORDS, "brain.lamp": _WORDS,
    "brain.uptime_ms": _WORDS, "brain._then_ms": "a tick is a tick, and the first one says so by uptime",
    "port.rejected": _WORDS, "port._budget": _WORDS,
    "port._deframer.good": _WORDS, "port._deframer.bad": _WORDS,
    "port._verified_ms": "the read-back of each minute is put off for ever",
    "port._link.arrived": _SCRATCH, "port._link.sent": _SCRATCH,
    "drive._read": "what `read` made of the newest reading",
    "desk.decision": "what the controller hears of it is in the key",
    "brain.axis.loop._duty": _IDEAL, "brain.axis.loop.quick_mdps": _IDEAL,
    "brain.axis.loop._emf_off": _IDEAL,
    "brain.config.*": _STEADY, "brain.axis.motion._gains.*": _STEADY, "port.limits": _STEADY,
}  # fmt: skip
BY_HAND: Final = frozenset(
    [
        "clock.now_ms",
        "desk.state",
        "desk.tick",
        "desk.guards",
        "judge.beat_at_ms",
        "judge.status_at_ms",
        "judge.boots",
        "brain.store._values",
        "brain.host.boot_count",
        "brain.host._counter",
        "brain.host._watchdog.challenge",
        "brain.host._watchdog._tick",
        "brain.host._watchdog._drawn_ms",
        "brain.host._watchdog._fed_ms",
        "brain.axis.source._fast_rate._angle",
        "brain.axis.source._fast_rate._time",
        "brain.axis.source._fast_rate._place",
        "brain.axis.power._left_ms",
        "brain.axis.trip._lowest",
        "brain.axis.trip._begun",
        "brain.homing.age_ms",
        "brain.axis.motion._age_ms",
        "brain.axis.motion._target_mdeg",
        "brain.axis.motion._plan_mdps",
        "brain.axis.motion._decel_mdps2",
        "port.newest",
        "port.boot_count",
        "port._seq",
        "port._sent",
        "port._challenge",
        "port._heard_ms",
        "port._handshake._nonce",
        "port._handshake._refused_ms",
        "port._handshake.boot_count",
        "port.head._asked_ms",
        "inclinometer._good",
        "line.pockets",
        "line.up",
    ]
)


def is_left_out(path: str) -> bool:
    """Whether a row of the first table says so."""
    return path in LEFT_OUT or any(path.startswith(row[:-1]) for row in LEFT_OUT if row.endswith("*"))


class Key:
    """Made for one Pair; called after its tick."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._rules = Rules()
        self._shared: dict[Any, Any] = {}
        self._plain = [
            (fields, itemgetter(*chosen, chosen[0]))
            for path, fields, names in pair.parts.owners
            if (chosen := [name for name in names if _plain(f"{path}.{name}")])
        ]
        self._boxes = [box for path, box in pair.parts.boxes if _plain(path)]

    def __call__(self) -> tuple[Any, ...]:
        """The key of the state in which the pair is now."""
        parts = [get(fields) for fields, get in self._plain]
        parts += [tuple(box.items()) if isinstance(box, dict) else tuple(box) for box in self._boxes]
        parts += (self._rules(self._pair.guard.desk.state), self._controller(), self._node(), self._driver())
        parts.append(self._numbers())
        shared = self._shared
        return tuple([shared.setdefault(part, part) for part in parts])

    def _controller(self) -> tuple[Any, ...]:
        last = self._pair.guard.desk.decision
        if last is None:
            return ()
        return last.mode, last.trusted_cdeg if last.mode in (2, 3) else None

    def _node(self) -> tuple[Any, ...]:
        """What of the node is relative to now, or means nothing at times."""
        brain, now = self._pair.table.brain, self._pair.clock.now_ms
        axis, dog, store = brain.axis, brain.host._watchdog, brain.store
        motion, power, trip, source = axis.motion, axis.power, axis.trip, axis.source
        left = power._left_ms if power.stage in (COMING, GOING) else 0
        kind = motion.kind
        return (
            _samples(source._fast_rate, now),
            _samples(source._slow_rate, now) if source.slow else (),
            _samples(source._calm_rate, now) if source.calm else (),
            max(left, 0), trip._lowest if trip._counts else 0, trip._begun if trip._sinks else 0,
            min(brain.homing.age_ms, 0), min(motion._age_ms, 100) if kind == moves.FOLLOW else 0,
            (motion._target_mdeg, motion._plan_mdps) if kind == moves.GO else 0,
            motion._decel_mdps2 if kind == moves.STOP else 0,
            min(now - dog._drawn_ms, 2 * WINDOW_MS),
            min(now - dog._fed_ms, 2 * WINDOW_MS) if dog.alive else None,
            brain.uptime_ms == 0, tuple([item for item in store._values.items() if item[0] != "boot_count"]),
        )  # fmt: skip

    def _driver(self) -> tuple[Any, ...]:
        """The same of the driver."""
        pair, now = self._pair, self._pair.clock.now_ms
        port, newest = pair.guard.port, pair.guard.port.newest
        shake, good = port._handshake, pair.guard.devices.inclinometer._good  # type: ignore[attr-defined]
        asked, heard = port.head._asked_ms, port._heard_ms
        return (
            None if newest is None else (min(now - newest.at_ms, CAP_MS), _said(newest.status)),
            None if good is None else good is newest
            or (min(now - good.at_ms, CAP_MS), good.status.inclination_cdeg),
            None if asked is None else min(now - asked, 250),
            None if heard is None else min(now - heard, 250),
            min(now - shake._refused_ms, 1_050) if shake.refused else None,
            min(now - pair.judge.status_at_ms, CAP_MS),
        )  # fmt: skip

    def _numbers(self) -> tuple[Any, ...]:
        """Counters and drawn numbers: only which are equal, and which come before which."""
        pair, now = self._pair, self._pair.clock.now_ms
        brain, port, desk, line = pair.table.brain, pair.guard.port, pair.guard.desk, pair.line
        dog, newest, names = brain.host._watchdog, port.newest, _Names()
        ahead = dog._tick - desk.tick
        last = 0 if newest is None else newest.status.counter
        first = (
            names(dog.challenge), names(port._challenge), names(-1 - brain.host.boot_count),
            names(-1 - port.boot_count), names(-1 - port._handshake.boot_count), max(ahead, 0),
            brain.host._counter - last if newest is not None and brain.host._counter < last else None,
        )  # fmt: skip
        under_way = [
            None if sent is None else self._sent(sent, names, last, now) for sent in (*line.pockets, *line.up)
        ]
        return (*first, *under_way)

    def _sent(self, sent: Any, names: _Names, last: int, now: int) -> tuple[Any, ...]:
        pair = self._pair
        judge, desk = pair.judge, pair.guard.desk
        ghost = (
            sent.taken, min(now - sent.at_ms, CAP_MS), sent.guard == desk.guards, sent.node == judge.boots,
            sent.at_ms < judge.beat_at_ms, sent.at_ms < judge.status_at_ms,
        )  # fmt: skip
        return ghost, tuple([self._frame(frame_of(one), names, last, now) for one in sent.frames])

    def _frame(self, frame: Frame | None, names: _Names, last: int, now: int) -> tuple[Any, ...]:
        assert frame is not None
        said, port = frame.message, self._pair.guard.port
        if isinstance(said, Status):
            waits = port._sent.get(said.ack)
            age = None if waits is None else now - waits[0]
            return age, said.counter - last, names(said.challenge), names(-1 - said.boot_count), _said(said)
        if isinstance(said, Command):
            dog = self._pair.table.brain.host._watchdog
            waits = port._sent.get(frame.seq)
            age = None if waits is None else now - waits[0]
            late, behind = self._pair.guard.desk.tick - said.tick, (port._seq - frame.seq) & 0xFF
            return age, names(said.challenge), said.tick == dog._tick, late, said[:6], behind
        if isinstance(said, Hello):
            return (said.nonce == port._handshake._nonce,)
        if isinstance(said, HelloReply):
            mine = said.nonce == port._handshake._nonce
            return mine, names(said.challenge), names(-1 - said.boot_count)
        return (said,)


class _Names:
    """Numbers by the order in which they are met."""

    def __init__(self) -> None:
        self._known: dict[int, int] = {}

    def __call__(self, number: int) -> int:
        return self._known.setdefault(number, len(self._known))


def _plain(path: str) -> bool:
    return path not in BY_HAND and not is_left_out(path)


def _samples(meter: RateMeter, now_ms: int) -> tuple[int, ...]:
    """What a meter has seen, oldest first, each with its age."""
    size = len(meter._angle)
    order = [*range(meter._place, size), *range(meter._place)][size - meter._filled :]
    ages = [number for place in order for number in (meter._angle[place], now_ms - meter._time[place])]
    return (meter.rate_mdps, *ages)


def _said(status: Status) -> tuple[int, ...]:
    """A STATUS without its numbers."""
    return (*status[2:13],)
