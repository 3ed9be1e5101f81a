"""Steps through time: Dormand and Prince's pair 5(4) with error control, and the classical RK4 step."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

State = tuple[float, float, float]  # theta, omega, current
Slopes = Callable[[float, float, float, float], State]
Crossed = Callable[[float, State], bool]

RELATIVE = 1e-11
ABSOLUTE = (1e-12, 1e-12, 1e-10)
MOST_STEPS = 5_000_000
NODES = (0.2, 0.3, 0.8, 8 / 9, 1.0, 1.0)
WEIGHTS = (
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
ERRORS = (71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40)


class Unsteady(ArithmeticError):
    """The equations cannot be followed: no step is small enough, or too many are needed."""


class Reached(NamedTuple):
    """Where a walk ended; hit says that it ended early, at a crossing."""

    t: float
    state: State
    hit: bool


def pair(slopes: Slopes, t: float, state: State, h: float) -> tuple[State, float]:
    """One step of fifth order, and its error as a part of what is allowed."""
    theta, omega, current = state
    a, b, c = slopes(t, theta, omega, current)
    ks = [(a, b, c)]
    x, y, z = state
    for node, weights in zip(NODES, WEIGHTS, strict=True):
        x, y, z = theta, omega, current
        for weight, (a, b, c) in zip(weights, ks, strict=True):
            share = h * weight
            x += share * a
            y += share * b
            z += share * c
        ks.append(slopes(t + node * h, x, y, z))
    end = (x, y, z)
    worst = 0.0
    for n in range(3):
        error = h * sum(weight * k[n] for weight, k in zip(ERRORS, ks, strict=True))
        allowed = ABSOLUTE[n] + RELATIVE * max(abs(state[n]), abs(end[n]))
        ratio = abs(error) / allowed
        if not ratio <= worst:  # not a number counts as worse
            worst = ratio
    return end, worst


def classical(slopes: Slopes, t: float, state: State, h: float) -> State:
    """One RK4 step."""
    x, y, z = state
    half = 0.5 * h
    a1, b1, c1 = slopes(t, x, y, z)
    a2, b2, c2 = slopes(t + half, x + half * a1, y + half * b1, z + half * c1)
    a3, b3, c3 = slopes(t + half, x + half * a2, y + half * b2, z + half * c2)
    a4, b4, c4 = slopes(t + h, x + h * a3, y + h * b3, z + h * c3)
    sixth = h / 6.0
    return (
        x + sixth * (a1 + 2.0 * (a2 + a3) + a4),
        y + sixth * (b1 + 2.0 * (b2 + b3) + b4),
        z + sixth * (c1 + 2.0 * (c2 + c3) + c4),
    )


class Walker:
    """Goes from one time to another in steps as long as the errors allow, remembering the length."""

    def __init__(self, longest_s: float) -> None:
        self._longest_s = longest_s
        self._step_s = min(longest_s, 1e-4)
        self._steps = 0

    def walk(
        self, slopes: Slopes, t: float, state: State, end: float, crossed: Crossed | None = None
    ) -> Reached:
        """To the end, or to the first instant at which `crossed` holds."""
        while t < end:
            last = self._step_s >= end - t
            h = end - t if last else self._step_s
            following, error = pair(slopes, t, state, h)
            self._count(t)
            if not error <= 1.0:
                self._shorten(t, h, error)
                continue
            arrival = end if last else t + h
            if crossed is not None and crossed(arrival, following):
                return self._locate(slopes, t, state, h, crossed)
            t, state = arrival, following
            if not last or error > 1e-3:
                self._step_s = min(self._longest_s, h * min(5.0, 0.9 * max(error, 1e-10) ** -0.2))
        return Reached(t, state, False)

    def _shorten(self, t: float, h: float, error: float) -> None:
        self._step_s = h * (max(0.1, 0.9 * error**-0.2) if error < 1e30 else 0.1)
        if self._step_s < 1e-14 * max(1.0, t):
            raise Unsteady(f"at t = {t:.9g} s no step is small enough to follow the motion")

    def _count(self, t: float) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise Unsteady(
                f"it took {MOST_STEPS} steps to come to t = {t:.9g} s; the case is too stiff or too long"
            )

    @staticmethod
    def _locate(slopes: Slopes, t: float, state: State, h: float, crossed: Crossed) -> Reached:
        """Bisection on the length of the step, down to the last bit; the later side counts."""
        early, late = 0.0, h
        while True:
            middle = 0.5 * (early + late)
            if middle in (early, late) or t + early == t + late:
                break
            if crossed(t + middle, pair(slopes, t, state, middle)[0]):
                late = middle
            else:
                early = middle
        return Reached(t + late, pair(slopes, t, state, late)[0], True)
