"""`keel bench`: the simulated devices of a table on ptys or TCP ports; keys are hands, feet and scissors."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Final, cast

import typer

from controller.exit_codes import CommandError, ExitCode
from firmware_bridge import clock
from firmware_bridge.drives import catalogue
from hil import demo_table
from hil.fault_words import Switch, parse, switches
from hil.keys import Key, Keyboard, legend
from safety.guard import table as table_file
from safety.guard.toml_lines import TomlRefused
from simulator.ports import PtyServer, TcpServer
from simulator.setup import Gear, RiderSetup, WorldSetup
from simulator.world import World

STEP_MS: Final = 4
SHOW_EVERY_MS: Final = 250


def command(
    table: Annotated[Path | None, typer.Option(help="Serve the devices this file names.")] = None,
    drive: Annotated[
        str, typer.Option(help=f"Without a file: one of {', '.join(demo_table.DRIVES)}.")
    ] = "node",
    gear: Annotated[str, typer.Option(help=f"Without a file: one of {', '.join(demo_table.GEARS)}.")] = "a1",
    folder: Annotated[Path | None, typer.Option(help="Where the links to the ptys go.")] = None,
    tcp: Annotated[bool, typer.Option("--tcp", help="Loopback TCP ports instead of ptys.")] = False,
    fault: Annotated[
        list[str] | None,
        typer.Option(help="NAME[=AMOUNT]@T[+LASTS][/EVERY]: a fault at T seconds; may be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Lines for programs.")] = False,
) -> None:
    """Serve simulated devices until q or Ctrl-C; `keel run` on the written table file moves them."""
    wanted, gear = machine_of(table) if table else (drive, gear)
    for option, word, allowed in (("--drive", wanted, demo_table.DRIVES), ("--gear", gear, demo_table.GEARS)):
        if word not in allowed:
            raise CommandError(ExitCode.USAGE, f"{option} {word}: allowed are {', '.join(allowed)}")
    rider = RiderSetup(attendant_holds_after_s=None, mounts=False, answers=False, dismounts_after_s=None)
    try:
        world = World(WorldSetup(gear=cast(Gear, gear), drive=wanted, rider=rider), seed=1)
    except ValueError as error:
        raise CommandError(ExitCode.USAGE, str(error)) from error
    todo = planned(fault or [], world)
    if tcp:
        serve(world, serve_tcp(world, as_json), todo, as_json)
    else:
        place = folder or Path(tempfile.mkdtemp(prefix="keel-bench-"))
        serve(world, serve_ptys(world, place, as_json), todo, as_json)


def planned(words: list[str], world: World) -> list[Switch]:
    """All `--fault` words as things to do. Raises CommandError (64)."""
    try:
        return switches([parse(word, world.faults.names()) for word in words])
    except ValueError as error:
        raise CommandError(ExitCode.USAGE, str(error)) from error


def machine_of(path: Path) -> tuple[str, str]:
    """The kind of drive a table file names, and the gear: a rod, or not. A wrong file is refused whole."""
    try:
        devices = table_file.load(path).devices
    except TomlRefused as refused:
        raise CommandError(ExitCode.CONFIG, str(refused)) from refused
    except OSError as error:
        raise CommandError(ExitCode.NO_INPUT, f"{path}: {error.strerror}; name a table file") from error
    on_rod = getattr(devices.drive, "lever", None) is not None
    return catalogue.name_of(devices.drive), "b" if on_rod else "a1"


def serve_ptys(world: World, folder: Path, as_json: bool) -> PtyServer:
    """Ptys, and a table file that names them."""
    server = PtyServer(world, folder)
    written = folder / "table.toml"
    written.write_text(demo_table.text(world.setup.drive, world.setup.gear, server.paths))
    if as_json:
        ports = {name: str(path) for name, path in server.paths.items()}
        print(json.dumps({"event": "serving", "ports": ports, "table": str(written)}), flush=True)
    else:
        for name, path in server.paths.items():
            print(f"{name:<14}{path}")
        print(f"\nmove them with:  keel run --table {written}\n\nkeys:\n{legend()}\n", flush=True)
    return server


def serve_tcp(world: World, as_json: bool) -> TcpServer:
    """Loopback TCP ports, printed by name."""
    server = TcpServer(world)
    if as_json:
        ports = {name: f"{host}:{port}" for name, (host, port) in server.addresses.items()}
        print(json.dumps({"event": "serving", "ports": ports}), flush=True)
    else:
        for name, (host, port) in server.addresses.items():
            print(f"{name:<14}{host}:{port}")
        print(f"\nkeys:\n{legend()}\n", flush=True)
    return server


def serve(world: World, server: PtyServer | TcpServer, todo: list[Switch], as_json: bool) -> None:
    """Run the table at the wall's pace and do what the plan and the keys say."""
    hands = Hands(world)
    asked_to_leave: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda signum, frame: asked_to_leave.append(signum))
    start_ms = clock.monotonic_ms()
    now_ms = shown_ms = 0
    with Keyboard() as keyboard:
        while not (asked_to_leave or hands.quit):
            clock.sleep_until_ms(start_ms + now_ms + STEP_MS)
            now_ms = clock.monotonic_ms() - start_ms
            world.advance(now_ms * 1_000)
            server.pump(now_ms * 1_000)
            while todo and now_ms >= todo[0].at_s * 1_000:
                switch = todo.pop(0)
                show_press(hands.switch(switch.name, switch.on, switch.amount), as_json)
            for key in keyboard.pressed():
                show_press(hands.press(key), as_json)
            if now_ms - shown_ms >= SHOW_EVERY_MS:
                shown_ms = now_ms
                show(world, now_ms, as_json)
    server.close()
    if sys.stdout.isatty():
        print()


class Hands:
    """What the keys have pressed so far."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._on: set[str] = set()
        self.quit = False

    def press(self, key: Key) -> tuple[str, bool]:
        """Toggle it; returns its name and whether it is on now."""
        if key.kind == "fault":
            return self._fault(key.name)
        on = key.name not in self._on
        (self._on.add if on else self._on.discard)(key.name)
        if key.kind == "quit":
            self.quit = True
        elif key.kind == "contact":
            self._world.buttons.key(key.name, on)
        elif on:
            self._world.rider.mount(self._world.now_us)
        else:
            self._world.rider.dismount(self._world.now_us)
        return key.name, on

    def switch(self, name: str, on: bool, amount: float | None = None) -> tuple[str, bool]:
        """Switch a fault. Raises ValueError with what there is."""
        self._world.faults.switch(name, on, amount)
        return name, on

    def _fault(self, word: str) -> tuple[str, bool]:
        """NAME or NAME=AMOUNT as typed: the other way round; a wrong one is told and changes nothing."""
        name, _, much = word.partition("=")
        try:
            amount = float(much) if much else None
            return self.switch(name, amount is not None or name not in self._world.faults.on, amount)
        except ValueError as error:
            print(f"\n{error}", file=sys.stderr, flush=True)
            return name, name in self._world.faults.on


def show_press(pressed: tuple[str, bool], as_json: bool) -> None:
    """Say what a key did."""
    name, on = pressed
    if as_json:
        print(json.dumps({"event": "key", "name": name, "on": on}), flush=True)
    elif not sys.stdout.isatty():
        print(f"{name}: {'on' if on else 'off'}", flush=True)


def show(world: World, now_ms: int, as_json: bool) -> None:
    """Where the table is: a live line on a terminal, an object for programs, nothing into a plain pipe."""
    truth = world.truth
    if as_json:
        facts = {"angle_deg": round(truth.angle_deg, 2), "rate_dps": round(truth.rate_dps, 2)}
        print(json.dumps({"event": "truth", "t_s": now_ms / 1_000, **facts}), flush=True)
    elif sys.stdout.isatty():
        held = " ".join(name for name in world.buttons.names() if world.buttons[name]) or "nothing held"
        line = f"{now_ms / 1_000:8.1f} s  {truth.angle_deg:+7.2f} deg  {truth.rate_dps:+6.2f} deg/s  {held}"
        print(f"\r\033[K{line}", end="", flush=True)
