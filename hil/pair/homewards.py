"""Liveness over all that was reached: the rider gets to park, or the design has a person help.

Where each state goes when nothing more happens is known from the search itself: one arrow each. The arrows
end in circles; a circle is home, or it waits for somebody. Where it waits, RETURN in the hand brings it home.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from firmware_bridge.node import protocol
from hil.pair.numbers import coarse
from hil.pair.pair import Pair
from hil.pair.walk import QUIET, Find, Walk
from safety.decision import INHIBITED, LATCHED, WAITING

MOST_TICKS: Final = 400
HELD_TICKS: Final = 12  # then let go for some: edges are wanted, too
PERIOD_TICKS: Final = 15


def wrong_ends(walk: Walk) -> Iterator[Find]:
    """Every circle that is neither home nor a wait that ends when somebody holds RETURN."""
    with coarse():
        for number in _circles(walk.quiet):
            what = _judged(walk, number)
            if what is not None:
                yield Find(walk.scenario.name, what, walk.way(number))


def _circles(quiet: list[int]) -> list[int]:
    """One state of each circle that the arrows end in."""
    met, found = [0] * len(quiet), []
    for start in range(len(quiet)):
        at = start
        while not met[at]:
            met[at] = start + 1
            at = quiet[at]
        if met[at] == start + 1:
            found.append(at)
    return found


def _judged(walk: Walk, number: int) -> str | None:
    if walk.home[number]:
        return None
    pair = _replayed(walk, number)
    why = waits(pair)
    if why is None:
        return f"I8: stays at {pair.table.table.mdeg // 10} cdeg, {_states(pair)}, and nobody is called for"
    for tick in range(MOST_TICKS):
        held = tick % PERIOD_TICKS
        pair.tick("RETURN" if held == 0 else "RETURN let go" if held == HELD_TICKS else QUIET)
        if pair.parked():
            return None
    return f"I8: {why}, {_states(pair)}: no way home in {MOST_TICKS} ticks of RETURN"


def _replayed(walk: Walk, number: int) -> Pair:
    """The pair as it came there."""
    pair = Pair(walk.scenario.keep_ms, walk.scenario.sessions)
    for act in walk.way(number):
        pair.tick(act)
    return pair


def waits(pair: Pair) -> str | None:
    """For whom, None = for nobody."""
    desk, brain = pair.guard.desk, pair.table.brain
    if desk.off_ticks < 0:
        by_hand = brain.state in (protocol.DISARMED, protocol.UNPOWERED, protocol.FAULT)
        return "without a guard by hand" if by_hand else None
    decided = desk.decision
    if pair.line.is_out and brain.state in (protocol.DISARMED, protocol.UNPOWERED, protocol.FAULT):
        return "without a line by hand"
    if decided is None:
        return None
    idle = decided.mode == LATCHED or (decided.mode == INHIBITED and not desk.mark)
    return "the guard waits for a person" if idle or decided.mode == WAITING else None


def _states(pair: Pair) -> str:
    decided = pair.guard.desk.decision
    mode = None if decided is None else decided.mode
    return f"guard mode {mode}, node state {pair.table.brain.state}"
