"""Puts the controller together from a table file and two folders; the clock is whoever calls `tick`."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

from controller.channel import GuardClient, StationServer
from controller.exit_codes import CommandError, ExitCode
from controller.facts import TableFacts, facts_of
from controller.loop import Controller
from safety.guard import table
from safety.guard.listener import AlreadyListening
from safety.guard.toml_lines import TomlRefused

GUARD_SOCKET: Final = "guard.sock"
CONTROLLER_SOCKET: Final = "controller.sock"


def build(table_file: Path, guard_dir: Path, controller_dir: Path, instance: int | None = None) -> Controller:
    """The controller of a table, listening for stations. Raises CommandError (66, 75, 77, 78).

    `instance` is drawn when it is None; a bench gives one, so that two runs are alike.
    """
    facts = read_facts(table_file)
    number = secrets.randbits(32) if instance is None else instance
    try:
        controller_dir.mkdir(parents=True, exist_ok=True)
        stations = StationServer(controller_dir / CONTROLLER_SOCKET)
    except AlreadyListening:
        what = f"another controller answers in {controller_dir}; stop that one first"
        raise CommandError(ExitCode.BUSY, what) from None
    except OSError as error:
        what = f"cannot listen in {controller_dir}: {error.strerror}; choose another --controller-dir"
        raise CommandError(ExitCode.PERMISSION, what) from None
    return Controller(facts, GuardClient(guard_dir / GUARD_SOCKET, number), stations)


def read_facts(table_file: Path) -> TableFacts:
    """The facts of a table file. Raises CommandError (66, 78) with every line that is wrong."""
    try:
        return facts_of(table.load(table_file))
    except TomlRefused as error:
        raise CommandError(ExitCode.CONFIG, f"the table file is wrong\n{error}") from None
    except OSError as error:
        what = f"cannot read {table_file}: {error.strerror}; name the table's file with --table"
        raise CommandError(ExitCode.NO_INPUT, what) from None
