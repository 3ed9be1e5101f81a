"""Registers of the ZLAC8015D, 16 bits each, from the maker's "RS485 communication" manual, version 1.00.

Addresses go on the wire as printed. Pairs of 32 bits have the upper register first. Register 2031h, which
the manual's own examples for stop and torque enable write, is the Hall sensors' offset angle: never touched.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from firmware_bridge.drives.register16 import Register, Setting

R: Final = partial(Register, is_hex=True)
COMMON, SPEED, STATE = "manual v1.00, common", "manual v1.00, 3.1 speed mode", "manual v1.00, state"

OFFLINE: Final = R("communication offline time", 0x2000, "ms", 1, COMMON)
NODE: Final = R("node number", 0x2001, "", 1, COMMON)
BAUD: Final = R("baud rate code", 0x2002, "", 1, COMMON)
MODE: Final = R("operating mode", 0x200D, "", 1, SPEED)
CONTROL: Final = R("control word", 0x200E, "", 1, SPEED)
ACCELERATION: Final = R("left acceleration time", 0x2080, "ms", 1, SPEED)
DECELERATION: Final = R("left deceleration time", 0x2082, "ms", 1, SPEED)
TARGET: Final = R("left target speed", 0x2088, "r/min", 1, SPEED)
# UNVERIFIED: at how many degrees it raises fault 400h stands in no document read; below 0 it is not read.
HEAT: Final = R("motor temperatures, left in the high byte", 0x20A4, "degC", 1, STATE)
FAULT: Final = R("left fault", 0x20A5, "", 1, STATE)
POSITION: Final = R("left position", 0x20A7, "counts", 1, STATE)
SPEED_SEEN: Final = R("left speed", 0x20AB, "r/min", 0.1, STATE)
CURRENT: Final = R("left current", 0x20AD, "A", 0.1, STATE)
# From the fault to the left speed, to the link flag at most; each length tells which question it answers.
STATUS_LENGTHS: Final = (7, 9, 8, 10, 11)

BAUD_CODES: Final = {115_200: 2, 57_600: 3, 38_400: 4, 19_200: 5, 9_600: 6}

# Control word.
STOP: Final = 0x07
ENABLE: Final = 0x08

FAULT_NAMES: Final = {
    0x001: "over-voltage",
    0x002: "under-voltage",
    0x004: "overcurrent",
    0x008: "overload",
    0x010: "current out of tolerance",
    0x020: "encoder out of tolerance",
    0x040: "speed out of tolerance",
    0x080: "reference voltage",
    0x100: "EEPROM",
    0x200: "Hall sensor",
    0x400: "motor temperature",
}

WATCHDOG_MS: Final = 160
SPEED_MODE: Final = 3
SETTINGS: Final = (
    Setting(OFFLINE, WATCHDOG_MS, 1, 200, "a dead host would not stop it in time"),
    Setting(MODE, SPEED_MODE, SPEED_MODE, SPEED_MODE, "the bridge leads it by speed"),
    Setting(ACCELERATION, 200, 1, 500, "the bridge shapes the motion, the drive must follow it"),
    Setting(DECELERATION, 200, 1, 250, "it must stand within 300 ms"),
)


def fault_text(fault: int) -> str:
    """The set bits in words."""
    return ", ".join(name for bit, name in FAULT_NAMES.items() if fault & bit) or "unknown"
