"""A motion with limited jerk in closed form: a step passed through three box filters."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple


class SCurve(NamedTuple):
    """Distance D from theta0; D/T_v is the speed, that over T_a the acceleration, that over T_j the jerk."""

    D: float
    T_v: float
    T_a: float
    T_j: float
    theta0: float

    def wrong(self) -> str | None:
        """Why it is no such curve: what the physics reference needs (3.6), within the rounding of a sum."""
        for name, time_s, least, least_s in (
            ("T_a", self.T_a, "T_j", self.T_j),
            ("T_v", self.T_v, "T_a + T_j", self.T_a + self.T_j),
        ):
            if time_s < least_s * (1.0 - 1e-9):
                what = f"must be at least {least} = {least_s:g} s, not {time_s:g}"
                return f"{name}: {what}; take a longer {name} (a lower speed), or shorter phases before it"
        return None

    def at(self, t: float) -> tuple[float, float]:
        """Angle and rate at a time."""
        if t >= self.T_v + self.T_a + self.T_j:
            return self.theta0 + self.D, 0.0
        cubes = squares = 0.0
        for v, a, j in product((0, 1), repeat=3):
            since = t - v * self.T_v - a * self.T_a - j * self.T_j
            if since > 0.0:
                sign = -1.0 if (v + a + j) % 2 else 1.0
                squares += sign * since * since
                cubes += sign * since**3
        scale = self.D / (self.T_v * self.T_a * self.T_j)
        return self.theta0 + scale * cubes / 6.0, scale * squares / 2.0

    def acceleration(self, t: float) -> float:
        """The second derivative, continuous as the jerk is limited."""
        if t >= self.T_v + self.T_a + self.T_j:
            return 0.0
        total = 0.0
        for v, a, j in product((0, 1), repeat=3):
            since = t - v * self.T_v - a * self.T_a - j * self.T_j
            total += max(0.0, since) * (-1.0 if (v + a + j) % 2 else 1.0)
        return self.D * total / (self.T_v * self.T_a * self.T_j)
