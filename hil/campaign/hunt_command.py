"""`keel campaign --planted`: is each planted bug found? Lines, a page, and exit 0 when all are."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import typer
from rich.progress import Progress

from controller.exit_codes import CommandError, ExitCode
from hil.campaign import results
from hil.campaign.hunt import chosen, hunt_all
from hil.verification import planting
from hil.verification.planted import BUGS

FOUND: Final = "planted.jsonl"
PAGE: Final = "planted-bugs.md"
HEAD: Final = """# Planted bugs, and what finds each

Written by `keel campaign --planted all --out DIR` into `DIR/planted-bugs.md`; a test compares the names.

`hil/verification/planted.py` makes the bugs from the tables of `safety/`: rows removed, inverted, tenfold,
late by 500 ms, without their reaction. Each is put into a fresh process, and runs are ridden until one is
judged broken, on the truth of the plant, which is in order without the bug. The draw is directed: faults that
touch the row come first (`hil/campaign/hunt.py`), then all in turn. "Runs" is the number of the run that
found it, or of those that did not. What no run shows goes to the rules' own tests, first those in which the
row is named, and to the search over `step`: the page names the test or the scenario that goes red.
"""


def command(
    pattern: str, runs: int, seed: int, drive: str, workers: int, resume: bool, out: Path, as_json: bool
) -> None:
    """Hunt. Raises CommandError (64, 77); ends with 0 when every bug was found by something, else 1."""
    try:
        bugs = chosen(pattern)
    except ValueError as error:
        raise CommandError(ExitCode.USAGE, f"--planted: {error}") from error
    known = {one["bug"]: one for one in _known(out, resume)}
    todo = [bug for bug in bugs if bug not in known]
    with (out / FOUND).open("a") as file, Progress(disable=as_json or not sys.stdout.isatty()) as progress:
        task = progress.add_task("hunting", total=len(bugs), completed=len(bugs) - len(todo))
        for one in hunt_all(todo, seed, drive, runs, workers, otherwise):
            known[one["bug"]] = one
            file.write(results.line(one))
            file.flush()
            progress.update(task, advance=1)
            print(json.dumps({"event": "bug", **one}) if as_json else told(one), flush=True)
    (out / PAGE).write_text(page(known[bug] for bug in BUGS if bug in known))
    alive = [bug for bug in bugs if not (known[bug]["found"] or known[bug].get("killer"))]
    if not as_json:
        print(f"{summed(known[bug] for bug in bugs)}; see {out / PAGE}")
    raise typer.Exit(ExitCode.FAILED if alive else ExitCode.OK)


def otherwise(bug: str) -> dict[str, Any]:
    """What no run has shown: which of the other checks notices it."""
    verdict = planting.one(bug)
    return {"killer": verdict.killer, "words": verdict.words}


def summed(found: Iterable[dict[str, Any]]) -> str:
    """All of them in a line."""
    by = Counter("a run" if one["found"] else one.get("killer") or "nobody" for one in found)
    return f"{by.total()} planted bugs, noticed by " + ", ".join(f"{name}: {by[name]}" for name in sorted(by))


def _known(out: Path, resume: bool) -> Iterator[dict[str, Any]]:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"cannot make {out}: {error.strerror}; choose another --out"
        raise CommandError(ExitCode.PERMISSION, what) from error
    if (out / FOUND).exists():
        if not resume:
            what = f"{out} holds a hunt already; go on with --resume, or choose another --out"
            raise CommandError(ExitCode.USAGE, what)
        results.whole_lines(out / FOUND)
        try:
            yield from (one for one in results.read(out / FOUND) if {"bug", "found", "runs"} <= one.keys())
        except results.Spoilt as error:
            raise CommandError(ExitCode.CONFIG, str(error)) from error


def told(one: dict[str, Any]) -> str:
    """One bug for people."""
    if not one["found"]:
        return f"{one['bug']}: not in {one['runs']} runs; {_elsewhere(one)}"
    return f"{one['bug']}: found in run {one['runs']} by {one['rule']} ({one['fault']} in {one['phase']})"


def page(found: Iterable[dict[str, Any]]) -> str:
    """The page for docs/reference."""
    rows = list(found)
    left = len(BUGS) - len(rows)
    rest = f" Of the {len(BUGS)} there are, {left} are not hunted yet." if left else ""
    lines = [HEAD, f"{summed(rows)}.{rest}", "", "| bug | runs | fault | found by |", "|---|---|---|---|"]
    for one in rows:
        by = f"{one['rule']}: {one['what']}" if one["found"] else _elsewhere(one)
        lines.append(f"| `{one['bug']}` | {one['runs']} | {one.get('fault', '')} | {by.replace('|', '/')} |")
    return "\n".join([*lines, ""])


def _elsewhere(one: dict[str, Any]) -> str:
    """What noticed it where no run did."""
    killer, words = one.get("killer"), one.get("words", "")
    return "not found" if killer is None else words if killer == "equivalent" else f"{killer}: {words}"
