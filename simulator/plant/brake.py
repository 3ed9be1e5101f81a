"""A spring-applied brake that is told to close once: a delay t11, then a linear rise over t12."""

from __future__ import annotations

from typing import NamedTuple


class BrakeDrop(NamedTuple):
    """Times in s, torques in N m at its shaft; on the hinge, or else on the motor."""

    t_cmd: float
    t11: float
    t12: float
    T_dyn: float
    T_stat: float
    on_hinge: bool

    def part(self, t: float) -> float:
        """Its part of the full torque, 0 to 1."""
        since = t - self.t_cmd - self.t11
        if since <= 0.0:
            return 0.0
        return 1.0 if since >= self.t12 else since / self.t12

    def edges(self) -> list[float]:
        """When the rise begins and ends."""
        return [self.t_cmd + self.t11, self.t_cmd + self.t11 + self.t12]
