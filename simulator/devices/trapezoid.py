"""The motion generator inside a position drive: a trapezoid of speed, replanned at any time."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(slots=True)
class Trapezoid:
    """Position in steps, speed in steps/s; runs to `target` or, without one, down to standstill."""

    position: float = 0.0
    speed: float = 0.0  # signed
    target: float | None = None
    top_speed: float = 0.0
    speed_up: float = 1.0
    slow_down: float = 1.0

    @property
    def is_moving(self) -> bool:
        """Whether the generator has not ended its motion yet."""
        return self.speed != 0.0 or (self.target is not None and self.target != self.position)

    def stop(self, slow_down: float) -> None:
        """Decelerate with this ramp and stay."""
        self.target, self.slow_down = None, slow_down

    def halt(self) -> None:
        """Stand still at once."""
        self.target, self.speed = None, 0.0

    def put(self, position: float) -> None:
        """Be here, still: while the motor is without current the generator follows the shaft."""
        self.position = position
        self.halt()

    def step(self, dt_s: float) -> None:
        """Let so much time pass."""
        if self.speed == 0.0 and (self.target is None or self.target == self.position):
            return
        wanted, speed = self._wanted_speed(dt_s), self.speed
        growing = wanted * speed >= 0 and abs(wanted) > abs(speed)
        most = (self.speed_up if growing else self.slow_down) * dt_s
        change = wanted - speed
        speed += change if -most <= change <= most else max(-most, min(most, change))
        self.speed = speed
        self.position += speed * dt_s
        if self.target is not None and self._arrives(dt_s):
            self.position, self.speed = self.target, 0.0

    def _wanted_speed(self, dt_s: float) -> float:
        """The fastest from which the target can still be reached without passing it."""
        if self.target is None:
            return 0.0
        left = self.target - self.position
        braking = math.sqrt(2 * self.slow_down * abs(left))
        return math.copysign(min(self.top_speed, braking, abs(left) / dt_s), left)

    def _arrives(self, dt_s: float) -> bool:
        assert self.target is not None
        return abs(self.target - self.position) <= 0.5 and abs(self.speed) <= 2 * self.slow_down * dt_s + 1.0
