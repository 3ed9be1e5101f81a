"""The registers of a BLV-R as Oriental Motor's function edition HP-5142E lists them, for the twin.

Typed from the document on its own: nothing here comes from the driver. 32-bit values, upper register first.
Addresses between the listed ones answer reads with 0 (UNVERIFIED for the real drive) and refuse writes.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Entry(NamedTuple):
    """One 32-bit value: its value at the factory and what may be written to it (None: read only)."""

    default: int
    least: int | None
    most: int


def read_only(default: int = 0) -> Entry:
    """A monitor."""
    return Entry(default, None, 0)


LARGEST: Final = 0x7FFF_FFFF
ANY: Final = Entry(0, -LARGEST - 1, LARGEST)
POSITIVE: Final = 1_000_000_000

# Ranges that may be read in one block, first and last register.
READABLE: Final = (
    (0x0058, 0x0069),
    (0x007C, 0x00D7),
    (0x00F8, 0x00FB),
    (0x0120, 0x0149),
    (0x0180, 0x01BF),
    (0x02C0, 0x02CB),
    (0x0386, 0x038D),
    (0x0E02, 0x0E03),
    (0x0E36, 0x0E37),
    (0x0E60, 0x0E69),
    (0x1384, 0x1393),
)

ENTRIES: Final[dict[int, Entry]] = {
    # Direct data operation, p. 78-84
    0x0058: Entry(0, 0, 255),
    0x005A: Entry(0, 0, 0x32),
    0x005C: ANY,
    0x005E: Entry(0, -4_000_000, 4_000_000),
    0x0060: Entry(1_000, 1, POSITIVE),
    0x0062: Entry(1_000, 1, POSITIVE),
    0x0064: Entry(1_000, 0, 10_000),
    0x0066: ANY,
    0x0068: Entry(0, 0, 1),
    # Driver input command, output status, p. 207 ff
    0x007C: ANY,
    0x007E: read_only(),
    # Monitors, p. 312 ff
    0x0080: read_only(),
    0x009A: read_only(),
    0x00A0: read_only(),
    0x00AC: read_only(),
    0x00CE: read_only(),
    0x00D4: read_only(),
    0x00D6: read_only(),
    0x00F8: read_only(383),  # driver, 0.1 degC
    0x00FA: read_only(426),  # motor, 0.1 degC
    0x0120: read_only(),
    0x0136: read_only(),
    0x0146: read_only(240),
    0x0148: read_only(240),
    # Maintenance: acts on the change from 0 to 1
    0x0180: Entry(0, 0, 1),
    0x018A: Entry(0, 0, 1),
    0x018C: Entry(0, 0, 1),
    0x0192: Entry(0, 0, 1),
    0x01A0: Entry(0, 0, 1),
    0x01BC: Entry(0, 0, 1),
    0x01BE: Entry(0, 0, 4),
    # Parameters, p. 362 ff
    0x02C0: Entry(1, 0, 3),
    0x02C6: Entry(30, 1, 4_000),
    0x02C8: Entry(60, 1, 4_000),
    0x02CA: Entry(30, 1, 4_000),
    0x0386: Entry(6, -1, 6),
    0x0388: ANY,
    0x038A: ANY,
    0x038C: ANY,
    0x0E02: Entry(4, -1, 6),
    0x0E36: Entry(0, 0, 1),
    0x0E60: Entry(1, 0, 3),
    0x0E64: Entry(2, 0, 6),
    0x0E68: Entry(1_000, 1, POSITIVE),
    # Communication, p. 377 ff
    0x1384: Entry(0, 0, 3),
    0x138A: Entry(0, 0, 10_000),
    0x138C: Entry(3, 1, 10),
    0x1392: Entry(1, 0, 1),
}

FIRST_PARAMETER: Final = 0x02C0  # from here on values survive in the non-volatile memory once saved
