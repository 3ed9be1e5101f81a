"""Runs of the search: all scenarios and what they must reach, or one planted bug until it is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import groupby
from typing import Final, NamedTuple

from hil.verification import planted
from hil.verification.coarse import TOP_CDEG
from hil.verification.home_again import HomeAgain
from hil.verification.near import NEAR, REDUNDANT
from hil.verification.reach import Reach, noted
from hil.verification.scenarios import PAIRS, PEOPLE, RIDE, SINGLES
from hil.verification.search import Explored, Memo, Node, Scenario, Search
from hil.verification.steps import Steps
from safety.decision import Decision

PARTS: Final[dict[str, tuple[Scenario, ...]]] = {"people": PEOPLE, "faults": SINGLES, "pairs": PAIRS}
ENOUGH: Final = 400_000  # nodes of one scenario; more means that it does not end


_PAIRED: Final = frozenset(scenario.name for scenario in PAIRS)
_LARGE: Final = (
    "squeezed",
    "load",
    "rogue test",
    "let go",
    "frozen",
    "chain",
    "clamps",
    "check-in",
    "test",
    "controller",
    "wakes",
    "orders",
)


class Result(NamedTuple):
    """One scenario's outcome."""

    name: str
    explored: Explored
    home_steps: int


def scenarios(parts: list[str], every: int = 1) -> list[Scenario]:
    """Those of these parts; of the pairs each `every`-th only."""
    chosen: list[Scenario] = []
    for part in parts:
        chosen += PARTS[part][:: every if part == "pairs" else 1]
    return chosen


def explore(chosen: list[Scenario], reach: Reach, homes: bool = True) -> Iterator[Result]:
    """Each scenario to its end; liveness from every state, but not again for pairs."""
    for paired, some in groupby(chosen, key=lambda scenario: scenario.name in _PAIRED):
        # Answers that were kept while nobody listened to the rules are not taken over by those who listen.
        steps, memo = Steps(), Memo()
        for scenario in some:
            steps = steps if paired else steps.renewed()  # the memo of pairs rests on its states
            yield _pair(scenario, reach, memo, steps) if paired else _alone(scenario, reach, homes, steps)


def _alone(scenario: Scenario, reach: Reach, homes: bool, steps: Steps) -> Result:
    home = HomeAgain(scenario.catalogue, steps)

    def after(node: Node, decision: Decision) -> str | None:
        reach.note(decision)
        return home(node, decision) if homes else None

    with noted(reach):
        return Result(scenario.name, Search(scenario, after, steps=steps).run(ENOUGH), home.steps)


def _pair(scenario: Scenario, reach: Reach, memo: Memo, steps: Steps) -> Result:
    search = Search(scenario, lambda node, decision: reach.note(decision), memo=memo, steps=steps)
    return Result(scenario.name, search.run(ENOUGH), 0)


def likely(bug: str) -> list[Scenario]:
    """The scenarios of one fault or of people, those first that have to do with this bug, small ones next."""
    table, name, _ = bug.split(":", 2)
    near = {*NEAR.get(name, ()), *NEAR.get(table, ())}

    def far(scenario: Scenario) -> int:
        told = {fault.cause for fault in scenario.catalogue if fault.name == scenario.name}
        if name in told or scenario.name == name or scenario.name in near:
            return 0
        return 2 if scenario.name in _LARGE else 1

    return sorted([*SINGLES, *PEOPLE], key=far)


def killed_by(bug: str, homes: bool = True) -> str | None:
    """What the search says about this bug; it is planted in this process and taken out again.

    The invariants first, in every scenario; then, where nothing is broken, the way home from every state.
    """
    with planted.planted(bug):
        what, steps = nominal(), Steps()
        for walks in (False, True)[: 1 + homes]:
            for scenario in likely(bug) if what is None and redundant(bug) is None else ():
                steps = steps.renewed()
                what = what or _first(scenario, walks, steps)
    return what


def redundant(bug: str) -> str | None:
    """Why nothing that a search could see comes of this bug: something else says the same."""
    return next((why for pattern, why in REDUNDANT.items() if fnmatch(bug, pattern)), None)


def nominal() -> str | None:
    """A ride without anything: it gets to the top, and home, and nothing is refused or told."""
    heard: list[Decision] = []
    search = Search(RIDE, lambda node, decision: heard.append(decision))
    search.run(ENOUGH)
    top = max(node.world.cdeg for node in search.seen)
    if top < TOP_CDEG:
        return f"nominal ride: it gets to {top} only"
    told = [decision for decision in heard if decision.refusal or decision.causes or decision.sounder]
    return f"nominal ride: refused {told[0].refusal}, causes {told[0].causes:#x}" if told else None


def _first(scenario: Scenario, walks: bool, steps: Steps) -> str | None:
    home = HomeAgain(scenario.catalogue, steps) if walks else None
    search = Search(scenario, home, finds_max=1, steps=steps)
    try:
        explored = search.run(ENOUGH)
    except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError) as error:
        return f"{scenario.name}: step raises {error!r}"
    if explored.finds:
        return f"{scenario.name}: {explored.finds[0].what}"
    return None if explored.empty else f"{scenario.name}: no end of it"
