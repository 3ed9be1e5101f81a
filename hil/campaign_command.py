"""`keel campaign`: many lockstep rides with faults in them, over a few processes, with a report."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from controller.exit_codes import CommandError, ExitCode
from controller.version import __version__
from hil.campaign import page, results
from hil.campaign.catalogue import choose
from hil.campaign.draw import Spec, draw
from hil.campaign.pool import WorkerDied, run_all
from hil.campaign.results import RESULTS, Outcome, Summary
from hil.campaign.run import one
from hil.replay import timeline

DRIVES: Final = ("node", "blvr")
GEARS: Final = ("a1", "a2")
RUNS_MAX: Final = 10_000_000
SEED_MAX: Final = 2**31 - 1


def command(
    runs: Annotated[int, typer.Option(help="How many.")] = 100,
    seed: Annotated[int, typer.Option(help="One seed, one campaign, bit for bit.")] = 1,
    faults: Annotated[str | None, typer.Option(help="Only these, by comma; without it, all.")] = None,
    drive: Annotated[str, typer.Option(help="node or blvr.")] = "node",
    gear: Annotated[str | None, typer.Option(help="a1 or a2; without it, both.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; without it, one a core.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the campaign in --out.")] = False,
    replay_run: Annotated[int | None, typer.Option(help="Ride this one run again, and show it.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("campaign"),
    as_json: Annotated[bool, typer.Option("--json", help="One object a line, for programs.")] = False,
) -> None:
    """Judge the whole product on the truth of the plant. Exit 0 without a violation, else 1."""
    chosen = _checked(runs, seed, faults, drive, gear, workers)
    draw_one = partial(_draw, seed, chosen, drive, gear)
    if replay_run is not None:
        _replay(draw_one, replay_run, out, as_json)
        return
    facts = {"seed": seed, "faults": chosen, "drive": drive, "gear": gear, "keel": __version__}
    done = _prepare(out, facts, runs, resume)
    try:
        _ride(
            out, (draw_one(number) for number in range(done, runs)), runs, done, workers or _cores(), as_json
        )
    except WorkerDied as died:
        raise CommandError(ExitCode.FAILED, f"{died}; what was done is kept, --resume goes on") from died
    summary = Summary(results.read(out / RESULTS))
    again = _again(seed, faults, drive, gear, out)
    _close(out, facts, summary, again)
    _tell(summary, out, again, as_json)
    raise typer.Exit(ExitCode.FAILED if summary.broken or summary.dormant else ExitCode.OK)


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


def _prepare(out: Path, facts: dict[str, Any], runs: int, resume: bool) -> int:
    """Make or find the folder; how many runs are done. Raises CommandError (64, 77)."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"cannot make {out}: {error.strerror}; choose another --out"
        raise CommandError(ExitCode.PERMISSION, what) from error
    campaign = out / "campaign.json"
    if (out / RESULTS).exists():
        if not resume:
            what = f"{out} holds a campaign already; go on with --resume, or choose another --out"
            raise CommandError(ExitCode.USAGE, what)
        if json.loads(campaign.read_text()) != facts:
            what = f"{out} is another campaign (see campaign.json); give the same options, or another --out"
            raise CommandError(ExitCode.USAGE, what)
        return min(results.whole_lines(out / RESULTS), runs)
    campaign.write_text(json.dumps(facts, indent=1) + "\n")
    return 0


def _ride(out: Path, specs: Iterator[Spec], runs: int, done: int, workers: int, as_json: bool) -> None:
    """All that is left to do, each line written as soon as it is its turn."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    quiet = as_json or not sys.stdout.isatty()
    broken = 0
    with (out / RESULTS).open("a") as file, Progress(*columns, disable=quiet) as progress:
        task = progress.add_task("riding", total=runs, completed=done)
        for outcome in run_all(specs, one, workers):
            file.write(results.line(outcome))
            file.flush()
            broken += bool(outcome["violations"])
            word = "riding" if not broken else f"riding, {broken} broken"
            progress.update(task, advance=1, description=word)
            if as_json:
                print(results.line({"event": "run", **outcome}), end="", flush=True)


def _again(seed: int, faults: str | None, drive: str, gear: str | None, out: Path) -> str:
    """The one command that replays a run, but for its number."""
    words = ["keel", "campaign", "--seed", str(seed), "--drive", drive, "--out", str(out)]
    words += ["--faults", faults] if faults else []
    words += ["--gear", gear] if gear else []
    return " ".join([*words, "--replay-run"])


def _close(out: Path, facts: dict[str, Any], summary: Summary, again: str) -> None:
    parquet = results.write_parquet(out)
    manifest = {
        **facts,
        "runs": summary.runs,
        "broken": len(summary.broken),
        "false_trips": summary.false_trips,
        "dormant": summary.dormant,
        "table_s": round(summary.table_s, 1),
        "cpu_s": round(summary.cpu_s, 1),
        "times_real_time": round(summary.table_s / summary.cpu_s, 1) if summary.cpu_s else None,
        "fidelity": "fast",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "machine": f"{platform.system()} {platform.machine()} {' '.join(platform.libc_ver())}",
        "files": [RESULTS, "report.html", *(["results.parquet"] if parquet else [])],
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    (out / "report.html").write_text(page.page(manifest, summary, again))


def _tell(summary: Summary, out: Path, again: str, as_json: bool) -> None:
    if as_json:
        ended = {"event": "ended", "runs": summary.runs, "broken": len(summary.broken)}
        print(json.dumps({**ended, "false_trips": summary.false_trips, "out": str(out)}), flush=True)
        return
    for outcome in summary.broken:
        for found in outcome["violations"]:
            print(f"run {outcome['number']}, {outcome['spec']['fault']}: {found['rule']}: {found['what']}")
        print(f"    {again} {outcome['number']}")
    for name in summary.dormant:
        print(f"{name} was put in and never took effect: nothing is proved about it")
    speed = summary.table_s / summary.cpu_s if summary.cpu_s else 0.0
    print(
        f"{summary.runs} runs, {len(summary.broken)} with violations, {summary.false_trips} false trips, "
        f"{summary.table_s / 3_600:.2f} h of table time at {speed:.0f} x a core; see {out}/report.html"
    )


def _replay(draw_one: Any, number: int, out: Path, as_json: bool) -> None:
    if number < 0:
        raise CommandError(ExitCode.USAGE, f"--replay-run {number}: allowed are 0 and more")
    folder = out / f"run-{number:06d}"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    outcome: Outcome = one(draw_one(number), folder)
    if as_json:
        print(json.dumps(outcome))
    else:
        print(timeline(folder))
    raise typer.Exit(ExitCode.FAILED if outcome["violations"] else ExitCode.OK)
