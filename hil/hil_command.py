"""`keel hil --rig FILE`: five measured tests on a rig; leaves junit.xml, results.json and report.html."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from controller.exit_codes import CommandError, ExitCode
from controller.programme import shipped
from controller.version import __version__
from hil.rigs.ride import Ride, TooLong, folder
from hil.simulator_child import SimulatorGone
from hil.stack import StackSetup
from hil.suite import files, rig_file
from hil.suite.cases import CASES, Case
from hil.suite.outcome import Outcome
from hil.suite.rig_file import Rig
from safety.guard.toml_lines import TomlRefused


def command(
    rig: Annotated[Path, typer.Option(help="The rig's file, such as install/rig-bench.toml.")],
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("hil-results"),
    only: Annotated[str | None, typer.Option(help="One test by its name.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line, for programs.")] = False,
) -> None:
    """Run the measured tests. Nothing is retried and nothing is skipped. Exit 0 when all passed, else 1."""
    place = read_rig(rig)
    cases = [case for case in CASES if only in (None, case.name)]
    if not cases:
        names = ", ".join(case.name for case in CASES)
        raise CommandError(ExitCode.USAGE, f"--only {only}: there is no such test; there are {names}")
    out.mkdir(parents=True, exist_ok=True)
    outcomes = []
    for number, case in enumerate(cases, 1):
        outcome = watched(case, place, folder(out, fresh_name(out, case.name)), f"{number}/{len(cases)}")
        outcomes.append(outcome)
        tell(outcome, as_json)
    facts = {"rig": place.name, "drive": place.drive, "gear": place.gear, "keel": __version__}
    files.write(out, facts, outcomes)
    passed = all(outcome.passed for outcome in outcomes)
    close(out, passed, as_json)
    raise typer.Exit(ExitCode.OK if passed else ExitCode.FAILED)


def read_rig(path: Path) -> Rig:
    """The rig. Raises CommandError (66, 78)."""
    try:
        found = rig_file.load(path)
    except TomlRefused as refused:
        raise CommandError(ExitCode.CONFIG, str(refused)) from refused
    except OSError as error:
        what = f"{path}: {error.strerror}; install/rig-bench.toml shows one"
        raise CommandError(ExitCode.NO_INPUT, what) from error
    if found.programme not in shipped():
        what = f'{path.name}: [rig].programme: "{found.programme}" is not shipped'
        what += f"; allowed {', '.join(shipped())}"
        raise CommandError(ExitCode.CONFIG, what)
    return found


def fresh_name(out: Path, name: str) -> str:
    """A folder name that is free."""
    number, found = 1, name
    while (out / found).exists():
        number += 1
        found = f"{name}-{number}"
    return found


def watched(case: Case, rig: Rig, run_dir: Path, count: str) -> Outcome:
    """One test, with a spinner on a terminal."""
    console = Console(stderr=True)
    if not sys.stderr.isatty():
        return run(case, rig, run_dir)
    with console.status(f"{count}  {case.title}"):
        return run(case, rig, run_dir)


def run(case: Case, rig: Rig, run_dir: Path) -> Outcome:
    """One test on a fresh system."""
    outcome = Outcome(case.name, case.title, case.source)
    setup = StackSetup(run_dir, case.name, rig.drive, rig.gear, rig.speed)
    toml = shipped()[rig.programme].read_text()
    tier = tier_of(toml)
    ride = Ride(setup, rig.programme, toml, tier)
    try:
        with ride:
            case.run(ride, outcome)
    except (TooLong, SimulatorGone) as error:
        outcome.failure = str(error)
    outcome.table_s = ride.stack.t_s
    outcome.trace = ride.trace
    return outcome


def tier_of(toml: str) -> str:
    """The tier a shipped programme is for."""
    tier: str = tomllib.loads(toml)["programme"]["tier"]
    return tier


def tell(outcome: Outcome, as_json: bool) -> None:
    """One test's result."""
    if as_json:
        facts: dict[str, Any] = {"event": "test", **outcome.as_dict()}
        print(json.dumps(facts), flush=True)
        return
    word = "passed" if outcome.passed else "FAILED"
    print(f"{word}  {outcome.title}  ({outcome.table_s:.0f} s of table time)")
    for figure in outcome.figures:
        allowed = "" if figure.limit is None else f"   allowed {figure.limit:g} {figure.unit}"
        print(f"        {figure.name:<32}{figure.value:>10g} {figure.unit:<4}{allowed}")
    if outcome.failure:
        print(f"        {outcome.failure}")
    sys.stdout.flush()


def close(out: Path, passed: bool, as_json: bool) -> None:
    """The last line."""
    if as_json:
        print(json.dumps({"event": "ended", "passed": passed, "out": str(out)}), flush=True)
    else:
        print(f"{'all passed' if passed else 'NOT all passed'}; see {out}/report.html")
