"""A rider who slides on the bed: ankle straps hold head down, the foot plate head up, with slack between.

After the physics reference 5.3. A shift of x adds mass times x to the first moment along the bed.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from simulator.plant.params import GRAVITY

STRAP_N_M, PLATE_N_M = 6e4, 2e5
DAMPING = 0.3
SLACK_M = 0.010  # the straps' play
SPINE_M, SPINE_S = 0.006, 300.0  # stretch at 90 degrees, and how slowly it comes
ABOVE_PELVIS = 0.6  # of the mass
LONGEST_S = 1e-3


class Slide(NamedTuple):
    """Shift of the body headward over the bed, its rate, and how much longer the spine has become."""

    shift_m: float = 0.0
    rate_m_s: float = 0.0
    spine_m: float = 0.0


def pull_n(slide: Slide, mass_kg: float, slack_m: float) -> float:
    """What straps or plate put on the body along the bed; none inside the slack."""
    if slide.shift_m > slack_m:
        stiffness, past = STRAP_N_M, slide.shift_m - slack_m
    elif slide.shift_m < 0.0:
        stiffness, past = PLATE_N_M, slide.shift_m
    else:
        return 0.0
    damper = 2.0 * DAMPING * math.sqrt(stiffness * mass_kg)
    force = stiffness * past + damper * slide.rate_m_s
    return -force if force * past > 0.0 else 0.0  # neither straps nor plate can pull the wrong way


def step(slide: Slide, theta: float, mass_kg: float, dt_s: float, slack_m: float = SLACK_M) -> Slide:
    """Time passes at an angle: semi-implicit steps of at most a millisecond (the plate rings at 8 Hz)."""
    count = max(1, round(dt_s / LONGEST_S + 0.499))
    h = dt_s / count
    shift, rate, spine = slide
    for _ in range(count):
        force = GRAVITY * mass_kg * math.sin(theta) + pull_n(Slide(shift, rate), mass_kg, slack_m)
        rate += h * force / mass_kg
        shift += h * rate
    return Slide(shift, rate, stretched(spine, theta, dt_s))


def stretched(spine_m: float, theta: float, dt_s: float) -> float:
    """How much longer the spine is a while later, hanging at an angle."""
    end_m = SPINE_M * max(0.0, math.sin(theta))
    return end_m + (spine_m - end_m) * math.exp(-dt_s / SPINE_S)


def first_moment_kgm(slide: Slide, mass_kg: float) -> float:
    """What the shift and the stretch add along the bed."""
    return mass_kg * (slide.shift_m + ABOVE_PELVIS * slide.spine_m)
