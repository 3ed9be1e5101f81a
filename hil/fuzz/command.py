"""`keel fuzz`: a running guard under rubbish on its socket and on its drive's wire, for a bounded time."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated, Final

import typer

from controller.exit_codes import CommandError, ExitCode
from hil.fuzz.run import FuzzRun

SECONDS_MAX: Final = 36_000
WHAT: Final = ("both", "socket", "wire")


def command(
    seconds: Annotated[float, typer.Option(help="For so long.")] = 60.0,
    seed: Annotated[int, typer.Option(help="Of the rubbish; timing is the machine's.")] = 1,
    what: Annotated[str, typer.Option(help="both, socket or wire.")] = "both",
    out: Annotated[Path | None, typer.Option(help="Folder for logs and the guard's files.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object, for programs.")] = False,
) -> None:
    """No crash, no accepted rubbish, no tick above 100 ms, STOP and RETURN answered. Exit 0 if so, else 1."""
    if not 1 <= seconds <= SECONDS_MAX:
        raise CommandError(ExitCode.USAGE, f"--seconds {seconds:g}: allowed are 1 to {SECONDS_MAX}")
    if what not in WHAT:
        raise CommandError(ExitCode.USAGE, f"--what {what}: allowed are {', '.join(WHAT)}")
    place = Path(tempfile.mkdtemp(prefix="keel-fuzz-")) if out is None else out
    place.mkdir(parents=True, exist_ok=True)
    facts = FuzzRun(place, seed, what).ride(seconds)
    if as_json:
        print(json.dumps(facts))
    else:
        for name, value in facts.items():
            print(f"{name:<22}{value}" if name != "wrong" else "")
        print("\n".join(f"WRONG: {one}" for one in facts["wrong"]) or "nothing went wrong")
    raise typer.Exit(ExitCode.FAILED if facts["wrong"] else ExitCode.OK)
