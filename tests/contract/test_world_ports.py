"""The real serial link on the simulator's ptys, at the wall's pace: as `keel bench` and a guard meet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from firmware_bridge import clock
from firmware_bridge.assembly import open_devices
from firmware_bridge.config import BlvrConfig, DevicesConfig, NodeConfig, WitmotionConfig
from firmware_bridge.link.tcp import open_tcp
from firmware_bridge.readings import ARMED
from simulator.ports import PtyServer, TcpServer
from simulator.setup import Drive, WorldSetup
from simulator.world import World
from tests.world_host import RIDING

PUMP_MS = 2


def configs(folder: Path) -> dict[str, DevicesConfig]:
    drive, inclinometer, inputs = (str(folder / name) for name in ("drive", "inclinometer", "inputs"))
    return {
        "node": DevicesConfig(NodeConfig(drive)),
        "blvr": DevicesConfig(BlvrConfig(drive), WitmotionConfig(inclinometer), NodeConfig(inputs)),
    }


def session(world: World, server: PtyServer | TcpServer, devices: Any) -> None:
    """Two seconds: arm, then step down by 1 deg."""
    start_ms, pumped_ms, tick = clock.monotonic_ms(), 0, 0
    while pumped_ms < 2_000:
        clock.sleep_until_ms(start_ms + pumped_ms + PUMP_MS)
        pumped_ms = clock.monotonic_ms() - start_ms
        world.advance(pumped_ms * 1000)
        server.pump(pumped_ms * 1000)
        if pumped_ms < (tick + 1) * 20:
            continue
        tick += 1
        devices.take(pumped_ms)
        reading = devices.drive.read()
        if reading is None or reading.state != ARMED:
            devices.drive.arm(pumped_ms)
            devices.drive.stop(3000)
        else:
            devices.drive.move(-6900, 0)
        devices.outputs.set(False, False, True, False)
        devices.send(tick, 0xFFFF, pumped_ms)
    assert world.truth.angle_deg == pytest.approx(-69.0, abs=0.05)


@pytest.mark.serial
@pytest.mark.parametrize("drive", ["node", "blvr"])
def test_real_serial_ports_on_ptys(drive: Drive, tmp_path: Path) -> None:
    world = World(WorldSetup(drive=drive, rider=RIDING), 1)
    server = PtyServer(world, tmp_path)
    devices = open_devices(configs(tmp_path)[drive])
    try:
        session(world, server, devices)
    finally:
        devices.close()
        server.close()


@pytest.mark.serial
def test_real_tcp_links() -> None:
    world = World(WorldSetup(rider=RIDING), 1)
    server = TcpServer(world)
    devices = open_devices(
        DevicesConfig(NodeConfig("drive")), lambda name, baud, parity: open_tcp(*server.addresses[name])
    )
    try:
        session(world, server, devices)
    finally:
        devices.close()
        server.close()
