"""The `fast` fidelity: steps of 10 ms in which motor and speed are carried exactly (exponential midpoint).

Within a step the side of the friction and the efficiency of the gear stand still, so speed and current are a
linear pair whose matrix exponential is known beforehand; gravity is taken at the middle of the step and the
Stribeck level at the predicted middle rate. No step is too long for the electrics. Where something happens
inside a step (it stops, breaks away, touches a stop) the step is done again in ten small ones.

The scalar functions here and the arrays of `batch.py` hold the same equations; `pair` and `Leap` serve both.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from simulator.plant.bed import Moments
from simulator.plant.pair import Pair, pair
from simulator.plant.params import GRAVITY, PlantParams

STEP_S = 0.01
PARTS = 10  # small steps in place of a long one
STRIBECK_ENDS = 6.0  # beyond so many Stribeck rates the exponential is below 1e-15
State = tuple[float, float, float]  # theta, omega, current
Function = Callable[[float], float]


class Leap(NamedTuple):
    """Everything constant about one table, its load, its circuit and the length of its steps."""

    step_s: float
    ratio: float
    inertia: float
    weight: float
    weight_rad: float
    viscous: float
    coulomb: float
    stribeck: float  # breakaway over Coulomb torque
    breakaway: float
    stribeck_rad_s: float
    shaft_viscous: float  # at the motor, per rate of the hinge
    shaft_dry: float
    shaft_inertia: float  # ratio times the motor's own
    torque_a: float
    i_w: float
    i_i: float
    per_henry: float
    limit_a: float
    stop_low: float
    stop_high: float
    stop_k: float
    stop_alpha: float
    lossless: bool  # or as good as that: both sides of the gear are alike
    driving: Pair
    driven: Pair


def prepare(
    params: PlantParams, load: Moments, ohm: float | None, step_s: float = STEP_S, gravity: float = GRAVITY
) -> Leap:
    """For a circuit of this resistance in all (the motor's included); None is an open circuit."""
    gear, motor, hinge, stops = params.gear, params.motor, params.hinge, params.stops
    circuit = (0.0, 0.0, 0.0, 0.0)
    if ohm is not None:
        henry = motor.inductance_h
        circuit = (motor.torque_nm_a, -motor.back_emf_vs * gear.ratio / henry, -ohm / henry, 1.0 / henry)
    return Leap(
        step_s,
        gear.ratio,
        load.inertia_kgm2,
        gravity * math.hypot(load.first_xi_kgm, load.first_eta_kgm),
        math.atan2(load.first_eta_kgm, load.first_xi_kgm),
        hinge.viscous_nms,
        hinge.coulomb_nm,
        hinge.breakaway_nm - hinge.coulomb_nm,
        hinge.breakaway_nm,
        hinge.stribeck_rad_s,
        motor.viscous_nms * gear.ratio,
        motor.coulomb_nm,
        gear.ratio * motor.inertia_kgm2,
        *circuit,
        params.supply.limit_a,
        stops.low_rad,
        stops.high_rad,
        stops.stiffness_nm_rad,
        stops.damping_s_rad,
        gear.forward * gear.backward == 1.0,
        *pairs(params, load, circuit, step_s),
    )


def pairs(
    params: PlantParams, load: Moments, circuit: tuple[float, float, float, float], step_s: float
) -> tuple[Pair, Pair]:
    """The motor driving the load, and the load driving the motor."""
    gear, motor = params.gear, params.motor
    torque_a, i_w, i_i, _ = circuit

    def one(share: float) -> Pair:
        per_inertia = 1.0 / (gear.ratio**2 * motor.inertia_kgm2 + share * load.inertia_kgm2)
        drag = gear.ratio**2 * motor.viscous_nms + share * params.hinge.viscous_nms
        return pair(share, per_inertia, drag, gear.ratio * torque_a, i_w, i_i, step_s)

    return one(1.0 / gear.forward), one(gear.backward)


class Inputs(NamedTuple):
    """What acts during a step: motor voltage, torque on the hinge, brake at the motor (sliding, holding)."""

    volts: float = 0.0
    push_nm: float = 0.0
    brake_nm: float = 0.0
    hold_nm: float = 0.0


class Table(NamedTuple):
    """One table ready to step: its long steps and its small ones."""

    long: Leap
    small: Leap


def table(
    params: PlantParams, load: Moments, ohm: float | None, step_s: float = STEP_S, gravity: float = GRAVITY
) -> Table:
    """See `prepare`."""
    return Table(
        prepare(params, load, ohm, step_s, gravity), prepare(params, load, ohm, step_s / PARTS, gravity)
    )


def step(state: State, inputs: Inputs, of: Table) -> State:
    """One long step."""
    theta, omega, current = state
    k = of.long
    if omega == 0.0:
        still = settled(current, inputs.volts, k)
        stuck = leaves(theta, current, inputs, k) == leaves(theta, still, inputs, k) == 0.0
        if stuck and -k.limit_a <= still <= k.limit_a:
            return theta, 0.0, still
    elif k.stop_low < theta < k.stop_high:
        side = 1.0 if omega > 0.0 else -1.0
        end_th, end_w, end_i, same = slide(theta, omega, current, side, inputs, k)
        calm = same and end_w * side > 0.0 and k.stop_low < end_th < k.stop_high
        if calm and -k.limit_a <= end_i <= k.limit_a:
            return end_th, end_w, end_i
    for _ in range(PARTS):
        state = small_step(state, inputs, of.small)
    return state


def small_step(
    state: State, inputs: Inputs, k: Leap, cos: Function = math.cos, exp: Function = math.exp
) -> State:
    """A step in which anything may happen: coming to rest, breaking away, a stop, the current's limit."""
    theta, omega, current = state
    side = (1.0 if omega > 0.0 else -1.0) if omega != 0.0 else leaves(theta, current, inputs, k, cos)
    if side == 0.0:
        return theta, 0.0, limited(settled(current, inputs.volts, k, exp), k.limit_a)
    end = slide(theta, omega, current, side, inputs, k, cos, exp)
    if end[1] * side > 0.0:
        return end[0], end[1], limited(end[2], k.limit_a)
    if k.breakaway + k.shaft_dry + inputs.hold_nm == 0.0:
        return end[0], end[1], limited(end[2], k.limit_a)  # nothing dry: it swings through
    return turned(end, state, inputs, k, cos, exp)


def turned(
    end: tuple[float, float, float, bool], state: State, inputs: Inputs, k: Leap, cos: Function, exp: Function
) -> State:
    """It came to rest inside a small step: it stays, or breaks away for what is left of the step."""
    theta, omega, _ = state
    part = omega / (omega - end[1]) if omega != end[1] else 0.0
    theta += 0.5 * part * k.step_s * omega
    current = limited(end[2], k.limit_a)
    side = leaves(theta, current, inputs, k, cos)
    if side == 0.0:
        return theta, 0.0, current
    left = 1.0 - part
    after = slide(theta, 0.0, current, side, inputs, k, cos, exp)
    return theta + (after[0] - theta) * left * left, after[1] * left, current


def slide(
    theta: float,
    omega: float,
    current: float,
    side: float,
    inputs: Inputs,
    k: Leap,
    cos: Function = math.cos,
    exp: Function = math.exp,
) -> tuple[float, float, float, bool]:
    """One step in motion to that side; the last says that the same side of the gear drove throughout."""
    h = k.step_s
    middle = theta + 0.5 * h * omega
    load = k.weight * cos(middle - k.weight_rad) + inputs.push_nm - k.viscous * omega - side * k.coulomb
    if not k.stop_low < middle < k.stop_high:
        load += stop_nm(middle, omega, k)
    slip = omega / k.stribeck_rad_s
    slow = -STRIBECK_ENDS < slip < STRIBECK_ENDS
    extra = k.stribeck * exp(-slip * slip) if slow else 0.0
    load -= side * extra
    dry = side * (k.shaft_dry + inputs.brake_nm)
    shaft = k.torque_a * current - k.shaft_viscous * omega - dry
    drives = (k.inertia * shaft - k.shaft_inertia * load) * side > 0.0
    p = k.driving if drives else k.driven
    d_w = (k.ratio * shaft + p.share * load) * p.per_inertia
    d_i = inputs.volts * k.per_henry + k.i_i * current + k.i_w * omega
    if slow:
        slip = (omega + p.half_ww * d_w + p.half_wi * d_i) / k.stribeck_rad_s
        d_w -= side * p.share * p.per_inertia * (k.stribeck * exp(-slip * slip) - extra)
    end_w = omega + p.p_ww * d_w + p.p_wi * d_i
    end_i = current + p.p_iw * d_w + p.p_ii * d_i
    shaft = k.torque_a * end_i - k.shaft_viscous * end_w - dry
    same = ((k.inertia * shaft - k.shaft_inertia * load) * side > 0.0) is drives or k.lossless
    return theta + h * omega + p.q_ww * d_w + p.q_wi * d_i, end_w, end_i, same


def leaves(theta: float, current: float, inputs: Inputs, k: Leap, cos: Function = math.cos) -> float:
    """To which side a table at rest breaks away; 0 while friction holds it."""
    load = k.weight * cos(theta - k.weight_rad) + inputs.push_nm
    if not k.stop_low < theta < k.stop_high:
        load += stop_nm(theta, 0.0, k)
    for side in (1.0, -1.0):
        shaft = k.torque_a * current - side * (k.shaft_dry + inputs.hold_nm)
        rest = load - side * k.breakaway
        p = k.driving if (k.inertia * shaft - k.shaft_inertia * rest) * side > 0.0 else k.driven
        if (k.ratio * shaft + p.share * rest) * side > 0.0:
            return side
    return 0.0


def settled(current: float, volts: float, k: Leap, exp: Function = math.exp) -> float:
    """The current a step later at standstill."""
    if k.i_i == 0.0:
        return 0.0
    end = -volts * k.per_henry / k.i_i
    return end + (current - end) * exp(k.i_i * k.step_s)


def stop_nm(theta: float, omega: float, k: Leap) -> float:
    """What a stop presses with, after Hunt and Crossley."""
    if theta >= k.stop_high:
        return -k.stop_k * (theta - k.stop_high) * max(0.0, 1.0 + k.stop_alpha * omega)
    return k.stop_k * (k.stop_low - theta) * max(0.0, 1.0 - k.stop_alpha * omega)


def limited(current: float, limit_a: float) -> float:
    """The bridge's own limit."""
    return min(limit_a, max(-limit_a, current))
