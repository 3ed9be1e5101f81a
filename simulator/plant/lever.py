"""A linear actuator between a pivot in the room and an eye on the bed: length and torque arm."""

from __future__ import annotations

import math
from typing import NamedTuple


class Reach(NamedTuple):
    """Length of the rod, its torque arm ds/dtheta and the arm's own slope."""

    length_m: float
    arm_m: float
    arm_slope_m: float


class Lever(NamedTuple):
    """Distances of base and eye from the hinge, and the angle between them at theta = 0."""

    base_m: float
    eye_m: float
    offset_rad: float

    def reach(self, theta: float) -> Reach:
        """Where the rod stands; its arm is positive while the angle in the triangle stays in (-pi, 0)."""
        gamma = self.offset_rad - theta
        product = self.base_m * self.eye_m
        length = math.sqrt(self.base_m**2 + self.eye_m**2 - 2.0 * product * math.cos(gamma))
        arm = -product * math.sin(gamma) / length
        return Reach(length, arm, (product * math.cos(gamma) - arm * arm) / length)

    def theta(self, length_m: float) -> float:
        """The angle of the bed for a length of the rod."""
        cosine = (self.base_m**2 + self.eye_m**2 - length_m**2) / (2.0 * self.base_m * self.eye_m)
        return self.offset_rad + math.acos(cosine)


def lever(base_x: float, base_z: float, eye_xi: float, eye_eta: float) -> Lever:
    """Made from the two pivots: the base in the room, the eye in the coordinates of the bed."""
    offset = math.atan2(eye_eta, eye_xi) - math.atan2(base_z, base_x)
    # The same angle in (-pi, pi], so that it does not matter how the pivots are written.
    offset = math.remainder(offset, 2.0 * math.pi)
    return Lever(math.hypot(base_x, base_z), math.hypot(eye_xi, eye_eta), offset)
