"""Arms that swing from the sides through the front to overhead, once, at minimum jerk; the table feels it."""

from __future__ import annotations

import math
from typing import NamedTuple


class Swing(NamedTuple):
    """Moments of table and rider at an instant, and the torque the moving arms put on the hinge."""

    inertia: float
    first_xi: float
    first_eta: float
    inertia_rate: float
    reaction: float  # -d(L_rel)/dt


class Arms(NamedTuple):
    """Everything but the arms, then both arms about the shoulder; the swing starts at t0 and lasts T."""

    J_fixed: float
    S_xi_fixed: float
    S_eta_fixed: float
    arm_mass: float
    arm_first_moment: float
    arm_inertia_about_shoulder: float
    shoulder_xi: float
    shoulder_eta: float
    t0: float
    T: float

    def swing(self, t: float) -> Swing:
        """The moments at a time; p runs from 0 (sides) to pi (overhead)."""
        p, rate, rise = minimum_jerk(t - self.t0, self.T)
        sine, cosine = math.sin(p), math.cos(p)
        first, about = self.arm_first_moment, self.arm_inertia_about_shoulder
        q = -self.shoulder_xi * cosine + self.shoulder_eta * sine
        q_slope = self.shoulder_xi * sine + self.shoulder_eta * cosine
        reach = self.shoulder_xi**2 + self.shoulder_eta**2
        return Swing(
            self.J_fixed + self.arm_mass * reach + about + 2.0 * first * q,
            self.S_xi_fixed + self.arm_mass * self.shoulder_xi - first * cosine,
            self.S_eta_fixed + self.arm_mass * self.shoulder_eta + first * sine,
            2.0 * first * q_slope * rate,
            -(about + first * q) * rise - first * q_slope * rate * rate,
        )


def minimum_jerk(t: float, duration: float) -> tuple[float, float, float]:
    """Angle, rate and acceleration of half a turn in the given time."""
    x = min(1.0, max(0.0, t / duration))
    return (
        math.pi * x**3 * (10.0 - 15.0 * x + 6.0 * x * x),
        math.pi / duration * 30.0 * x * x * (1.0 - x) ** 2,
        math.pi / duration**2 * 60.0 * x * (1.0 - x) * (1.0 - 2.0 * x),
    )
