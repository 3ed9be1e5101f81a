"""The loops inside a position drive: the motor follows the drive's motion generator, 1,000 times a second.

Position loop with feed-forward rate, velocity loop with conditional anti-windup, back-EMF feed-forward; after
the physics reference 3.6, with the current loop taken as done within a step.
"""

from __future__ import annotations

import math

from simulator.plant.params import PlantParams

KP_PER_S = 10.0
KV_A_S = 60.0
KI_A = 400.0
RATE_MAX_RAD_S = math.radians(12.0)
STEP_S = 1e-3


class Servo:
    """Wanted and actual motion to duty."""

    def __init__(self, params: PlantParams) -> None:
        self._motor = params.motor
        self._ohm = params.motor.resistance_ohm + params.supply.bridge_ohm
        self._limit_a = params.supply.limit_a
        self._emf_vs = params.motor.back_emf_vs * params.gear.ratio
        self._integral_a = 0.0

    def reset(self) -> None:
        """Current off: forget the load."""
        self._integral_a = 0.0

    def duty(
        self,
        wanted_deg: float,
        wanted_dps: float,
        angle_deg: float,
        rate_dps: float,
        supply_v: float,
        slope: float = 1.0,
    ) -> float:
        """One step of the loops; on a rod the motor turns `slope` times as fast as at horizontal."""
        rate = math.radians(rate_dps)
        reference = math.radians(wanted_dps) + KP_PER_S * math.radians(wanted_deg - angle_deg)
        error = _within(reference, RATE_MAX_RAD_S) - rate
        raw = KV_A_S * error + self._integral_a
        current = _within(raw, self._limit_a)
        if current == raw or (raw - current) * error < 0.0:
            self._integral_a += KI_A * error * STEP_S
        volts = self._ohm * current + self._emf_vs * slope * rate
        return _within(volts / supply_v, 1.0) if supply_v > 0.0 else 0.0


def _within(value: float, most: float) -> float:
    return value if -most <= value <= most else math.copysign(most, value)
