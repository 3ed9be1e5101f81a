"""Virtual twin of a WitMotion on TTL or USB, typed from its serial protocol: it sends by itself.

Every period it sends acceleration (51h), rate (52h), angle (53h) and magnetic field (54h), eleven bytes each.
Commands are `FF AA register low high`; settings need the unlock key. From the factory: 10 Hz.
"""

from __future__ import annotations

import math
from typing import Final

from simulator.devices.base import Shaft
from simulator.devices.witmotion import angle_word, word

RATES_HZ: Final = {6: 10, 7: 20, 8: 50, 9: 100, 0x0B: 200}
RATE, READ = 0x03, 0x27
TOLD_AT_ONCE: Final = 4  # registers
KEY_REGISTER, KEY = 0x69, 0xB588
KEY_VALID_US: Final = 10_000_000
FACTORY_RATE: Final = 6
TEMPERATURE_CENTIDEGREES: Final = 2_500


class WitmotionStreamTwin:
    """Its shaft is the roll axis. `offset_deg`, `frozen`, `only_acceleration` are its possible faults."""

    due_us = 0  # always something to do

    def __init__(self, shaft: Shaft, rate: int = FACTORY_RATE) -> None:
        self.shaft = shaft
        self.rate = rate
        self.offset_deg = 0.0
        self.frozen = False
        self.only_acceleration = False
        self._held_deg = shaft.angle_deg
        self._due_us = 0
        self._unlocked_until_us = -1
        self._heard = b""
        self._out: list[tuple[int, bytes]] = []

    def take(self, data: bytes, now_us: int) -> None:
        """Commands of five bytes."""
        self._heard += data
        while len(self._heard) >= 5:
            if self._heard[:2] != b"\xff\xaa":
                self._heard = self._heard[1:]
                continue
            register, low, high = self._heard[2:5]
            self._write(register, low | high << 8, now_us)
            self._heard = self._heard[5:]

    def _write(self, register: int, value: int, now_us: int) -> None:
        if register == KEY_REGISTER:
            self._unlocked_until_us = now_us + KEY_VALID_US if value == KEY else -1
        elif register == READ:
            self._out.append((now_us, frame(0x5F, *(self._register(value + n) for n in range(TOLD_AT_ONCE)))))
        elif register == RATE and value in RATES_HZ and now_us <= self._unlocked_until_us:
            self.rate = value

    def _register(self, register: int) -> int:
        """As it would tell it on a bus; 0 where nothing is known of it."""
        acceleration, rate, angle = self._words()
        values = {0x34: acceleration[:3], 0x37: rate[:3], 0x3D: angle[:3], 0x40: acceleration[3:]}
        told = {first + n: one for first, words in values.items() for n, one in enumerate(words)}
        return (told | {RATE: self.rate}).get(register, 0)

    def step(self, now_us: int) -> None:
        """Let time pass; send what is due."""
        if not self.frozen:
            self._held_deg = self.shaft.angle_deg
        if now_us >= self._due_us:
            self._due_us = now_us + 1_000_000 // RATES_HZ[self.rate]
            self._out.append((now_us, self._frames()))

    def out(self) -> list[tuple[int, bytes]]:
        """Pop what it sends."""
        out, self._out = self._out, []
        return out

    def _words(self) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        """Of acceleration, rate and angle."""
        roll_deg = self._held_deg + self.offset_deg
        roll = math.radians(roll_deg)
        gravity = (0, word(math.sin(roll), 16), word(math.cos(roll), 16), TEMPERATURE_CENTIDEGREES)
        rate = word(0.0 if self.frozen else self.shaft.rate_dps, 2_000)
        return gravity, (rate, 0, 0, 0), (angle_word(roll_deg), 0, 0, 0)

    def _frames(self) -> bytes:
        acceleration, rate, angle = self._words()
        if self.only_acceleration:
            return frame(0x51, *acceleration)
        return frame(0x51, *acceleration) + frame(0x52, *rate) + frame(0x53, *angle) + frame(0x54, 0, 0, 0, 0)


def frame(kind: int, *words: int) -> bytes:
    """One frame: head, type, four words, the sum."""
    data = bytearray([0x55, kind])
    for one in words:
        data += bytes([one & 0xFF, one >> 8 & 0xFF])
    return bytes(data) + bytes([sum(data) & 0xFF])
