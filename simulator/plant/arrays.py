"""The equations of `leap.py` over arrays, one element a table; `batch.py` puts them together."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.plant.leap import STRIBECK_ENDS
from simulator.plant.pair import Pair

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
SQUARE_ENDS = STRIBECK_ENDS * STRIBECK_ENDS


class States(NamedTuple):
    """Angle, rate, current of every table."""

    theta: Array
    omega: Array
    current: Array


class Inputs(NamedTuple):
    """What acts during a step; one value for all tables, or one for each."""

    volts: Array | float = 0.0
    push_nm: Array | float = 0.0
    brake_nm: Array | float = 0.0
    hold_nm: Array | float = 0.0


class Constants(NamedTuple):
    """The fields of a Leap as arrays. Any of them, because every field is an array in the same place."""

    leap: Any
    driving: Any
    driven: Any

    def at(self, where: Any) -> Constants:
        """Those of some tables."""
        return Constants(*(type(part)(*(value[where] for value in part)) for part in self))


class Numbers(NamedTuple):
    """What Leap holds beside its two pairs; named alike."""

    step_s: Array
    ratio: Array
    inertia: Array
    weight: Array
    weight_rad: Array
    viscous: Array
    coulomb: Array
    stribeck: Array
    breakaway: Array
    stribeck_rad_s: Array
    shaft_viscous: Array
    shaft_dry: Array
    shaft_inertia: Array
    torque_a: Array
    i_w: Array
    i_i: Array
    per_henry: Array
    limit_a: Array
    stop_low: Array
    stop_high: Array
    stop_k: Array
    stop_alpha: Array
    lossless: Array


def of_some(state: States, where: Any) -> States:
    """The states of some tables."""
    return States(*(x[where] for x in state))


def some(inputs: Inputs, where: Any) -> Inputs:
    """The inputs of some tables."""
    return Inputs(*(value[where] if isinstance(value, np.ndarray) else value for value in inputs))


def chunk_step(state: States, inputs: Inputs, of: Constants) -> tuple[States, Mask]:
    """One long step of a chunk, and in which tables nothing happened on the way."""
    theta = state.theta
    k = of.leap
    side = np.sign(state.omega)
    end, same = slide(state, side, inputs, of)
    calm = same & (end.omega * side > 0.0) & (theta > k.stop_low) & (theta < k.stop_high)
    calm &= (end.theta > k.stop_low) & (end.theta < k.stop_high)
    if not side.all():
        end, calm = rested(state, side == 0.0, inputs, of, end, calm)
    calm &= np.abs(end.current) <= k.limit_a
    return end, calm


def rested(
    state: States, resting: Mask, inputs: Inputs, of: Constants, end: States, calm: Mask
) -> tuple[States, Mask]:
    """The ends of those at rest put in place, and whether they stay at rest."""
    current = settled(state.current, inputs, of)
    low, high = np.minimum(state.current, current), np.maximum(state.current, current)
    stays = leaves(state.theta, low, high, inputs, of) == 0.0
    still = States(state.theta, np.zeros_like(state.omega), current)
    return pick(resting, still, end), np.where(resting, stays, calm)


def pick(which: Mask, yes: States, no: States) -> States:
    """Table by table the one or the other."""
    return States(*(np.where(which, a, b) for a, b in zip(yes, no, strict=True)))


def slide(state: States, side: Array, inputs: Inputs, of: Constants) -> tuple[States, Mask]:
    """One step in motion to that side; the mask says that the same side of the gear drove throughout."""
    theta, omega, current = state
    k, h = of.leap, of.leap.step_s
    middle = theta + 0.5 * h * omega
    load = k.weight * np.cos(middle - k.weight_rad) + inputs.push_nm - k.viscous * omega - side * k.coulomb
    beyond = (middle <= k.stop_low) | (middle >= k.stop_high)
    if beyond.any():
        load += np.where(beyond, stop_nm(middle, omega, k), 0.0)
    slip = omega / k.stribeck_rad_s
    slow = np.abs(slip) < STRIBECK_ENDS
    any_slow = slow.any()
    extra = stribeck(slip, slow, k) if any_slow else 0.0
    load -= side * extra
    dry = side * (k.shaft_dry + inputs.brake_nm)
    shaft = k.torque_a * current - k.shaft_viscous * omega - dry
    drives = (k.inertia * shaft - k.shaft_inertia * load) * side > 0.0
    p = chosen(drives, of)
    d_w = (k.ratio * shaft + p.share * load) * p.per_inertia
    d_i = inputs.volts * k.per_henry + k.i_i * current + k.i_w * omega
    if any_slow:
        slip = (omega + p.half_ww * d_w + p.half_wi * d_i) / k.stribeck_rad_s
        d_w -= np.where(slow, side * p.share * p.per_inertia * (stribeck(slip, slow, k) - extra), 0.0)
    end_w = omega + p.p_ww * d_w + p.p_wi * d_i
    end_i = current + p.p_iw * d_w + p.p_ii * d_i
    shaft = k.torque_a * end_i - k.shaft_viscous * end_w - dry
    same = ((k.inertia * shaft - k.shaft_inertia * load) * side > 0.0) == drives
    same |= k.lossless != 0.0
    return States(theta + h * omega + p.q_ww * d_w + p.q_wi * d_i, end_w, end_i), same


def chosen(drives: Mask, of: Constants) -> Any:
    """The pair of the side of the gear that drives, table by table; mostly it is the same for all."""
    if of.leap.lossless.all() or drives.all():
        return of.driving
    if not drives.any():
        return of.driven
    return Pair(*(np.where(drives, a, b) for a, b in zip(of.driving, of.driven, strict=True)))


def stribeck(slip: Array, slow: Mask, k: Any) -> Array:
    """What dry friction has beyond Coulomb's."""
    return np.where(slow, k.stribeck * np.exp(-np.minimum(slip * slip, SQUARE_ENDS)), 0.0)


def small_step(state: States, inputs: Inputs, of: Constants) -> States:
    """A step in which anything may happen."""
    theta, omega, current = state
    k = of.leap
    side = np.where(omega == 0.0, leaves(theta, current, current, inputs, of), np.sign(omega))
    end, _ = slide(state, side, inputs, of)
    end = end._replace(current=limited(end.current, k))
    dry = k.breakaway + k.shaft_dry + inputs.hold_nm != 0.0
    turning = (end.omega * side <= 0.0) & dry & (side != 0.0)
    if turning.any():
        end = pick(turning, turned(state, end, inputs, of), end)
    resting = side == 0.0
    if resting.any():
        still = States(theta, np.zeros_like(omega), limited(settled(current, inputs, of), k))
        end = pick(resting, still, end)
    return end


def turned(state: States, end: States, inputs: Inputs, of: Constants) -> States:
    """They came to rest inside a small step: they stay, or break away for what is left of the step."""
    theta, omega, _ = state
    lost = omega - end.omega
    part = np.divide(omega, lost, out=np.zeros_like(omega), where=lost != 0.0)
    theta = theta + 0.5 * part * of.leap.step_s * omega
    rest = States(theta, np.zeros_like(omega), end.current)
    side = leaves(theta, end.current, end.current, inputs, of)
    after, _ = slide(rest, side, inputs, of)
    left = 1.0 - part
    gone = States(theta + (after.theta - theta) * left * left, after.omega * left, end.current)
    return pick(side != 0.0, gone, rest)


def leaves(theta: Array, low: Array, high: Array, inputs: Inputs, of: Constants) -> Array:
    """To which side tables at rest break away with a current from low to high; 0 where friction holds."""
    k = of.leap
    load = k.weight * np.cos(theta - k.weight_rad) + inputs.push_nm
    beyond = (theta <= k.stop_low) | (theta >= k.stop_high)
    if beyond.any():
        load = load + np.where(beyond, stop_nm(theta, np.zeros_like(theta), k), 0.0)
    found = np.zeros_like(theta)
    for side, current in ((-1.0, low), (1.0, high)):
        shaft = k.torque_a * current - side * (k.shaft_dry + inputs.hold_nm)
        rest = load - side * k.breakaway
        drives = (k.inertia * shaft - k.shaft_inertia * rest) * side > 0.0
        share = np.where(drives, of.driving.share, of.driven.share)
        found = np.where((k.ratio * shaft + share * rest) * side > 0.0, side, found)
    return found


def settled(current: Array, inputs: Inputs, of: Constants) -> Array:
    """The current a step later at standstill."""
    k = of.leap
    there = k.i_i != 0.0
    end = np.divide(-inputs.volts * k.per_henry, k.i_i, out=np.zeros_like(current), where=there)
    return np.where(there, end + (current - end) * np.exp(k.i_i * k.step_s), 0.0)


def stop_nm(theta: Array, omega: Array, k: Any) -> Array:
    """What the stops press with where a table is beyond one."""
    high = -k.stop_k * (theta - k.stop_high) * np.maximum(0.0, 1.0 + k.stop_alpha * omega)
    low = k.stop_k * (k.stop_low - theta) * np.maximum(0.0, 1.0 - k.stop_alpha * omega)
    found: Array = np.where(theta >= k.stop_high, high, low)
    return found


def limited(current: Array, k: Any) -> Array:
    """The bridge's own limit."""
    found: Array = np.minimum(k.limit_a, np.maximum(-k.limit_a, current))
    return found
