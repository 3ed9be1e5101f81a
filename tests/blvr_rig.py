"""A BLV-R driver, its line and its twin in virtual time; one call of `tick` is one tick of the guard."""

from __future__ import annotations

from collections.abc import Callable

from firmware_bridge.codec import crc
from firmware_bridge.config import BlvrConfig
from firmware_bridge.drives.blvr import registers as r
from firmware_bridge.drives.blvr.driver import BlvrDrive
from firmware_bridge.readings import Arming, DriveReading
from simulator.devices.base import Shaft
from simulator.devices.blvr import Blvr
from tests.modbus_line import TICK_US, Line

PARK_CDEG = -7_000


class Rig:
    """The shaft stands at park at first."""

    def __init__(self, locked: bool = False, sign: int = 1, baud: int = 230_400) -> None:
        self.shaft = Shaft(PARK_CDEG / 100)
        self.twin = Blvr(self.shaft, follow=True, locked=locked, steps_per_degree=100.0 * sign)
        self.line = Line(self.twin, baud, bits=11)
        self.drive = BlvrDrive(BlvrConfig("line", baud=baud, sign=sign), self.line.host)
        self.ticks = 0
        self.worst_age_ms = 0

    def tick(self, state: Callable[[], None] | None = None) -> DriveReading | None:
        """Take, state an intent, send, let 20 ms pass; returns what was read at its beginning."""
        now_ms = self.line.now_ms
        self.drive.take(now_ms)
        reading = self.drive.read()
        if reading is not None:
            self.worst_age_ms = max(self.worst_age_ms, now_ms - reading.at_ms)
        if state is not None:
            state()
        self.drive.send(self.ticks, 0, now_ms)
        self.line.run(TICK_US)
        self.ticks += 1
        return reading

    def arm(self, ticks: int = 60) -> Arming:
        """Until armed or refused."""
        arming = Arming(False)
        for _ in range(ticks):
            arming = self.drive.arm(self.line.now_ms)
            if arming.armed or arming.refused:
                break
            self.tick()
        return arming

    def hold(self, ticks: int) -> None:
        for _ in range(ticks):
            self.tick(lambda: self.drive.stop(3_000))

    def follow(self, setpoint: float, rate: float) -> DriveReading | None:
        return self.tick(lambda: self.drive.move(round(setpoint), round(rate)))

    def register(self, address: int) -> int:
        upper, lower = self.twin.read(address, 2)
        return r.signed(upper, lower)

    def move(self, speed_cdps: int, seconds: float, accel_cdps2: int = 100) -> list[float]:
        """A planned ramp from here; returns how far the shaft was from the plan at each tick, in cdeg."""
        errors = []
        setpoint, rate = self.shaft.angle_deg * 100, 0.0
        for _ in range(round(seconds * 50)):
            change = accel_cdps2 * 0.02
            rate = max(min(rate + change, speed_cdps), rate - change)
            setpoint += rate * 0.02
            self.follow(setpoint, rate)
            errors.append(self.shaft.angle_deg * 100 - setpoint - rate * 0.02)
        return errors


def armed(sign: int = 1) -> Rig:
    """Armed at park, holding."""
    rig = Rig(sign=sign)
    assert rig.arm() == Arming(True)
    rig.hold(5)
    rig.worst_age_ms = 0
    return rig


def reading_of(rig: Rig) -> DriveReading:
    """The newest reading, which there must be."""
    reading = rig.drive.read()
    assert reading is not None
    return reading


def framed(body: bytes) -> bytes:
    """With its CRC."""
    return body + crc.modbus(body).to_bytes(2, "little")
