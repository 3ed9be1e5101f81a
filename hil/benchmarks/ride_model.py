"""The model both engines get: a hinge, a body off its axis, a geared motor, dry friction, a sine of voltage.

What only ours has is set to nothing: losses that depend on who drives (worm), Stribeck's peak, end stops.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Final

from simulator.plant.bed import RIDER
from simulator.plant.case import read_case
from simulator.plant.params import A2, Gear, Hinge, PlantParams
from simulator.plant.simulation import simulate

TICK_S: Final = 0.02
TICKS: Final = 500  # 10 s
START_RAD: Final = -0.5
OHM: Final = 0.28
PEAK_V: Final = 4.0
MODEL: Final[PlantParams] = replace(
    A2,
    gear=Gear(120.0, 1.0, 1.0),
    hinge=Hinge(1.5, 3.0, 3.0, 0.02),
    supply=replace(A2.supply, limit_a=1e9),
    stops=replace(A2.stops, low_deg=-1e6, high_deg=1e6),
)


def volts(tick: int) -> float:
    """Held for a tick: one sine in ten seconds."""
    return PEAK_V * math.sin(2.0 * math.pi * tick * TICK_S / 10.0)


def reference(friction: str) -> list[float]:
    """The angle at the end of every tick, error-controlled; hard friction with the instants of sticking."""
    gear, motor, hinge = MODEL.gear, MODEL.motor, MODEL.hinge
    params: dict[str, Any] = {
        "J_L": RIDER.inertia_kgm2, "S_xi": RIDER.first_xi_kgm, "S_eta": RIDER.first_eta_kgm,
        "b_L": hinge.viscous_nms, "T_C": hinge.coulomb_nm, "T_S": hinge.breakaway_nm,
        "w_s": hinge.stribeck_rad_s, "w_eps": 0.002,
        "N": gear.ratio, "eta_f": gear.forward, "eta_b": gear.backward, "R": OHM, "L": motor.inductance_h,
        "Kt": motor.torque_nm_a, "Ke": motor.back_emf_vs, "J_m": motor.inertia_kgm2, "b_m": motor.viscous_nms,
        "T_m": motor.coulomb_nm, "V_oc": 25.0, "R_s": 0.0, "R_on": 0.0,
        "duty": [[n * TICK_S, volts(n) / 25.0] for n in range(TICKS)],
    }  # fmt: skip
    case = {
        "id": "benchmark", "friction": friction, "motor": "bridge", "params": params,
        "initial": {"theta": START_RAD, "omega": 0.0, "i": 0.0},
        "t": [(n + 1) * TICK_S for n in range(TICKS)],
    }  # fmt: skip
    angles: list[float] = simulate(read_case(case))["theta"]
    return angles


def worst(found: list[float], expected: list[float]) -> float:
    """The largest difference."""
    return max(abs(a - b) for a, b in zip(found, expected, strict=True))
