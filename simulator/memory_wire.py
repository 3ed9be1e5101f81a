"""The host's end of a world's wire as an object with read, write, name and close, inside one process."""

from __future__ import annotations

from typing import Protocol

from simulator.wire import Wire


class HasTime(Protocol):
    """Whoever knows what time it is on the wire."""

    @property
    def now_us(self) -> int:
        """Microseconds since the start."""
        ...


class WireLink:
    """Reads what has arrived by the world's time, writes at that time; never blocks, takes any amount."""

    def __init__(self, wire: Wire, clock: HasTime, name: str) -> None:
        self._wire = wire
        self._clock = clock
        self._name = name

    @property
    def name(self) -> str:
        """The wire's name in the world."""
        return self._name

    def read(self) -> bytes:
        """What has arrived since the last call."""
        return self._wire.host_read(self._clock.now_us)

    def write(self, data: bytes) -> None:
        """Queue one frame."""
        self._wire.host_write(data, self._clock.now_us)

    def close(self) -> None:
        """Nothing to close: the world goes on without a host."""
