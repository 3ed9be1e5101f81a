"""Efficiencies of worms and screws from their lead angle, and what a drive can do at all (reference 3.3)."""

from __future__ import annotations

import math

from simulator.plant.params import PlantParams


def worm(lead_rad: float, friction: float) -> tuple[float, float]:
    """Forward and backward efficiency; below 0 backward is self-locking."""
    angle = math.atan(friction)
    return math.tan(lead_rad) / math.tan(lead_rad + angle), math.tan(lead_rad - angle) / math.tan(lead_rad)


def screw(lead_m: float, diameter_m: float, friction: float) -> tuple[float, float]:
    """The same for a trapezoid screw, by its lead and the diameter its thread is counted at."""
    return worm(math.atan2(lead_m, math.pi * diameter_m), friction)


def stall_nm(params: PlantParams, current_a: float) -> float:
    """Torque at the hinge with the motor held at a current."""
    gear, motor = params.gear, params.motor
    return gear.ratio * gear.forward * (motor.torque_nm_a * current_a - motor.coulomb_nm)


def slip_nm(params: PlantParams, static_nm: float) -> float:
    """Torque at the hinge from which a closed brake on the motor slips, gravity left out."""
    gear, motor = params.gear, params.motor
    return gear.ratio * (motor.coulomb_nm + static_nm) / gear.backward + params.hinge.breakaway_nm


def no_load_rad_s(params: PlantParams, volts: float) -> float:
    """Rate of the hinge with nothing on the gear, from an ideal supply."""
    motor = params.motor
    lost = motor.resistance_ohm / motor.torque_nm_a
    return (volts - lost * motor.coulomb_nm) / (
        (motor.back_emf_vs + lost * motor.viscous_nms) * params.gear.ratio
    )
