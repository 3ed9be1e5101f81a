"""A serial wire: every byte takes its bits' time, one after the other, each direction by itself.

Times are whole microseconds; inside, a byte's end is kept in units of 1/baud microseconds, so that nothing
drifts: at 460,800 baud a byte of 10 bits takes 21.70138... microseconds. A byte exists for the other end once
its last stop bit is over, never earlier. Collisions on a half-duplex bus are not modelled.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

MICROS = 1_000_000
DICE = 1 << 30


@dataclass(slots=True)
class Lane:
    """One direction of a wire."""

    baud: int
    bits: int
    chunks: deque[tuple[int, bytes]] = field(default_factory=deque)  # scaled start of the first bit, bytes
    free: int = 0  # scaled end of the last byte queued

    def put(self, data: bytes, at_us: int) -> None:
        """Begin to send at `at_us`, or behind what is still being sent."""
        start = max(at_us * self.baud, self.free)
        self.chunks.append((start, data))
        self.free = start + len(data) * self.bits * MICROS

    def get(self, now_us: int) -> tuple[bytes, int]:
        """The bytes that have ended by now, and when the last of them did (rounded up; 0 with none)."""
        chunks = self.chunks
        if not chunks:
            return b"", 0
        scaled, byte = now_us * self.baud, self.bits * MICROS
        done, last = b"", 0
        while chunks and chunks[0][0] + byte <= scaled:
            start, data = chunks.popleft()
            count = (scaled - start) // byte
            if count < len(data):
                chunks.appendleft((start + count * byte, data[count:]))
                data = data[:count]
            done += data
            last = start + len(data) * byte
        return done, -(-last // self.baud)

    def drop(self) -> None:
        """Forget what is on its way."""
        self.chunks.clear()
        self.free = 0


@dataclass(slots=True)
class Trouble:
    """What the wire does to whole frames, both ways. Chances are of 1; the delay is added to each frame."""

    cut: bool = False
    loss: float = 0.0
    corrupt: float = 0.0
    double: float = 0.0
    delay_us: int = 0

    @property
    def any_chance(self) -> bool:
        """Whether dice are needed."""
        return (self.loss or self.corrupt or self.double) > 0.0


class Wire:
    """Two lanes, host to device and back, and their trouble. A frame is what one call writes."""

    def __init__(self, baud: int, bits_per_byte: int = 10, seed: int = 0, number: int = 0) -> None:
        self.baud = baud
        self.bits_per_byte = bits_per_byte
        self.trouble = Trouble()
        self.spoilt = 0  # frames lost, changed or doubled so far, both ways
        self._down = Lane(baud, bits_per_byte)
        self._up = Lane(baud, bits_per_byte)
        self._dice = np.random.Generator(np.random.Philox(key=[seed, number]))

    @property
    def byte_us(self) -> float:
        """Time of one byte on this wire."""
        return self.bits_per_byte * MICROS / self.baud

    def host_write(self, data: bytes, at_us: int) -> None:
        """The host's transmitter takes a frame."""
        self._put(self._down, data, at_us)

    def host_read(self, now_us: int) -> bytes:
        """What has reached the host by now."""
        return self._up.get(now_us)[0]

    def device_bytes(self, now_us: int) -> tuple[bytes, int]:
        """What has reached the device by now, and when its last bit did."""
        return self._down.get(now_us)

    def device_send(self, data: bytes, ready_us: int) -> None:
        """The device's transmitter takes a frame, to be begun at `ready_us` or later."""
        self._put(self._up, data, ready_us)

    def cut(self, on: bool) -> None:
        """Cut the wire, what is on it included, or mend it."""
        self.trouble.cut = on
        if on:
            self._down.drop()
            self._up.drop()

    def _put(self, lane: Lane, data: bytes, at_us: int) -> None:
        trouble = self.trouble
        if trouble.cut or not data:
            return
        if trouble.any_chance:
            for frame in self._spoil(data):
                lane.put(frame, at_us + trouble.delay_us)
        else:
            lane.put(data, at_us + trouble.delay_us)

    def _spoil(self, data: bytes) -> list[bytes]:
        """The frames that leave instead of this one: none, itself, with a wrong bit, or twice."""
        trouble = self.trouble
        lost, wrong, twice, where = (int(value) for value in self._dice.integers(0, DICE, 4))
        if lost < trouble.loss * DICE:
            self.spoilt += 1
            return []
        if wrong < trouble.corrupt * DICE:
            self.spoilt += 1
            bit = where % (8 * len(data))
            spoilt = bytearray(data)
            spoilt[bit // 8] ^= 1 << bit % 8
            data = bytes(spoilt)
        if twice >= trouble.double * DICE:
            return [data]
        self.spoilt += 1
        return [data, data]
