"""Parameters of the table as named sets; [K] is a catalogue or textbook value, [A] an assumption to vary."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from simulator.plant.lever import Lever, lever

GRAVITY = 9.80665  # m/s2, standard


@dataclass(frozen=True)
class Hinge:
    """Friction of the table's own bearing [A]: viscous, Coulomb and breakaway torque, Stribeck rate."""

    viscous_nms: float = 1.5
    coulomb_nm: float = 3.0
    breakaway_nm: float = 4.5
    stribeck_rad_s: float = 0.02


@dataclass(frozen=True)
class Motor:
    """Brushed DC motor A of the 24 V, 200 W class [A]."""

    resistance_ohm: float = 0.25
    inductance_h: float = 0.25e-3
    torque_nm_a: float = 0.065
    back_emf_vs: float = 0.065
    inertia_kgm2: float = 1.4e-4
    viscous_nms: float = 5e-5
    coulomb_nm: float = 0.02


@dataclass(frozen=True)
class Gear:
    """Ratio and the efficiencies when the motor drives and when the load does; below 0 it locks itself.

    With a lever the ratio is the one at horizontal; elsewhere it goes with the rod's arm.
    """

    ratio: float
    forward: float
    backward: float
    lever: Lever | None = None


@dataclass(frozen=True)
class Supply:
    """Battery, bridge, current limit in hardware, and the resistor across a shorted motor [A]."""

    open_v: float = 25.0
    source_ohm: float = 0.08
    bridge_ohm: float = 0.02
    limit_a: float = 30.0
    short_ohm: float = 0.05


@dataclass(frozen=True)
class Brake:
    """Spring-applied brake on the motor shaft, 4 N m size of a catalogue [K], set to 2 N m [A]."""

    engage_delay_ms: int = 15
    engage_rise_ms: int = 13
    release_delay_ms: int = 45
    dynamic_nm: float = 2.0
    static_nm: float = 2.2


@dataclass(frozen=True)
class Stops:
    """Rubber end stops after Hunt and Crossley: stiff, damped by penetration, never adhesive [A]."""

    low_deg: float = -74.0
    high_deg: float = 66.0
    stiffness_nm_rad: float = 2e4
    damping_s_rad: float = 3.0

    @cached_property
    def low_rad(self) -> float:
        """The upright stop."""
        return math.radians(self.low_deg)

    @cached_property
    def high_rad(self) -> float:
        """The head-down stop."""
        return math.radians(self.high_deg)


@dataclass(frozen=True)
class PlantParams:
    """Everything about a table but who lies on it."""

    gear: Gear
    motor: Motor = Motor()
    hinge: Hinge = Hinge()
    supply: Supply = Supply()
    brake: Brake = Brake()
    stops: Stops = Stops()


# Planetary 5 x worm 30 x belt 4: holds any load by itself. Efficiencies by a lead angle of 5 degrees [K].
A1 = PlantParams(Gear(ratio=600.0, forward=0.45, backward=-0.03))
# Planetary 30 x belt 4: turned by the load, the brake holds it [A].
A2 = PlantParams(Gear(ratio=120.0, forward=0.85, backward=0.82))
# Linear actuator, 24 V and 6000 N: screw of 4 mm lead behind a gear of 20, between two pivots [A] (3.3, 3.4).
ROD = lever(0.32, -0.62, -0.16, -0.06)
ROD_RAD_M = math.tau * 20.0 / 0.004  # turns of the motor for a metre of the rod
ROD_MOTOR = Motor(0.5, 0.6e-3, 0.060, 0.060, 3e-5, 1e-5, 0.015)
B = PlantParams(Gear(ROD_RAD_M * ROD.reach(0.0).arm_m, 0.335, -0.50, ROD), ROD_MOTOR)

GEARS = {"a1": A1, "a2": A2, "b": B}
