"""`keel latch`: which latch forbids a new session; a service person, at the machine itself, takes it away.

No network reaches it: it reads and writes the guard's own folder, and only while no guard runs there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from controller.commands import guard_folder
from controller.exit_codes import CommandError, ExitCode
from safety.causes import BY_NUMBER
from safety.guard import latch_file


def command(
    state_dir: Annotated[Path, typer.Option(help="The guard's folder.")] = guard_folder.STATE_DIR,
    reset: Annotated[
        str | None,
        typer.Option(metavar="CAUSE", help="Take away this latch, after the table has been inspected."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object, for programs.")] = False,
) -> None:
    """Show the latch, or take it away. Exit 0 without one, 1 with one."""
    guard_folder.exists(state_dir)
    if reset is not None:
        with guard_folder.at_park(state_dir):
            _reset(state_dir, reset)
    cause = BY_NUMBER.get(latch_file.read(state_dir))
    if as_json:
        typer.echo(
            json.dumps({"latched": cause.name if cause else None, "remedy": cause.remedy if cause else None})
        )
    elif cause is None:
        typer.echo("no latch" + ("; the test of the day is due before the next session" if reset else ""))
    else:
        typer.echo(f"latched by {cause.name}: {cause.text} {cause.remedy}")
        typer.echo(f"next: inspect the table, then: keel latch --state-dir {state_dir} --reset {cause.name}")
    raise typer.Exit(ExitCode.OK if cause is None else ExitCode.FAILED)


def _reset(state_dir: Path, named: str) -> None:
    found = BY_NUMBER.get(latch_file.read(state_dir))
    if found is None or found.name != named:
        is_latched = f"latched by {found.name}" if found else "not latched"
        raise CommandError(ExitCode.USAGE, f"--reset is {named}, the table is {is_latched}; name that cause")
    # The day's tests go first: whatever was repaired, direction is proved before anybody gets on.
    (state_dir / "tests.json").unlink(missing_ok=True)
    latch_file.write(state_dir, 0, durable=True)
