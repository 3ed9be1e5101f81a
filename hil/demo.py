"""`keel demo`: a complete simulated session over real ptys, with a live panel and a saved report."""

from __future__ import annotations

import os
import webbrowser
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from controller import plan_check
from controller.exit_codes import CommandError, ExitCode
from controller.facts import facts_of
from controller.programme import shipped
from firmware_bridge import clock
from hil import demo_faults, demo_table, shows
from hil.demo_run import DemoRun, Plan
from hil.fault_words import Moment
from hil.stack import StackSetup
from safety.guard import table
from safety.guard.toml_lines import TomlRefused
from simulator.setup import ON_ROD

SPEEDS: Final = (0.1, 200.0)


def command(
    speed: Annotated[float, typer.Option(help="At most this many times real time; 1: wall clock.")] = 10.0,
    drive: Annotated[str, typer.Option(help=f"One of {', '.join(demo_table.DRIVES)}.")] = "node",
    gear: Annotated[
        str, typer.Option(help="a1 (self-locking), a2 (back-drivable) or b (linear actuator).")
    ] = "a1",
    fault: Annotated[
        list[str] | None,
        typer.Option(help="NAME[=AMOUNT]@T[+LASTS][/EVERY]: a fault at T seconds; may be repeated."),
    ] = None,
    programme: Annotated[str, typer.Option(help="A shipped programme's name, or a file.")] = "beginner",
    headless: Annotated[bool, typer.Option("--headless", help="Do not open a browser.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line, for programs.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="The run's folder if new or empty, else where it is made.")
    ] = None,
    wire_log: Annotated[Path | None, typer.Option(help="Write every frame to this pcap.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the simulated noise.")] = 1,
) -> None:
    """Take a simulated rider through a session. Ctrl-C is a RETURN: the rider ends parked."""
    check_choice("--drive", drive, tuple(demo_table.DRIVES))
    check_choice("--gear", gear, demo_table.GEARS)
    if gear == "b":
        check_choice("--gear b --drive", drive, ON_ROD)
    if not SPEEDS[0] <= speed <= SPEEDS[1]:  # also refuses NaN
        raise CommandError(ExitCode.USAGE, f"--speed {speed:g}: allowed are {SPEEDS[0]:g} to {SPEEDS[1]:g}")
    faults = parse_faults(fault or [], drive)
    name, toml, tier = read_programme(programme)
    folder = make_folder(out, name)
    log = None if wire_log is None else wire_log.resolve()
    setup = StackSetup(folder, name, drive, gear, speed, seed, log)
    show = shows.choose(as_json)
    run = DemoRun(setup, Plan(name, toml, tier, faults), show)
    run.start()
    if not headless and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        webbrowser.open(run.panel)
    raise typer.Exit(run.until_parked())


def check_choice(option: str, value: str, allowed: tuple[str, ...]) -> None:
    """Raises CommandError (64) unless the value is one of those."""
    if value not in allowed:
        raise CommandError(ExitCode.USAGE, f"{option} {value}: allowed are {', '.join(allowed)}")


def parse_faults(texts: list[str], drive: str) -> tuple[Moment, ...]:
    """All `--fault` words. Raises CommandError (64)."""
    try:
        return demo_faults.read(texts, drive)
    except ValueError as error:
        raise CommandError(ExitCode.USAGE, str(error)) from error


def read_programme(word: str) -> tuple[str, str, str]:
    """Name, text and tier of a programme, checked before anything starts. Raises CommandError (66, 78)."""
    path = shipped().get(word, Path(word))
    try:
        data = path.read_bytes()
    except OSError as error:
        known = ", ".join(shipped())
        what = f"--programme {word}: {error.strerror}; name a file or one of {known}"
        raise CommandError(ExitCode.NO_INPUT, what) from error
    machine = demo_table.text("node", "a1", {"drive": Path("/dev/null")})
    try:
        plan = plan_check.load(data, path.name, facts_of(table.parse(machine.encode())))
    except TomlRefused as error:
        raise CommandError(ExitCode.CONFIG, str(error)) from error
    return path.stem, data.decode(), plan.programme.tier


def make_folder(out: Path | None, name: str) -> Path:
    """The run's folder. Raises CommandError (77) where it cannot be made."""
    stamp = datetime.fromtimestamp(clock.wall_s(), UTC).astimezone().strftime("%Y-%m-%dT%H-%M-%S")
    parent = Path("runs") if out is None else out
    folder = parent / f"{stamp}-{name}"
    if out is not None and (not out.exists() or (out.is_dir() and not any(out.iterdir()))):
        folder = out
    number = 1
    while folder.exists() and any(folder.iterdir()):
        number += 1
        folder = parent / f"{stamp}_{number}-{name}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"cannot make {folder}: {error.strerror}; choose another --out"
        raise CommandError(ExitCode.PERMISSION, what) from error
    return folder.resolve()
