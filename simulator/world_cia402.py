"""The CiA 402 servo of a world: a speed drive with a brake on its own output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.devices.base import Shaft
from simulator.devices.cia402 import Cia402
from simulator.setup import WorldSetup
from simulator.world_speed import SpeedSide, geared

if TYPE_CHECKING:
    from simulator.world import World


class Cia402Side(SpeedSide):
    """At 115200 baud with even parity."""

    def __init__(self, setup: WorldSetup, world: World) -> None:
        shaft = Shaft(world.table.even_deg(world.table.plant.angle_deg))
        self.drive = Cia402(shaft, gear_ratio=geared(world, 600.0))
        super().__init__(setup, world, self.drive, shaft, (115_200, 11))

    def supply(self, live: bool) -> None:
        """The relay switches the motor's supply."""
        self.drive.powered = live
