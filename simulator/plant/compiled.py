"""The equations of `leap.py` compiled by numba (the extra `fast`): many tables at once, or one table a call.

As each table has a lane of its own (`lanes.py`), the compiler takes several at a time without being told how.
The arithmetic is plain: what a table does depends neither on how many there are nor on their order, to the
last bit. The cosine is a polynomial (error below 1e-13). A table in which something happens is stepped alone.

Without the extra, `batch.py` serves with numpy alone; nothing but this module knows numba.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from simulator.plant.lanes import (
    BLOCK,
    BRAKE,
    BREAKAWAY,
    CALM,
    COULOMB,
    CURRENT,
    DRIVEN,
    DRIVING,
    HALF_WI,
    HALF_WW,
    HOLD,
    I_I,
    I_W,
    INERTIA,
    LIMIT_A,
    LONG,
    LOSSLESS,
    OMEGA,
    P_II,
    P_IW,
    P_WI,
    P_WW,
    PER_HENRY,
    PER_INERTIA,
    PUSH,
    Q_WI,
    Q_WW,
    RATIO,
    SHAFT_DRY,
    SHAFT_INERTIA,
    SHAFT_VISCOUS,
    SHARE,
    SMALL,
    STEP,
    STOP_ALPHA,
    STOP_HIGH,
    STOP_K,
    STOP_LOW,
    STRIBECK,
    STRIBECK_RATE,
    THETA,
    TORQUE_A,
    VISCOUS,
    VOLTS,
    WEIGHT,
    WEIGHT_RAD,
    WIDE,
    Tables,
)
from simulator.plant.leap import PARTS, STRIBECK_ENDS

TURN, PER_TURN, QUARTER = 2.0 * math.pi, 0.5 / math.pi, 0.5 * math.pi


@njit(cache=True, inline="always")
def cosine(x: Any) -> Any:
    """Taylor's series of the sine within a quarter turn of zero, to the seventeenth power."""
    x -= TURN * np.floor(x * PER_TURN + 0.5)
    t = QUARTER - abs(x)
    s = t * t
    p = 1.0 / 355687428096000.0
    p = p * s - 1.0 / 1307674368000.0
    p = p * s + 1.0 / 6227020800.0
    p = p * s - 1.0 / 39916800.0
    p = p * s + 1.0 / 362880.0
    p = p * s - 1.0 / 5040.0
    p = p * s + 1.0 / 120.0
    p = p * s - 1.0 / 6.0
    return t * (1.0 + s * p)


@njit(cache=True, inline="always")
def calm(
    t: Any, k: Any, side: Any, theta: Any, omega: Any, end_th: Any, end_w: Any, end_i: Any, turned: Any
) -> Any:
    """1 where nothing has happened in a step, else 0; `turned` is not 0 where the gear changed its side."""
    slow = abs(omega) < STRIBECK_ENDS * t[k + STRIBECK_RATE]
    good = 1.0 if turned * (1.0 - t[k + LOSSLESS]) == 0.0 else 0.0
    good = 0.0 if slow and t[k + STRIBECK] != 0.0 else good
    good = good if omega != 0.0 else 0.0
    good = good if end_w * side > 0.0 else 0.0
    good = good if abs(end_i) <= t[k + LIMIT_A] else 0.0
    good = good if theta > t[k + STOP_LOW] else 0.0
    good = good if theta < t[k + STOP_HIGH] else 0.0
    good = good if end_th > t[k + STOP_LOW] else 0.0
    return good if end_th < t[k + STOP_HIGH] else 0.0


@njit(cache=True)
def plain(t: Any, block: Any) -> None:
    """One long step of 64 tables without a branch; only where nothing happened a table is CALM and moved."""
    for lane in range(WIDE):
        n = block + lane
        k = n + LONG
        theta, omega, current = t[n + THETA], t[n + OMEGA], t[n + CURRENT]
        side = 1.0 if omega > 0.0 else -1.0
        middle = theta + 0.5 * t[k + STEP] * omega
        load = t[k + WEIGHT] * cosine(middle - t[k + WEIGHT_RAD]) + t[n + PUSH] - t[k + VISCOUS] * omega
        load -= side * t[k + COULOMB]
        dry = side * (t[k + SHAFT_DRY] + t[n + BRAKE])
        shaft = t[k + TORQUE_A] * current - t[k + SHAFT_VISCOUS] * omega - dry
        transmitted = (t[k + INERTIA] * shaft - t[k + SHAFT_INERTIA] * load) * side
        p, q = k + DRIVING, k + DRIVEN
        a = 1.0 if transmitted > 0.0 else 0.0  # 1 where the motor drives, else b is
        b = 1.0 - a
        share, per_inertia = (
            a * t[p + SHARE] + b * t[q + SHARE],
            a * t[p + PER_INERTIA] + b * t[q + PER_INERTIA],
        )
        d_w = (t[k + RATIO] * shaft + share * load) * per_inertia
        d_i = t[n + VOLTS] * t[k + PER_HENRY] + t[k + I_I] * current + t[k + I_W] * omega
        p_ww, p_wi = a * t[p + P_WW] + b * t[q + P_WW], a * t[p + P_WI] + b * t[q + P_WI]
        p_iw, p_ii = a * t[p + P_IW] + b * t[q + P_IW], a * t[p + P_II] + b * t[q + P_II]
        q_ww, q_wi = a * t[p + Q_WW] + b * t[q + Q_WW], a * t[p + Q_WI] + b * t[q + Q_WI]
        end_w, end_i = omega + p_ww * d_w + p_wi * d_i, current + p_iw * d_w + p_ii * d_i
        end_th = theta + t[k + STEP] * omega + q_ww * d_w + q_wi * d_i
        shaft = t[k + TORQUE_A] * end_i - t[k + SHAFT_VISCOUS] * end_w - dry
        after = (t[k + INERTIA] * shaft - t[k + SHAFT_INERTIA] * load) * side
        turned = (1.0 if after > 0.0 else 0.0) - a
        good = calm(t, k, side, theta, omega, end_th, end_w, end_i, turned)
        t[n + CALM] = good
        t[n + THETA] = end_th if good == 1.0 else theta
        t[n + OMEGA] = end_w if good == 1.0 else omega
        t[n + CURRENT] = end_i if good == 1.0 else current


@njit(cache=True)
def stop_nm(t: Any, k: Any, theta: Any, omega: Any) -> Any:
    """What a stop presses with."""
    if theta >= t[k + STOP_HIGH]:
        return -t[k + STOP_K] * (theta - t[k + STOP_HIGH]) * max(0.0, 1.0 + t[k + STOP_ALPHA] * omega)
    if theta <= t[k + STOP_LOW]:
        return t[k + STOP_K] * (t[k + STOP_LOW] - theta) * max(0.0, 1.0 - t[k + STOP_ALPHA] * omega)
    return 0.0


@njit(cache=True)
def slide(
    t: Any, n: Any, k: Any, theta: Any, omega: Any, current: Any, side: Any
) -> tuple[Any, Any, Any, Any]:
    """One step in motion to that side, whatever may happen in it."""
    middle = theta + 0.5 * t[k + STEP] * omega
    load = t[k + WEIGHT] * cosine(middle - t[k + WEIGHT_RAD]) + t[n + PUSH] - t[k + VISCOUS] * omega
    load += stop_nm(t, k, middle, omega) - side * t[k + COULOMB]
    slip = omega / t[k + STRIBECK_RATE]
    slow = -STRIBECK_ENDS < slip < STRIBECK_ENDS
    extra = t[k + STRIBECK] * math.exp(-slip * slip) if slow else 0.0
    load -= side * extra
    dry = side * (t[k + SHAFT_DRY] + t[n + BRAKE])
    shaft = t[k + TORQUE_A] * current - t[k + SHAFT_VISCOUS] * omega - dry
    drives = (t[k + INERTIA] * shaft - t[k + SHAFT_INERTIA] * load) * side > 0.0
    p = k + DRIVING if drives else k + DRIVEN
    d_w = (t[k + RATIO] * shaft + t[p + SHARE] * load) * t[p + PER_INERTIA]
    d_i = t[n + VOLTS] * t[k + PER_HENRY] + t[k + I_I] * current + t[k + I_W] * omega
    if slow:
        slip = (omega + t[p + HALF_WW] * d_w + t[p + HALF_WI] * d_i) / t[k + STRIBECK_RATE]
        more = t[k + STRIBECK] * math.exp(-slip * slip) - extra
        d_w -= side * t[p + SHARE] * t[p + PER_INERTIA] * more
    end_w = omega + t[p + P_WW] * d_w + t[p + P_WI] * d_i
    end_i = current + t[p + P_IW] * d_w + t[p + P_II] * d_i
    end_th = theta + t[k + STEP] * omega + t[p + Q_WW] * d_w + t[p + Q_WI] * d_i
    shaft = t[k + TORQUE_A] * end_i - t[k + SHAFT_VISCOUS] * end_w - dry
    same = ((t[k + INERTIA] * shaft - t[k + SHAFT_INERTIA] * load) * side > 0.0) == drives
    return end_th, end_w, end_i, same or t[k + LOSSLESS] != 0.0


@njit(cache=True)
def leaves(t: Any, n: Any, k: Any, theta: Any, current: Any) -> Any:
    """To which side a table at rest breaks away; 0 while friction holds it."""
    load = t[k + WEIGHT] * cosine(theta - t[k + WEIGHT_RAD]) + t[n + PUSH] + stop_nm(t, k, theta, 0.0)
    for side in (1.0, -1.0):
        shaft = t[k + TORQUE_A] * current - side * (t[k + SHAFT_DRY] + t[n + HOLD])
        rest = load - side * t[k + BREAKAWAY]
        drives = (t[k + INERTIA] * shaft - t[k + SHAFT_INERTIA] * rest) * side > 0.0
        share = t[k + DRIVING + SHARE] if drives else t[k + DRIVEN + SHARE]
        if (t[k + RATIO] * shaft + share * rest) * side > 0.0:
            return side
    return 0.0


@njit(cache=True)
def settled(t: Any, n: Any, k: Any, current: Any) -> Any:
    """The current a step later at standstill."""
    if t[k + I_I] == 0.0:
        return 0.0
    end = -t[n + VOLTS] * t[k + PER_HENRY] / t[k + I_I]
    return end + (current - end) * math.exp(t[k + I_I] * t[k + STEP])


@njit(cache=True)
def small_step(t: Any, n: Any, k: Any, theta: Any, omega: Any, current: Any) -> tuple[Any, Any, Any]:
    """A step in which anything may happen: coming to rest, breaking away, a stop, the current's limit."""
    limit = t[k + LIMIT_A]
    side = 1.0 if omega > 0.0 else -1.0
    if omega == 0.0:
        side = leaves(t, n, k, theta, current)
    if side == 0.0:
        return theta, 0.0, min(limit, max(-limit, settled(t, n, k, current)))
    end_th, end_w, end_i, _ = slide(t, n, k, theta, omega, current, side)
    end_i = min(limit, max(-limit, end_i))
    if end_w * side > 0.0 or t[k + BREAKAWAY] + t[k + SHAFT_DRY] + t[n + HOLD] == 0.0:
        return end_th, end_w, end_i
    part = omega / (omega - end_w) if omega != end_w else 0.0
    theta += 0.5 * part * t[k + STEP] * omega
    side = leaves(t, n, k, theta, end_i)
    if side == 0.0:
        return theta, 0.0, end_i
    left = 1.0 - part
    after_th, after_w, _, _ = slide(t, n, k, theta, 0.0, end_i, side)
    return theta + (after_th - theta) * left * left, after_w * left, end_i


@njit(cache=True)
def rough(t: Any, n: Any) -> None:
    """One long step of a table in which something happens, or that stands."""
    k, theta, omega, current = n + LONG, t[n + THETA], t[n + OMEGA], t[n + CURRENT]
    limit = t[k + LIMIT_A]
    if omega == 0.0:
        still = settled(t, n, k, current)
        stuck = leaves(t, n, k, theta, current) == 0.0 and leaves(t, n, k, theta, still) == 0.0
        if stuck and -limit <= still <= limit:
            t[n + CURRENT] = still
            return
    elif t[k + STOP_LOW] < theta < t[k + STOP_HIGH]:
        side = 1.0 if omega > 0.0 else -1.0
        end_th, end_w, end_i, same = slide(t, n, k, theta, omega, current, side)
        calm = same and end_w * side > 0.0 and t[k + STOP_LOW] < end_th < t[k + STOP_HIGH]
        if calm and -limit <= end_i <= limit:
            t[n + THETA], t[n + OMEGA], t[n + CURRENT] = end_th, end_w, end_i
            return
    for _ in range(PARTS):
        theta, omega, current = small_step(t, n, n + SMALL, theta, omega, current)
    t[n + THETA], t[n + OMEGA], t[n + CURRENT] = theta, omega, current


@njit(cache=True)
def lead_all(t: Any, blocks: Any, steps: Any) -> None:
    """So many long steps of every table, in place."""
    block = np.uint64(0)
    for _ in range(blocks):
        for _ in range(steps):
            plain(t, block)
            for lane in range(WIDE):
                if t[block + lane + CALM] != 1.0:
                    rough(t, block + lane)
        block += BLOCK


@njit(cache=True)
def lead_one(t: Any, volts: Any, steps: Any) -> Any:
    """So many long steps of the first table at a voltage; its angle."""
    first = np.uint64(0)
    t[first + VOLTS] = volts
    for _ in range(steps):
        rough(t, first)
    return t[first + THETA]


def advance(tables: Tables, steps: int = 1) -> None:
    """So many long steps of every table."""
    lead_all(tables.flat, len(tables.columns), steps)
