"""Settings of Modbus drives with 16-bit registers: read, write where it differs, read back, judge.

Each procedure is a generator: it yields a request, is sent the answer, and returns None or the refusal.
Wire errors never reach it; whoever runs it repeats the request.
"""

from __future__ import annotations

from collections.abc import Generator

from firmware_bridge.codec import modbus
from firmware_bridge.codec.modbus import Request
from firmware_bridge.drives.register16 import Register, Setting
from firmware_bridge.modbus_port import Answer

Steps = Generator[Request, Answer, str | None]


def signed(word: int) -> int:
    """A register as a signed number."""
    return word - 0x1_0000 if word & 0x8000 else word


def word(value: int) -> int:
    """A signed number as a register."""
    return value & 0xFFFF


def signed_long(upper: int, lower: int) -> int:
    """Two registers, upper first, as a signed number."""
    value = upper << 16 | lower
    return value - (1 << 32) if value & 0x8000_0000 else value


def read_request(unit: int, register: Register, count: int = 1) -> Request:
    """So many registers from this one on."""
    return modbus.read(unit, register.address, count)


def write_request(unit: int, register: Register, value: int) -> Request:
    """One register (06h), as the makers' own examples do it; always read back."""
    return modbus.write_one(unit, register.address, word(value))


def value_of(answer: Answer) -> int | None:
    """The first register of an answer, None when the device refused."""
    return answer.registers[0] if answer.registers else None


def expect(unit: int, register: Register, value: int, what: str) -> Steps:
    """A constant by which the device is known."""
    answer = yield read_request(unit, register)
    found = value_of(answer)
    if found == value:
        return None
    seen = answer.error or f"is {found}, expected {value}"
    return f"unit {unit} is not {what}: {register.named}: {seen}; check [drive] and the wiring"


def provide(unit: int, setting: Setting, tool: str) -> Steps:
    """Read; write only where it differs; read back. What cannot be written may still be within the range."""
    answer = yield read_request(unit, setting.register)
    found, written = value_of(answer), None
    if found is not None and setting.wanted is not None and found != setting.wanted:
        written = yield write_request(unit, setting.register, setting.wanted)
        answer = yield read_request(unit, setting.register)
        found = value_of(answer)
    if found is not None and setting.allows(found):
        return None
    return refusal(setting, found, (written and written.error) or answer.error, tool)


def refusal(setting: Setting, found: int | None, error: Exception | None, tool: str) -> str:
    """What was found, what is allowed, and what to do."""
    register, least, most = setting.register, setting.least, setting.most
    allowed = quantity(register, least)
    if most != least:
        allowed += f" to {quantity(register, most)}" if most < 0xFFFF else " or more"
    value = "cannot be read" if found is None else f"is {quantity(register, found)}"
    why = f" ({error})" if error else ""
    return f"{register.named} {value}, allowed {allowed}{why}: {setting.why}; set it with {tool}"


def quantity(register: Register, value: int) -> str:
    """A value with its unit; plain numbers stay plain."""
    return f"{value * register.scale:g} {register.unit}" if register.unit else str(value)
