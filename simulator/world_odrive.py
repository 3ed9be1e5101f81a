"""The ODrive of a world: its motor turns the plant. The brake is a spring's, open while the axis is armed.

The enable relay is wired to the e-stop input and takes the current of the brake away; the drive has a brake
output of its own that switches the coil (odrive-interface.yaml, mechanical_brake).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.devices.base import Shaft
from simulator.devices.odrive import Odrive
from simulator.setup import WorldSetup
from simulator.world_bed import Bed
from simulator.world_servo import Servo

if TYPE_CHECKING:
    from simulator.world import World

BAUD = 115_200


class OdriveSide(Bed):
    """The drive beside the inclinometer; `sense` every 10 ms, `act` every millisecond."""

    def __init__(self, setup: WorldSetup, world: World) -> None:
        plant = world.table.plant
        self._world = world
        self._servo = Servo(plant.params)
        self._shaft = Shaft(plant.angle_deg)
        self.drive = Odrive(self._shaft)
        world.attach("drive", setup.drive_baud or BAUD, 10, self.drive)
        super().__init__(setup, world)

    def act(self) -> None:
        """The motor follows the setpoint, the encoder shows the motor."""
        table, drive, shaft = self._world.table, self.drive, self._shaft
        plant, encoder = table.plant, self._world.encoder
        live = table.relay.closed and table.powered
        drive.estop = not live
        angle_deg, rate_dps = encoder.shows(shaft, table.motor_deg, table.motor_dps)
        duty: float | None = None
        if live and drive.armed:
            duty = self._servo.duty(
                drive.wanted_deg, drive.wanted_rate_dps, angle_deg, rate_dps, plant.supply_v
            )
        else:
            self._servo.reset()
        table.actuate(duty, not drive.armed)
        drive.current_a = plant.current_a
