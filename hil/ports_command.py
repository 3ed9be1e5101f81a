"""`keel ports`: which serial ports there are. It sends nothing; `--as DRIVE` lets a guard look at one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import typer

from controller.exit_codes import CommandError, ExitCode
from firmware_bridge import clock, discovery
from firmware_bridge.drives import catalogue
from safety.guard import table as table_file
from safety.guard.toml_lines import TomlRefused

LOOK_MS: Final = 8_000
STEP_MS: Final = 20
LEAVE_S: Final = 5.0
NEXT: Final = 'Put the name that stays into the table file: [drive].port = "/dev/serial/by-id/..."'


class Found(NamedTuple):
    """What a guard saw of a drive."""

    drive_state: str
    why: str | None


def command(
    port: Annotated[str | None, typer.Argument(help="With --as: the port of the drive.")] = None,
    as_drive: Annotated[
        str | None, typer.Option("--as", metavar="DRIVE", help="Let a guard in TEST arm this drive there.")
    ] = None,
    table: Annotated[
        Path | None, typer.Option(help="With --as: the table file that names port and drive together.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """List serial ports: the name that stays, USB numbers, who holds them. Nothing is opened or sent.

    A request for one drive is a motion command for another. So a drive is only looked at through a guard, on
    the port that a table file names with it: keel ports PORT --as blvr --table table.toml. The table must be
    upright and empty; nothing moves, but the drive is armed and its settings are written as for a ride.
    """
    if as_drive is None and (port or table):
        raise CommandError(ExitCode.USAGE, "a port is only looked at as a drive: add --as DRIVE --table FILE")
    if as_drive is None:
        listed(discovery.ports(), as_json)
        return
    if port is None or table is None:
        raise CommandError(
            ExitCode.USAGE, "--as needs the port and the table file: PORT --as DRIVE --table FILE"
        )
    refuse_another(port, as_drive, table)
    found = looked_at(table)
    if as_json:
        typer.echo(json.dumps({"port": port, "drive": as_drive, **found._asdict()}))
    else:
        typer.echo(f"{port} as {as_drive}: {found.drive_state}" + (f"\n  {found.why}" if found.why else ""))
    if found.drive_state != "armed":
        raise typer.Exit(ExitCode.UNAVAILABLE)


def listed(ports: list[discovery.Port], as_json: bool) -> None:
    """One paragraph a port."""
    if as_json:
        typer.echo(json.dumps({"ports": [port._asdict() for port in ports]}))
        return
    for port in ports:
        typer.echo(port.by_id or port.device)
        held = ", ".join(port.holders) or "nobody that this user may see"
        for name, value in (
            ("now", port.device),
            ("USB", f"{port.usb} {port.product}".strip()),
            ("held by", held),
        ):
            typer.echo(f"  {name:<9}{value or '-'}")
    typer.echo(
        NEXT if ports else "No serial port. Plug the adapter in; `dmesg | tail` says what the kernel saw."
    )


def refuse_another(port: str, drive: str, table: Path) -> None:
    """The table file must name this port together with this drive. Raises CommandError."""
    try:
        config = table_file.load(table).devices.drive
    except TomlRefused as refused:
        raise CommandError(ExitCode.CONFIG, str(refused)) from refused
    except OSError as error:
        raise CommandError(ExitCode.NO_INPUT, f"{table}: {error.strerror}; name a table file") from error
    if drive not in catalogue.known():
        raise CommandError(ExitCode.USAGE, f"--as {drive}: allowed are {', '.join(catalogue.known())}")
    named = catalogue.name_of(config)
    if named != drive or Path(config.port).resolve() != Path(port).resolve():
        what = f"{table} names a {named} on {config.port}, not a {drive} on {port}: nothing was sent"
        raise CommandError(ExitCode.CONFIG, f"{what}; put port and drive together into the file")


def looked_at(table: Path) -> Found:
    """What a guard of its own says about the drive, once it is armed or refused, or after a while."""
    with tempfile.TemporaryDirectory(prefix="keel-ports-") as folder:
        words = [
            "--table",
            str(table),
            "--run-dir",
            f"{folder}/run",
            "--state-dir",
            f"{folder}/state",
            "--json",
        ]
        guard = subprocess.Popen(
            [sys.executable, "-I", "-m", "safety.guard", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            return watched(guard)
        finally:
            ended(guard)


def watched(guard: subprocess.Popen[bytes]) -> Found:
    """Follow its news. Raises CommandError when it could not begin."""
    assert guard.stdout is not None
    os.set_blocking(guard.stdout.fileno(), False)
    facts: dict[str, Any] = {"drive_state": "offline", "why": None}
    ends_ms, rest = clock.monotonic_ms() + LOOK_MS, b""
    while clock.monotonic_ms() < ends_ms and not decided(facts):
        if guard.poll() is not None:
            assert guard.stderr is not None
            raise CommandError(ExitCode(guard.returncode), guard.stderr.read().decode().strip())
        *lines, rest = (rest + (guard.stdout.read() or b"")).split(b"\n")
        for line in lines:
            note(facts, json.loads(line))
        clock.sleep_until_ms(clock.monotonic_ms() + STEP_MS)
    return Found(facts["drive_state"], facts["why"])


def note(facts: dict[str, Any], event: dict[str, Any]) -> None:
    """What an event of the guard says about the drive."""
    kind = event["event"]
    if kind == "drive_state":
        facts["drive_state"] = event["drive_state"]
    elif kind in ("trouble", "arming_refused"):
        facts["why"] = event[kind]
        facts[kind] = event[kind]


def decided(facts: dict[str, Any]) -> bool:
    """Armed, or refused for good."""
    return facts["drive_state"] == "armed" or bool(facts.get("arming_refused"))


def ended(guard: subprocess.Popen[bytes]) -> None:
    """A guard leaves at park. Elsewhere it would stay; then it is killed and the drive holds by itself."""
    guard.send_signal(signal.SIGTERM)
    try:
        guard.wait(LEAVE_S)
    except subprocess.TimeoutExpired:
        guard.kill()
        guard.wait()
