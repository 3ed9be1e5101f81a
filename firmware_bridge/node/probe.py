"""Plays recorded register contents through the drivers of angle chips; the same under any Python.

Trace, a record a sample: kind u8 (0 AS5600, 1 AS5048A, 2 AS5048B, 3 ADS1115), silent u8, five bytes that the
chip answers with (ADS1115: conversion, configuration). Output, a record a sample: known u8, angle i32 in
millidegrees, little-endian.
"""

import sys

from firmware_bridge.node.ads1115 import CONFIG, Potentiometer
from firmware_bridge.node.as5048 import As5048a, As5048b
from firmware_bridge.node.as5600 import As5600
from firmware_bridge.node.mounting import Mounting

try:
    from micropython import heap_lock, heap_unlock  # who allocates now gets a MemoryError
except ImportError:

    def heap_lock() -> None:
        """Only there."""

    def heap_unlock() -> None:
        """Only there."""


RECORD = 7
_HEAD = 2


class Wire:
    """A bus, an SPI and a select pin at once, which answer with the record's bytes."""

    def __init__(self) -> None:
        self.record = bytes(RECORD)

    def readfrom_mem_into(self, address: int, register: int, into: bytearray) -> None:
        """As machine.I2C."""
        if self.record[1]:
            raise OSError(19)
        start = _HEAD + 2 if register == CONFIG else _HEAD
        for place in range(len(into)):
            into[place] = self.record[start + place]

    def writeto_mem(self, address: int, register: int, data: bytes) -> None:
        """As machine.I2C."""
        if self.record[1]:
            raise OSError(19)

    def write_readinto(self, out: bytearray, into: bytearray) -> None:
        """As machine.SPI."""
        into[0], into[1] = self.record[_HEAD], self.record[_HEAD + 1]

    def value(self, level: int) -> None:
        """As machine.Pin."""


def main(trace: str, output: str) -> None:
    """Play a file; say on stdout how many samples."""
    wire = Wire()
    mounting = Mounting(-1, 980, 181_234)
    chips = (
        As5600(wire, mounting),
        As5048a(wire, wire, mounting),
        As5048b(wire, mounting),
        Potentiometer(wire, mounting),
    )
    out = bytearray(5)
    samples = 0
    with open(trace, "rb") as taken, open(output, "wb") as given:
        record = taken.read(RECORD)
        while record:
            wire.record = record
            chip = chips[record[0]]
            heap_lock()
            try:
                angle = chip.read()
                out[0] = 0 if angle is None else 1
                value = angle or 0
                for place in range(4):
                    out[1 + place] = value >> (8 * place) & 0xFF
            finally:
                heap_unlock()
            given.write(out)
            samples += 1
            record = taken.read(RECORD)
    print(f"python {sys.implementation.name} {sys.version}")
    print(f"samples {samples}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
