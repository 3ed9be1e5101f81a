"""Virtual twin of a WitMotion 16-bit Modbus inclinometer, typed from WitMotion's register list.

Registers are 16 bit; angles i16 / 32768 * 180 deg. Functions 03 and 06 only. Settings need the unlock key
B588h in 69h within the last ten seconds, and come into force by the save (0 to register 00h).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from simulator.devices.base import Shaft
from simulator.devices.modbus_slave import ILLEGAL_ADDRESS, ILLEGAL_VALUE, Refusal, RtuSlave

UNIT: Final = 0x50
LOOK_US: Final = 10_000
KEY_REGISTER, KEY = 0x69, 0xB588
KEY_VALID_US: Final = 10_000_000
REPLY_US: Final = 3_000  # UNVERIFIED
C35_US: Final = 4_010  # at 9600 baud
LAST: Final = 0x7F
SETTINGS: Final = {0x01: 0, 0x03: 6, 0x04: 2, 0x1A: UNIT, 0x1F: 4, 0x23: 0, 0x24: 1, 0x2E: 1_107, 0x74: 0}
READ_ONLY: Final = frozenset({0x2E, *range(0x30, 0x4A)})
TEMPERATURE_CENTIDEGREES: Final = 2_500


def word(value: float, full_scale: float) -> int:
    """A quantity as the 16-bit word of a register, held at the ends of its range."""
    return max(-32_768, min(32_767, round(value / full_scale * 32_768))) & 0xFFFF


def angle_word(angle_deg: float) -> int:
    """As `word`, but an angle goes round."""
    return round(math.remainder(angle_deg, 360.0) / 180 * 32_768) & 0xFFFF


class Witmotion:
    """The sensor: its shaft is the roll axis. `offset_deg` and `frozen` are its possible faults."""

    functions = frozenset({0x03, 0x06})

    def __init__(self, shaft: Shaft, unit: int = UNIT, give_up_us: int | None = None) -> None:
        self.shaft = shaft
        self.unit = unit
        self.offset_deg = 0.0
        self.frozen = False
        self._held_deg = shaft.angle_deg
        self._values = dict(SETTINGS)
        self._unlocked_until_us = -1
        self._now_us = 0
        self.due_us = 0
        self._slave = RtuSlave(self, unit, C35_US, REPLY_US, give_up_us)

    def take(self, data: bytes, now_us: int) -> None:
        """Bytes of the host."""
        self.step(now_us)
        self._slave.take(data, now_us)
        self._plan(now_us)

    def step(self, now_us: int) -> None:
        """Let time pass."""
        self._now_us = now_us
        if not self.frozen:
            self._held_deg = self.shaft.angle_deg
        self._slave.step(now_us)
        self._plan(now_us)

    def _plan(self, now_us: int) -> None:
        """In the middle of a frame every moment counts; else the shaft is looked at as often as it moves."""
        self.due_us = 0 if self._slave.hears else (now_us // LOOK_US + 1) * LOOK_US

    def out(self) -> list[tuple[int, bytes]]:
        """Pop the answers."""
        return self._slave.out()

    def heard(self, now_us: int) -> None:
        """A query came; this device has no watchdog."""

    def read(self, address: int, count: int) -> list[int]:
        """Any block of the map."""
        if address + count - 1 > LAST:
            raise Refusal(ILLEGAL_ADDRESS)
        live = self._live()
        return [live.get(place, self._values.get(place, 0)) for place in range(address, address + count)]

    def write(self, address: int, values: Sequence[int]) -> None:
        """One register (06h); refused while locked."""
        (value,) = values
        if address == KEY_REGISTER:
            if value == KEY:
                self._unlocked_until_us = self._now_us + KEY_VALID_US
            return
        if address > LAST or address in READ_ONLY:
            raise Refusal(ILLEGAL_ADDRESS)
        if self._now_us > self._unlocked_until_us:
            raise Refusal(ILLEGAL_VALUE)
        if address in self._values:
            self._values[address] = value

    def _live(self) -> dict[int, int]:
        """Acceleration in g of 16, rate in deg/s of 2000, angles; roll about the shaft."""
        roll_deg = self._held_deg + self.offset_deg
        roll = math.radians(roll_deg)
        return {
            0x35: word(math.sin(roll), 16),
            0x36: word(math.cos(roll), 16),
            0x37: word(0.0 if self.frozen else self.shaft.rate_dps, 2_000),
            0x3D: angle_word(roll_deg),
            0x40: TEMPERATURE_CENTIDEGREES,
        }
