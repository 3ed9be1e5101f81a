"""Commands, errors, settings of a Jrk G2 as Pololu's guide 0J73 and jrk_protocol.h list them; for a twin."""

from __future__ import annotations

from typing import Final

# Command byte (highest bit set) -> how many 7-bit bytes follow; the ranges C0..DF and 80..BF are computed.
DATA: Final = {0xE0: 1, 0xE1: 1, 0xE3: 2, 0xE5: 2, 0xEA: 2, 0xEC: 0, 0xF2: 2, 0xF4: 2, 0xFF: 0}
FEEDS: Final = frozenset({0xE0, 0xE1, 0xF2, 0xF4, 0xFF})  # and C0..DF; that "stop motor" feeds is UNVERIFIED
POLOLU_FORM: Final = 0xAA
OPTIONS: Final = 0x01  # setting: options byte 1, bit 1 = CRC
OVERRIDE: Final = 0xE6  # offset, length, data, highest bits

AWAITING, NO_POWER, FEEDBACK_DISCONNECT = 1 << 0, 1 << 1, 1 << 5
CRC_ERROR, PROTOCOL_ERROR, TIMEOUT_ERROR = 1 << 10, 1 << 11, 1 << 12
ALWAYS_ENABLED: Final = 0b1111
LATCHED: Final = AWAITING | 0b1_1111_1000_0000

VARIABLES, SETTINGS, RAM_FROM = 0x35, 0x76, 0x50
MIDDLE: Final = 2_048
LOW_RES: Final = 16  # counts of the target for one step of E0 and E1, analog feedback
LONGEST_READ: Final = 15
MOST_DUTY: Final = 600
TIMEOUT_US: Final = 10_000
REPLY_US: Final = 300  # UNVERIFIED
INTEGRAL_MOST: Final = 0x7FFF

# Offset -> (size, as it comes from the factory). What no document names is 0.
FACTORY: Final = {
    0x01: (1, 0),  # options byte 1
    0x02: (1, 0),  # options byte 2
    0x03: (1, 0),  # input mode: serial
    0x18: (1, 1),  # feedback mode: analog
    0x19: (2, 0),  # feedback error minimum
    0x1B: (2, 4_095),
    0x1D: (2, 0),  # feedback minimum
    0x1F: (2, 4_095),
    0x23: (1, 0),  # serial mode
    0x24: (2, 1_250),  # 12 MHz / 9600
    0x26: (2, 0),  # serial timeout, 10 ms
    0x28: (2, 11),  # device number
    0x2A: (2, 0),  # error enable
    0x50: (1, 0),  # options byte 3
    0x51: (2, 0),  # proportional multiplier, exponent
    0x53: (1, 0),
    0x54: (2, 0),  # integral
    0x56: (1, 0),
    0x57: (2, 0),  # derivative
    0x59: (1, 0),
    0x5A: (2, 10),  # PID period, ms
    0x5C: (2, 1_000),  # integral limit
    0x60: (2, 600),  # acceleration and deceleration, forward and reverse: unlimited
    0x62: (2, 600),
    0x64: (2, 600),
    0x66: (2, 600),
    0x68: (2, 600),  # most duty
    0x6A: (2, 600),
}
# What whoever builds it into a table sets.
COMMISSIONED: Final = {
    0x01: 0b10,
    0x19: 10,
    0x1B: 4_085,
    0x26: 20,
    0x2A: TIMEOUT_ERROR | FEEDBACK_DISCONNECT,
    0x51: 6,
    0x54: 2,
    0x56: 4,
}


def crc7(data: bytes) -> int:
    """Polynomial 91h, least significant bit first, initial 0 (guide 0J38)."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            if crc & 1:
                crc ^= 0x91
            crc >>= 1
    return crc


def image(changes: dict[int, int]) -> bytearray:
    """The bytes of all settings."""
    memory = bytearray(SETTINGS)
    for offset, (size, value) in FACTORY.items():
        memory[offset : offset + size] = changes.get(offset, value).to_bytes(size, "little")
    return memory
