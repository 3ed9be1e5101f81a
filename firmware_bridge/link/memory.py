"""A wire in memory: two ends, bounded queues, no pacing. For tests and lockstep."""

from __future__ import annotations

from firmware_bridge.errors import LinkLost

DEPTH = 4_096  # bytes a real driver's transmit queue holds


class MemoryLink:
    """One end of a memory wire; satisfies ByteLink."""

    def __init__(self, name: str, incoming: bytearray, outgoing: bytearray, open_ends: set[int]) -> None:
        self._name = name
        self._incoming = incoming
        self._outgoing = outgoing
        self._open_ends = open_ends
        self._end = id(self)
        open_ends.add(self._end)

    @property
    def name(self) -> str:
        """The name given to `memory_pair`, with the end."""
        return self._name

    @property
    def is_open(self) -> bool:
        """Whether both ends are."""
        return len(self._open_ends) == 2

    def read(self) -> bytes:
        """What the other end has written since. Raises LinkLost when either end is closed and all is read."""
        data = bytes(self._incoming)
        self._incoming.clear()
        if not data and not self.is_open:
            raise LinkLost(f"{self._name}: closed; plug it in again, or restart the other end")
        return data

    def write(self, data: bytes) -> None:
        """Queue `data` whole, or raise LinkLost."""
        if not self.is_open:
            raise LinkLost(f"{self._name}: closed; plug it in again, or restart the other end")
        if len(self._outgoing) + len(data) > DEPTH:
            raise LinkLost(f"{self._name}: {len(data)} bytes do not fit, nobody reads the other end")
        self._outgoing += data

    def close(self) -> None:
        """Close this end; the other one sees LinkLost."""
        self._open_ends.discard(self._end)


def memory_pair(name: str = "memory") -> tuple[MemoryLink, MemoryLink]:
    """The host's end and the device's end of one wire."""
    down, up = bytearray(), bytearray()
    open_ends: set[int] = set()
    return (
        MemoryLink(f"{name}:host", up, down, open_ends),
        MemoryLink(f"{name}:device", down, up, open_ends),
    )
