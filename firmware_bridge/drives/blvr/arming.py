"""Arming a BLV-R, one transaction a step: is it one, is it set as it must be, is it free of alarms, is it on.

Each procedure is a generator: it yields a request, is sent the answer, and returns None or the refusal.
Wire errors never reach it; whoever runs it repeats the request.
"""

from __future__ import annotations

from collections.abc import Generator

from firmware_bridge.codec import modbus
from firmware_bridge.codec.modbus import Request
from firmware_bridge.drives.blvr import registers as r
from firmware_bridge.drives.blvr.registers import Register, Setting
from firmware_bridge.modbus_port import Answer

Steps = Generator[Request, Answer, str | None]

HIGHEST_WORD_ORDER = 3


def procedure(unit: int, switch_it_on: bool = True) -> Steps:
    """All of it, in this order: nothing is written before the device is known. A cut is not undone."""
    refused = yield from identify(unit)
    for setting in r.SETTINGS:
        refused = refused or (yield from provide(unit, setting))
    refused = refused or (yield from clear_alarm(unit))
    if refused or not switch_it_on:
        return refused
    return (yield from switch_on(unit))


def read_request(unit: int, register: Register) -> Request:
    """Both halves in one request, so that they belong together."""
    return modbus.read(unit, register.address, 2)


def write_request(unit: int, register: Register, value: int) -> Request:
    """Both halves in one request."""
    return modbus.write(unit, register.address, r.words(value))


def value_of(answer: Answer) -> int | None:
    """The 32-bit value of an answer, None when the device refused."""
    return r.signed(*answer.registers) if answer.registers else None


def identify(unit: int) -> Steps:
    """A BLV-R has its word order at 1384h; another device refuses that address or answers beyond 3."""
    answer = yield read_request(unit, r.WORD_ORDER)
    value = value_of(answer)
    if value is None or not 0 <= value <= HIGHEST_WORD_ORDER:
        found = answer.error or f"{value}, allowed 0 to {HIGHEST_WORD_ORDER}"
        return f"unit {unit} is not a BLV-R: {named(r.WORD_ORDER)}: {found}; check [drive] and the wiring"
    if value != 0:
        return f"{named(r.WORD_ORDER)} is {value}, allowed 0 (upper register first); set it with MEXE02"
    return None


def provide(unit: int, setting: Setting) -> Steps:
    """Read; write only where it differs; read back. What cannot be written may still be within the range."""
    answer = yield read_request(unit, setting.register)
    found, written = value_of(answer), None
    if found is not None and found != setting.wanted:
        written = yield write_request(unit, setting.register, setting.wanted)
        answer = yield read_request(unit, setting.register)
        found = value_of(answer)
    if found is not None and setting.allows(found):
        return None
    return refusal(setting, found, (written and written.error) or answer.error)


def refusal(setting: Setting, found: int | None, error: Exception | None) -> str:
    """What was found, what is allowed, and what to do."""
    unit = f" {setting.register.unit}" if setting.register.unit else ""
    least, most = setting.least, setting.most
    allowed = f"{least}{unit}" if least == most else f"{least} to {most}{unit}"
    value = "cannot be read" if found is None else f"is {found}{unit}"
    why = f" ({error})" if error else ""
    return (
        f"{named(setting.register)} {value}, allowed {allowed}{why}: {setting.why}; "
        "set it with MEXE02 and restart the drive"
    )


def named(register: Register) -> str:
    """A register as a person looks it up."""
    return f"register {register.address:04X}h ({register.name})"


def clear_alarm(unit: int) -> Steps:
    """Only alarms of the communication may be cleared; every other one is for a person to look at."""
    alarm = value_of((yield read_request(unit, r.ALARM)))
    if alarm in r.CLEARABLE:
        yield write_request(unit, r.ALARM_RESET, 0)
        yield write_request(unit, r.ALARM_RESET, 1)
        alarm = value_of((yield read_request(unit, r.ALARM)))
    if alarm == 0:
        return None
    if alarm is None:
        return f"{named(r.ALARM)} cannot be read"
    text = r.ALARM_NAMES.get(alarm, "see the manual")
    return f"{named(r.ALARM)} is {alarm:02X}h ({text}), allowed 0; remove the cause and reset it at the drive"


def switch_on(unit: int) -> Steps:
    """Current on, position loop on also at standstill: without it the excited motor may slip (HP-5142E)."""
    wanted = r.S_ON | r.PLOOP
    yield write_request(unit, r.INPUT, wanted)
    found = value_of((yield read_request(unit, r.INPUT)))
    if found != wanted:
        return f"{named(r.INPUT)} reads back {found}, written {wanted} (S-ON, PLOOP)"
    return None
