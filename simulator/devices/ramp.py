"""The speed ramp inside a speed drive."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Ramp:
    """A speed that runs to the wanted one, with one slope away from standstill and one towards it."""

    speed: float = 0.0
    speed_up: float = 1.0
    slow_down: float = 1.0

    def step(self, wanted: float, dt_s: float) -> None:
        """Let so much time pass."""
        growing = wanted * self.speed >= 0 and abs(wanted) > abs(self.speed)
        most = (self.speed_up if growing else self.slow_down) * dt_s
        self.speed += max(-most, min(most, wanted - self.speed))
