"""End stops after Hunt and Crossley: force and damping grow with the penetration, and they never pull."""

from __future__ import annotations

from typing import NamedTuple


class EndStops(NamedTuple):
    """Lower and upper stop, stiffness in N m/rad, damping in s/rad."""

    lo: float
    hi: float
    k: float
    alpha: float

    def torque_nm(self, theta: float, omega: float) -> float:
        """What they press with; 0 between them."""
        if theta > self.hi:
            return -self.k * (theta - self.hi) * max(0.0, 1.0 + self.alpha * omega)
        if theta < self.lo:
            return self.k * (self.lo - theta) * max(0.0, 1.0 - self.alpha * omega)
        return 0.0
