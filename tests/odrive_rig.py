"""An ODrive driver, its line and its twin in virtual time; one call of `tick` is one tick of the guard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from firmware_bridge.drives.catalogue import Angles
from firmware_bridge.drives.odrive.config import OdriveConfig
from firmware_bridge.drives.odrive.driver import OdriveDrive
from firmware_bridge.readings import AngleReading, Arming, DriveReading
from simulator.devices.base import Shaft
from simulator.devices.odrive import Odrive
from tests.modbus_line import TICK_US, Line

PARK_DEG = -70.0


class Rig:
    """The shaft stands at park at first; the inclinometer tells its angle, or nothing."""

    def __init__(
        self, sign: int = 1, start_deg: float = PARK_DEG, holds: Literal["brake", "self-locking"] = "brake"
    ) -> None:
        self.shaft = Shaft(start_deg)
        self.twin = Odrive(self.shaft, turns_per_degree=sign * 200 / 360, follow=True)
        self.line = Line(self.twin, 115_200, bits=10)
        self.inclinometer_works = True
        angles = Angles(self._inclination, lambda: None)
        self.drive = OdriveDrive(OdriveConfig(holds, "line", sign=sign), self.line.host, angles)
        self.ticks = 0
        self.worst_age_ms = 0

    def _inclination(self) -> AngleReading | None:
        if not self.inclinometer_works:
            return None
        return AngleReading(self.line.now_ms, self.ticks, round(self.shaft.angle_deg * 100), None)

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

    def arm(self, ticks: int = 120) -> Arming:
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

    def move(self, speed_cdps: int, seconds: float) -> list[float]:
        """A planned ramp of 1 deg/s2 from here; how far the shaft was from the plan at each tick, in cdeg."""
        errors = []
        setpoint, rate = self.shaft.angle_deg * 100, 0.0
        for _ in range(round(seconds * 50)):
            rate = max(min(rate + 2, speed_cdps), rate - 2)
            setpoint += rate * 0.02
            self.follow(setpoint, rate)
            errors.append(self.shaft.angle_deg * 100 - setpoint - rate * 0.02)
        return errors

    def follow(self, setpoint: float, rate: float) -> DriveReading | None:
        return self.tick(lambda: self.drive.move(round(setpoint), round(rate)))


def armed(sign: int = 1, start_deg: float = PARK_DEG) -> Rig:
    """Armed, holding."""
    rig = Rig(sign, start_deg)
    assert rig.arm() == Arming(True)
    rig.hold(10)
    rig.worst_age_ms = 0
    return rig


def reading_of(rig: Rig) -> DriveReading:
    """The newest reading, which there must be."""
    reading = rig.drive.read()
    assert reading is not None
    return reading
