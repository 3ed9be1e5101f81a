"""The table on a rod between two pivots, for closed loops: the gear's ratio goes with the angle.

It goes by the millisecond, never by leaps. Within a step the ratio is that of the step's middle.
"""

from __future__ import annotations

from simulator.plant.bed import RIDER, Moments
from simulator.plant.fast import STEP_S, TablePlant
from simulator.plant.fast_parts import FastParts
from simulator.plant.params import PlantParams


class LeverPlant(TablePlant):
    """As TablePlant; with a gear without a rod (a broken one is such) it is one."""

    def __init__(self, params: PlantParams, angle_deg: float, load: Moments = RIDER) -> None:
        super().__init__(params, angle_deg, load)
        self._per_m = 0.0  # the ratio for a metre of the arm
        self._fit()

    def place(self, angle_deg: float, rate_dps: float = 0.0) -> None:
        """See TablePlant."""
        super().place(angle_deg, rate_dps)
        self._turn()

    def refit(self, params: PlantParams) -> None:
        """See TablePlant."""
        super().refit(params)
        self._fit()

    def advance(self, ms: int, leaps: bool = False) -> None:
        """See TablePlant."""
        for _ in range(ms):
            if self._omega != 0.0:
                self._turn()
            super().advance(1)

    def _fit(self) -> None:
        """Parts of its own: those of TablePlant are shared."""
        if self.params.gear.lever is not None:
            self._parts = FastParts(self.params)
            self._per_m = self.params.gear.ratio / self.params.gear.lever.reach(0.0).arm_m
            self._turn()

    def _turn(self) -> None:
        """The parts as they are where the rod is now; at rest they stay as they were."""
        lever, motor, parts, omega = self.params.gear.lever, self.params.motor, self._parts, self._omega
        if lever is None:
            return
        reach = lever.reach(self._theta + 0.5 * STEP_S * omega)
        parts.turn(motor, self._per_m * reach.arm_m)
        # What the changing ratio takes to speed the motor up, beside its viscous friction.
        parts.drag += motor.inertia_kgm2 * self._per_m * reach.arm_slope_m * omega


def plant_of(params: PlantParams, angle_deg: float, load: Moments = RIDER) -> TablePlant:
    """The plant for a gear."""
    kind = TablePlant if params.gear.lever is None else LeverPlant
    return kind(params, angle_deg, load)
