"""`keel check FILE`: is this table or programme right? Every error at once, with its line and a way on."""

from __future__ import annotations

import json
import math
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from controller.commands import guard_folder
from controller.exit_codes import CommandError, ExitCode
from firmware_bridge.lever import Lever
from firmware_bridge.ports import Capabilities
from safety import bounds, limits
from safety.guard import able, known_table, table, toml_lines
from safety.guard.known_table import SHORT
from safety.guard.toml_lines import TomlRefused

_PROGRAMME_KEYS: Final = ("programme", "phase")
_PLACE: Final = re.compile(r"\[(\w+)\]\.(\w+):")


def command(
    file: Annotated[Path, typer.Argument(help="A table file or a programme; the content tells which.")],
    for_table: Annotated[
        Path | None, typer.Option("--table", help="Check a programme for this table instead of the demo's.")
    ] = None,
    tier: Annotated[str | None, typer.Option(help="Check a programme for a rider of this tier.")] = None,
    accept: Annotated[
        str | None,
        typer.Option(metavar="HASH", help="You have read this changed table file: let the guard use it."),
    ] = None,
    state_dir: Annotated[Path, typer.Option(help="The guard's, for --accept.")] = guard_folder.STATE_DIR,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Check a table file or a programme. Exit 0 when it may be used, 78 with every error when not."""
    data = contents(file)
    kind = "programme" if is_programme(data) else "table"
    if accept is not None and kind == "programme":
        raise CommandError(ExitCode.USAGE, f"{file}: a programme; --accept is for table files")
    facts: dict[str, Any] = {}
    errors: tuple[str, ...] = ()
    try:
        facts = (
            check_programme(data, file.name, for_table, tier)
            if kind == "programme"
            else check_table(data, file)
        )
        if accept is not None:
            accept_table(str(facts["sha256"]), accept, state_dir)
            facts["accepted"] = f"in {state_dir}; start the guard again"
    except TomlRefused as refused:
        errors = refused.lines
    _say(file, kind, facts, errors, as_json)
    if errors:
        raise typer.Exit(ExitCode.CONFIG)


def _say(file: Path, kind: str, facts: dict[str, Any], errors: tuple[str, ...], as_json: bool) -> None:
    """The answer, for a person or a program."""
    if as_json:
        answer = {"file": str(file), "kind": kind, "ok": not errors, "errors": list(errors), "facts": facts}
        typer.echo(json.dumps(answer, ensure_ascii=False))
    elif not errors:
        typer.echo(f"{file}: a {kind}, OK")
        for name, value in facts.items():
            typer.echo(f"  {name:<18}{value}")
    else:
        for line in errors:
            typer.echo(line, err=True)
        count = f"{len(errors)} errors" if len(errors) > 1 else "1 error"
        typer.echo(f"{file}: a {kind}, refused: {count}", err=True)


def contents(file: Path) -> bytes:
    """The file's bytes. Raises CommandError (66, 77)."""
    try:
        return file.read_bytes()
    except PermissionError as error:
        raise CommandError(ExitCode.PERMISSION, f"{file}: no permission to read it") from error
    except OSError as error:
        raise CommandError(ExitCode.NO_INPUT, f"{file}: {error.strerror}") from error


def is_programme(data: bytes) -> bool:
    """Whether this wants to be a programme. A file that is not even TOML is judged by its headings."""
    try:
        return any(key in tomllib.loads(data.decode()) for key in _PROGRAMME_KEYS)
    except (ValueError, RecursionError):
        return any(mark in data for mark in (b"[programme]", b"[[phase]]"))


_SHOWN: Final = {
    "cap_cdeg": "to",
    "down_cdps": "down at",
    "check_in_every_ms": "asked every",
    "day_ms": "a day",
}


def check_table(data: bytes, file: Path) -> dict[str, Any]:
    """The table's main facts. Raises TomlRefused."""
    found = table.parse(data, file.name, file.parent)
    can = check_lines(data, file.name, found)
    drive = found.devices.drive
    return {
        "name": found.name,
        "drive": f"{type(drive).__name__.removesuffix('Config').lower()} on {drive.port}",
        **({"its line": str(can.pace)} if can.pace else {}),
        **_rod(found),
        "park": f"{found.park_cdeg / 100:g} deg",
        "cap": f"{found.cap_cdeg / 100:g} deg by {found.cap_why}",
        **{f"tier {tier.name}": _tier(tier, found) for tier in limits.TIERS},
        "stops": f"{found.stop_up_cdeg / 100:g} to {found.stop_down_cdeg / 100:g} deg",
        "without power": found.power_loss,
        "attendant": "required" if found.attendant_required else "not required",
        "sha256": found.sha256,
    }


def _rod(found: table.Table) -> dict[str, str]:
    """Of a drive on a lever: how long and how strong it is from stop to stop, and how fast it has to be."""
    lever: Lever | None = getattr(found.devices.drive, "lever", None)
    if lever is None:
        return {}
    low, high = found.stop_up_cdeg, found.stop_down_cdeg
    ends = " to ".join(f"{lever.length_m(cdeg):.3f} m at {cdeg / 100:g} deg" for cdeg in (low, high))
    arms_m = [abs(lever.arm_m(cdeg)) for cdeg in (*range(low, high, 100), high)]
    arms = f"arm {min(arms_m) * 1_000:.0f} to {max(arms_m) * 1_000:.0f} mm"
    fastest_mm_s = math.radians(found.down_cdps / 100) * max(arms_m) * 1_000
    return {"its rod": f"{ends}, {arms}; {found.down_cdps / 100:g} deg/s are up to {fastest_mm_s:.1f} mm/s"}


def check_lines(data: bytes, name: str, found: table.Table) -> Capabilities:
    """What its drive can do, if its devices can work on lines as slow as these and the guard would arm it.

    No port is opened. Raises TomlRefused.
    """
    from firmware_bridge.assembly import open_devices
    from firmware_bridge.inputs.memory import MemoryPins
    from firmware_bridge.link.memory import memory_pair

    try:
        devices = open_devices(
            found.devices,
            lambda port, baud, parity: memory_pair(port)[0],
            open_pins=lambda chip, inputs, outputs: MemoryPins(dict.fromkeys(inputs, False)),
        )
    except ValueError as refused:
        raise TomlRefused([_with_line(data, name, str(refused))]) from refused
    can = devices.drive.capabilities
    if why := able.why_not(can):
        raise TomlRefused([_with_line(data, name, f"[drive].type: the guard never arms it: {why}")])
    return can


def _with_line(data: bytes, name: str, what: str) -> str:
    """An error with the line that it names, else that of its section."""
    place = _PLACE.match(what)
    section, key = place.groups() if place else ("", "")
    lines = toml_lines.line_index(data.decode())
    return f"{name}:{lines.get((section, 0, key)) or lines.get((section, 0, ''), 1)}: {what}"


def _tier(tier: limits.Tier, found: table.Table) -> str:
    """What a tier may do on this table, and which limit binds."""
    values = bounds.of_session(tier, None, found.bounds, limits.Limits())._asdict()
    return ", ".join(f"{word} {bounds.in_words(name, values[name])}" for name, word in _SHOWN.items())


def accept_table(sha256: str, named: str, state_dir: Path) -> None:
    """A person has read this very file. Raises CommandError (1, 64, 66, 75, 77)."""
    if len(named) < SHORT or not sha256.startswith(named.lower()):
        what = f"--accept is {named}, the file's sha256 is {sha256}; name at least its first {SHORT} digits"
        raise CommandError(ExitCode.USAGE, what)
    guard_folder.exists(state_dir)
    with guard_folder.at_park(state_dir):
        if not known_table.used(state_dir):
            what = "no guard has run here yet; start it: the first table file of a folder counts as accepted"
            raise CommandError(ExitCode.NO_INPUT, f"{state_dir}: {what}")
        known_table.accept(state_dir, sha256, durable=True)


def check_for(file: Path) -> table.Table:
    """The table a programme is checked for. Raises TomlRefused."""
    return table.parse(contents(file), file.name, file.parent)


def check_programme(data: bytes, name: str, for_table: Path | None, tier: str | None) -> dict[str, Any]:
    """The programme's main facts. Raises TomlRefused."""
    # Only for programmes: a table is checked without loading the planner.
    from controller import plan_check
    from controller.facts import TableFacts, facts_of

    facts = TableFacts() if for_table is None else facts_of(check_for(for_table))
    plan = plan_check.load(data, name, facts, tier)
    return {
        "name": plan.programme.name,
        "tier": plan.tier,
        "highest": f"{plan.cap_deg:g} deg",
        "bouts": len(plan.bouts),
        "head-down": f"{plan.allowance_ms / 1000:.0f} s",
        "length": f"{plan.time_s / 60:.1f} min",
    }
