"""The Jrk G2 of a world: its PID drives the motor after a potentiometer, at the hinge or in the actuator.

A brake hangs on the enable relay, as on every table whose drive has none.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulator.devices import jrk_map
from simulator.devices.base import Shaft
from simulator.devices.jrk import Jrk
from simulator.setup import WorldSetup
from simulator.world_bed import Bed

if TYPE_CHECKING:
    from simulator.world import World

BAUD = 9_600
# The PID as somebody would tune it: by how fast the gear turns a duty into motion.
TUNING = {
    "a1": {0x51: 6, 0x54: 3, 0x56: 4},
    "a2": {0x51: 2, 0x54: 2, 0x56: 5},
    "b": {0x51: 26, 0x54: 3, 0x56: 4},
}
ROD_COUNTS_M, ROD_ZERO = 10_000.0, 2_398  # a potentiometer of 0.4 m


class JrkSide(Bed):
    """`sense` every 10 ms, `act` every millisecond."""

    def __init__(self, setup: WorldSetup, world: World) -> None:
        plant = world.table.plant
        self._world = world
        self._shaft = Shaft(world.table.even_deg(plant.angle_deg))
        changes = jrk_map.COMMISSIONED | TUNING[setup.gear]
        self.drive = Jrk(self._shaft, changes=changes)
        if lever := world.table.whole.gear.lever:
            per_degree = ROD_COUNTS_M * math.radians(lever.reach(0.0).arm_m)
            self.drive = Jrk(self._shaft, per_degree, ROD_ZERO, changes=changes)
        world.attach("drive", setup.drive_baud or BAUD, 10, self.drive)
        super().__init__(setup, world)

    def act(self) -> None:
        """The bridge follows the PID, the feedback shows the hinge."""
        table, drive, encoder = self._world.table, self.drive, self._world.encoder
        plant = table.plant
        encoder.shows(self._shaft, plant.angle_deg, plant.rate_dps)
        self._shaft.angle_deg = table.even_deg(self._shaft.angle_deg)
        table.actuate(drive.duty / jrk_map.MOST_DUTY, brake_closed=False)
        drive.current_a = plant.current_a
        drive.powered = table.relay.closed and table.powered
