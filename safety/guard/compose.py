"""Puts a guard together from its arguments: table, ports, socket, store."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final, NamedTuple

from firmware_bridge import clock
from firmware_bridge.assembly import OpenLink, open_devices
from firmware_bridge.link.wire_log import WireLog
from safety.guard import table
from safety.guard.channel import Channel, Facts
from safety.guard.guard import Clocks, Guard
from safety.guard.listener import listen
from safety.guard.store import Store

SOCKET: Final = "guard.sock"


class Arguments(NamedTuple):
    """What `python -m safety.guard` was told."""

    table: Path
    run_dir: Path
    state_dir: Path
    wire_log: Path | None = None
    json: bool = False


def arguments(words: list[str]) -> Arguments:
    """The words of the command line; leaves with 64 when they make no sense."""
    parser = Parser(prog="keel guard", description="The safety process alone. It leaves when parked.")
    parser.add_argument("--table", type=Path, required=True, help="the table file")
    parser.add_argument("--run-dir", type=Path, default=Path("/run/keel"), help="where guard.sock is made")
    parser.add_argument(
        "--state-dir", type=Path, default=Path("/var/lib/keel/guard"), help="ledger, events, ring, mark"
    )
    parser.add_argument("--wire-log", type=Path, default=None, help="write every frame to this pcap file")
    parser.add_argument("--json", action="store_true", help="say what happens as JSON lines on stdout")
    found = parser.parse_args(words)
    return Arguments(found.table, found.run_dir, found.state_dir, found.wire_log, found.json)


class Parser(argparse.ArgumentParser):
    """argparse with the exit code of sysexits."""

    def exit(self, status: int = 0, message: str | None = None) -> None:  # type: ignore[override]
        """Leave; misuse is 64."""
        super().exit(64 if status == 2 else status, message)


def build(
    given: Arguments,
    open_link: OpenLink | None = None,
    clocks: Clocks | None = None,
    tell: Callable[[str], None] | None = None,
) -> Guard:
    """A guard on its ports. Raises TomlRefused, AlreadyListening, BridgeError, OSError: what to do."""
    machine = table.load(given.table)
    given.state_dir.mkdir(parents=True, exist_ok=True)
    given.run_dir.mkdir(parents=True, exist_ok=True)
    boot_id = int.from_bytes(os.urandom(4), "little")
    with ExitStack() as undo:  # what is open when something is refused is closed again
        now_ms = clock.monotonic_ms()
        store = Store(given.state_dir, machine.sha256, clock.wall_s, now_ms, run_dir=given.run_dir)
        undo.callback(store.close)
        facts = Facts(boot_id, machine.park_cdeg, machine.cap_cdeg, bytes.fromhex(machine.sha256))
        listener = undo.enter_context(listen(given.run_dir / SOCKET))
        log = WireLog(given.wire_log) if given.wire_log else None
        devices = open_devices(machine.devices, open_link, log)
        wall = Clocks(clock.monotonic_ms, clock.cpu_us) if clocks is None else clocks
        store.events.tell = tell
        guard = Guard(machine, devices, Channel(facts, listener), store, boot_id, wall)
        undo.pop_all()
    return guard
