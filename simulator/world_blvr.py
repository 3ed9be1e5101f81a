"""The BLV-R of a world: its motor turns the plant, its encoder sits on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.devices.base import Shaft
from simulator.devices.blvr import Blvr
from simulator.setup import WorldSetup
from simulator.world_bed import Bed
from simulator.world_servo import Servo

if TYPE_CHECKING:
    from simulator.world import World


BAUD = 230_400


class BlvrSide(Bed):
    """The drive beside the inclinometer; `sense` every 10 ms, `act` every millisecond."""

    def __init__(self, setup: WorldSetup, world: World) -> None:
        plant = world.table.plant
        self._world = world
        self._servo = Servo(plant.params)
        self._shaft = Shaft(plant.angle_deg)
        self.drive = Blvr(self._shaft, steps_per_degree=setup.steps_per_degree)
        world.attach("drive", setup.drive_baud or BAUD, 11, self.drive)
        super().__init__(setup, world)

    def act(self) -> None:
        """The motor follows the generator, the registers show the motor."""
        table, drive, shaft = self._world.table, self.drive, self._shaft
        plant, encoder = table.plant, self._world.encoder
        live = table.relay.closed and table.powered
        drive.sto_open = not live
        angle_deg, rate_dps = encoder.shows(shaft, table.motor_deg, table.motor_dps)
        if live and drive.excited:
            duty: float | None = self._servo.duty(
                drive.wanted_deg, drive.wanted_rate_dps, angle_deg, rate_dps, plant.supply_v
            )
        else:
            self._servo.reset()
            duty = None
        table.actuate(duty, drive.brake_closed)
        drive.current_ma = round(abs(plant.current_a) * 1000)
