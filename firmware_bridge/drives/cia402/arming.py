"""Arming a CiA 402 drive: does it answer like one, is it set as its map says, is it free of faults."""

from __future__ import annotations

from firmware_bridge.codec import modbus
from firmware_bridge.drives.cia402 import states
from firmware_bridge.drives.cia402.register_map import RegisterMap, split
from firmware_bridge.drives.modbus16 import Steps, provide, read_request, value_of, write_request

TOOL = "the maker's tool"


def procedure(unit: int, table: RegisterMap) -> Steps:
    """All of it, in this order: nothing is written before the device is known."""
    refused = yield from identify(unit, table)
    if refused is None:
        yield write_target(unit, table, 0)
    for setting in table.settings:
        refused = refused or (yield from provide(unit, setting, TOOL))
    return refused or (yield from clear_fault(unit, table))


def write_target(unit: int, table: RegisterMap, value: int) -> modbus.Request:
    """The target velocity; both halves in one request, so that they belong together."""
    target = table.target_velocity
    words = split(value, target.words, table.high_word_first)
    if len(words) == 1:
        return modbus.write_one(unit, target.register.address, words[0])
    return modbus.write(unit, target.register.address, words)


def identify(unit: int, table: RegisterMap) -> Steps:
    """The statusword of the profile has eight patterns; another register shows one of them only by chance."""
    register = table.statusword.register
    answer = yield read_request(unit, register)
    word = value_of(answer)
    if word is not None and states.state_of(word) is not None:
        return None
    seen = answer.error or f"is {word:04X}h, a state of CiA 402 expected"
    return (
        f"unit {unit} is not {table.title}: {register.named}: {seen}; check [drive], its map and the wiring"
    )


def clear_fault(unit: int, table: RegisterMap) -> Steps:
    """Only the fault of a lost host may be cleared; every other one is for a person to look at."""
    status, code = table.statusword.register, table.error_code.register
    state = states.state_of(value_of((yield read_request(unit, status))) or 0)
    if state not in (states.FAULT, states.FAULT_REACTION):
        return None
    fault = value_of((yield read_request(unit, code)))
    if fault is not None and table.clearable_fault and fault == table.clearable_fault:
        yield write_request(unit, table.controlword.register, 0)
        yield write_request(unit, table.controlword.register, states.FAULT_RESET)
        word = value_of((yield read_request(unit, status)))
        if word is not None and states.state_of(word) not in (states.FAULT, states.FAULT_REACTION):
            return None
    found = "cannot be read" if fault is None else f"is {fault:04X}h"
    return f"{code.named} {found}, allowed 0; remove the cause and reset it at the drive"
