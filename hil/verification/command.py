"""keel verify: the rules of safety searched, mutated, planted with bugs, and frames with flipped bits."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from controller.exit_codes import CommandError, ExitCode
from hil.pair import command as pair
from hil.verification import mutation, planting
from hil.verification.hunt import PARTS, Result, explore, scenarios
from hil.verification.planted import BUGS
from hil.verification.reach import Reach
from hil.verification.remembered import Remembered
from hil.verification.search import told


class Wanted(NamedTuple):
    """The words of the command line."""

    only: str | None
    every: int
    offset: int
    as_json: bool
    budget_s: float
    results: Path | None
    planted: bool


def command(
    action: Annotated[str, typer.Argument(metavar="ACTION", help="One of: search, pair, planted, mutate.")],
    only: Annotated[
        str | None,
        typer.Option(
            help="search: people, faults, pairs. pair: pattern of scenarios. planted: pattern of ids. "
            "mutate: parts of names, by comma."
        ),
    ] = None,
    every: Annotated[int, typer.Option(min=1, help="Only each n-th pair, scenario, bug or mutant.")] = 1,
    offset: Annotated[int, typer.Option(min=0, help="planted, mutate: begin at this one.")] = 0,
    budget: Annotated[
        float, typer.Option(min=1, help="mutate: ask each mutant only as many tests as take so many seconds.")
    ] = 10**9,
    results: Annotated[
        Path | None,
        typer.Option(help="mutate: a file that keeps the verdicts; what holds is not asked again."),
    ] = None,
    planted: Annotated[
        bool, typer.Option("--planted", help="pair: one bug after another in node and driver instead.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line, for programs.")] = False,
) -> None:
    """Show that the safety rules hold, and that whatever says so would notice if they did not.

    `search` walks every state of the real rules on a coarse grid; `pair` those of the rules and the real node
    together, over a line that loses, doubles and holds back, with restarts of either; `planted` puts one bug
    after another into the rules and names what goes red; `mutate` changes one thing of one line after
    another, as far as the tests of the rules let it. Exit 0 when all is as it must be, else 1.
    """
    if action not in ACTIONS:
        raise CommandError(ExitCode.USAGE, f"keel verify {action}: allowed are {', '.join(ACTIONS)}")
    good = ACTIONS[action](Wanted(only, every, offset, as_json, budget, results, planted))
    raise typer.Exit(ExitCode.OK if good else ExitCode.FAILED)


def bar(words: Wanted) -> Progress:
    """A progress bar on a terminal, nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, disable=words.as_json or not sys.stdout.isatty())


def _search(words: Wanted) -> bool:
    parts = list(PARTS) if words.only is None else words.only.split(",")
    for part in parts:
        if part not in PARTS:
            raise CommandError(ExitCode.USAGE, f"--only {part}: allowed are {', '.join(PARTS)}")
    chosen = scenarios(parts, words.every)
    reach, results = Reach(), []
    with bar(words) as progress:
        task = progress.add_task("searching", total=len(chosen))
        for result in explore(chosen, reach):
            results.append(result)
            _tell(result, words.as_json)
            progress.update(task, advance=1, description=result.name)
    lacking = reach.lacking() if set(parts) >= {"people", "faults"} else []
    return _sum_up(results, lacking, words.as_json)


def _tell(result: Result, as_json: bool) -> None:
    explored = result.explored
    if as_json:
        finds = [find._asdict() for find in explored.finds]
        facts: dict[str, Any] = {"nodes": explored.nodes, "steps": explored.steps, "empty": explored.empty}
        print(json.dumps({"scenario": result.name, **facts, "finds": finds}), flush=True)
        return
    for find in explored.finds:
        print(told(find))
    if not explored.empty and not explored.finds:
        print(f"{result.name}: no end after {explored.nodes} states; report it, or make its limits coarser")


def _sum_up(results: list[Result], lacking: list[str], as_json: bool) -> bool:
    nodes = sum(result.explored.nodes for result in results)
    steps = sum(result.explored.steps + result.home_steps for result in results)
    finds = sum(len(result.explored.finds) for result in results)
    empty = all(result.explored.empty for result in results)
    if as_json:
        facts = {"scenarios": len(results), "states": nodes, "steps": steps, "finds": finds}
        print(json.dumps({**facts, "frontier_empty": empty, "not_reached": lacking}), flush=True)
    else:
        for name in lacking:
            print(f"not reached: {name}")
        end = "every frontier empty" if empty else "NOT every frontier empty"
        print(f"{len(results)} scenarios, {nodes} states, {steps} ticks, {end}, {finds} broken invariants")
    return empty and not finds and not lacking


def _pair(words: Wanted) -> bool:
    with bar(words) as progress:
        run = pair.plant if words.planted else pair.search
        return run(words.only, words.every, words.as_json, progress)


def _planted(words: Wanted) -> bool:
    chosen = [bug for bug in BUGS if words.only is None or fnmatch(bug, words.only)]
    chosen = chosen[words.offset :: words.every]
    if not chosen:
        raise CommandError(
            ExitCode.USAGE, f"--only {words.only}: no bug has such an id; see hil/verification"
        )
    alive = 0
    with bar(words) as progress:
        task = progress.add_task("planting", total=len(chosen))
        for verdict in planting.all_of(chosen):
            alive += verdict.killer is None
            row = json.dumps(verdict._asdict()) if words.as_json else f"{verdict.bug}: {verdict.words}"
            print(row, flush=True)
            progress.update(task, advance=1, description=verdict.bug)
    print(
        json.dumps({"bugs": len(chosen), "alive": alive})
        if words.as_json
        else f"{len(chosen)} bugs, {alive} alive"
    )
    return alive == 0


def _mutate(words: Wanted) -> bool:
    chosen = mutation.discovered(words.only)[words.offset :: words.every]
    if not chosen:
        raise CommandError(ExitCode.USAGE, f"--only {words.only}: no file of safety has this in its name")
    counts: dict[str, int] = {}
    kept = None if words.results is None else Remembered(words.results)
    with bar(words) as progress:
        task = progress.add_task("mutating", total=len(chosen))
        try:
            for mutant, verdict, by in mutation.run(chosen, words.budget_s, kept):
                counts[verdict] = counts.get(verdict, 0) + 1
                facts = {**mutant._asdict(), "verdict": verdict, "by": by}
                plain = f"{mutant.file}:{mutant.line}: {mutant.what}: {verdict}: {by}"
                if words.as_json or verdict != "killed":
                    print(json.dumps(facts) if words.as_json else plain, flush=True)
                progress.update(task, advance=1, description=mutant.file)
        except mutation.NullMutantFailed as failed:
            what = f"the unchanged rules fail their own tests here, so nothing above counts: {failed}"
            raise CommandError(ExitCode.FAILED, what) from failed
    print(
        json.dumps({"mutants": len(chosen), **counts})
        if words.as_json
        else f"{len(chosen)} mutants: {counts}"
    )
    return sum(counts.values()) == len(chosen) and set(counts) <= set(mutation.GOOD)


ACTIONS: Final[dict[str, Callable[[Wanted], bool]]] = {
    "search": _search, "pair": _pair, "planted": _planted, "mutate": _mutate,
}  # fmt: skip
