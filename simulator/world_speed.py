"""Speed drives in a world: their motor turns the plant at the speed they ask for, their brake holds it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

from simulator.devices.atv320 import Atv320
from simulator.devices.base import Shaft, Twin
from simulator.devices.zlac8015d import Zlac8015d
from simulator.setup import WorldSetup
from simulator.world_bed import Bed
from simulator.world_servo import Servo

if TYPE_CHECKING:
    from simulator.world import World

SPINDLE_TURNS_M = 1_000  # 10 mm of lead behind a gear of 10
SLIP_DPS_A = 0.01  # an induction motor by frequency turns slower under load, of the table


def geared(world: World, ratio: float) -> float:
    """Turns of the motor for one of the table: this ratio, on a spindle that of the table at horizontal."""
    lever = world.table.whole.gear.lever
    return ratio if lever is None else SPINDLE_TURNS_M * math.tau * lever.reach(0.0).arm_m


class SpeedTwin(Twin, Protocol):
    """What a world needs to know of a speed drive."""

    current_ma: int

    @property
    def excited(self) -> bool: ...

    @property
    def brake_closed(self) -> bool: ...

    @property
    def wanted_dps(self) -> float: ...


class SpeedSide(Bed):
    """The drive beside the inclinometer; `sense` every 10 ms, `act` every millisecond."""

    slip_dps_a = 0.0

    def __init__(
        self, setup: WorldSetup, world: World, drive: SpeedTwin, shaft: Shaft, line: tuple[int, int]
    ) -> None:
        self._world = world
        self._servo = Servo(world.table.plant.params)
        self._shaft = shaft
        self._drive = drive
        baud, bits = line
        world.attach("drive", setup.drive_baud or baud, bits, drive)
        super().__init__(setup, world)

    def supply(self, live: bool) -> None:
        """Whether the enable relay lets the motor have current."""
        raise NotImplementedError

    def act(self) -> None:
        """The motor follows the speed, the registers show the motor."""
        table, drive, encoder = self._world.table, self._drive, self._world.encoder
        plant = table.plant
        live = table.relay.closed and table.powered
        self.supply(live)
        angle_deg, rate_dps = encoder.shows(self._shaft, table.motor_deg, table.motor_dps)
        slope = table.slope(plant.angle_deg)  # where it is, whatever the encoder says
        self._shaft.angle_deg = table.even_deg(self._shaft.angle_deg)
        self._shaft.rate_dps *= slope
        duty: float | None = None
        if live and drive.excited:
            wanted = drive.wanted_dps / slope - self.slip_dps_a * plant.current_a
            duty = self._servo.duty(angle_deg, wanted, angle_deg, rate_dps, plant.supply_v, slope)
        else:
            self._servo.reset()
        table.actuate(duty, drive.brake_closed)
        drive.current_ma = round(abs(plant.current_a) * 1000)


class Atv320Side(SpeedSide):
    """Commissioned: channel at the factory's setting, brake logic on relay R2."""

    slip_dps_a = SLIP_DPS_A

    def __init__(self, setup: WorldSetup, world: World) -> None:
        shaft = Shaft(world.table.even_deg(world.table.plant.angle_deg))
        self.drive = Atv320(shaft, gear_ratio=geared(world, 1_200.0))
        self.drive.write(10_001, [2])
        super().__init__(setup, world, self.drive, shaft, (19_200, 11))

    def supply(self, live: bool) -> None:
        """Safe torque off."""
        self.drive.sto_open = not live


class Zlac8015dSide(SpeedSide):
    """With its brake on output Y0."""

    def __init__(self, setup: WorldSetup, world: World) -> None:
        shaft = Shaft(world.table.even_deg(world.table.plant.angle_deg))
        self.drive = Zlac8015d(shaft, gear_ratio=geared(world, 600.0))
        super().__init__(setup, world, self.drive, shaft, (115_200, 10))

    def supply(self, live: bool) -> None:
        """The relay switches the motor's supply."""
        self.drive.powered = live
