"""`keel verify pair`: guard and node searched together; with `--planted`, whether the search would notice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from typing import Any, Final

from rich.progress import Progress

from controller.exit_codes import CommandError, ExitCode
from hil.pair.homewards import wrong_ends
from hil.pair.planted import BUGS, planted
from hil.pair.scenarios import NEAR, SCENARIOS
from hil.pair.walk import Explored, Find, Scenario, Walk

Seen = Callable[[int, int], None]
_FEW: Final = 12_000  # states of one scenario that a planted bug may take to show


def search(pattern: str | None, every: int, as_json: bool, progress: Progress) -> bool:
    """Each scenario to its end, and home from everywhere; whether nothing was found."""
    chosen = [one for one in SCENARIOS if pattern is None or fnmatch(one.name, pattern)][::every]
    if not chosen:
        names = ", ".join(one.name for one in SCENARIOS)
        raise CommandError(ExitCode.USAGE, f"--only {pattern}: no scenario has this name; there are {names}")
    task, results = progress.add_task("searching", total=len(chosen)), []
    for scenario in chosen:

        def seen(states: int, frontier: int, name: str = scenario.name) -> None:
            progress.update(task, description=f"{name}: {states} states, frontier {frontier}")

        results.append(searched(scenario, seen))
        _tell(scenario.name, results[-1], as_json)
        progress.update(task, advance=1)
    return _sum_up(results, as_json)


def searched(scenario: Scenario, seen: Seen | None = None) -> Explored:
    """One scenario, forward and homewards."""
    walk = Walk(scenario)
    explored = walk.explore(seen=seen)
    if explored.finds or not explored.empty:
        return explored
    return explored._replace(finds=tuple(wrong_ends(walk)))


def _tell(name: str, explored: Explored, as_json: bool) -> None:
    if as_json:
        finds = [find._asdict() for find in explored.finds]
        facts: dict[str, Any] = {"states": explored.states, "ticks": explored.ticks, "empty": explored.empty}
        print(json.dumps({"scenario": name, **facts, "finds": finds}), flush=True)
        return
    for find in explored.finds:
        print(told(find), flush=True)
    if not explored.empty and not explored.finds:
        print(f"{name}: no end after {explored.states} states; report it, or let less happen in it")


def _sum_up(results: list[Explored], as_json: bool) -> bool:
    states, ticks = sum(one.states for one in results), sum(one.ticks for one in results)
    finds, empty = sum(len(one.finds) for one in results), all(one.empty for one in results)
    if as_json:
        facts = {"scenarios": len(results), "states": states, "ticks": ticks, "finds": finds}
        print(json.dumps({**facts, "frontier_empty": empty}), flush=True)
    else:
        end = "every frontier empty" if empty else "NOT every frontier empty"
        print(f"{len(results)} scenarios, {states} states, {ticks} ticks, {end}, {finds} broken invariants")
    return empty and not finds


def told(find: Find) -> str:
    """A find in words: when what happened, counted in ticks."""
    acts = [f"tick {tick}: {act}" for tick, act in enumerate(find.way, start=1) if act != "-"]
    return f"{find.scenario}: {find.what}\n    {len(find.way)} ticks; " + ", ".join(
        acts or ["nothing happens"]
    )


def plant(pattern: str | None, every: int, as_json: bool, progress: Progress) -> bool:
    """One bug after another; whether each is found."""
    chosen = [name for name in BUGS if pattern is None or fnmatch(name, pattern)][::every]
    if not chosen:
        raise CommandError(
            ExitCode.USAGE, f"--only {pattern}: no bug has such an id; see hil/pair/planted.py"
        )
    task, alive = progress.add_task("planting", total=len(chosen)), 0
    for name in chosen:
        found = killed_by(name)
        alive += found is None
        what = "ALIVE" if found is None else told(found)
        print(
            json.dumps({"bug": name, "found": found and found._asdict()}) if as_json else f"{name}: {what}",
            flush=True,
        )
        progress.update(task, advance=1, description=name)
    total = {"bugs": len(chosen), "alive": alive}
    print(json.dumps(total) if as_json else f"{len(chosen)} bugs, {alive} alive")
    return alive == 0


def killed_by(name: str) -> Find | None:
    """The first find with this bug planted, None when no scenario notices it."""
    with planted(name):
        for scenario in likely(name):
            for find in _first(scenario):
                return find
    return None


def _first(scenario: Scenario) -> Iterator[Find]:
    walk = Walk(scenario)
    explored = walk.explore(_FEW, finds_max=1)
    yield from explored.finds
    if explored.empty and not explored.finds:
        yield from wrong_ends(walk)


def likely(name: str) -> list[Scenario]:
    """Where this bug shows soonest, then everywhere."""
    near = NEAR.get(name, ())
    return sorted(SCENARIOS, key=lambda one: near.index(one.name) if one.name in near else len(near))
