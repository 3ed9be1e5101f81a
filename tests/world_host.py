"""A host for simulated tables: the real drivers over the world's wires, in lockstep, without a guard."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from firmware_bridge.assembly import open_devices
from firmware_bridge.config import DevicesConfig, NodeConfig
from firmware_bridge.ports import ByteLink, Devices
from firmware_bridge.readings import ARMED, DriveReading, InputsReading
from hil import demo_table
from safety.guard import table
from simulator.setup import Drive, Gear, RiderSetup, WorldSetup
from simulator.world import Truth, World

TICK_MS = 20
ACCEL_CDPS2 = 100
RIDING = RiderSetup(mounted=True)


def config_of(drive: Drive, gear: Gear = "a1") -> DevicesConfig:
    """As the demo's table file has it, each wire's port named as the wire; a node with its own limits."""
    ports = {wire: Path(wire) for wire in demo_table.DRIVES[drive]}
    devices = table.parse(demo_table.text(drive, gear, ports).encode()).devices
    if drive == "node":
        return DevicesConfig(NodeConfig("drive"))
    return replace(devices, inputs=NodeConfig("inputs"))


class Host:
    """Ticks every 20 ms: arms, streams a trapezoid to the target it was given, feeds the drive."""

    def __init__(
        self,
        setup: WorldSetup,
        seed: int = 1,
        wrap: Callable[[str, ByteLink], ByteLink] | None = None,
        config: DevicesConfig | None = None,
    ) -> None:
        self.world = World(setup, seed)
        links = {name: self.world.link(name) for name in self.world.wires}
        self.devices: Devices = open_devices(
            config or config_of(setup.drive, setup.gear),
            lambda port, baud, parity: links[port] if wrap is None else wrap(port, links[port]),
        )
        self.tick = 0
        self.armed = False
        self.refused: str | None = None
        self.session_open = True
        self.enable = True
        self.sounder = self.lamp = False
        self._at_cdeg: float | None = None
        self._rate_cdps = 0.0

    @property
    def truth(self) -> Truth:
        """How it really is."""
        return self.world.truth

    @property
    def now_s(self) -> float:
        """Table time."""
        return self.tick * TICK_MS / 1000

    @property
    def at_deg(self) -> float | None:
        """The setpoint of the last tick, None while it holds."""
        return None if self._at_cdeg is None else self._at_cdeg / 100

    @property
    def drive(self) -> DriveReading:
        """The newest answer of the drive."""
        reading = self.devices.drive.read()
        assert reading is not None
        return reading

    @property
    def inputs(self) -> InputsReading:
        """The newest inputs."""
        reading = self.devices.inputs.read()
        assert reading is not None
        return reading

    @property
    def inclinometer_cdeg(self) -> int:
        """The second angle."""
        reading = self.devices.inclinometer.read()
        assert reading is not None
        return reading.angle_cdeg

    def step(self, target_deg: float | None = None, rate_dps: float = 2.0, cut: bool = False) -> None:
        """One tick; None holds, `cut` takes the torque away."""
        self.tick += 1
        now_ms = self.tick * TICK_MS
        self.world.advance(now_ms * 1000)
        devices = self.devices
        devices.take(now_ms)
        reading = devices.drive.read()
        if not self.armed or reading is None or reading.state != ARMED:
            self.armed, self.refused = devices.drive.arm(now_ms)
        if cut:
            devices.drive.release()
        elif target_deg is None or not self.armed:
            self._at_cdeg, self._rate_cdps = None, 0.0
            devices.drive.stop(3000)
        else:
            self._stream(target_deg * 100, rate_dps * 100)
        devices.outputs.set(self.sounder, self.lamp, self.enable, self.session_open)
        devices.send(self.tick, 0xFFFF, now_ms)

    def _stream(self, target: float, top: float) -> None:
        """A trapezoid of 1 deg/s2 from wherever the table is."""
        if self._at_cdeg is None:
            seen = self.drive.angle_cdeg
            self._at_cdeg = float(self.inclinometer_cdeg if seen is None else seen)
        left = target - self._at_cdeg
        slow_down = math.sqrt(2 * ACCEL_CDPS2 * 0.8 * abs(left))
        wanted = math.copysign(min(top, slow_down), left)
        most = ACCEL_CDPS2 * TICK_MS / 1000
        self._rate_cdps += max(-most, min(most, wanted - self._rate_cdps))
        if abs(left) < 3:
            self._at_cdeg, self._rate_cdps = target, 0.0
        self._at_cdeg += self._rate_cdps * TICK_MS / 1000
        self.devices.drive.move(round(self._at_cdeg), round(self._rate_cdps))

    def run(self, seconds: float, target_deg: float | None = None, rate_dps: float = 2.0) -> None:
        """Many ticks."""
        for _ in range(round(seconds * 1000 / TICK_MS)):
            self.step(target_deg, rate_dps)

    def go(self, target_deg: float, rate_dps: float = 2.0) -> None:
        """Go there and stand."""
        way = abs(self.truth.angle_deg - target_deg)
        self.run(way / rate_dps + rate_dps + 2.5, target_deg, rate_dps)

    def silence(self, seconds: float) -> None:
        """The host is gone for so long."""
        self.world.advance(self.world.now_us + round(seconds * 1e6))
        self.tick += round(seconds * 1000 / TICK_MS)
        self.armed = False

    def start(self) -> None:
        """Until the drive is armed."""
        for _ in range(200):
            self.step()
            if self.armed:
                return
        raise AssertionError(f"not armed after 4 s: {self.refused} {self.devices.trouble}")


def riding(
    drive: Drive = "node",
    gear: Gear = "a1",
    start_deg: float | None = None,
    rider: RiderSetup = RIDING,
    seed: int = 1,
) -> Host:
    """A host with an armed drive."""
    host = Host(WorldSetup(gear=gear, drive=drive, rider=rider, start_deg=start_deg), seed)
    host.start()
    return host


def under_way(fault: str) -> Host:
    """At -20 deg, going down at 2 deg/s for 3 s, when the fault is switched on."""
    host = riding(start_deg=-20.0)
    host.run(4.0, 20.0)
    host.world.faults.switch(fault, True)
    return host
