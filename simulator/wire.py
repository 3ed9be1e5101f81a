"""A serial wire: every byte takes its bits' time, one after the other, each direction by itself.

Times are whole microseconds; inside, a byte's end is kept in units of 1/baud microseconds, so that nothing
drifts: at 460,800 baud a byte of 10 bits takes 21.70138... microseconds. A byte exists for the other end once
its last stop bit is over, never earlier. Collisions on a half-duplex bus are not modelled.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

import numpy as np

MICROS = 1_000_000
DICE = 1 << 30
_NOTHING = b"", 0


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
            return _NOTHING
        scaled, byte = now_us * self.baud, self.bits * MICROS
        if len(chunks) == 1:
            start, data = chunks[0]
            last = start + len(data) * byte
            if last <= scaled:  # all there is, and whole
                chunks.clear()
                return data, -(-last // self.baud)
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
    cut_down: bool = False  # host to device only
    cut_up: bool = False
    echo: bool = False  # the host hears itself
    delay_us: int = 0
    loss: float = 0.0
    corrupt: float = 0.0  # one wrong bit
    double: float = 0.0
    truncate: float = 0.0  # the end is missing
    reorder: float = 0.0  # comes behind the next one
    merge: float = 0.0  # comes with the next one, without a gap

    @property
    def any_chance(self) -> bool:
        """Whether dice are needed."""
        lost = self.loss or self.corrupt or self.double or self.truncate
        return bool(lost or self.reorder or self.merge)


class Wire:
    """Two lanes, host to device and back, and their trouble. A frame is what one call writes."""

    def __init__(self, baud: int, bits_per_byte: int = 10, seed: int = 0, number: int = 0) -> None:
        self.baud = baud
        self.bits_per_byte = bits_per_byte
        self.trouble = Trouble()
        self.spoilt: Counter[str] = Counter()  # frames so far, both ways, by what was done to them
        self._held: dict[int, tuple[str, bytes]] = {}  # by lane: a frame that waits for the next one
        self.down = Lane(baud, bits_per_byte)  # host to device
        self.up = Lane(baud, bits_per_byte)
        self._dice = np.random.Generator(np.random.Philox(key=[seed, number]))

    @property
    def byte_us(self) -> float:
        """Time of one byte on this wire."""
        return self.bits_per_byte * MICROS / self.baud

    def host_write(self, data: bytes, at_us: int) -> None:
        """The host's transmitter takes a frame."""
        self._put(self.down, data, at_us)

    def host_read(self, now_us: int) -> bytes:
        """What has reached the host by now."""
        return self.up.get(now_us)[0]

    def device_bytes(self, now_us: int) -> tuple[bytes, int]:
        """What has reached the device by now, and when its last bit did."""
        return self.down.get(now_us)

    def device_send(self, data: bytes, ready_us: int) -> None:
        """The device's transmitter takes a frame, to be begun at `ready_us` or later."""
        self._put(self.up, data, ready_us)

    def cut(self, on: bool) -> None:
        """Cut the wire, what is on it included, or mend it."""
        self.trouble.cut = on
        if on:
            self.down.drop()
            self.up.drop()

    def _put(self, lane: Lane, data: bytes, at_us: int) -> None:
        trouble = self.trouble
        if not data:
            return
        down = lane is self.down
        if trouble.cut or (trouble.cut_down if down else trouble.cut_up):
            self.spoilt["cut"] += 1
            return
        if trouble.delay_us:
            self.spoilt["delay"] += 1
            at_us += trouble.delay_us
        if not (trouble.echo or self._held or trouble.any_chance):
            lane.put(data, at_us)
            return
        frames = self._spoil(data, int(down)) if trouble.any_chance or self._held else [data]
        for frame in frames:
            lane.put(frame, at_us)
            if trouble.echo and down:
                self.spoilt["echo"] += 1
                self.up.put(frame, at_us)

    def _spoil(self, data: bytes, lane: int) -> list[bytes]:
        """The frames that leave instead of this one."""
        frames = self._damaged(data)
        if not frames:
            return frames
        if lane in self._held:
            kind, waiting = self._held.pop(lane)
            return [*frames, waiting] if kind == "reorder" else [waiting + frames[0], *frames[1:]]
        trouble = self.trouble
        if trouble.reorder or trouble.merge:
            swapped, merged = (int(value) for value in self._dice.integers(0, DICE, 2))
            kind = "reorder" if swapped < trouble.reorder * DICE else ""
            kind = kind or ("merge" if merged < trouble.merge * DICE else "")
            if kind:
                self.spoilt[kind] += 1
                self._held[lane] = kind, frames[0]
                return frames[1:]
        return frames

    def _damaged(self, data: bytes) -> list[bytes]:
        """None, itself, with a wrong bit, without its end, or twice."""
        trouble = self.trouble
        lost, wrong, twice, where = (int(value) for value in self._dice.integers(0, DICE, 4))
        if lost < trouble.loss * DICE:
            self.spoilt["loss"] += 1
            return []
        if wrong < trouble.corrupt * DICE:
            self.spoilt["corrupt"] += 1
            bit = where % (8 * len(data))
            spoilt = bytearray(data)
            spoilt[bit // 8] ^= 1 << bit % 8
            data = bytes(spoilt)
        if trouble.truncate and len(data) > 1 and int(self._dice.integers(0, DICE)) < trouble.truncate * DICE:
            self.spoilt["truncate"] += 1
            data = data[: 1 + where % (len(data) - 1)]
        if twice >= trouble.double * DICE:
            return [data]
        self.spoilt["double"] += 1
        return [data, data]
