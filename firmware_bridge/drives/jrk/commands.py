"""Jrk G2: commands, variables, settings and their frames, little-endian.

Commands and variables after Pololu's user guide 0J73, sections 11 and 12; offsets of the settings after the
maker's jrk_protocol.h, where also stands that only those from 50h on can be read from RAM and overridden, so
the others are read from the EEPROM. With the serial CRC on, every command ends in a CRC-7. Answers carry no
check at all: what is taken from them must be there twice, or be possible together.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from firmware_bridge.codec import crc
from firmware_bridge.line_port import Ask, BadAnswer, Values

SET_TARGET: Final = 0xC0
STOP_MOTOR: Final = 0xFF
GET_VARIABLES: Final = 0xE5
GET_SETTINGS: Final = 0xE3
GET_RAM_SETTINGS: Final = 0xEA
CLEAR_HALTING: Final = 0xB3  # reads the errors that halt the motor, and clears those that are latched
POLOLU_FORM: Final = 0xAA
MOST: Final = 4_095  # of target and feedback


class Variable(NamedTuple):
    """Where a run of variables begins and how much of it is read."""

    offset: int
    length: int
    name: str


# Feedback and scaled feedback, then the integral, then the duty target: three lengths, so that a late answer
# to one cannot pass for the answer to another.
FEEDBACK: Final = tuple(Variable(0x04, length, "feedback") for length in (4, 6, 8))
# Errors halting, errors occurred, flags, VIN, current.
ERRORS: Final = Variable(0x12, 9, "error flags and current")

ERROR_NAMES: Final = {
    0: "awaiting command",
    1: "no power",
    2: "motor driver error",
    3: "input invalid",
    4: "input disconnect",
    5: "feedback disconnect",
    6: "soft overcurrent",
    7: "serial signal error",
    8: "serial overrun",
    9: "serial RX buffer full",
    10: "serial CRC error",
    11: "serial protocol error",
    12: "serial timeout",
    13: "hard overcurrent",
}
AWAITING: Final = 1
NO_POWER: Final = 2
TIMED_OUT: Final = 1 << 12
FEEDBACK_LOST: Final = 1 << 5
CLEARABLE: Final = 0b1_1111_1000_0001  # of the line, and awaiting command; the others are for a person
KNOWN_ERRORS: Final = 0x3FFF


class Setting(NamedTuple):
    """One setting: where it lies, and what it must be for the table to be safe."""

    offset: int
    size: int
    name: str
    least: int
    most: int
    why: str
    unit: str = ""
    scale: int = 1
    mask: int = 0xFFFF


TIMEOUT_UNIT_MS: Final = 10
SETTINGS: Final = (
    Setting(0x26, 2, "serial timeout", 10, 20, "it must stop by itself without its host", "ms", 10),
    Setting(0x01, 1, "options byte 1, CRC enabled", 2, 2, "a wrong bit must not become a command", mask=0x02),
    Setting(0x2A, 2, "error enable, serial timeout", 0x1000, 0x1000, "the timeout must act", mask=0x1000),
    Setting(
        0x2A, 2, "error enable, feedback disconnect", 0x20, 0x20, "a broken wire must stop it", mask=0x20
    ),
    Setting(0x19, 2, "feedback error minimum", 1, 400, "a broken wire must be seen", "counts"),
    Setting(0x1B, 2, "feedback error maximum", 3_695, 4_094, "a broken wire must be seen", "counts"),
    Setting(0x03, 1, "input mode", 0, 0, "targets come by serial"),
    Setting(0x18, 1, "feedback mode", 1, 1, "it must hold an angle: analog"),
    Setting(0x02, 1, "options byte 2, feedback invert and wraparound", 0, 0, "use [drive].sign", mask=0x14),
    Setting(0x1D, 2, "feedback minimum", 0, 0, "scaled feedback proves feedback", "counts"),
    Setting(0x1F, 2, "feedback maximum", MOST, MOST, "scaled feedback proves feedback", "counts"),
)
RAM_SETTINGS: Final = (Setting(0x51, 2, "proportional multiplier", 1, 1_023, "without it nothing moves"),)
NUMBER: Final = Setting(0x28, 2, "device number", 0, 0x3FFF, "")


class Framing(NamedTuple):
    """How commands begin: compact, or with the device number (its CRC over all of it is UNVERIFIED)."""

    device: int | None = None

    def bare(self, command: int, *data: int) -> bytes:
        """One command as a controller without CRC takes it."""
        head = [command] if self.device is None else [POLOLU_FORM, self.device, command & 0x7F]
        return bytes([*head, *data])

    def frame(self, command: int, *data: int) -> bytes:
        """One command with its CRC."""
        body = self.bare(command, *data)
        return body + bytes([crc.pololu7(body)])

    def target(self, counts: int) -> bytes:
        """Set target; 0 to 4095."""
        return self.frame(SET_TARGET | counts & 0x1F, counts >> 5)

    def stop_motor(self) -> bytes:
        """Duty to 0, and it stays there until the next target."""
        return self.frame(STOP_MOTOR)

    def variables(self, wanted: Variable, before: bytes = b"") -> Ask:
        """Read variables; another command may go before, in the same breath: those have no answer."""
        frame = before + self.frame(GET_VARIABLES, wanted.offset, wanted.length)
        decode = errors if wanted is ERRORS else feedback
        return Ask(f"variables {wanted.offset:02X}h ({wanted.name})", frame, (wanted.length,), decode)

    def setting(self, setting: Setting, ram: bool) -> Ask:
        """Read one setting as it lies in the EEPROM, or as it is used."""
        frame = self.frame(GET_RAM_SETTINGS if ram else GET_SETTINGS, setting.offset, setting.size)
        return Ask(named(setting), frame, (setting.size,), number)

    def clear_halting(self, before: bytes) -> Ask:
        """Clear latched errors, right behind a target, which the serial timeout wants to see first."""
        return Ask("errors halting, cleared", before + self.frame(CLEAR_HALTING), (2,), number)


def number(received: bytes) -> Values:
    """One number."""
    return (int.from_bytes(received, "little"),)


def feedback(received: bytes) -> Values:
    """The feedback, which scaled feedback must repeat. Raises BadAnswer.

    A line stuck at zeros says 0 twice. No Jrk that arms has it: its feedback error minimum is 1 or more, so 0
    is a broken wire, and the error flags say that.
    """
    raw, scaled = (int.from_bytes(received[at : at + 2], "little") for at in (0, 2))
    if raw != scaled or not 1 <= raw <= MOST:
        raise BadAnswer(
            f"feedback {raw} and scaled feedback {scaled} counts: not the same number from 1 to {MOST}"
        )
    return (raw,)


def errors(received: bytes) -> Values:
    """Errors halting and the current in mA. Raises BadAnswer.

    What halts must have occurred, and without a supply "no power" does: nothing but zeros is no answer.
    """
    halting, occurred, vin_mv, current = (
        int.from_bytes(received[at : at + 2], "little") for at in (0, 2, 5, 7)
    )
    if (halting | occurred) & ~KNOWN_ERRORS or halting & ~occurred:
        raise BadAnswer(f"errors halting {halting:04X}h, occurred {occurred:04X}h: not possible together")
    if not vin_mv and not halting & NO_POWER:
        raise BadAnswer('VIN 0 mV without the error "no power": not possible together')
    return halting, current


def named(setting: Setting) -> str:
    """A setting as a person looks it up."""
    return f"setting {setting.offset:02X}h ({setting.name})"


def error_names(bits: int) -> str:
    """Error bits in words."""
    return ", ".join(name for bit, name in ERROR_NAMES.items() if bits >> bit & 1)
