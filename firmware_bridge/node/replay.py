"""Runs a recorded trace through the firmware and writes down what it does; the same under any Python.

Trace, a record a tick, little-endian: now_ms u32, encoder_mdeg i32, inclination_cdeg i16, current_ma i16,
inputs u16, known u16, flags u8, size u8, then `size` bytes from the host.
Output, a record a tick: duty i16, pins u8, state u8, stage u8, fault u8, refused u16, size u8, then `size`
bytes for the host.
"""

import gc
import sys

from firmware_bridge.node import protocol
from firmware_bridge.node.brain import Brain
from firmware_bridge.node.config import gains
from firmware_bridge.node.store import BOOT_COUNT, SESSION_MARK, MemoryStore

try:
    from micropython import heap_lock, heap_unlock  # who allocates now gets a MemoryError
except ImportError:

    def heap_lock() -> None:
        """Only there."""

    def heap_unlock() -> None:
        """Only there."""


ENCODER = 1  # flags: known in this tick
INCLINATION = 2
REBOOT = 4  # before this tick
GEAR_A2 = 8  # of the board that boots here
ROLE_IO = 16
HEAD = 18
OUT_HEAD = 9
_COUNT_FROM = 1_000  # counting walks the whole heap, so not in every tick
_COUNT_TO = 2_000


def _mem_alloc() -> int:
    return int(gc.mem_alloc()) if hasattr(gc, "mem_alloc") else 0


class Player:
    """One node under a trace: `play` a record, then read `out`, `size` bytes of it."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.store.put(BOOT_COUNT, 0)
        self.store.put(SESSION_MARK, 0)
        for row in protocol.LIMITS:
            self.store.put(row[0], row[5])
        for key in protocol.HEAD_KEYS:
            self.store.put(key, 0)
        self.out = bytearray(OUT_HEAD + 256)
        self.size = 0
        self.grown = 0  # bytes of heap that 1,000 ticks have taken
        self.brain = Brain("table", store=self.store)
        self._seen = False
        self._ticks = 0

    def play(self, head: bytes, data: bytes) -> None:
        """One tick."""
        flags = head[16]
        if flags & REBOOT or not self._seen:
            cause = protocol.RESET_WATCHDOG if self._seen else protocol.RESET_POWER
            role = "io" if flags & ROLE_IO else "table"
            motor = gains("a2" if flags & GEAR_A2 else "a1")
            self.brain = Brain(role, motor=motor, store=self.store, reset_cause=cause)
            self._seen = True
        self._ticks += 1
        counted = _COUNT_FROM <= self._ticks < _COUNT_TO
        before = _mem_alloc() if counted else 0
        heap_lock()
        try:
            self._tick(head, data, flags)
        finally:
            heap_unlock()
        if counted:
            self.grown += _mem_alloc() - before

    def written(self) -> bytes:
        """The output of the last tick."""
        return bytes([self.out[place] for place in range(self.size)])

    def _tick(self, head: bytes, data: bytes, flags: int) -> None:
        brain = self.brain
        now_ms = _u16(head, 0) | (_u16(head, 2) & 0x3FFF) << 16
        brain.host.take(data, head[17], now_ms)
        brain.tick(
            now_ms,
            _u16(head, 4) | _i16(head, 6) << 16 if flags & ENCODER else None,
            _i16(head, 8) if flags & INCLINATION else None,
            _i16(head, 10),
            _u16(head, 12),
            _u16(head, 14),
        )
        self._write_down()

    def _write_down(self) -> None:
        brain, out, host = self.brain, self.out, self.brain.host
        out[0] = brain.duty_permille & 0xFF
        out[1] = brain.duty_permille >> 8 & 0xFF
        pins = 1 if brain.bridge_on else 0
        pins |= 2 if brain.brake_closed else 0
        pins |= 4 if brain.sounder else 0
        pins |= 8 if brain.lamp else 0
        out[2] = pins | (16 if brain.enable else 0)
        out[3] = brain.reported_state()
        out[4] = brain.stage()
        out[5] = brain.fault
        out[6] = host.refused & 0xFF
        out[7] = host.refused >> 8
        size = host.out_size
        out[8] = size
        for place in range(size):
            out[OUT_HEAD + place] = host.out[place]
        host.out_size = 0
        self.size = OUT_HEAD + size


def _u16(data: bytes, place: int) -> int:
    return data[place] | data[place + 1] << 8


def _i16(data: bytes, place: int) -> int:
    value = data[place] | data[place + 1] << 8
    return value - 65536 if value & 0x8000 else value


def main(trace: str, output: str) -> None:
    """Play a file; say on stdout what it took."""
    gc.collect()
    before = _mem_alloc()
    print(f"code_bytes {before}")
    player = Player()
    gc.collect()
    node_bytes = _mem_alloc() - before
    ticks = 0
    with open(trace, "rb") as taken, open(output, "wb") as given:
        head = taken.read(HEAD)
        while head:
            player.play(head, taken.read(head[17]) if head[17] else b"")
            given.write(player.written())
            ticks += 1
            head = taken.read(HEAD)
    print(f"python {sys.implementation.name} {sys.version}")
    print(f"ticks {ticks}")
    print(f"grown_bytes {player.grown}")
    print(f"node_bytes {node_bytes}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
