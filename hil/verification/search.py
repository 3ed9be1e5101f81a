"""Exhaustive search: every state that a scenario can reach, breadth first, until the frontier is empty.

A node is the guard's own state (made canonical), the world around it, and what a planted late row remembers.
Each choice is one tick of the real `step`. What the oracle says, and how it came to that, is kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from hil.unswept import unswept
from hil.verification.coarse import LIMITS
from hil.verification.oracle import Tick, judged
from hil.verification.steps import Steps
from hil.verification.world import PLAIN, Fault, Sent, World, obeyed, sense
from safety.decision import Decision
from safety.observation import Wake
from safety.state import State, boot

NODES_MAX: Final = 2_000_000
FINDS_MAX: Final = 5


class Node(NamedTuple):
    """Where the search is."""

    state: State
    world: World
    memory: int


class Choice(NamedTuple):
    """What happens in one tick besides time going by."""

    name: str
    world: World
    sent: Sent = PLAIN


class Scenario(NamedTuple):
    """Where it starts, and what may happen."""

    name: str
    starts: tuple[tuple[Wake, World], ...]
    choices: Callable[[Node], Iterator[Choice]]
    catalogue: tuple[Fault, ...]
    timed: bool = False  # a fault alone must be told in time


After = Callable[[Node, Decision], str | None]


class Memo(dict[tuple[Node, str], tuple[Node, str | None]]):
    """What came of a choice with one fault or none."""


class Find(NamedTuple):
    """A broken invariant and the shortest way to it."""

    scenario: str
    what: str
    way: tuple[str, ...]


class Explored(NamedTuple):
    """What came of one scenario."""

    nodes: int
    steps: int
    empty: bool  # the frontier is
    finds: tuple[Find, ...]


class Search:
    """One scenario."""

    def __init__(
        self,
        scenario: Scenario,
        after: After | None = None,
        finds_max: int = FINDS_MAX,
        memo: Memo | None = None,
        steps: Steps | None = None,
    ) -> None:
        self.scenario = scenario
        self.seen: dict[Node, tuple[Node | None, str]] = {}
        self.frontier: deque[Node] = deque()
        self.finds: dict[str, Find] = {}
        self.steps = 0
        self._stepped = Steps() if steps is None else steps
        self._after = after
        self._finds_max = finds_max
        self._memo = memo

    def run(self, nodes_max: int = NODES_MAX) -> Explored:
        """To the end, or to the first few finds."""
        with unswept():
            for wake, world in self.scenario.starts:
                self._reached(Node(self._stepped.canon(boot(LIMITS, wake)), world, 0), None, "start")
            while self.frontier and len(self.finds) < self._finds_max and len(self.seen) < nodes_max:
                node = self.frontier.popleft()
                for choice in self.scenario.choices(node):
                    self._take(node, choice)
        empty = not self.frontier
        return Explored(len(self.seen), self.steps, empty, tuple(self.finds.values()))

    def _take(self, node: Node, choice: Choice) -> None:
        if self._memo is None or len(choice.world.faults) > 1:
            after, what = self._ticked(node, choice)
        else:  # the same with one fault whatever the other will be
            key = (node, choice.name)
            known = self._memo.get(key)
            if known is None:
                known = self._memo[key] = self._ticked(node, choice)
            after, what = known
        if what is not None and what not in self.finds:
            self.finds[what] = Find(self.scenario.name, what, (*self._way(node), choice.name))
        self._reached(after, node, choice.name)

    def _ticked(self, node: Node, choice: Choice) -> tuple[Node, str | None]:
        tick = ticked(node, choice, self.scenario.catalogue, self._stepped)
        self.steps += 1
        what, shadow = judged(tick, self.scenario.catalogue, self.scenario.timed)
        after = Node(tick.kept, tick.world._replace(shadow=shadow), tick.memory)
        if self._after is not None:
            what = what or self._after(after, tick.decision)
        return after, what

    def _reached(self, node: Node, parent: Node | None, name: str) -> None:
        if node not in self.seen:
            self.seen[node] = (parent, name)
            self.frontier.append(node)

    def _way(self, node: Node) -> tuple[str, ...]:
        names: list[str] = []
        at: Node | None = node
        while at is not None:
            at, name = self.seen[at]
            names.append(name)
        return tuple(reversed(names))


def ticked(node: Node, choice: Choice, catalogue: tuple[Fault, ...], steps: Steps) -> Tick:
    """One tick of the real step, and of the table under it."""
    seen = sense(choice.world, choice.sent, catalogue)
    state, decision, kept, memory = steps(node.state, node.memory, seen)
    world = obeyed(choice.world, seen, decision, catalogue)
    return Tick(node.state, choice.world, seen, state, decision, world, kept, memory)


def told(find: Find) -> str:
    """A find in words, runs of nothing shortened."""
    way: list[str] = []
    waits = 0
    for name in (*find.way, ""):
        if name == "-":
            waits += 1
            continue
        if waits:
            way.append(f"{waits} ticks")
        waits = 0
        way.append(name)
    return f"{find.scenario}: {find.what}\n    " + ", ".join(word for word in way if word)
