"""What an accelerometer on the bed feels while the bed moves (reference, section 4)."""

from __future__ import annotations

import math
from typing import NamedTuple

from simulator.plant.params import GRAVITY


class Felt(NamedTuple):
    """Specific force along the bed and normal to it."""

    along: float
    normal: float

    @property
    def tilt(self) -> float:
        """The inversion angle one would compute from it."""
        return math.atan2(-self.along, self.normal)


def felt(theta: float, omega: float, alpha: float, xi_m: float, eta_m: float) -> Felt:
    """At a place on the bed, for an angle, its rate and its acceleration."""
    return Felt(*_forces(theta, omega, alpha, xi_m, eta_m))


def tilt(theta: float, omega: float, alpha: float, xi_m: float, eta_m: float) -> float:
    """`felt(...).tilt`, for who asks a hundred times a second."""
    along, normal = _forces(theta, omega, alpha, xi_m, eta_m)
    return math.atan2(-along, normal)


def _forces(theta: float, omega: float, alpha: float, xi_m: float, eta_m: float) -> tuple[float, float]:
    return (
        -GRAVITY * math.sin(theta) - xi_m * omega * omega + eta_m * alpha,
        GRAVITY * math.cos(theta) - xi_m * alpha - eta_m * omega * omega,
    )
