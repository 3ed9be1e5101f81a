"""The cascade inside a servo drive: position and speed in slow ticks, current in fast ones."""

from __future__ import annotations

from typing import NamedTuple

from simulator.plant.scurve import SCurve


class Gains(NamedTuple):
    """Periods in s, then the loops' gains and limits in SI units at the hinge."""

    Ts_i: float
    Ts_v: float
    Kp: float
    w_max: float
    Kv: float
    Kiv: float
    i_max: float
    Kc: float
    Kic: float
    v_max: float


class Cascade:
    """Sampled: `voltage(...)` is called once per fast tick and its answer is held until the next."""

    def __init__(self, gains: Gains, path: SCurve, integrals: tuple[float, float], emf_vs: float) -> None:
        self._gains, self._path, self._emf_vs = gains, path, emf_vs
        self._speed_sum, self._current_sum = integrals
        self._ticks_per_outer = round(gains.Ts_v / gains.Ts_i)
        self._wanted_a = 0.0

    def voltage(self, tick: int, theta: float, omega: float, current: float) -> float:
        """What the bridge gives from this tick on."""
        gains = self._gains
        if tick % self._ticks_per_outer == 0:
            self._wanted_a = self._outer(tick * gains.Ts_i, theta, omega)
        error = self._wanted_a - current
        wished = gains.Kc * error + self._current_sum + self._emf_vs * omega
        given = clip(wished, gains.v_max)
        if given == wished or (wished - given) * error < 0.0:
            self._current_sum += gains.Kic * error * gains.Ts_i
        return given

    def _outer(self, t: float, theta: float, omega: float) -> float:
        gains = self._gains
        target, rate = self._path.at(t)
        error = clip(rate + gains.Kp * (target - theta), gains.w_max) - omega
        wished = gains.Kv * error + self._speed_sum
        given = clip(wished, gains.i_max)
        if given == wished or (wished - given) * error < 0.0:
            self._speed_sum += gains.Kiv * error * gains.Ts_v
        return given


def clip(value: float, limit: float) -> float:
    """Into -limit to +limit."""
    return min(limit, max(-limit, value))
