"""What the sensors make of the truth: encoder, inclinometer, current, switches, each with its errors.

Order of errors after the physics reference: true value, low-pass, delay, offset, noise, saturation,
quantisation, fault, hold; a filtered inclinometer's own noise passes its low-pass too. Every sensor has a
random stream of its own (Philox, key = seed of the run and number of the sensor), so one sensor's draws never
change another's.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from simulator.channel import Range, Stage
from simulator.devices.base import Shaft
from simulator.plant.imu import tilt

BLOCK = 512  # random numbers drawn at once; a draw one by one costs as much as a step of the plant


class Noise:
    """Standard normal numbers of one stream, in blocks."""

    def __init__(self, seed: int, channel: int) -> None:
        self.seed = seed
        self._generator = np.random.Generator(np.random.Philox(key=[seed, channel]))
        self._block: list[float] = []

    def draw(self) -> float:
        """The next one."""
        block = self._block
        if not block:
            block = self._block = self._generator.standard_normal(BLOCK).tolist()
        return block.pop()

    def between(self, low: float, high: float) -> float:
        """A number spread evenly between two bounds."""
        return float(self._generator.uniform(low, high))


class Encoder:
    """Multi-turn absolute encoder on the motor, four times 500 counts a turn, hardly any noise of its own.

    The rate is the difference of two samples, so it comes in steps: 0.03 deg/s on gear a1 at 100 Hz.
    """

    COUNTS_PER_TURN: Final = 2_000
    SPAN: Final = Range(-180.0, 180.0, 360.0 / 16_384, 14)

    def __init__(self, ratio: float, seed: int = 1, channel: int = 0) -> None:
        self._count_deg = 360.0 / (self.COUNTS_PER_TURN * ratio)
        self.stage = Stage((seed, channel), self.SPAN)
        self.lost = False  # fault: says nothing
        self.angle_deg = 0.0
        self.rate_dps = 0.0
        self._started = False

    def sample(self, angle_deg: float, dt_s: float) -> None:
        """Take the table's true angle, `dt_s` after the sample before."""
        seen = math.floor(angle_deg / self._count_deg) * self._count_deg
        if self.stage.on:
            spoilt = self.stage(seen, dt_s)
            seen = self.angle_deg if spoilt is None else spoilt
        self.rate_dps = (seen - self.angle_deg) / dt_s if self._started else 0.0
        self.angle_deg, self._started = seen, True

    def shows(self, shaft: Shaft, angle_deg: float, rate_dps: float) -> tuple[float, float]:
        """As a drive's own encoder: into the drive's registers (`shaft`); returned is what its loops go by.

        A stuck position is one of the registers: without its encoder such a motor would not turn at all.
        """
        if not self.stage.on:
            shaft.angle_deg, shaft.rate_dps = angle_deg, rate_dps
            return angle_deg, rate_dps
        shaft.angle_deg, shaft.rate_dps = self.angle_deg, self.rate_dps
        return (angle_deg, rate_dps) if "stuck" in self.stage.on else (self.angle_deg, self.rate_dps)


@dataclass(frozen=True)
class InclinometerKind:
    """Errors of a class of inclinometers: two equal poles, delay, noise; its place on the bed."""

    pole_hz: float = 15.5  # two of them: -3 dB at 10 Hz
    delay_samples: int = 3
    offset_deg: float = 0.1  # one sigma, drawn once a run
    noise_deg: float = 0.005  # rms behind the poles, so it wanders rather than jumps; class of an SCA100T
    resolution_deg: float = 0.0025
    range_deg: float = 90.0
    xi_m: float = 0.05  # near the hinge: swing and spin shift the apparent vertical little
    eta_m: float = -0.05


class Inclinometer:
    """Gravity as felt on the moving bed; call `sample` every 10 ms."""

    DT_S: Final = 0.01
    SPAN: Final = Range(-90.0, 90.0, 180.0 / 32_768, 15)

    def __init__(self, noise: Noise, kind: InclinometerKind | None = None, channel: int = 0) -> None:
        self.kind = kind = kind or InclinometerKind()
        self._noise = noise
        self._gain = 1.0 - math.exp(-2.0 * math.pi * kind.pole_hz * self.DT_S)
        self._noise_deg = kind.noise_deg / math.sqrt(noise_power(self._gain))
        self._offset_deg = kind.offset_deg * noise.draw()
        self.stage = Stage((noise.seed, channel), self.SPAN)
        self.lost = False  # fault: says nothing
        self.angle_deg = 0.0
        self.rate_dps = 0.0
        self._first = self._second = 0.0
        self._line: deque[float] = deque()
        self._last_rate = 0.0

    def start(self, angle_deg: float) -> None:
        """It has been at rest at this angle for long."""
        self._first = self._second = angle_deg
        self._line = deque([angle_deg] * self.kind.delay_samples)
        self._last_rate = 0.0
        self._hold(angle_deg)

    def sample(self, angle_deg: float, rate_dps: float) -> None:
        """Take the table's true motion, 10 ms after the sample before."""
        felt = apparent_deg(angle_deg, rate_dps, (rate_dps - self._last_rate) / self.DT_S, self.kind)
        self._last_rate = rate_dps
        felt += self._noise_deg * self._noise.draw()
        gain, line = self._gain, self._line
        first = self._first = self._first + gain * (felt - self._first)
        second = self._second = self._second + gain * (first - self._second)
        line.append(second)
        self._hold(line.popleft())

    def _hold(self, value_deg: float) -> None:
        kind = self.kind
        value_deg += self._offset_deg
        if not -kind.range_deg <= value_deg <= kind.range_deg:
            value_deg = min(kind.range_deg, max(-kind.range_deg, value_deg))
        held = round(value_deg / kind.resolution_deg) * kind.resolution_deg
        if self.stage.on:
            spoilt = self.stage(held, self.DT_S)
            held = self.angle_deg if spoilt is None else spoilt
        self.rate_dps = (held - self.angle_deg) / self.DT_S
        self.angle_deg = held


def noise_power(gain: float) -> float:
    """Which part of white noise two equal discrete poles let through."""
    keep = 1.0 - gain
    return gain**4 * (1.0 + keep**2) / (1.0 - keep**2) ** 3


def apparent_deg(angle_deg: float, rate_dps: float, accel_dps2: float, kind: InclinometerKind) -> float:
    """The inclination an accelerometer at (xi, eta) on the bed computes while the bed moves."""
    angle, rate, accel = math.radians(angle_deg), math.radians(rate_dps), math.radians(accel_dps2)
    return math.degrees(tilt(angle, rate, accel, kind.xi_m, kind.eta_m))


class CurrentSense:
    """Motor current through a shunt: 12 bit over +-40 A, offset, gain and noise."""

    STEP_A: Final = 80.0 / 4096
    DT_S: Final = 0.01
    SPAN: Final = Range(-40.0, 40.0, STEP_A, 12)

    def __init__(self, noise: Noise, channel: int = 0) -> None:
        self._noise = noise
        self.stage = Stage((noise.seed, channel), self.SPAN)
        self._held_a = 0.0
        self._offset_a = 0.1 * noise.draw()
        self._gain = 1.0 + 0.01 * noise.draw()

    def milliamperes(self, current_a: float) -> int:
        """One sample."""
        seen = current_a * self._gain + self._offset_a + 0.05 * self._noise.draw()
        seen = seen if -40.0 <= seen <= 40.0 else math.copysign(40.0, seen)
        held = round(seen / self.STEP_A) * self.STEP_A
        if self.stage.on:
            spoilt = self.stage(held, self.DT_S)
            held = self._held_a if spoilt is None else spoilt
            self._held_a = held
        return round(held * 1000)


class AngleSwitch:
    """A cam switch: closes above an angle (or below it), opens 0.5 deg back."""

    HYSTERESIS_DEG: Final = 0.5

    def __init__(self, at_deg: float, above: bool) -> None:
        self._way = 1.0 if above else -1.0
        self._at = at_deg * self._way
        self.closed = False

    def sample(self, angle_deg: float) -> bool:
        """Whether it is closed at this angle, coming from where it was."""
        place = angle_deg * self._way
        self.closed = place >= self._at - (self.HYSTERESIS_DEG if self.closed else 0.0)
        return self.closed
