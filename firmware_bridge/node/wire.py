"""Frames on the node's side, into buffers made once: a board works byte by byte, a computer in C."""

from firmware_bridge.node import protocol
from firmware_bridge.node.bytewise import HEADER, ROOM

try:
    from firmware_bridge.node.wholesale import FrameReader, crc16, first, stuff
except ImportError:  # a board; the same names, of other types
    from firmware_bridge.node.bytewise import FrameReader, crc16, first, stuff  # type: ignore[assignment]

__all__ = ["HEADER", "TICKS", "FrameReader", "FrameWriter", "crc16", "first", "since"]

TICKS = 0x3FFF_FFFF  # time stamps wrap here, as MicroPython's ticks_ms does


def since(now_ms: int, then_ms: int) -> int:
    """Milliseconds from then to now, over the wrap of the clock."""
    return (now_ms - then_ms) & TICKS


class FrameWriter:
    """Puts one frame together: `start`, the fields in order or packed into `data`, `finish`."""

    def __init__(self) -> None:
        self.data = bytearray(ROOM)
        self._used = 0

    def start(self, kind: int, seq: int) -> None:
        """Begin a frame."""
        self.data[0] = protocol.VERSION
        self.data[1] = kind
        self.data[2] = seq
        self.data[3] = 0
        self._used = HEADER

    def packed(self, size: int) -> None:
        """So many bytes of fields stand in `data` behind the header already."""
        self._used = HEADER + size

    def u8(self, value: int) -> None:
        """Append one byte."""
        self.data[self._used] = value & 0xFF
        self._used += 1

    def u16(self, value: int) -> None:
        """Append two bytes, low one first; a negative value as its complement."""
        used = self._used
        self.data[used] = value & 0xFF
        self.data[used + 1] = value >> 8 & 0xFF
        self._used = used + 2

    def u32(self, value: int) -> None:
        """Append four bytes."""
        self.u16(value)
        self.u16(value >> 16)

    def finish(self, out: bytearray, start: int) -> int:
        """The frame as sent, with delimiters, into `out` from `start` on; its end, or `start` if no room."""
        data = self.data
        data[4] = self._used - HEADER
        crc = crc16(data, self._used)
        self.u16(crc)
        end = start + self._used + 3  # shorter than 254: one code byte is the whole overhead
        if end > len(out):
            return start
        out[start] = out[end - 1] = 0
        stuff(data, self._used, out, start + 1)
        return end
