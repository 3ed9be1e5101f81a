"""Arming an ATV320: is it one, is it set as it must be, is it free of faults."""

from __future__ import annotations

from firmware_bridge.drives.atv320 import registers as r
from firmware_bridge.drives.atv320.config import Atv320Config
from firmware_bridge.drives.modbus16 import Steps, expect, provide, read_request, value_of, write_request
from firmware_bridge.drives.register16 import Setting

TOOL = "SoMove or its keypad"


def settings_of(config: Atv320Config) -> tuple[Setting, ...]:
    """A gear that locks itself needs no brake."""
    return (*r.SETTINGS, r.BRAKE_LOGIC) if config.holds_when_dead == "brake" else r.SETTINGS


def procedure(config: Atv320Config) -> Steps:
    """All of it, in this order: nothing is written before the device is known."""
    unit = config.address
    # Its own address and baud rate: they also prove that registers are numbered as printed.
    refused = yield from expect(unit, r.ADD, unit, "an ATV320")
    if config.baud in r.BAUD_CODES:
        refused = refused or (yield from expect(unit, r.TBR, r.BAUD_CODES[config.baud], "an ATV320"))
    if refused is None:
        yield write_request(unit, r.LFRD, 0)
    for setting in settings_of(config):
        refused = refused or (yield from provide(unit, setting, TOOL))
    return refused or (yield from clear_fault(unit))


def clear_fault(unit: int) -> Steps:
    """Only the loss of communication may be cleared; every other fault is for a person to look at."""
    if not is_faulty(value_of((yield read_request(unit, r.ETAD)))):
        return None
    fault = value_of((yield read_request(unit, r.LFT)))
    if fault != r.FAULT_COMM:
        text = r.FAULT_NAMES.get(fault or 0, "see the manual")
        return f"{r.LFT.named} is {fault} ({text}); remove the cause and reset it at the drive"
    # Bit 7 acts on its edge.
    for value in (r.DISABLE_VOLTAGE, r.FAULT_RESET, r.DISABLE_VOLTAGE):
        yield write_request(unit, r.CMD, value)
    status = value_of((yield read_request(unit, r.ETAD)))
    if is_faulty(status):
        return (
            f"{r.ETAD.named} is {status or 0:04X}h, a fault though it was reset; switch the drive off and on"
        )
    return None


def is_faulty(status: int | None) -> bool:
    """Fault, or still reacting to one; an unreadable status counts."""
    return status is None or status & r.FAULT_MASK in (r.FAULT, r.FAULT_REACTION)
