"""The whole product in one process on one counted clock: no threads, no sleeping, one seed = one run.

The real Guard, Controller, drivers and codecs meet a World over in-memory wires; guard, controller and panel
talk their real packets over pipes in memory. Every tick of 20 ms the world goes first, then guard,
controller, panel. A killed process is an object that is dropped; the service manager makes a new one after
RESTART_MS.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from controller.channel import GuardClient, StationServer
from controller.facts import facts_of
from controller.loop import Controller
from firmware_bridge.assembly import open_devices
from firmware_bridge.config import Parity
from firmware_bridge.ports import ByteLink
from hil import demo_table
from hil.known_rider import acquaint
from hil.rigs.disk import refuses
from hil.rigs.panel import Panel
from hil.rigs.pipes import Ear, Pipes
from safety.guard import messages, table
from safety.guard.channel import Channel, Facts
from safety.guard.compose import SOCKET
from safety.guard.guard import Clocks, Guard
from safety.guard.report import Report
from safety.guard.store import Store
from safety.guard.table import Table
from safety.trial import TESTS
from simulator.setup import WorldSetup
from simulator.world import World

TICK_MS: Final = 20
TICK_US: Final = TICK_MS * 1_000
BASE_MS: Final = 1_000_000  # the machine has been up for a while
WALL_S: Final = 1_700_000_000
PANEL_TICKS: Final = 5
RESTART_MS: Final = 1_000  # design 2: what a restart costs
MACHINE_BOOT: Final = "lockstep"
BOOT_ID: Final = 1
PROCESSES: Final = ("guard", "controller", "station")
CONTROLLER_SOCKET: Final = "controller.sock"


@dataclass(frozen=True, slots=True)
class LockstepSetup:
    """Everything a run depends on."""

    programme: str  # the text of a programme's file
    tier: str
    world: WorldSetup = field(default_factory=WorldSetup)
    seed: int = 1
    tested: bool = True  # the day's tests have passed already
    load: bool = True  # the panel loads the programme and starts it


def table_of(world: WorldSetup) -> Table:
    """The table file of a simulated table whose ports are wires of a world."""
    wires = {name: Path("/lockstep") / name for name in demo_table.DRIVES[world.drive]}
    return table.parse(demo_table.text(world.drive, world.gear, wires).encode())


class Lockstep:
    """`tick` is 20 ms of everybody; `world` to play with and to judge by, `report` the guard's last word."""

    def __init__(self, setup: LockstepSetup, folder: Path) -> None:
        self.setup = setup
        self.folder = folder
        self.world = World(setup.world, setup.seed)
        self.table = table_of(setup.world)
        self.now_ms = BASE_MS
        self.report: Report | None = None  # of this very tick, None while there is no guard
        self.guard: Guard | None = None
        self.controller: Controller | None = None
        self.panel: Panel | None = None
        self.wall_jump_s = 0  # host fault: the calendar is wrong by so much
        self.held_up_ms = 0  # host fault: from judgement to the write, in this tick
        self.disk: Callable[[], AbstractContextManager[None]] | None = None  # host fault: around each tick
        self.disk_refused = False  # whether a file could not be written in a tick of the guard
        self.wall_asked_wrong = 0  # readings of a calendar that is wrong
        self._asleep: dict[str, int] = {}  # until when a stopped process stands still
        self._due: dict[str, int] = {}  # when a killed one is there again
        self._starts = dict.fromkeys(PROCESSES, 0)
        self._ticks = 0
        self._hash = hashlib.sha256()
        self._pipes = Pipes()
        acquaint(folder, self.table.sha256, "lockstep")
        if setup.tested:
            self._note_tested()
        for name in PROCESSES:
            self._start(name)

    @property
    def t_ms(self) -> int:
        """Table time."""
        return self.now_ms - BASE_MS

    @property
    def telemetry_hash(self) -> str:
        """Of every REPORT packet so far."""
        return self._hash.hexdigest()

    def tick(self) -> None:
        """20 ms."""
        self.now_ms += TICK_MS
        self._ticks += 1
        self.world.advance(self.t_ms * 1_000)
        if self._due or self._asleep:
            self._wake()
        self.tick_guard()
        if self.controller is not None and "controller" not in self._asleep:
            self.controller.tick(self.now_ms)
        if self._ticks % PANEL_TICKS == 0 and self.panel is not None and "station" not in self._asleep:
            self.panel.pump(self.now_ms)

    def tick_guard(self) -> None:
        """The guard's turn, and what it said."""
        self.report = None
        if self.guard is not None and "guard" not in self._asleep:
            trouble = self.disk is not None
            self.report = self._in_trouble(self.guard) if trouble else self.guard.tick(self.now_ms)

    def runs(self, name: str) -> bool:
        """Whether the process is there and not stopped."""
        return name not in self._due and name not in self._asleep

    def _in_trouble(self, guard: Guard) -> Report:
        """A tick of the guard on a disk in trouble."""
        assert self.disk is not None
        with self.disk():
            self.disk_refused = self.disk_refused or refuses(self.folder)
            return guard.tick(self.now_ms)

    def kill(self, name: str, restarts: bool = True) -> None:
        """As kill -9; the service manager starts it anew."""
        self._asleep.pop(name, None)
        if name == "guard" and self.guard is not None:
            self.guard.close()
            self.guard = None
        elif name == "controller" and self.controller is not None:
            self.controller.guard.close()
            self.controller.stations.close()
            self.controller = None
        elif name == "station" and self.panel is not None:
            self.panel.close()
            self.panel = None
        if restarts:
            self._due[name] = self.now_ms + RESTART_MS

    def stop(self, name: str, for_ms: int) -> None:
        """As SIGSTOP, and SIGCONT so much later."""
        self._asleep[name] = self.now_ms + for_ms

    def close(self) -> None:
        """Let everything go."""
        for name in PROCESSES:
            self.kill(name, restarts=False)

    def _wake(self) -> None:
        now_ms = self.now_ms
        for name in [name for name, until_ms in self._asleep.items() if now_ms >= until_ms]:
            del self._asleep[name]
        for name in [name for name, due_ms in self._due.items() if now_ms >= due_ms]:
            del self._due[name]
            self._start(name)

    def _start(self, name: str) -> None:
        self._starts[name] += 1
        {"guard": self._start_guard, "controller": self._start_controller, "station": self._start_panel}[
            name
        ]()

    def _start_guard(self) -> None:
        machine, folder = self.table, self.folder
        sha256 = machine.sha256
        store = Store(folder, sha256, self._wall_s, self.now_ms, MACHINE_BOOT)
        boot_id = BOOT_ID + self._starts["guard"]
        channel = Channel(
            Facts(boot_id, machine.park_cdeg, machine.cap_cdeg, bytes.fromhex(sha256)),
            self._pipes.listen(folder / SOCKET),
        )
        devices = open_devices(machine.devices, self._open_link)
        clocks = Clocks(lambda: self.now_ms + self.held_up_ms, lambda: 0)
        self.guard = Guard(machine, devices, channel, store, boot_id, clocks)
        hello = messages.HELLO_LAYOUT.pack((messages.ROLES.index("observer"), 0))
        channel.attach(Ear(hello, self._overhear))

    def _start_controller(self) -> None:
        number = 100 + self._starts["controller"]
        guard = GuardClient(self.folder / SOCKET, number, connect=self._pipes.connect)
        stations = StationServer(self.folder / CONTROLLER_SOCKET, self._pipes.listen)
        self.controller = Controller(facts_of(self.table), guard, stations)

    def _start_panel(self) -> None:
        rider = {"id": "lockstep", "tier": self.setup.tier}
        load: dict[str, Any] = {"programme": self.setup.programme, "name": "lockstep.toml", "rider": rider}
        first = self.setup.load and self._starts["station"] == 1
        self.panel = Panel(
            self.folder / SOCKET,
            self.folder / CONTROLLER_SOCKET,
            200 + self._starts["station"],
            load if first else None,
            self._pipes.connect,
        )

    def _open_link(self, port: str, baud: int, parity: Parity) -> ByteLink:
        return self.world.link(Path(port).name)

    def _wall_s(self) -> int:
        self.wall_asked_wrong += self.wall_jump_s != 0
        return WALL_S + self.t_ms // 1_000 + self.wall_jump_s

    def _note_tested(self) -> None:
        entry = {
            "table_sha256": self.table.sha256,
            "tests": list(TESTS),
            "boot": MACHINE_BOOT,
            "now_ms": self.now_ms,
            "wall_s": self._wall_s(),
        }
        (self.folder / "tests.json").write_text(json.dumps(entry))

    def _overhear(self, packet: bytes) -> None:
        """What the guard says, byte by byte."""
        if packet[1] == messages.REPORT:
            self._hash.update(packet)
