"""guard.ring: the newest 4,096 reports in a memory-mapped file, which outlives a killed guard.

Layout: magic 8s, version u32, slot size u32, slots u32, padded to 64 bytes; then the slots, each: number u64
(from 1, growing for ever), length u16, CRC-32 of number, length and packet, the packet, padding.
"""

from __future__ import annotations

import mmap
import os
import struct
import zlib
from pathlib import Path
from typing import Final

from safety.guard.messages import REPORT_LAYOUT

MAGIC: Final = b"KEELRING"
VERSION: Final = 1
SLOTS: Final = 4_096
HEADER: Final = struct.Struct("<8sIII44x")
SLOT_HEAD: Final = struct.Struct("<QHI")
SLOT_SIZE: Final = -(-(SLOT_HEAD.size + REPORT_LAYOUT.size) // 16) * 16
SIZE: Final = HEADER.size + SLOTS * SLOT_SIZE
_COUNTED: Final = struct.Struct("<QH")


class Ring:
    """The ring of a running guard. Writing is a copy in memory; the kernel does the rest."""

    def __init__(self, path: Path | None) -> None:
        """Go on with the file of that name, or make it; None = in this process only (no disk left)."""
        self.last = 0
        self._has_file = path is not None
        if path is None:
            self._map = _in_memory()
        else:
            packets = read(path)
            self.last = packets[-1][0] if packets else 0
            self._map = _mapped(path)
        self._map[: HEADER.size] = HEADER.pack(MAGIC, VERSION, SLOT_SIZE, SLOTS)

    def write(self, packet: bytes) -> bool:
        """Keep one report instead of the oldest one; False when the file has just been found cut short.

        Touching what is no longer there would kill the process (SIGBUS): from then on it is kept in memory.
        """
        whole = not self._has_file or self._map.size() == SIZE
        if not whole:
            self._map.close()
            self._map, self._has_file = _in_memory(), False
        self.last += 1
        counted = _COUNTED.pack(self.last, len(packet))
        head = counted + struct.pack("<I", zlib.crc32(packet, zlib.crc32(counted)))
        at = HEADER.size + (self.last % SLOTS) * SLOT_SIZE
        self._map[at : at + len(head) + len(packet)] = head + packet
        return whole

    def close(self) -> None:
        """Unmap."""
        self._map.close()


def read(path: Path) -> list[tuple[int, bytes]]:
    """(number, report) of every whole slot of a ring file, oldest first; [] when there is no such ring."""
    try:
        data = path.read_bytes()
    except OSError:
        return []
    if len(data) != SIZE or HEADER.unpack_from(data) != (MAGIC, VERSION, SLOT_SIZE, SLOTS):
        return []
    found = []
    for at in range(HEADER.size, SIZE, SLOT_SIZE):
        number, length, crc = SLOT_HEAD.unpack_from(data, at)
        start = at + SLOT_HEAD.size
        packet = data[start : start + length]
        counted = data[at : at + _COUNTED.size]
        if number and length <= SLOT_SIZE - SLOT_HEAD.size and zlib.crc32(packet, zlib.crc32(counted)) == crc:
            found.append((number, packet))
    return sorted(found)


def _in_memory() -> mmap.mmap:
    return mmap.mmap(-1, SIZE)


def _mapped(path: Path) -> mmap.mmap:
    """The file, mapped. Its room is claimed now: a full disk met later would kill the process (SIGBUS)."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        if os.fstat(descriptor).st_size != SIZE:
            os.ftruncate(descriptor, 0)
        os.posix_fallocate(descriptor, 0, SIZE)
        return mmap.mmap(descriptor, SIZE)
    finally:
        os.close(descriptor)
