"""What a tick of the guard costs on pseudo terminals: the guard, a drive's exchange, and their peers."""

from __future__ import annotations

import os
import select
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from firmware_bridge.config import NodeConfig
from firmware_bridge.drives import catalogue
from firmware_bridge.drives.catalogue import Angles
from firmware_bridge.drives.node.driver import NodeDrive
from firmware_bridge.drives.node.port import NodePort
from firmware_bridge.link.serial_port import open_serial
from firmware_bridge.ports import MotorDrive
from firmware_bridge.readings import AngleReading
from hil import demo_table
from hil.benchmarks import wire_peers
from hil.benchmarks.measure import Figure, thread_us, yardstick_ns
from hil.benchmarks.wire_peers import Traffic
from safety.guard import compose
from safety.guard import table as table_file
from safety.guard.guard import Clocks
from safety.observation import DRIVE_ARMED
from simulator.ports import PtyServer
from simulator.setup import WorldSetup
from simulator.sides import SIDES
from simulator.world import World

TICK_MS: Final = 20
START_MS: Final = 1_000_000
STOP_CDPS2: Final = 3_000
WARM_UP, TICKS = 150, 600
TARGET_US: Final = {"node": 1_000}  # of every other drive:
OTHERS_US: Final = 1_500
DRIVES: Final = ("node", "blvr", *sorted(set(catalogue.DRIVES) - {"node", "blvr"}))
ON_MODBUS: Final = tuple(name for name in DRIVES if name in SIDES and SIDES[name].is_modbus)
PARK_CDEG: Final = -7_000
UNIT: Final = "us CPU a tick"
Host = Callable[[int], object]


class Table:
    """A simulated table behind its ptys, on a counted clock."""

    def __init__(self, drive: str, folder: Path) -> None:
        self.now_ms = START_MS
        self.world = World(WorldSetup(drive=drive))
        self.server = PtyServer(self.world, folder / "ports")
        self.paths = self.server.paths
        self._watched = [
            os.open(path, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK) for path in self.paths.values()
        ]

    def tick(self, host: Host) -> float:
        """CPU of the host's tick; then the table lives for the rest of the 20 ms."""
        self.now_ms += TICK_MS
        began = thread_us()
        host(self.now_ms)
        taken = thread_us() - began
        start_us = (self.now_ms - START_MS) * 1_000
        select.select(self.server.fds(), [], [], 0.002)  # a pty hands bytes over in its own time
        for part in range(1, TICK_MS):
            self.server.pump(start_us)
            self.world.advance(start_us + part * 1_000)
        self.server.pump(start_us + (TICK_MS - 1) * 1_000)
        select.select(self._watched, [], [], 0.002)
        return taken

    def run(self, host: Host) -> tuple[float, list[Traffic]]:
        """The median tick and the bytes of one on each wire that is used."""
        for _ in range(WARM_UP):
            self.tick(host)
        counts = self.server.counts
        since = {name: (one.consumed, one.produced) for name, one in counts.items()}
        taken = statistics.median(self.tick(host) for _ in range(TICKS))
        moved = [
            Traffic(
                round((one.consumed - since[name][0]) / TICKS), round((one.produced - since[name][1]) / TICKS)
            )
            for name, one in self.server.counts.items()
        ]
        return taken, [one for one in moved if one.out]

    def close(self) -> None:
        """Let everything go."""
        for fd in self._watched:
            os.close(fd)
        self.server.close()


def guard_on(drive: str, folder: Path) -> tuple[float, list[Traffic], str]:
    """The whole guard; and what its devices complain of."""
    table = Table(drive, folder)
    (folder / "table.toml").write_text(demo_table.text(drive, "a1", table.paths), encoding="utf-8")
    given = compose.Arguments(folder / "table.toml", folder / "run", folder / "state")
    guard = compose.build(given, clocks=Clocks(lambda: table.now_ms, lambda: 0))
    taken, traffic = table.run(guard.tick)
    seen = guard.observation
    guard.close()
    table.close()
    armed = seen is not None and seen.drive_state == DRIVE_ARMED
    return taken, traffic, "armed, at park" if armed else "NOT ARMED"


def exchange_on(drive: str, folder: Path) -> tuple[float, list[Traffic]]:
    """The drive's wire alone, driver and codec; whoever needs an inclinometer hears that it is parked."""
    table = Table(drive, folder)
    config = table_file.parse(demo_table.text(drive, "a1", table.paths).encode()).devices.drive
    link = open_serial(config.port, config.baud, config.parity)
    drive_of: MotorDrive
    if isinstance(config, NodeConfig):
        wire = NodePort(config, link, "table")
        drive_of, taker, send, close = NodeDrive(wire), wire.take, wire.send, wire.close
    else:
        parked = Angles(lambda: AngleReading(table.now_ms, 0, PARK_CDEG, None), lambda: None)
        wired = catalogue.make(config, link, parked)
        drive_of, taker, send, close = wired, wired.take, wired.send, wired.close

    def host(now_ms: int) -> None:
        taker(now_ms)
        drive_of.arm(now_ms)
        drive_of.stop(STOP_CDPS2)
        send(now_ms // TICK_MS, 0, now_ms)

    taken, traffic = table.run(host)
    close()
    table.close()
    return taken, traffic


def raw(group: str, name: str, traffic: list[Traffic]) -> Figure:
    """The bare bytes."""
    pace = yardstick_ns()
    taken = statistics.median(wire_peers.raw_tick_us(traffic, TICKS))
    said = ", ".join(f"{one.out} + {one.back}" for one in traffic)
    return Figure(group, name, taken, UNIT, pace, f"{said} bytes")


def drive_figures(drive: str) -> list[Figure]:
    """One drive: guard and exchange, each beside its bare bytes."""
    group, pace = f"tick on ptys, drive {drive}", yardstick_ns()
    with tempfile.TemporaryDirectory(prefix="keel-bench-") as folder:
        taken, traffic, note = guard_on(drive, Path(folder))
    wished = f"{note}; wished for: at most {TARGET_US.get(drive, OTHERS_US)} us"
    guard = Figure(group, "guard, all wires", taken, UNIT, pace, wished)
    with tempfile.TemporaryDirectory(prefix="keel-bench-") as folder:
        taken, alone = exchange_on(drive, Path(folder))
    exchange = Figure(group, "drive's exchange alone", taken, UNIT, yardstick_ns())
    bytes_all, bytes_one = (
        raw(group, "raw bytes, all wires", traffic),
        raw(group, "raw bytes, one wire", alone),
    )
    return [
        guard.compared(bytes_all, bytes_all.value / guard.value),
        exchange.compared(bytes_one, bytes_one.value / exchange.value),
        bytes_all,
        bytes_one,
    ]


def figures() -> list[Figure]:
    """Every drive, and another client's exchange beside those on Modbus."""
    found: list[Figure] = []
    pace = yardstick_ns()
    taken = statistics.median(wire_peers.client_us(TICKS // 3))
    said = f"FC23, {wire_peers.READ} registers read, {wire_peers.WRITTEN} written, no driver"
    for drive in DRIVES:
        figures_of = drive_figures(drive)
        found += figures_of
        if drive in ON_MODBUS:
            exchange = figures_of[1]
            client = Figure(exchange.group, "pymodbus client, one exchange", taken, UNIT, pace, said)
            found += [exchange.compared(client, client.value / exchange.value), client]
    return found
