"""A gas spring between frame and bed, and a rotary damper: helpers of a table's balance (reference 3.5)."""

from __future__ import annotations

import math
from typing import NamedTuple

from simulator.plant.lever import Lever

STILL_M_S = 1e-4  # friction passes through zero over this rate
KELVIN_20 = 293.0


class GasSpring(NamedTuple):
    """Pivots, force at full length, progression, lengths, friction, temperature, damping of extension."""

    lever: Lever
    extended_n: float
    progression: float  # force at the shortest length over that at the longest, 1.2 to 1.4
    shortest_m: float
    longest_m: float
    friction_n: float = 30.0  # 20 to 40
    temperature: float = 20.0
    damping_ns_m: float = 2000.0  # 1000 to 5000

    def force_n(self, length_m: float, rate_m_s: float) -> float:
        """What it pushes with: less while it extends."""
        part = (self.longest_m - length_m) / (self.longest_m - self.shortest_m)
        warm = 1.0 + (self.temperature - 20.0) / KELVIN_20
        force = self.extended_n * (1.0 + (self.progression - 1.0) * part) * warm
        force -= self.friction_n * math.tanh(rate_m_s / STILL_M_S)
        return force - self.damping_ns_m * max(0.0, rate_m_s)

    def torque_nm(self, theta: float, omega: float) -> float:
        """At the hinge, through the arm it has at this angle."""
        reach = self.lever.reach(theta)
        return self.force_n(reach.length_m, reach.arm_m * omega) * reach.arm_m


class Damper(NamedTuple):
    """A rotary damper; see damper_nm."""

    damping_nms: float
    temperature: float = 20.0
    one_way: float = 0.0

    def torque_nm(self, omega: float) -> float:
        """At the hinge."""
        return damper_nm(omega, self.damping_nms, self.temperature, self.one_way)


def damper_nm(omega: float, damping_nms: float, temperature: float = 20.0, one_way: float = 0.0) -> float:
    """A rotary damper, 10 to 60 N m s/rad; a one-way type only while omega has the sign of `one_way`."""
    if one_way * omega < 0.0:
        return 0.0
    return -damping_nms * (1.0 - 0.006 * (temperature - 20.0)) * omega
