"""Devices from a table file: all wires or none, nothing loaded without need, everything in the log."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from firmware_bridge.assembly import open_devices
from firmware_bridge.config import BlvrConfig, DevicesConfig, NodeConfig, Parity, WitmotionConfig
from firmware_bridge.errors import PortMissing
from firmware_bridge.link.memory import MemoryLink, memory_pair
from firmware_bridge.link.wire_log import IN, OUT, WireLog
from firmware_bridge.readings import ARMED
from simulator.setup import RiderSetup, WorldSetup
from simulator.world import World
from tests.unit.test_link_wire_log import packets, read_by_tshark

ALL = DevicesConfig(BlvrConfig("drive"), WitmotionConfig("inclinometer"), NodeConfig("inputs"))


def test_a_table_with_a_node_loads_no_modbus() -> None:
    code = (
        "import sys; from firmware_bridge.assembly import open_devices\n"
        "from firmware_bridge.config import DevicesConfig, NodeConfig\n"
        "from firmware_bridge.link.memory import memory_pair\n"
        "open_devices(DevicesConfig(NodeConfig('x')), lambda *_: memory_pair()[0]).take(0)\n"
        "print([name for name in ('pymodbus', 'asyncio', 'serial') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == "[]\n"


def test_ports_are_opened_as_the_table_says_and_closed_when_one_is_missing() -> None:
    opened: list[tuple[str, int, Parity]] = []
    far_ends: list[MemoryLink] = []

    def open_link(port: str, baud: int, parity: Parity) -> MemoryLink:
        if port == "inputs":
            raise PortMissing("inputs: there is no such port")
        opened.append((port, baud, parity))
        near, far = memory_pair()
        far_ends.append(far)
        return near

    with pytest.raises(PortMissing):
        open_devices(ALL, open_link)
    assert opened == [("drive", 230_400, "even"), ("inclinometer", 9_600, "none")]
    assert [end.is_open for end in far_ends] == [False, False]


def test_a_drive_without_inputs_is_refused() -> None:
    with pytest.raises(ValueError, match=r"add \[inclinometer\] and \[inputs\]"):
        open_devices(DevicesConfig(BlvrConfig("drive")), lambda *_: memory_pair()[0])


def arm_and_log(drive: str, path: Path) -> WireLog:
    """Three seconds of a table with its wires in a log."""
    world = World(WorldSetup(drive="node" if drive == "node" else "blvr", rider=RiderSetup(mounted=True)))
    log = WireLog(path)
    config = ALL if drive == "blvr" else DevicesConfig(NodeConfig("drive"))
    devices = open_devices(config, lambda port, baud, parity: world.link(port), log)
    for tick in range(1, 151):
        world.advance(tick * 20_000)
        devices.take(tick * 20)
        devices.drive.arm(tick * 20)
        devices.drive.stop(3_000)
        devices.outputs.set(False, False, True, False)
        devices.send(tick, 0, tick * 20)
    reading = devices.drive.read()
    assert reading is not None
    assert reading.state == ARMED
    for facet in (devices.inclinometer, devices.inputs):
        assert facet.read() is not None
    assert devices.trouble is None
    devices.close()
    log.close()
    return log


@pytest.mark.parametrize("drive", ["node", "blvr"])
def test_every_table_arms_over_logged_wires(drive: str, tmp_path: Path) -> None:
    log = arm_and_log(drive, tmp_path / "wire.pcap")
    assert len(packets(tmp_path / "wire.pcap")) == log.packets[IN] + log.packets[OUT]
    assert abs(log.packets[IN] - log.packets[OUT]) <= 6
    assert log.packets[OUT] >= 145


@pytest.mark.peer
def test_tshark_takes_every_modbus_frame_of_a_table(tmp_path: Path) -> None:
    arm_and_log("blvr", tmp_path / "wire.pcap")
    rows = read_by_tshark(tmp_path / "wire.pcap")
    assert len(rows) > 300
    assert set(map(tuple, rows)) == {("1", "")}
