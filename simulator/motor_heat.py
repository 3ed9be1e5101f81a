"""How hot the table's motor is: more resistance, weaker magnets (thermal model of the physics reference)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from simulator.plant import heat
from simulator.plant.heat import REFERENCE_DEGC, Heat
from simulator.plant.params import Motor

EVERY_MS: Final = 1_000
NOTICED_K: Final = 2.5  # a hundredth of the resistance; the plant makes its matrices anew for each
HOUSING_PART: Final = 0.6  # of the winding's rise, after long work [A]


class MotorHeat:
    """Call `step` as time passes; when it says so, the motor is another one: `warm`."""

    def __init__(self) -> None:
        self.now = self._told = Heat()
        self._square_a2ms = 0.0
        self._ms = 0

    def begin(self, winding_degc: float) -> None:
        """It has worked for long, until its winding was so hot."""
        rise_k = winding_degc - REFERENCE_DEGC
        self.now = self._told = Heat(winding_degc, REFERENCE_DEGC + HOUSING_PART * rise_k)

    def step(self, current_a: float, motor: Motor, ms: int) -> bool:
        """So many milliseconds at a current; True once it is noticeably hotter or colder than told."""
        self._square_a2ms += current_a * current_a * ms
        self._ms += ms
        if self._ms < EVERY_MS:
            return False
        mean_a = (self._square_a2ms / self._ms) ** 0.5
        cold_ohm = motor.resistance_ohm / self._ohm_part()
        self.now = heat.step(self.now, mean_a, cold_ohm, self._ms / 1_000)
        self._square_a2ms, self._ms = 0.0, 0
        if abs(self.now.winding - self._told.winding) < NOTICED_K:
            return False
        self._told = self.now
        return True

    def _ohm_part(self) -> float:
        return 1.0 + heat.COPPER_PER_K * (self._told.winding - REFERENCE_DEGC)

    def warm(self, motor: Motor) -> Motor:
        """The motor as it was told last; the very same one while it is as warm as the room."""
        if self._told.winding == REFERENCE_DEGC:
            return motor
        part = heat.torque_part(self._told)
        return replace(
            motor,
            resistance_ohm=motor.resistance_ohm * self._ohm_part(),
            torque_nm_a=motor.torque_nm_a * part,
            back_emf_vs=motor.back_emf_vs * part,
        )
