"""Every drive on real ptys and on TCP ports: arm, move, stop, dead host, cut. Its clock is counted."""

from __future__ import annotations

import os
import select
from pathlib import Path

import pytest

from firmware_bridge.assembly import OpenLink, open_devices
from firmware_bridge.drives import catalogue
from firmware_bridge.link.tcp import open_tcp
from firmware_bridge.ports import Devices
from firmware_bridge.readings import ARMED
from hil import demo_table
from safety.guard import table
from simulator.ports import PtyServer, TcpServer
from simulator.setup import WorldSetup
from simulator.world import World
from tests.world_host import RIDING

NAMES = sorted(catalogue.DRIVES)
HELD_DEG = 0.5
# What the host does until when, in ms.
MOVES, STOPS, SILENT, AGAIN, CUT = 3_000, 3_400, 3_900, 5_900, 6_700
HAND_OVER_S = 0.002


class Wall:
    """One drive on real ports."""

    def __init__(self, name: str, folder: Path, kind: str) -> None:
        folder.mkdir()
        self.name = name
        self.world = World(WorldSetup(drive=name, rider=RIDING), 1)
        ports = {wire: folder / wire for wire in demo_table.DRIVES[name]}
        self.server: PtyServer | TcpServer
        open_link: OpenLink | None = None
        if kind == "pty":
            self.server = PtyServer(self.world, folder)
        else:
            self.server = tcp = TcpServer(self.world)
            open_link = lambda port, baud, parity: open_tcp(*tcp.addresses[Path(port).name])  # noqa: E731
        config = table.parse(demo_table.text(name, "a1", ports).encode()).devices
        self.devices: Devices = open_devices(config, open_link)
        paths = self.server.paths.values() if isinstance(self.server, PtyServer) else ()
        self.watched = [os.open(path, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK) for path in paths]
        self.tick = 0
        self.seen: dict[str, float] = {}  # angle at the end of each part
        self.states: dict[str, int | None] = {}

    def step(self) -> None:
        """One tick of the host, then the table lives for 20 ms."""
        self.tick += 1
        now_ms = self.tick * 20
        part = next((name for name, ends in PARTS if now_ms < ends), "over")
        self.seen[part] = self.world.truth.angle_deg
        if part != "silent":
            self.talk(part, now_ms)
            select.select(self.server.fds(), [], [], HAND_OVER_S)  # ports hand bytes over in their own time
        for ms in range(20):
            self.server.pump((now_ms + ms) * 1_000)
            self.world.advance((now_ms + ms + 1) * 1_000)
        self.server.pump((now_ms + 20) * 1_000)
        select.select(self.watched, [], [], HAND_OVER_S)

    def talk(self, part: str, now_ms: int) -> None:
        """Take, intend, send."""
        devices = self.devices
        devices.take(now_ms)
        reading = devices.drive.read()
        self.states[part] = None if reading is None else reading.state
        self.intend(part, reading is not None and reading.state == ARMED, now_ms)
        devices.outputs.set(False, False, part != "cut", False)
        devices.send(self.tick, 0xFFFF, now_ms)

    def intend(self, part: str, armed: bool, now_ms: int) -> None:
        """This tick's verb."""
        drive = self.devices.drive
        if part in ("cut", "over"):
            drive.release()
        elif not armed:
            drive.arm(now_ms)
            drive.stop(3_000)
        elif part == "stops":
            drive.stop(3_000)
        else:
            drive.move(-6_900 if part == "moves" else -6_950, 0)

    def close(self) -> None:
        self.devices.close()
        for fd in self.watched:
            os.close(fd)
        self.server.close()


PARTS = (("moves", MOVES), ("stops", STOPS), ("silent", SILENT), ("again", AGAIN), ("cut", CUT))


@pytest.mark.serial
@pytest.mark.parametrize("kind", ["pty", "tcp"])
@pytest.mark.parametrize("name", NAMES)
def test_it_keeps_its_promises_on_real_ports(name: str, kind: str, tmp_path: Path) -> None:
    wall = Wall(name, tmp_path / name, kind)
    while wall.tick * 20 < CUT:
        wall.step()
    wall.close()
    assert (wall.states["moves"], wall.states["again"]) == (ARMED, ARMED)
    expected = {"moves": -69.0, "stops": -69.0, "silent": -69.0, "again": -69.5}
    assert {part: wall.seen[part] for part in expected} == pytest.approx(expected, abs=HELD_DEG)
    assert wall.world.truth.brake_closed
    assert wall.states["cut"] != ARMED
