"""Liveness (I8): from every state that was reached, with a drive that obeys again and somebody who holds
RETURN, the table comes to park within a bound. The way home is walked with the real `step`."""

from __future__ import annotations

from typing import Final

from hil.verification.coarse import LIMITS, PARK_CDEG
from hil.verification.search import Choice, Node, ticked
from hil.verification.steps import Steps
from hil.verification.world import SILENT, Fault
from safety.decision import INHIBITED, LATCHED, READY, Decision

MOST_TICKS: Final = 250
_HELD: Final = 12  # ticks of RETURN in the hand, then some without: edges are wanted, too
_PERIOD: Final = 15


class HomeAgain:
    """Remembers from where it is known that one comes home, and in how many ticks."""

    def __init__(self, catalogue: tuple[Fault, ...], steps: Steps) -> None:
        self._catalogue = catalogue
        self._stepped = steps
        self._known: dict[Node, int] = {}
        self._good: set[Node] = set()  # asked before, and one comes home
        self.steps = 0

    def __call__(self, node: Node, decision: Decision) -> str | None:
        """Why nobody comes home from here, None = one does."""
        if node in self._good:
            return None
        what = self._walked(self._healed(node))
        if what is None:
            self._good.add(node)
        return what

    def _walked(self, node: Node) -> str | None:
        """Where two ways meet they go on together: whoever stands there may take up the other's rhythm."""
        way, phase = list[Node](), 0
        while node not in self._known:
            way.append(node)
            node, last = self._tick(node, phase)
            if _parked(node, last):
                self._known.setdefault(node, 0)
                break
            phase = (phase + 1) % _PERIOD
            if len(way) > MOST_TICKS:
                return f"I8: no way home in {MOST_TICKS} ticks, mode {last.mode}, at {node.world.cdeg}"
        left = self._known[node]
        for ticks, passed in enumerate(reversed(way), start=left + 1):
            self._known.setdefault(passed, ticks)
        most = left + len(way)
        return f"I8: the way home takes {most} ticks" if most > MOST_TICKS else None

    def _healed(self, node: Node) -> Node:
        world = node.world._replace(
            faults=(), pendant=True, stop=False, estop_ok=True, ankle_a=True, ankle_b=True, load=True,
            panic=False, want=SILENT, home=False,
            acts=0, spent=True, shadow=None, leads=False, lead_cdeg=0, lead_cdps=0,
        )  # fmt: skip
        return Node(node.state, world, node.memory)

    def _tick(self, node: Node, phase: int) -> tuple[Node, Decision]:
        world, held = node.world, phase < _HELD
        if world.home != held:
            world = world._replace(home=held)
        tick = ticked(node, Choice("-", world), self._catalogue, self._stepped)
        self.steps += 1
        return Node(tick.kept, tick.world, node.memory), tick.decision


def _parked(node: Node, decision: Decision) -> bool:
    at_park = node.world.cdeg - PARK_CDEG <= LIMITS.at_park_cdeg  # below it is upright, too
    return at_park and node.world.cdps == 0 and decision.mode in (INHIBITED, LATCHED, READY)
