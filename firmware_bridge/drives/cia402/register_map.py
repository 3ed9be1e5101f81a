"""Where a CiA 402 drive has its objects on Modbus; there is no standard for that, so a file says it.

The guard reads the file (safety/guard/drive_map.py) and puts it into these.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from firmware_bridge.drives.register16 import Register, Setting

# What the manual says of a lost host: the drive stands and keeps its torque, lets go, or nothing is said.
DEAD_HOST: Final = ("holds", "lets-go", "unverified")
PROFILE_VELOCITY: Final = 3  # modes of operation, object 6060h


class Value(NamedTuple):
    """One object: its register, and over how many of them it goes."""

    register: Register
    words: int


class Block(NamedTuple):
    """Registers that are read in one go, in two lengths that tell answers apart."""

    first: int
    lengths: tuple[int, int]


class RegisterMap(NamedTuple):
    """One drive."""

    title: str
    high_word_first: bool
    counts_per_turn: float  # of the motor
    velocity_per_rpm: float
    dead_host: str
    clearable_fault: int  # error code (603Fh) of a lost host; 0: none may be cleared
    block: Block
    controlword: Value
    statusword: Value
    target_velocity: Value
    velocity: Value
    position: Value
    error_code: Value
    watchdog: Setting
    settings: tuple[Setting, ...]  # the mode of operation and the watchdog among them


def joined(words: tuple[int, ...], high_first: bool) -> int:
    """One or two registers as a signed number."""
    ordered = words if high_first else words[::-1]
    value = 0
    for word in ordered:
        value = value << 16 | word
    bits = 16 * len(words)
    return value - (1 << bits) if value >> (bits - 1) else value


def split(value: int, words: int, high_first: bool) -> tuple[int, ...]:
    """A signed number as one or two registers."""
    parts = tuple(value >> 16 * place & 0xFFFF for place in reversed(range(words)))
    return parts if high_first else parts[::-1]
