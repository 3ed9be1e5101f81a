"""Holds a loop to a pace, and says which pace it has reached."""

from __future__ import annotations

from typing import Final

from firmware_bridge import clock

FORGIVEN_US: Final = 200_000  # a delay longer than this is not made up for


class Pace:
    """At most `speed` times real time."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._start_us = self._due_us = clock.monotonic_us()
        self._table_ms = 0

    def wait(self, table_ms: int, at_wall_pace: bool) -> None:
        """Wait until this much more table time may have passed."""
        self._table_ms += table_ms
        self._due_us += int(table_ms * 1_000 / (1.0 if at_wall_pace else self._speed))
        now_us = clock.monotonic_us()
        if now_us - self._due_us > FORGIVEN_US:
            self._due_us = now_us
        if self._due_us > now_us + 1_000:
            clock.sleep_until_ms(self._due_us // 1_000)

    @property
    def reached(self) -> float:
        """Table time over real time since the start."""
        return self._table_ms * 1_000 / max(1, clock.monotonic_us() - self._start_us)
