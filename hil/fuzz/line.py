"""The wire between the guard and its node, by way of us: it drops, doubles, swaps, cuts, flips and babbles.

At most three bits of a frame are flipped: so many the CRC finds for certain, and nothing may pass. Whole
frames that come late, twice or in another order have to be told by their counters.
"""

from __future__ import annotations

import os
import random
import tty
from typing import Final

DELIMITER: Final = b"\0"
KEPT: Final = 50
BABBLE: Final = 4_096


class Line:
    """`ours` is the port for the guard, `device` the port of the virtual node."""

    def __init__(self, device: str, dice: random.Random) -> None:
        self._dice = dice
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self._device = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self._device)
        os.set_blocking(self._master, False)
        self.ours = os.ttyname(self._slave)
        self.bad = 0.0  # how often something is done to a frame
        self.spoilt = 0
        self._half = {self._master: b"", self._device: b""}
        self._old: list[bytes] = []

    @property
    def ports(self) -> tuple[int, int]:
        """What to wait for."""
        return self._master, self._device

    def pump(self, source: int) -> None:
        """Carry what has come from one end to the other."""
        target = self._device if source == self._master else self._master
        *frames, rest = (self._half[source] + _read(source)).split(DELIMITER)
        self._half[source] = rest[-BABBLE:]
        for frame in frames:
            if frame:
                for one in self._treated(frame):
                    _write(target, DELIMITER + one + DELIMITER)

    def babble(self) -> None:
        """Bytes that nobody asked for, towards the guard."""
        if self.bad and self._dice.random() < 0.3:
            _write(self._master, self._dice.randbytes(self._dice.randint(1, 600)))
            self.spoilt += 1

    def close(self) -> None:
        """Close all of it."""
        for descriptor in (self._master, self._slave, self._device):
            os.close(descriptor)

    def _treated(self, frame: bytes) -> list[bytes]:
        dice = self._dice
        self._old = [*self._old[-KEPT:], frame]
        if dice.random() >= self.bad:
            return [frame]
        self.spoilt += 1
        kind = dice.randrange(6)
        if kind == 0:
            return []
        if kind == 1:
            return [frame, frame]
        if kind == 2:
            return [dice.choice(self._old), frame]
        if kind == 3:
            return [frame[: dice.randrange(len(frame))], frame]
        if kind == 4:
            return [frame + dice.randbytes(dice.randint(1, 300))]
        return [_flipped(frame, dice)]


def _flipped(frame: bytes, dice: random.Random) -> bytes:
    found = bytearray(frame)
    for _ in range(dice.randint(1, 3)):
        found[dice.randrange(len(found))] ^= 1 << dice.randrange(8)
    return bytes(found)


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4_096)
    except (BlockingIOError, OSError):
        return b""


def _write(descriptor: int, data: bytes) -> None:
    try:
        os.write(descriptor, data)
    except (BlockingIOError, OSError):
        return
