"""The RoboClaw of a world: its bridge drives the motor, its encoder sits on the motor; a brake hangs on the
enable relay, as on every table whose drive has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.devices.base import Shaft
from simulator.devices.roboclaw import Roboclaw
from simulator.setup import WorldSetup
from simulator.world_bed import Bed
from simulator.world_servo import Servo

if TYPE_CHECKING:
    from simulator.world import World

BAUD = 38_400
COUNTS_PER_DEGREE = 1_000


class RoboclawSide(Bed):
    """`sense` every 10 ms, `act` every millisecond."""

    def __init__(self, setup: WorldSetup, world: World) -> None:
        plant = world.table.plant
        self._world = world
        self._servo = Servo(plant.params)
        self._shaft = Shaft(plant.angle_deg)
        self.drive = Roboclaw(self._shaft, counts_per_degree=COUNTS_PER_DEGREE)
        world.attach("drive", setup.drive_baud or BAUD, 10, self.drive)
        super().__init__(setup, world)

    def act(self) -> None:
        """The bridge follows the commands, the encoder shows the motor."""
        table, drive, shaft = self._world.table, self.drive, self._shaft
        plant, encoder = table.plant, self._world.encoder
        encoder.shows(shaft, table.motor_deg, table.motor_dps)
        duty = drive.duty
        if duty is not None or not table.bridge_on:
            self._servo.reset()
        if duty is None:
            # Its speed loop alone: told to be where it is. With a frozen encoder it runs away, as real ones.
            at = plant.angle_deg
            duty = self._servo.duty(at, drive.wanted_dps, at, shaft.rate_dps, plant.supply_v)
        table.actuate(duty, brake_closed=False)
        drive.current_a = plant.current_a
