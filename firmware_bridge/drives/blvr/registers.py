"""Registers of the Oriental Motor BLV-R (BLVD-KRD, BLVD-KBRD), from the function edition HP-5142E.

Values have 32 bits in two registers, upper first (parameter 1384h = 0). An address here is the one printed
in the manual, which is also the one on the wire. Pages are those of the chapter a value belongs to.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Register(NamedTuple):
    """One 32-bit value."""

    name: str
    address: int
    unit: str
    scale: float  # value * scale = quantity in the unit
    page: str


R: Final = Register
# Direct data operation: one block of seven, trigger last. Position and velocity in user steps.
TYPE: Final = R("operation type", 0x005A, "", 1, "HP-5142E p. 78-84")
POSITION: Final = R("position", 0x005C, "step", 1, "HP-5142E p. 78-84")
VELOCITY: Final = R("velocity", 0x005E, "step/s", 1, "HP-5142E p. 78-84")
ACCELERATION: Final = R("acceleration", 0x0060, "step/s2", 1, "HP-5142E p. 78-84")
DECELERATION: Final = R("deceleration", 0x0062, "step/s2", 1, "HP-5142E p. 78-84")
TORQUE_LIMIT: Final = R("torque limit", 0x0064, "%", 0.1, "HP-5142E p. 78-84")
TRIGGER: Final = R("trigger and lifetime", 0x0066, "", 1, "HP-5142E p. 78-84")
DIRECT: Final = (TYPE, POSITION, VELOCITY, ACCELERATION, DECELERATION, TORQUE_LIMIT, TRIGGER)

INPUT: Final = R("driver input command", 0x007C, "", 1, "HP-5142E p. 207 ff")
OUTPUT: Final = R("driver output status", 0x007E, "", 1, "HP-5142E p. 207 ff")
ALARM: Final = R("present alarm", 0x0080, "", 1, "HP-5142E p. 312 ff")
ACTUAL_POSITION: Final = R("actual position", 0x009A, "step", 1, "HP-5142E p. 312 ff")
# UNVERIFIED: the manual says "user unit"; with positions in user steps that is taken as steps per second.
ACTUAL_VELOCITY: Final = R("actual velocity", 0x00A0, "step/s", 1, "HP-5142E p. 312 ff")
COMM_ERROR: Final = R("present communication error", 0x00AC, "", 1, "HP-5142E p. 312 ff")
CURRENT: Final = R("motor current", 0x0136, "mA", 1, "HP-5142E p. 312 ff")
# UNVERIFIED: at how many degrees it raises alarm 21h or 26h stands in no document read: two keys say it.
DRIVER_HEAT: Final = R("driver temperature", 0x00F8, "degC", 0.1, "HP-5142E p. 312 ff")
MOTOR_HEAT: Final = R("motor temperature", 0x00FA, "degC", 0.1, "HP-5142E p. 312 ff")
ALARM_RESET: Final = R("alarm reset", 0x0180, "", 1, "HP-5142E p. 312 ff")

QSTOP_ACTION: Final = R("QSTOP action", 0x0E64, "", 1, "HP-5142E p. 362 ff")
STOP_ACTION: Final = R("STOP action", 0x0E60, "", 1, "HP-5142E p. 362 ff")
WORD_ORDER: Final = R("word order", 0x1384, "", 1, "HP-5142E p. 377 ff")
COMM_TIMEOUT: Final = R("communication timeout", 0x138A, "ms", 1, "HP-5142E p. 377 ff")
SLAVE_ERROR_MODE: Final = R("slave error response mode", 0x1392, "", 1, "HP-5142E p. 377 ff")

# Operation types of direct data operation.
STOP_DECELERATING: Final = 0
ABSOLUTE: Final = 1

# Trigger 10: velocity in step/s with both ramps as rates, by the pattern of 4 and 5 (velocity in user units,
# ramps as rates). UNVERIFIED: the first bench check with a drive proves it before anybody lies on the table.
TRIGGER_STEPS: Final = 10

# Driver input command, bits of the low word.
S_ON: Final = 1 << 0
PLOOP: Final = 1 << 1

# Driver output status, bits of the low word.
SON_MON: Final = 1 << 0
ALARM_A: Final = 1 << 7
MOVE: Final = 1 << 13

ALARM_COMM_ERRORS: Final = 0x84
ALARM_COMM_TIMEOUT: Final = 0x85
CLEARABLE: Final = (ALARM_COMM_ERRORS, ALARM_COMM_TIMEOUT)
ALARM_NAMES: Final = {
    0x10: "position deviation",
    0x20: "overcurrent",
    0x21: "driver overheat",
    0x22: "over-voltage",
    0x25: "under-voltage",
    0x26: "motor overheat",
    0x28: "encoder",
    0x30: "overload",
    0x31: "overspeed",
    0x4A: "homing incomplete",
    0x66: "hardware over-travel",
    0x67: "software over-travel",
    0x68: "safe torque off",
    0x70: "operation data",
    0x84: "communication errors",
    0x85: "communication timeout",
}


def words(value: int) -> tuple[int, int]:
    """A signed or unsigned 32-bit value as two registers, upper first."""
    return value >> 16 & 0xFFFF, value & 0xFFFF


def signed(upper: int, lower: int) -> int:
    """Two registers, upper first, as a signed 32-bit value."""
    value = upper << 16 | lower
    return value - (1 << 32) if value & 0x8000_0000 else value


class Setting(NamedTuple):
    """What a parameter must be before anybody lies on the table, and the range that is still acceptable."""

    register: Register
    wanted: int
    least: int
    most: int
    why: str

    def allows(self, value: int) -> bool:
        """Whether the value found will do, though another was wanted."""
        return self.least <= value <= self.most


LONGEST_WATCHDOG_MS: Final = 200
WATCHDOG_MS: Final = 160
LIFETIME_MS: Final = 120
SETTINGS: Final = (
    Setting(SLAVE_ERROR_MODE, 1, 1, 1, "0 answers normally to a value it has not taken"),
    Setting(COMM_TIMEOUT, WATCHDOG_MS, 1, LONGEST_WATCHDOG_MS, "0 is off: a dead host would not stop it"),
    Setting(STOP_ACTION, 1, 1, 1, "the factory's: decelerates and keeps the current on"),
    Setting(QSTOP_ACTION, 6, 5, 6, "others take the current away after the stop: the table would fall"),
)
