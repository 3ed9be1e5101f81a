"""The registers of a ZLAC8015D as the maker's RS485 manual 1.00 lists them, for the twin.

Typed from the document on its own: nothing here comes from the driver. 16 bits each, addresses as printed.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Entry(NamedTuple):
    """One register: its value at the factory and what may be written to it, as signed numbers (None: not)."""

    default: int
    least: int | None
    most: int


def read_only(default: int = 0) -> Entry:
    """A monitor."""
    return Entry(default, None, 0)


TIME_MS: Final = Entry(500, 0, 32_767)
HALF: Final = Entry(0, -0x8000, 0xFFFF)

ENTRIES: Final[dict[int, Entry]] = {
    # Common
    0x2000: Entry(1_000, 0, 32_767),  # communication offline time, ms
    0x2001: Entry(1, 1, 127),  # node
    0x2002: Entry(2, 0, 6),  # baud: 115200
    0x2005: Entry(0, 0, 3),  # clear feedback
    0x2006: Entry(0, 0, 3),  # absolute zero
    0x2008: Entry(1_000, 1, 1_000),  # max speed
    0x200D: Entry(0, 1, 4),  # mode
    0x200E: Entry(0, 0x05, 0x12),  # control
    0x200F: Entry(0, 0, 1),  # synchronous
    0x2010: Entry(0, 0, 1),  # save
    0x2011: Entry(5, 5, 7),  # quick stop code
    0x201A: Entry(0, 0, 9),  # Y0
    0x201B: Entry(0, 0, 9),  # Y1
    # Motion: acceleration, deceleration, e-stop deceleration, ms
    0x2080: TIME_MS,
    0x2081: TIME_MS,
    0x2082: TIME_MS,
    0x2083: TIME_MS,
    0x2084: Entry(10, 0, 32_767),
    0x2085: Entry(10, 0, 32_767),
    0x2088: Entry(0, -3_000, 3_000),
    0x2089: Entry(0, -3_000, 3_000),
    0x208A: HALF,
    0x208B: HALF,
    0x208C: HALF,
    0x208D: HALF,
    0x208E: Entry(120, 1, 1_000),
    0x208F: Entry(120, 1, 1_000),
    # State
    0x20A1: read_only(2_400),  # bus, 0.01 V
    0x20A2: read_only(),
    0x20A3: read_only(),
    0x20A4: read_only(30 << 8 | 30),  # motors, degC
    **{address: read_only() for address in range(0x20A5, 0x20B0)},
}
