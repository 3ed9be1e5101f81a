"""The equation of motion of the hinge and the motor's circuit, exact and slow; `fast.py` is the quick one.

One degree of freedom for any transmission: the efficiency of the gear depends on who drives whom, which
follows from the sign of the transmitted torque, and that sign does not depend on the efficiency.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulator.plant.arms import Arms
from simulator.plant.brake import BrakeDrop
from simulator.plant.gas_spring import Damper, GasSpring
from simulator.plant.integrate import State, Unsteady
from simulator.plant.lever import Lever
from simulator.plant.params import GRAVITY
from simulator.plant.pushes import Pulse, pulse_nm
from simulator.plant.stops import EndStops


@dataclass(frozen=True)
class Friction:
    """Of the hinge; `dry` is False where only the viscous part counts."""

    b_L: float
    dry: bool = False
    T_C: float = 0.0
    T_S: float = 0.0
    w_s: float = 1.0
    w_eps: float = 0.002

    def level_nm(self, omega: float) -> float:
        """Dry friction at a rate, after Stribeck."""
        if not self.dry:
            return 0.0
        scaled = omega / self.w_s
        return self.T_C + (self.T_S - self.T_C) * math.exp(-scaled * scaled)


@dataclass(frozen=True)
class Transmission:
    """Motor shaft and gear; with a lever the ratio changes with the angle and `N` is its constant part."""

    N: float
    eta_f: float
    eta_b: float
    Kt: float
    Ke: float
    J_m: float
    b_m: float
    T_m: float
    lever: Lever | None = None

    def ratio(self, theta: float) -> tuple[float, float]:
        """Motor turns per turn of the hinge, and its slope."""
        if self.lever is None:
            return self.N, 0.0
        reach = self.lever.reach(theta)
        if not reach.arm_m > 0.0:
            raise Unsteady(f"at theta = {theta:.6g} rad the lever is past its dead centre")
        return self.N * reach.arm_m, self.N * reach.arm_slope_m


@dataclass
class Circuit:
    """L di/dt = v - R i - Ke N w with v = source_v - source_ohm i, set anew at every edge."""

    R: float
    L: float
    source_v: float = 0.0
    source_ohm: float = 0.0


@dataclass
class Dynamics:
    """Everything that acts on the hinge; `pulse_nm`, `locked` and the circuit change only at edges."""

    friction: Friction
    moments: tuple[float, float, float]
    arms: Arms | None = None
    stops: EndStops | None = None
    brake: BrakeDrop | None = None
    drive: Transmission | None = None
    circuit: Circuit | None = None
    gas_spring: GasSpring | None = None
    damper: Damper | None = None
    pushes: tuple[Pulse, ...] = ()
    pulse_nm: float = 0.0
    locked: bool = False
    gravity: float = GRAVITY
    hard: bool = False

    def smooth(self, t: float, theta: float, omega: float, current: float) -> State:
        """Slopes with friction that passes through zero as a tanh."""
        return self._slopes(t, theta, omega, current, math.tanh(omega / self.friction.w_eps))

    def forward(self, t: float, theta: float, omega: float, current: float) -> State:
        """Slopes while it slides head down, friction hard."""
        return self._slopes(t, theta, omega, current, 1.0)

    def backward(self, t: float, theta: float, omega: float, current: float) -> State:
        """Slopes while it slides head up, friction hard."""
        return self._slopes(t, theta, omega, current, -1.0)

    def stuck(self, t: float, theta: float, omega: float, current: float) -> State:
        """Slopes while friction or a lock holds it: only the current moves."""
        return 0.0, 0.0, self._current_slope(theta, 0.0, current)

    def push_off(self, t: float, state: State, side: float) -> float:
        """The acceleration it would begin with to that side, against static friction and the static brake."""
        return self._acceleration(t, state[0], 0.0, state[2], side, True)

    def _slopes(self, t: float, theta: float, omega: float, current: float, side: float) -> State:
        return (
            omega,
            self._acceleration(t, theta, omega, current, side, False),
            self._current_slope(theta, omega, current),
        )

    def _current_slope(self, theta: float, omega: float, current: float) -> float:
        circuit, drive = self.circuit, self.drive
        if circuit is None or drive is None:
            return 0.0
        emf = drive.Ke * drive.ratio(theta)[0] * omega
        return (circuit.source_v - (circuit.source_ohm + circuit.R) * current - emf) / circuit.L

    def _acceleration(
        self, t: float, theta: float, omega: float, current: float, side: float, static: bool
    ) -> float:
        hinge_brake, motor_brake = self._brake_nm(t, static)
        inertia, load = self._load(t, theta, omega, side, hinge_brake)
        drive = self.drive
        if drive is None:
            return load / inertia
        ratio, slope = drive.ratio(theta)
        dry = (drive.T_m if self.friction.dry else 0.0) + motor_brake
        shaft = (
            drive.Kt * current - drive.b_m * ratio * omega - dry * side - drive.J_m * slope * omega * omega
        )
        transmitted = inertia * shaft - ratio * drive.J_m * load
        mean, half = 0.5 * (1.0 / drive.eta_f + drive.eta_b), 0.5 * (1.0 / drive.eta_f - drive.eta_b)
        share = mean + (half * side if transmitted > 0.0 else -half * side)
        whole = ratio * ratio * drive.J_m + share * inertia
        if not whole > 0.0:
            raise Unsteady("N^2 J_m + eta_b J_L is not above 0: the gear has no unique motion")
        return (ratio * shaft + share * load) / whole

    def _load(
        self, t: float, theta: float, omega: float, side: float, brake_nm: float
    ) -> tuple[float, float]:
        """Inertia about the hinge, and the torque of everything but the transmission."""
        friction = self.friction
        torque = self.pulse_nm - friction.b_L * omega - (friction.level_nm(omega) + brake_nm) * side
        if self.arms is None:
            inertia, first_xi, first_eta = self.moments
        else:
            inertia, first_xi, first_eta, inertia_rate, reaction = self.arms.swing(t)
            torque += reaction - inertia_rate * omega
        torque += self.gravity * (first_xi * math.cos(theta) + first_eta * math.sin(theta))
        if self.stops is not None:
            torque += self.stops.torque_nm(theta, omega)
        if self.gas_spring is not None:
            torque += self.gas_spring.torque_nm(theta, omega)
        if self.damper is not None:
            torque += self.damper.torque_nm(omega)
        if self.pushes:
            torque += pulse_nm(self.pushes, t)
        return inertia, torque

    @property
    def helped(self) -> bool:
        """Whether something beside the drive acts on the hinge, which the quick ways do not know."""
        return self.gas_spring is not None or self.damper is not None or bool(self.pushes)

    def _brake_nm(self, t: float, static: bool) -> tuple[float, float]:
        """Torque of the brake on the hinge and on the motor shaft; viscous friction knows no brake either."""
        if self.brake is None or not self.friction.dry:
            return 0.0, 0.0
        torque = self.brake.part(t) * (self.brake.T_stat if static else self.brake.T_dyn)
        return (torque, 0.0) if self.brake.on_hinge else (0.0, torque)
