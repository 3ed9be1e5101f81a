"""The same slopes as `Dynamics` gives, as one function of plain floats: three times as quick.

For what most cases are: a constant ratio, a body that lies still, no brake. What changes at edges (the pulse,
the circuit's source) is read anew at every call.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from simulator.plant.dynamics import Circuit, Dynamics, Transmission
from simulator.plant.integrate import Slopes, State, Unsteady

Sided = Callable[[float, float, float, float], State]


class Manners(NamedTuple):
    """Slopes with smooth friction, and with hard friction to either side."""

    smooth: Slopes
    forward: Slopes
    backward: Slopes


def manners(dynamics: Dynamics) -> Manners:
    """The quick ones where they serve, else those of the dynamics itself."""
    drive, circuit = dynamics.drive, dynamics.circuit
    plain = dynamics.arms is None and dynamics.brake is None and not dynamics.helped
    if not plain or drive is None or drive.lever is not None or circuit is None:
        return Manners(dynamics.smooth, dynamics.forward, dynamics.backward)
    if not drive.N**2 * drive.J_m + drive.eta_b * dynamics.moments[0] > 0.0:
        raise Unsteady("N^2 J_m + eta_b J_L is not above 0: the gear has no unique motion")
    sided = lean(dynamics, drive, circuit)
    eps, tanh = dynamics.friction.w_eps, math.tanh

    def smooth(t: float, theta: float, omega: float, current: float) -> State:
        return sided(theta, omega, current, tanh(omega / eps))

    def forward(t: float, theta: float, omega: float, current: float) -> State:
        return sided(theta, omega, current, 1.0)

    def backward(t: float, theta: float, omega: float, current: float) -> State:
        return sided(theta, omega, current, -1.0)

    return Manners(smooth, forward, backward)


def lean(dynamics: Dynamics, drive: Transmission, circuit: Circuit) -> Sided:
    """Slopes over angle, rate, current and the side of the friction."""
    cos, exp, stops = math.cos, math.exp, dynamics.stops
    inertia, xi, eta = dynamics.moments
    weight, phase = dynamics.gravity * math.hypot(xi, eta), math.atan2(eta, xi)
    dry = dynamics.friction
    viscous, coulomb, stribeck, slip_rad_s = dry.b_L, 0.0, 0.0, 1.0
    if dry.dry:
        coulomb, stribeck, slip_rad_s = dry.T_C, dry.T_S - dry.T_C, dry.w_s
    shaft_dry = drive.T_m if dry.dry else 0.0
    ratio, kt, drag = drive.N, drive.Kt, drive.b_m * drive.N
    reflected, whole, emf = ratio * drive.J_m, ratio * ratio * drive.J_m, drive.Ke * ratio
    mean, half = 0.5 * (1.0 / drive.eta_f + drive.eta_b), 0.5 * (1.0 / drive.eta_f - drive.eta_b)
    low, high = (-math.inf, math.inf) if stops is None else (stops.lo, stops.hi)

    def sided(theta: float, omega: float, current: float, side: float) -> State:
        slip = omega / slip_rad_s
        load = (
            weight * cos(theta - phase)
            + dynamics.pulse_nm
            - viscous * omega
            - side * (coulomb + stribeck * exp(-slip * slip))
        )
        if stops is not None and not low <= theta <= high:
            load += stops.torque_nm(theta, omega)
        shaft = kt * current - drag * omega - shaft_dry * side
        share = mean + (half * side if inertia * shaft > reflected * load else -half * side)
        return (
            omega,
            (ratio * shaft + share * load) / (whole + share * inertia),
            (circuit.source_v - (circuit.source_ohm + circuit.R) * current - emf * omega) / circuit.L,
        )

    return sided
