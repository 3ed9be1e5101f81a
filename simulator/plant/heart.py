"""Heart rate and pressure as a stimulus for alarms: two states and a fainting integral. It models no patient.

After the physics reference 5.5; the responses go with the sine of the tilt. Their spread between people is as
large as they are themselves: vary every gain by 40 %, and tune nothing to these means.
"""

from __future__ import annotations

import math
from typing import NamedTuple

HEART_TO_BRAIN_M = 0.30
MMHG_PER_M = 1060.0 * 9.80665 / 133.322  # a column of blood
CRITICAL_MMHG = 45.0  # at head level
FAINT_S, RECOVERY_S = 7.0, 5.0
OXIMETER_S, OXYGEN, OXYGEN_LOST = 10.0, 97.5, 2.0
PRESYNCOPE, SYNCOPE = 0.3, 1.0


class Profile(NamedTuple):
    """Rest values, then gains upright and inverted, the gains of what has not settled, and the two times."""

    rate0: float
    pressure0: float
    rate_up: float
    rate_down: float
    pressure_up: float
    pressure_down: float
    pressure_swing: float
    rate_swing: float
    shift_s: float
    reflex_s: float


PROFILES = {
    "normal": Profile(68, 88, 17, -3, 5, 16, 35, 20, 3, 6),
    "hypertensive": Profile(74, 110, 14, -2, 6, 25, 35, 14, 3, 8),
    "hypotensive": Profile(72, 72, 20, -4, -3, 14, 35, 22, 3, 7),
    "orthostatic_intolerant": Profile(70, 85, 8, -3, -17, 16, 45, 8, 3, 12),
}


class Heart(NamedTuple):
    """Blood shift, reflex, the debt of the brain (1 is loss of consciousness), what an oximeter shows."""

    shift: float
    reflex: float
    debt: float = 0.0
    oxygen: float = OXYGEN


class Signs(NamedTuple):
    """What follows from the state at an angle."""

    rate_per_min: float
    pressure_mmhg: float
    head_mmhg: float


def settled(theta: float) -> Heart:
    """After long at this angle."""
    upright = -math.sin(theta)
    return Heart(upright, upright)


def signs(heart: Heart, theta: float, who: Profile) -> Signs:
    """Heart rate, mean pressure at the heart and at the head."""
    up, down = max(0.0, heart.reflex), max(0.0, -heart.reflex)
    swing = heart.shift - heart.reflex
    pressure = who.pressure0 + who.pressure_up * up + who.pressure_down * down - who.pressure_swing * swing
    rate = who.rate0 + who.rate_up * up + who.rate_down * down + who.rate_swing * swing
    return Signs(rate, pressure, pressure + MMHG_PER_M * HEART_TO_BRAIN_M * math.sin(theta))


def step(heart: Heart, theta: float, who: Profile, dt_s: float) -> Heart:
    """Time passes at an angle (that of the middle of the step)."""
    upright = -math.sin(theta)
    # The blood's shift follows the angle exactly, the reflex the mean of the shift.
    shift = upright + (heart.shift - upright) * math.exp(-dt_s / who.shift_s)
    mean = 0.5 * (heart.shift + shift)
    reflex = mean + (heart.reflex - mean) * math.exp(-dt_s / who.reflex_s)
    half = Heart(0.5 * (heart.shift + shift), 0.5 * (heart.reflex + reflex))
    lack = (CRITICAL_MMHG - signs(half, theta, who).head_mmhg) / CRITICAL_MMHG
    debt = heart.debt + lack / FAINT_S * dt_s if lack > 0.0 else heart.debt * math.exp(-dt_s / RECOVERY_S)
    seen = OXYGEN - OXYGEN_LOST * debt
    return Heart(shift, reflex, debt, seen + (heart.oxygen - seen) * math.exp(-dt_s / OXIMETER_S))
