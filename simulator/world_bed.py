"""The inclinometer on the bed of a world whose drive carries none: a WitMotion on a wire of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.devices.base import Shaft
from simulator.devices.witmotion import Witmotion
from simulator.setup import WorldSetup

if TYPE_CHECKING:
    from simulator.world import World


class Bed:
    """What every side but the node's has; a side attaches its drive first, then calls this."""

    def __init__(self, setup: WorldSetup, world: World) -> None:
        self._bed_sensor = world.inclinometer
        self._bed = Shaft(world.inclinometer.angle_deg)
        self.inclinometer = Witmotion(self._bed)
        world.attach("inclinometer", setup.inclinometer_baud, 10, self.inclinometer)

    def sense(self) -> None:
        """The bed's angle reaches the inclinometer's registers."""
        sensor = self._bed_sensor
        self._bed.angle_deg, self._bed.rate_dps = sensor.angle_deg, sensor.rate_dps
