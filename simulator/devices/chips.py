"""Virtual angle sensors on I2C and SPI, at register level, typed from their data sheets.

`I2cBus` is a board's bus as MicroPython's machine.I2C is used: readfrom_mem_into, writeto_mem; a chip that is
not there, or whose wire is broken, is an OSError.
"""

from __future__ import annotations

from typing import Protocol

from simulator.devices.base import Shaft

ENODEV = 19


class I2cChip(Protocol):
    """Registers behind one address."""

    def register(self, place: int, offset: int) -> int:
        """One byte: `offset` bytes after register `place`."""
        ...

    def written(self, place: int, data: bytes) -> None:
        """Bytes from a register on."""
        ...


class I2cBus:
    """`broken` and `stuck_high` are faults of its wires."""

    def __init__(self, chips: dict[int, I2cChip]) -> None:
        self._chips = chips
        self.broken = False
        self.stuck_high = False

    def readfrom_mem_into(self, address: int, register: int, into: bytearray) -> None:
        """As machine.I2C."""
        chip = self._at(address)
        for offset in range(len(into)):
            into[offset] = 0xFF if self.stuck_high else chip.register(register, offset)

    def writeto_mem(self, address: int, register: int, data: bytes) -> None:
        """As machine.I2C."""
        self._at(address).written(register, bytes(data))

    def _at(self, address: int) -> I2cChip:
        if self.broken or address not in self._chips:
            raise OSError(ENODEV)
        return self._chips[address]


def counts(shaft: Shaft, zero_deg: float, per_turn: int) -> int:
    """Where a magnet on the shaft stands, in counts."""
    return round((shaft.angle_deg + zero_deg) / 360 * per_turn) % per_turn


class As5600:
    """12 bits. `magnet`: 100b right, 110b too weak, 101b too strong, 010b gone."""

    def __init__(self, shaft: Shaft, zero_deg: float = 180.0) -> None:
        self._shaft = shaft
        self._zero_deg = zero_deg
        self.magnet = 0b100
        self.burnt = False

    def register(self, place: int, offset: int) -> int:
        """STATUS 0Bh, RAW ANGLE 0Ch 0Dh, ANGLE 0Eh 0Fh, AGC 1Ah."""
        raw = counts(self._shaft, self._zero_deg, 4_096)
        live = {0x0B: self.magnet << 3, 0x0C: raw >> 8, 0x0D: raw & 0xFF, 0x0E: raw >> 8, 0x0F: raw & 0xFF}
        return live.get(place + offset, 0x40 if place + offset == 0x1A else 0)

    def written(self, place: int, data: bytes) -> None:
        """BURN is for good."""
        self.burnt = self.burnt or place == 0xFF


class As5048b:
    """14 bits on I2C. `flags`: 1 OCF, 2 COF, 4 comp low, 8 comp high."""

    def __init__(self, shaft: Shaft, zero_deg: float = 180.0) -> None:
        self._shaft = shaft
        self._zero_deg = zero_deg
        self.flags = 1

    def register(self, place: int, offset: int) -> int:
        """Gain FAh, flags FBh, magnitude FCh FDh, angle FEh (bits 13..6) FFh (5..0)."""
        raw = counts(self._shaft, self._zero_deg, 16_384)
        live = {0xFA: 0x80, 0xFB: self.flags, 0xFC: 0x40, 0xFD: 0x10, 0xFE: raw >> 6, 0xFF: raw & 0x3F}
        return live.get(place + offset, 0)

    def written(self, place: int, data: bytes) -> None:
        """Settings do not matter here."""


class As5048a:
    """14 bits on SPI, with its pipeline of one frame. `spoil` may change a word on the wire."""

    def __init__(self, shaft: Shaft, zero_deg: float = 180.0) -> None:
        self._shaft = shaft
        self._zero_deg = zero_deg
        self.flags = 0x0400  # OCF
        self.error = False
        self.spoil = 0  # these bits are turned over in the next answer
        self._answer = 0
        self._selected = False

    def value(self, level: int) -> None:
        """The select pin."""
        self._selected = level == 0

    def write_readinto(self, out: bytes, into: bytearray) -> None:
        """As machine.SPI: one frame of sixteen bits."""
        assert self._selected, "not selected"
        answer, self.spoil = self._answer ^ self.spoil, 0
        into[0], into[1] = answer >> 8, answer & 0xFF
        command = out[0] << 8 | out[1]
        if command.bit_count() % 2:
            self.error = True
        self._answer = self._framed(self._read(command & 0x3FFF))
        if command & 0x3FFF == 1:
            self.error = False

    def _read(self, address: int) -> int:
        if address == 0x3FFF:
            return counts(self._shaft, self._zero_deg, 16_384)
        return self.flags | 0x80 if address == 0x3FFD else 0

    def _framed(self, value: int) -> int:
        word = value | (0x4000 if self.error else 0)
        return word | (0x8000 if word.bit_count() % 2 else 0)


class Ads1115:
    """Wiper on AIN0, the potentiometer's supply on AIN1. `wiper` replaces the true share of the travel."""

    def __init__(self, shaft: Shaft, travel_deg: float = 340.0, zero_deg: float = 170.0) -> None:
        self._shaft = shaft
        self._travel_deg = travel_deg
        self._zero_deg = zero_deg
        self.supply_v = 3.3
        self.wiper: float | None = None
        self._config = 0x8583
        self._conversion = 0
        self.busy = 0  # so many reads of the configuration until the conversion is done

    def register(self, place: int, offset: int) -> int:
        """Pointer 0 the conversion, 1 the configuration; sixteen bits each, high byte first."""
        if place == 1 and offset == 0 and self.busy:
            self.busy -= 1
            return (self._config >> 8) & 0x7F
        value = self._conversion if place == 0 else self._config | 0x8000
        return value >> (0 if offset else 8) & 0xFF

    def written(self, place: int, data: bytes) -> None:
        """A configuration with bit 15 starts a conversion."""
        if place != 1 or len(data) != 2:
            return
        self._config = data[0] << 8 | data[1]
        share = self.wiper
        if share is None:
            share = (self._shaft.angle_deg + self._zero_deg) / self._travel_deg
        volts = self.supply_v * (share if self._config & 0x7000 == 0x4000 else 1.0)
        self._conversion = max(-32_768, min(32_767, round(volts / 4.096 * 32_768))) & 0xFFFF
        self.busy = 1
