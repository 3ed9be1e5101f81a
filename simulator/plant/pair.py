"""What a linear pair of states does in one step, exactly: integrals of a matrix exponential."""

from __future__ import annotations

import math
from typing import NamedTuple

Matrix = tuple[float, float, float, float]


class Pair(NamedTuple):
    """How speed and current go through one step: integrals of their slopes over the step."""

    share: float  # of the load's torque that counts: 1/forward or backward efficiency
    per_inertia: float
    p_ww: float
    p_wi: float
    p_iw: float
    p_ii: float
    half_ww: float
    half_wi: float
    q_ww: float
    q_wi: float


def pair(
    share: float, per_inertia: float, drag: float, pull: float, i_w: float, i_i: float, h: float
) -> Pair:
    """The matrix A of (speed, current), h phi1(hA), the same for half a step, and h^2 phi2(hA)."""
    a, b = -drag * per_inertia, pull * per_inertia
    p_ww, p_wi, p_iw, p_ii = integral(a, b, i_w, i_i, h, 1)
    half_ww, half_wi, _, _ = integral(a, b, i_w, i_i, h / 2, 1)
    q_ww, q_wi, _, _ = integral(a, b, i_w, i_i, h, 2)
    return Pair(share, per_inertia, p_ww, p_wi, p_iw, p_ii, half_ww, half_wi, q_ww, q_wi)


def integral(a: float, b: float, c: float, d: float, h: float, order: int) -> Matrix:
    """h^n phi_n(hA) of A = ((a, b), (c, d)): Taylor's series of a small part of the step, then doublings."""
    norm = h * max(abs(a) + abs(b), abs(c) + abs(d))
    doublings = max(0, math.ceil(math.log2(norm / 0.1))) if norm > 0.0 else 0
    h /= 2.0**doublings
    matrix, one = (a, b, c, d), (1.0, 0.0, 0.0, 1.0)
    term, exp, phi1, phi2 = one, one, scaled(one, h), scaled(one, h * h / 2.0)
    for n in range(1, 14):
        term = scaled(times(term, matrix), h / n)
        exp = plus(exp, term)
        phi1 = plus(phi1, scaled(term, h / (n + 1)))
        phi2 = plus(phi2, scaled(term, h * h / ((n + 1) * (n + 2))))
    for _ in range(doublings):
        # Over twice the time: the second half begins where the first has ended.
        phi2 = plus(plus(phi2, scaled(phi1, h)), times(exp, phi2))
        phi1 = plus(phi1, times(exp, phi1))
        exp = times(exp, exp)
        h *= 2.0
    return phi1 if order == 1 else phi2


def times(x: Matrix, y: Matrix) -> Matrix:
    """Product of two by two."""
    return (
        x[0] * y[0] + x[1] * y[2],
        x[0] * y[1] + x[1] * y[3],
        x[2] * y[0] + x[3] * y[2],
        x[2] * y[1] + x[3] * y[3],
    )


def plus(x: Matrix, y: Matrix) -> Matrix:
    """Sum."""
    return x[0] + y[0], x[1] + y[1], x[2] + y[2], x[3] + y[3]


def scaled(x: Matrix, by: float) -> Matrix:
    """Multiple."""
    return x[0] * by, x[1] * by, x[2] * by, x[3] * by
