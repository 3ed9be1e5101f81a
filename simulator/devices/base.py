"""What every virtual device is to the wire: bytes in when they came, bytes out with the time they are due.

Times are microseconds of whoever runs the device: the world's virtual clock, or a wall clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(slots=True)
class Shaft:
    """The axis a device sits on; its owner moves it. Inversion angle, growing head-down."""

    angle_deg: float = 0.0
    rate_dps: float = 0.0


class Twin(Protocol):
    """One virtual device. Before `due_us` its `step` would do nothing, unless bytes come first."""

    due_us: int

    def take(self, data: bytes, now_us: int) -> None:
        """Bytes whose last bit has just arrived."""
        ...

    def step(self, now_us: int) -> None:
        """Let time pass: motion, watchdogs, silence on the wire."""
        ...

    def out(self) -> list[tuple[int, bytes]]:
        """Pop what the device sends: (earliest time of the first bit, bytes)."""
        ...
