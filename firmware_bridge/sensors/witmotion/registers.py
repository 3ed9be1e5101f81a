"""Registers of the WitMotion 16-bit Modbus sensors (WT901C485, HWT901B-485, HWT905-485), from WitMotion's
register documents and its SDK WitStandardModbus_WT901C485. The 32-bit models (HWT9073) have another map.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Register(NamedTuple):
    """One signed 16-bit value."""

    name: str
    address: int
    unit: str
    scale: float  # value * scale = quantity in the unit
    page: str


FULL_SCALE_MDEG: Final = 180_000
FULL_SCALE: Final = 32_768

ROLL: Final = Register("roll", 0x3D, "deg", 180 / FULL_SCALE, "WT901C485 manual, angle output")
PITCH: Final = Register("pitch", 0x3E, "deg", 180 / FULL_SCALE, "WT901C485 manual, angle output")
YAW: Final = Register("yaw", 0x3F, "deg", 180 / FULL_SCALE, "WT901C485 manual, angle output")
TEMPERATURE: Final = Register("temperature", 0x40, "degC", 0.01, "WT901C485 manual, temperature output")
AXES: Final = {"roll": ROLL, "pitch": PITCH, "yaw": YAW}


def millidegrees(word: int) -> int:
    """A raw angle register, -180 to 179.995 deg."""
    value = word - 0x1_0000 if word & 0x8000 else word
    return round(value * FULL_SCALE_MDEG / FULL_SCALE)
