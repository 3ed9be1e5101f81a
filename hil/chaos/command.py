"""`keel chaos`: kill -9 and SIGSTOP of any process in running sessions, judged on the plant's truth."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from controller.exit_codes import CommandError, ExitCode
from hil.chaos.plan import Plan, draw
from hil.chaos.session import ride

DRIVES: Final = ("node", "blvr")
BLOWS_MAX: Final = 100_000
SPEED: Final = 200.0


def command(
    kills: Annotated[int, typer.Option(help="So many blows in all; one to eight fall on a session.")] = 20,
    seed: Annotated[int, typer.Option(help="One seed, one list of blows.")] = 1,
    drive: Annotated[str | None, typer.Option(help="node or blvr; without it, both.")] = None,
    wall: Annotated[
        int, typer.Option(help="So many of the sessions at the wall's clock (five minutes each).")
    ] = 0,
    only: Annotated[int | None, typer.Option(help="This one session of the list again.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for results and for the runs that went wrong.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line, for programs.")] = False,
) -> None:
    """Everybody is killed and stopped; the rider must be parked in the end. Exit 0 if so, else 1."""
    if not 1 <= kills <= BLOWS_MAX:
        raise CommandError(ExitCode.USAGE, f"--kills {kills}: allowed are 1 to {BLOWS_MAX}")
    if drive not in (None, *DRIVES):
        raise CommandError(ExitCode.USAGE, f"--drive {drive}: allowed are {', '.join(DRIVES)}")
    folder = Path(tempfile.mkdtemp(prefix="keel-chaos-")) if out is None else out
    folder.mkdir(parents=True, exist_ok=True)
    plans = plans_of(seed, kills, DRIVES if drive is None else (drive,))
    if only is not None:
        plans = [plan for plan in plans if plan.number == only]
    bad = run_all(plans, wall, folder, as_json)
    raise typer.Exit(ExitCode.FAILED if bad else ExitCode.OK)


def plans_of(seed: int, kills: int, drives: tuple[str, ...]) -> list[Plan]:
    """Sessions until all blows are given out."""
    plans: list[Plan] = []
    while (left := kills - sum(len(plan.blows) for plan in plans)) > 0:
        plans.append(draw(seed, len(plans), drives, left))
    return plans


def run_all(plans: list[Plan], wall: int, folder: Path, as_json: bool) -> int:
    """Ride them one after another; how many went wrong."""
    blows = bad = 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        (folder / "chaos.jsonl").open("a") as results,
        Progress(*columns, disable=not _shows(as_json)) as bar,
    ):
        task = bar.add_task("chaos", total=sum(len(plan.blows) for plan in plans))
        for plan in plans:
            place = folder / f"run-{plan.number}"
            shutil.rmtree(place, ignore_errors=True)
            line = ride(plan, 1.0 if plan.number < wall else SPEED, place)
            results.write(json.dumps(line) + "\n")
            results.flush()
            blows += sum(one["hit"] for one in line["struck"])
            bad += bool(line["wrong"])
            if not line["wrong"]:
                shutil.rmtree(place)
            bar.advance(task, len(plan.blows))
            _tell(line, place, as_json)
    _sum_up(len(plans), blows, bad, folder, as_json)
    return bad


def _shows(as_json: bool) -> bool:
    return sys.stdout.isatty() and not as_json


def _tell(line: dict[str, Any], place: Path, as_json: bool) -> None:
    if as_json:
        print(json.dumps(line), flush=True)
    for what in line["wrong"]:
        print(f"session {line['number']}: {what}; its files: {place}", file=sys.stderr, flush=True)


def _sum_up(sessions: int, blows: int, bad: int, folder: Path, as_json: bool) -> None:
    facts = {"event": "ended", "sessions": sessions, "blows": blows, "wrong": bad, "out": str(folder)}
    if as_json:
        print(json.dumps(facts), flush=True)
        return
    print(f"{sessions} sessions, {blows} blows that hit, {bad} sessions went wrong; see {folder}/chaos.jsonl")
