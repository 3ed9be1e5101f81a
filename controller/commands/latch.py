"""`keel latch`: which latch forbids a new session; a service person, at the machine itself, takes it away.

No network reaches it: it reads and writes the guard's own folder, and only while no guard runs there.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from controller.exit_codes import CommandError, ExitCode
from safety.causes import BY_NUMBER
from safety.guard import latch_file

STATE_DIR: Final = Path("/var/lib/keel/guard")


def command(
    state_dir: Annotated[Path, typer.Option(help="The guard's folder.")] = STATE_DIR,
    reset: Annotated[
        str | None,
        typer.Option(metavar="CAUSE", help="Take away this latch, after the table has been inspected."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object, for programs.")] = False,
) -> None:
    """Show the latch, or take it away. Exit 0 without one, 1 with one."""
    if not state_dir.is_dir():
        raise CommandError(ExitCode.NO_INPUT, f"{state_dir}: there is no such folder; see --state-dir")
    if reset is not None:
        with _alone(state_dir):
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


@contextmanager
def _alone(state_dir: Path) -> Iterator[None]:
    """No guard runs on this folder meanwhile."""
    lock = os.open(state_dir, os.O_RDONLY | os.O_DIRECTORY)  # as the guard locks it
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        what = f"{state_dir}: a guard is running; stop it first: sudo systemctl stop keel-guard"
        raise CommandError(ExitCode.BUSY, what) from None
    finally:
        os.close(lock)


def _reset(state_dir: Path, named: str) -> None:
    found = BY_NUMBER.get(latch_file.read(state_dir))
    if found is None or found.name != named:
        is_latched = f"latched by {found.name}" if found else "not latched"
        raise CommandError(ExitCode.USAGE, f"--reset is {named}, the table is {is_latched}; name that cause")
    if (state_dir / "mark.json").exists():
        what = f"{state_dir}: a session is open; start the guard, let it bring the table home, then stop it"
        raise CommandError(ExitCode.FAILED, what)
    try:
        # The day's tests go first: whatever was repaired, direction is proved before anybody gets on.
        (state_dir / "tests.json").unlink(missing_ok=True)
        latch_file.write(state_dir, 0, durable=True)
    except PermissionError:
        what = f"{state_dir}: no permission; run as root or as the user of the guard"
        raise CommandError(ExitCode.PERMISSION, what) from None
