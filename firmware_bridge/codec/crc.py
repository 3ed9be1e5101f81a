"""The cyclic redundancy checks on our wires.

CRC-16/CCITT-FALSE: polynomial 1021h, init FFFFh, check value 29B1h (ours, over COBS).
CRC-16/MODBUS: polynomial 8005h reflected, init FFFFh, check value 4B37h, low byte first on the wire.
CRC-16/XMODEM: polynomial 1021h, init 0, check value 31C3h, high byte first on the wire (RoboClaw).
CRC-7 of Pololu's controllers: polynomial 91h, least significant bit first, init 0 (guide 0J38: 83 01 -> 17).
"""

from __future__ import annotations

import binascii
import struct


def ccitt_false(data: bytes) -> int:
    """CRC-16/CCITT-FALSE of `data`; detects any three bit errors up to 32,751 bits."""
    return binascii.crc_hqx(data, 0xFFFF)


def _modbus_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
        table.append(crc)
    return tuple(table)


_MODBUS = _modbus_table()
_MODBUS_OVER = tuple(crc >> 8 ^ _MODBUS[crc & 0xFF] for crc in _MODBUS)  # the same, a zero byte later


def modbus(data: bytes) -> int:
    """CRC-16/MODBUS of `data`, two bytes a step; send the low byte first."""
    crc, words = 0xFFFF, len(data) // 2
    for word in struct.unpack_from(f"<{words}H", data):
        crc ^= word
        crc = _MODBUS_OVER[crc & 0xFF] ^ _MODBUS[crc >> 8]
    for byte in data[2 * words :]:
        crc = crc >> 8 ^ _MODBUS[(crc ^ byte) & 0xFF]
    return crc


def xmodem(data: bytes) -> int:
    """CRC-16/XMODEM of `data`; send the high byte first."""
    return binascii.crc_hqx(data, 0)


def pololu7(data: bytes) -> int:
    """CRC-7 of `data`, one byte with its highest bit clear."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x48 if crc & 1 else 0)
    return crc
