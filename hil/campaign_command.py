"""`keel campaign`: many lockstep rides with faults in them, over a few processes, with a report."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from controller.exit_codes import CommandError, ExitCode
from controller.version import __version__
from hil.campaign import folder, parquet, results
from hil.campaign.catalogue import choose
from hil.campaign.cluster import NoCluster, run_on
from hil.campaign.draw import Spec, draw
from hil.campaign.pool import WorkerDied, run_all
from hil.campaign.results import RESULTS, TIMES, Outcome, Summary
from hil.campaign.run import one
from hil.compiled.packages import NotCompiled, packages
from hil.replay import timeline

DRIVES: Final = ("node", "blvr")
GEARS: Final = ("a1", "a2")
RUNS_MAX: Final = 10_000_000
SEED_MAX: Final = 2**31 - 1
SHOWN: Final = 40  # runs told on a terminal; the page has more
Compiled = Annotated[
    bool | None,
    typer.Option(
        "--compiled/--no-compiled",
        help="Compiled modules for the workers; without it, where they are there, or for 1,000 runs.",
    ),
]


def command(
    runs: Annotated[int, typer.Option(help="How many.")] = 100,
    seed: Annotated[int, typer.Option(help="One seed, one campaign, bit for bit.")] = 1,
    faults: Annotated[
        str | None, typer.Option(help="Only these, by comma; or all, the open ones too.")
    ] = None,
    drive: Annotated[str, typer.Option(help="node or blvr.")] = "node",
    gear: Annotated[str | None, typer.Option(help="a1 or a2; without it, both.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; without it, one a core.")] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(help="A Dask scheduler's address: its workers ride instead of ours."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the campaign in --out.")] = False,
    planted: Annotated[
        str | None, typer.Option(help="Hunt planted bugs instead: all, a table, a pattern; --runs each.")
    ] = None,
    replay_run: Annotated[int | None, typer.Option(help="Ride this one run again, and show it.")] = None,
    compiled: Compiled = None,
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("campaign"),
    as_json: Annotated[bool, typer.Option("--json", help="One object a line, for programs.")] = False,
) -> None:
    """Judge the whole product on the truth of the plant. Exit 0 without a violation, else 1."""
    chosen = _checked(runs, seed, faults, drive, gear, workers)
    draw_one = partial(_draw, seed, chosen, drive, gear)
    if replay_run is not None:
        _replay(draw_one, replay_run, out, as_json)
        return
    if planted is not None:
        _hunt(planted, runs, seed, drive, workers or _cores(), resume, out, as_json)
    facts = {"seed": seed, "faults": chosen, "drive": drive, "gear": gear, "keel": __version__}
    done = min(folder.prepare(out, facts, resume), runs)
    specs = (draw_one(number) for number in range(done, runs))
    modules = None if scheduler else _packages(runs - done, compiled)
    _ride(out, _outcomes(specs, workers or _cores(), scheduler, modules), runs, done, as_json)
    summary = Summary(results.runs(out / RESULTS))
    again = _again(seed, faults, drive, gear, out)
    manifest = folder.close(out, facts, summary, again)
    _tell(summary, manifest, out, again, as_json)
    raise typer.Exit(ExitCode.OK if summary.sound else ExitCode.FAILED)


def _hunt(*words: Any) -> None:
    """Planted bugs are made out of sources, which compiled rules have not: only this reads them."""
    from hil.campaign import hunt_command

    hunt_command.command(*words)


def _packages(runs: int, compiled: bool | None) -> Path | None:
    """What the workers ride; the same results come of either. Raises CommandError (69)."""
    try:
        return packages(runs, compiled, lambda text: print(f"keel campaign: {text}", file=sys.stderr))
    except NotCompiled as error:
        raise CommandError(ExitCode.UNAVAILABLE, f"--compiled: {error}") from error


def _outcomes(
    specs: Iterator[Spec], workers: int, scheduler: str | None, modules: Path | None
) -> Iterator[Outcome]:
    """Whoever rides. Raises CommandError (1, 69)."""
    try:
        yield from run_on(scheduler, specs, one) if scheduler else run_all(specs, one, workers, modules)
    except WorkerDied as died:
        raise CommandError(ExitCode.FAILED, f"{died}; what was done is kept, --resume goes on") from died
    except NoCluster as error:
        raise CommandError(ExitCode.UNAVAILABLE, str(error)) from error


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _draw(seed: int, chosen: list[str], drive: str, gear: str | None, number: int) -> Spec:
    return draw(seed, number, chosen, drive, gear)


def _checked(
    runs: int, seed: int, faults: str | None, drive: str, gear: str | None, workers: int | None
) -> list[str]:
    """The faults by name. Raises CommandError (64) with what is allowed."""
    for option, value, low, high in (
        ("--runs", runs, 1, RUNS_MAX),
        ("--seed", seed, 0, SEED_MAX),
        ("--workers", 1 if workers is None else workers, 1, 256),
    ):
        if not low <= value <= high:
            raise CommandError(ExitCode.USAGE, f"{option} {value}: allowed are {low} to {high}")
    for option, word, allowed in (("--drive", drive, DRIVES), ("--gear", gear or "a1", GEARS)):
        if word not in allowed:
            raise CommandError(ExitCode.USAGE, f"{option} {word}: allowed are {', '.join(allowed)}")
    try:
        return choose(faults, drive)
    except ValueError as error:
        raise CommandError(ExitCode.USAGE, f"--faults: {error}") from error


def _ride(out: Path, outcomes: Iterator[Outcome], runs: int, done: int, as_json: bool) -> None:
    """All that is left to do. Whoever stops it is told how it goes on."""
    try:
        _write(out, outcomes, runs, done, as_json)
    except KeyboardInterrupt:
        print("stopped; what was done is kept, the same command with --resume goes on", file=sys.stderr)
        raise
    except OSError as error:
        what = f"cannot write to {out}: {error.strerror}; make room, then go on with --resume"
        raise CommandError(ExitCode.PERMISSION, what) from error


def _write(out: Path, outcomes: Iterator[Outcome], runs: int, done: int, as_json: bool) -> None:
    """Each line is written as soon as it is its turn."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    quiet = as_json or not sys.stdout.isatty()
    broken = 0
    with (
        (out / RESULTS).open("a") as file,
        (out / TIMES).open("a") as times,
        Progress(*columns, disable=quiet) as progress,
    ):
        task = progress.add_task("riding", total=runs, completed=done)
        for outcome in outcomes:
            cpu_s = outcome.pop("cpu_s")
            times.write(f"{outcome['number']},{cpu_s}\n")
            times.flush()  # first: what has a line has a time
            file.write(results.line(outcome))
            file.flush()
            broken += bool(outcome["violations"])
            word = "riding" if not broken else f"riding, {broken} broken"
            progress.update(task, advance=1, description=word)
            if as_json:
                print(results.line({"event": "run", "cpu_s": cpu_s, **outcome}), end="", flush=True)


def _again(seed: int, faults: str | None, drive: str, gear: str | None, out: Path) -> str:
    """The one command that replays a run, but for its number."""
    words = ["keel", "campaign", "--seed", str(seed), "--drive", drive, "--out", str(out)]
    words += ["--faults", faults] if faults else []
    words += ["--gear", gear] if gear else []
    return shlex.join([*words, "--replay-run"])


def _tell(summary: Summary, manifest: dict[str, Any], out: Path, again: str, as_json: bool) -> None:
    if as_json:
        told = ("runs", "broken", "without_effect", "false_trips", "results_sha256")
        ended = {name: manifest[name] for name in told}
        print(json.dumps({"event": "ended", **ended, "out": str(out)}), flush=True)
        return
    for outcome in summary.broken_told[:SHOWN]:
        for found in outcome["violations"]:
            print(f"run {outcome['number']}, {outcome['spec']['fault']}: {found['rule']}: {found['what']}")
        print(f"    {again} {outcome['number']}")
    for outcome in summary.without_told[:SHOWN]:
        spec = outcome["spec"]
        what = "never came to" if outcome["injected_s"] is None else "had no effect in"
        print(f"run {outcome['number']}: {spec['fault']} {what} {spec['phase']}: nothing is proved about it")
        print(f"    {again} {outcome['number']}")
    speed = manifest["times_real_time"]
    print(
        f"{summary.runs} runs, {summary.broken} with violations, {summary.without_effect} without their "
        f"fault, {summary.false_trips} false trips, {summary.table_s / 3_600:.2f} h of table time"
        f"{f' at {speed} x a core' if speed else ''}; see {out}/report.html"
    )
    if parquet.PARQUET not in manifest["files"]:
        print(parquet.HOW)


def _replay(draw_one: Any, number: int, out: Path, as_json: bool) -> None:
    if number < 0:
        raise CommandError(ExitCode.USAGE, f"--replay-run {number}: allowed are 0 and more")
    kept = out / f"run-{number:06d}"
    kept.mkdir(parents=True, exist_ok=True)
    for old in kept.iterdir():
        old.unlink()
    outcome: Outcome = one(draw_one(number), kept)
    if as_json:
        print(json.dumps(outcome))
    else:
        print(timeline(kept))
    raise typer.Exit(ExitCode.FAILED if outcome["violations"] else ExitCode.OK)
