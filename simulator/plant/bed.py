"""The bed with or without a rider, as the three moments the hinge feels. Geometry is an assumption [A]."""

from __future__ import annotations

import math
from typing import NamedTuple

from simulator.plant.body import Lump, person

HOLES_M = {"A": -0.0640, "B": -0.0765, "C": -0.0890, "D": -0.1015}  # bed plane below the hinge axis
ANKLE_M = 0.897  # hinge to ankle joint, the reference rider's height setting
PANEL_KG, PANEL_XI_M, PANEL_KGM2 = 9.0, 0.15, 1.17
SHAFT_KG, SHAFT_FROM_ANKLE_M, SHAFT_KGM2 = 7.0, 0.15, 0.21
FRAME_BELOW_BED_M = 0.03


class Moments(NamedTuple):
    """Inertia about the hinge and first moments along the bed (headward) and normal to it."""

    inertia_kgm2: float
    first_xi_kgm: float
    first_eta_kgm: float


def ankle_setting_m(height_setting_m: float) -> float:
    """Distance from hinge to ankle joint for a height setting."""
    return ANKLE_M + 0.50 * (height_setting_m - 1.75)


def moments(rider: Lump | None, ankle_m: float = ANKLE_M, hole: str = "B") -> Moments:
    """Table and rider about the hinge; None is an empty table."""
    bed_m = HOLES_M[hole]
    frame_m = bed_m - FRAME_BELOW_BED_M
    parts = [
        Lump(PANEL_KG, PANEL_XI_M, frame_m, PANEL_KGM2),
        Lump(SHAFT_KG, SHAFT_FROM_ANKLE_M - ankle_m, frame_m, SHAFT_KGM2),
    ]
    if rider is not None:
        parts.append(rider._replace(xi_m=rider.xi_m - ankle_m, eta_m=rider.eta_m + bed_m))
    return Moments(
        sum(part.inertia_kgm2 + part.mass_kg * (part.xi_m**2 + part.eta_m**2) for part in parts),
        sum(part.mass_kg * part.xi_m for part in parts),
        sum(part.mass_kg * part.eta_m for part in parts),
    )


def balance_rad(of: Moments) -> float:
    """The angle at which it would hang still."""
    return math.atan2(of.first_xi_kgm, -of.first_eta_kgm)


EMPTY = moments(None)
RIDER = moments(person())
RIDER_ARMS_OVERHEAD = moments(person(arms="overhead"))
