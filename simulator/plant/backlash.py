"""Belt and play between motor and hinge: two inertias, a spring with a gap (reference 3.5)."""

from __future__ import annotations

import math
from typing import NamedTuple


class Belt(NamedTuple):
    """Stiffness and damping at the hinge, and half of the gap [A]."""

    stiffness_nm_rad: float = 1.5e4
    damping_nms: float = 40.0
    half_gap_rad: float = math.radians(0.25)


class Ends(NamedTuple):
    """Motor side (its angle seen at the hinge) and bed side of the belt."""

    motor_rad: float
    motor_rad_s: float
    bed_rad: float
    bed_rad_s: float


def torque_nm(ends: Ends, belt: Belt) -> float:
    """What the motor side puts on the bed; nothing inside the gap, and it never pulls."""
    apart = ends.motor_rad - ends.bed_rad
    if abs(apart) <= belt.half_gap_rad:
        return 0.0
    past = apart - math.copysign(belt.half_gap_rad, apart)
    torque = belt.stiffness_nm_rad * past + belt.damping_nms * (ends.motor_rad_s - ends.bed_rad_s)
    return torque if torque * past > 0.0 else 0.0


def resonance_rad_s(belt: Belt, bed_kgm2: float, motor_kgm2: float) -> float:
    """Of bed against motor (its inertia times the square of the ratio), the gap closed."""
    return math.sqrt(belt.stiffness_nm_rad * (1.0 / bed_kgm2 + 1.0 / motor_kgm2))


def slopes(
    ends: Ends, belt: Belt, inertias_kgm2: tuple[float, float], torques_nm: tuple[float, float]
) -> Ends:
    """Rates of change; inertias and outer torques of motor side and bed, both seen at the hinge."""
    through = torque_nm(ends, belt)
    return Ends(
        ends.motor_rad_s,
        (torques_nm[0] - through) / inertias_kgm2[0],
        ends.bed_rad_s,
        (torques_nm[1] + through) / inertias_kgm2[1],
    )


def step(
    ends: Ends, belt: Belt, inertias_kgm2: tuple[float, float], torques_nm: tuple[float, float], dt_s: float
) -> Ends:
    """One RK4 step; the reference belt wants 1 ms or less."""
    a = slopes(ends, belt, inertias_kgm2, torques_nm)
    b = slopes(moved(ends, a, dt_s / 2), belt, inertias_kgm2, torques_nm)
    c = slopes(moved(ends, b, dt_s / 2), belt, inertias_kgm2, torques_nm)
    d = slopes(moved(ends, c, dt_s), belt, inertias_kgm2, torques_nm)
    total = Ends(*(p + 2 * q + 2 * r + s for p, q, r, s in zip(a, b, c, d, strict=True)))
    return moved(ends, total, dt_s / 6)


def moved(ends: Ends, by: Ends, dt_s: float) -> Ends:
    """Along a slope."""
    return Ends(*(value + slope * dt_s for value, slope in zip(ends, by, strict=True)))
