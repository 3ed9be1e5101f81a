"""Turns the table of commands into typer's tree, importing one of them, and makes exit codes of its ends."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, NoReturn

import typer

from controller.cli import COMPLETION_VARIABLE, Row
from controller.exit_codes import CommandError, ExitCode
from controller.version import __version__

MISUSE = 2  # typer's one code for whatever it cannot parse


def run(commands: Mapping[str, Row], words: Sequence[str]) -> NoReturn:
    """Parse, run, exit. A CommandError becomes one line; any other exception is a defect and stays whole."""
    try:
        build(commands, asked_for(commands, words))(words, prog_name="keel")
    except CommandError as error:
        print(f"keel: {error}", file=sys.stderr)
        sys.exit(error.code)
    except SystemExit as leaving:
        sys.exit(ExitCode.USAGE if leaving.code == MISUSE else leaving.code)
    sys.exit(ExitCode.OK)


def asked_for(commands: Mapping[str, Row], words: Sequence[str]) -> str | None:
    """The command to import: the first word, or the second of a line that the shell wants completed."""
    completing = COMPLETION_VARIABLE in os.environ
    if completing:
        line = os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS", "")
        words = line.split()[1:]
    name = words[0] if words else ""
    if name not in commands or ":" not in commands[name].target:
        return None
    return None if completing and not is_installed(commands[name].target) else name


def build(commands: Mapping[str, Row], wanted: str | None) -> typer.Typer:
    """The root with every name in it, and the code of the wanted one behind its name."""
    # Plain help: it reads well in a pipe and in a screen reader, and loads in a third of the time.
    app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.callback()(root)
    for name, row in commands.items():
        if name == wanted:
            app.command(name, short_help=row.help)(load(name, row.target))
        else:
            app.command(name, help=row.help)(not_loaded)
    return app


def say_version(wanted: bool) -> None:
    """Print the version and stop, when it was asked for."""
    if wanted:
        typer.echo(f"keel {__version__}")
        raise typer.Exit


def root(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=say_version, help="Print the version.")
    ] = False,
) -> None:
    """Keel controls a motorised inversion table and always brings the rider back upright."""


def not_loaded() -> None:
    """Stand for a command that was not asked for."""
    raise AssertionError("a command was run that had not been loaded")


def load(name: str, target: str) -> Callable[..., Any]:
    """Import a command. A part that is not installed is an answer (69); a fault inside it is not hidden."""
    module, function = target.split(":")
    try:
        found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    except ModuleNotFoundError as error:
        raise CommandError(ExitCode.UNAVAILABLE, missing(name, module, error.name or "?")) from error
    return found


def is_installed(target: str) -> bool:
    """Whether a command can be imported; a completion has no place for an error."""
    try:
        load("", target)
    except CommandError:
        return False
    return True


def missing(name: str, module: str, absent: str) -> str:
    """Say what is not there and what to do about it."""
    if module == absent or module.startswith(absent + "."):
        return f"'keel {name}' is not part of this installation: there is no module {absent}"
    return f"'keel {name}' needs the Python package '{absent}', which is not installed; run ./dev setup"
