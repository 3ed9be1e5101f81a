"""Breadth first over everything that can happen, until nothing new is met; and home again from everywhere."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from hil.pair.key import Key
from hil.pair.numbers import coarse
from hil.pair.pair import Pair
from hil.pair.parts import Saved
from hil.unswept import unswept

STATES_MAX: Final = 1_000_000
FINDS_MAX: Final = 5
QUIET: Final = "-"
OUT_TICKS: Final = (2, 7)  # a cable that is out comes in again after so many, or never
HELD_TICKS: Final = (2, 9)  # a RETURN that is held is let go after so many, or never


class Scenario(NamedTuple):
    """What may happen: at most so many acts of each kind, at any tick."""

    name: str
    acts: tuple[tuple[tuple[str, ...], int], ...]  # names of acts, how many of these
    within_ticks: int = 0  # after the first of them the others come within so many, 0 = whenever they like
    keep_ms: int = 300  # a frame held back is given up after this
    sessions: int = 1


class Find(NamedTuple):
    """What is wrong, and the shortest way to it."""

    scenario: str
    what: str
    way: tuple[str, ...]


class Explored(NamedTuple):
    """What came of one scenario."""

    states: int
    ticks: int
    empty: bool
    finds: tuple[Find, ...]


class Walk:
    """One scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.pair = Pair(scenario.keep_ms, scenario.sessions)
        self.pair.clock.left = tuple(most for _, most in scenario.acts)
        self.key = Key(self.pair)
        self.ids: dict[Any, int] = {}
        self.parents: list[tuple[int, str]] = []
        self.quiet: list[int] = []  # where each state goes when nothing happens
        self.home = bytearray()  # whether it is parked and over
        self.finds: dict[str, Find] = {}
        self.ticks = 0
        self.frontier: deque[tuple[int, Saved]] = deque()

    def explore(
        self,
        states_max: int = STATES_MAX,
        seen: Callable[[int, int], None] | None = None,
        finds_max: int = FINDS_MAX,
    ) -> Explored:
        """To the end, or to the first few finds. `seen` hears of states and frontier now and then."""
        with coarse(), unswept():
            self._reached(self.key(), -1, "")
            while self.frontier and len(self.ids) < states_max and len(self.finds) < finds_max:
                self._expand(*self.frontier.popleft())
                if seen is not None and self.ticks % 1_000 < 10:
                    seen(len(self.ids), len(self.frontier))
        return Explored(len(self.ids), self.ticks, not self.frontier, tuple(self.finds.values()))

    def _expand(self, number: int, saved: Saved) -> None:
        pair = self.pair
        pair.load(saved)
        for act, left in self.choices():
            if act != QUIET:
                pair.load(saved)
            pair.clock.spend(left, self.scenario.within_ticks)
            what = pair.tick(act)
            self.ticks += 1
            after = self._reached(self.key(), number, act)
            if act == QUIET:
                self.quiet[number] = after
            if what is not None and what not in self.finds:
                self.finds[what] = Find(self.scenario.name, what, (*self.way(number), act))

    def choices(self) -> list[tuple[str, tuple[int, ...]]]:
        """What may happen in the next tick, and what is left to happen after it."""
        pair, left = self.pair, self.pair.clock.left
        found = [(QUIET, left)]
        for kind, (names, _) in enumerate(self.scenario.acts):
            if left[kind]:
                after = (*left[:kind], left[kind] - 1, *left[kind + 1 :])
                found += [(name, after) for name in names if possible(pair, name)]
        return found + [(act, left) for act in free(pair)]

    def _reached(self, key: Any, parent: int, act: str) -> int:
        number = self.ids.setdefault(key, len(self.parents))
        if number == len(self.parents):
            self.parents.append((parent, act))
            self.quiet.append(-1)
            self.home.append(self.pair.parked())
            self.frontier.append((number, self.pair.save()))
        return number

    def way(self, number: int) -> tuple[str, ...]:
        """The acts that lead there."""
        acts: list[str] = []
        while number > 0:
            number, act = self.parents[number]
            acts.append(act)
        return tuple(reversed(acts))


def possible(pair: Pair, act: str) -> bool:
    """Whether this act means anything now."""
    desk, line = pair.guard.desk, pair.line
    if act.startswith(("hold", "copy")):
        return not line.is_out and line.pockets[act.endswith("<")] is None
    if act.startswith("guard"):
        return desk.off_ticks == 0
    if act.startswith("node"):
        return not pair.table.table.off_ticks
    return not line.is_out


def free(pair: Pair) -> Iterator[str]:
    """What costs nothing: the end of what has begun."""
    line, table = pair.line, pair.table.table
    if line.is_out:
        if line.out_ticks in OUT_TICKS:
            yield "cable in"
    else:
        for way, arrow in enumerate("><"):
            if line.pockets[way] is not None:
                yield f"before{arrow}"
                yield f"behind{arrow}"
    if table.home and table.held_ticks in HELD_TICKS:
        yield "RETURN let go"
