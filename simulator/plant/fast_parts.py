"""What a millisecond's step of `fast.py` needs of the parameters, worked out once for each set of parts."""

from __future__ import annotations

from functools import lru_cache

from simulator.plant.params import Motor, PlantParams

KEPT = 64  # sets of parts, broken ones too


class FastParts:
    """Each name stands for the same product, in the same order, as in the equations."""

    __slots__ = (
        "ampere",
        "backward",
        "breakaway",
        "drag",
        "dry",
        "emf",
        "emf_vs",
        "forward",
        "henry",
        "hinge",
        "inertia",
        "limit_a",
        "motor_dry",
        "ohm",
        "ratio",
        "source_ohm",
        "spin",
        "stribeck",
        "torque_a",
    )

    def __init__(self, params: PlantParams) -> None:
        motor, gear, supply, hinge = params.motor, params.gear, params.supply, params.hinge
        self.ohm = motor.resistance_ohm + supply.bridge_ohm
        self.source_ohm = supply.source_ohm
        self.henry = motor.inductance_h
        self.limit_a = supply.limit_a
        self.torque_a = motor.torque_nm_a
        self.motor_dry = motor.coulomb_nm
        self.forward, self.backward = 1.0 / gear.forward, gear.backward
        self.hinge = hinge
        self.breakaway = hinge.breakaway_nm
        self.dry = hinge.coulomb_nm
        self.stribeck = hinge.breakaway_nm - hinge.coulomb_nm
        self.turn(motor, gear.ratio)

    def turn(self, motor: Motor, ratio: float) -> None:
        """What hangs on the gear's ratio."""
        self.ratio = ratio
        self.emf_vs = motor.back_emf_vs * ratio
        self.emf = motor.back_emf_vs * ratio / motor.inductance_h
        self.ampere = ratio * motor.torque_nm_a  # at the hinge, for each ampere
        self.drag = motor.viscous_nms * ratio
        self.inertia = ratio * ratio * motor.inertia_kgm2
        self.spin = ratio * motor.inertia_kgm2


kept_parts = lru_cache(KEPT)(FastParts)
