"""Frames on the node's side: byte by byte, into buffers made once, no slices on the way in."""

from firmware_bridge.node import protocol

_POLYNOMIAL = 0x1021
HEADER = 5
_ROOM = 64
TICKS = 0x3FFF_FFFF  # time stamps wrap here, as MicroPython's ticks_ms does


def since(now_ms: int, then_ms: int) -> int:
    """Milliseconds from then to now, over the wrap of the clock."""
    return (now_ms - then_ms) & TICKS


def _table() -> tuple[int, ...]:
    rows = []
    for byte in range(256):
        crc = byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ _POLYNOMIAL if crc & 0x8000 else crc << 1) & 0xFFFF
        rows.append(crc)
    return tuple(rows)


_TABLE = _table()


try:
    from binascii import crc_hqx
except ImportError:  # a board: MicroPython's has none

    def crc16(data: bytearray, size: int) -> int:
        """CRC-16/CCITT-FALSE of the first `size` bytes; check value 29B1h."""
        crc = 0xFFFF
        table = _TABLE
        for place in range(size):
            crc = (crc & 0xFF) << 8 ^ table[crc >> 8 ^ data[place]]
        return crc

    def first(data: bytearray, size: int) -> bytes:
        """The first `size` bytes as an object of their own."""
        return bytes([data[place] for place in range(size)])

else:  # a computer: the same in C

    def crc16(data: bytearray, size: int) -> int:
        """CRC-16/CCITT-FALSE of the first `size` bytes; check value 29B1h."""
        return crc_hqx(memoryview(data)[:size], 0xFFFF)

    def first(data: bytearray, size: int) -> bytes:
        """The first `size` bytes as an object of their own."""
        return bytes(data[:size])


class FrameReader:
    """Takes bytes; after a good frame's end `kind`, `seq` and its fields can be read."""

    def __init__(self) -> None:
        self.data = bytearray(_ROOM)
        self.kind = 0
        self.seq = 0
        self.size = 0  # of the payload
        self.bad = 0
        self._used = 0
        self._left = 0
        self._code = 0
        self._broken = False

    def take(self, data: "bytes | bytearray", place: int, size: int) -> int:
        """Bytes from `place` on, up to the end of a good frame: the place behind it, 0 when there is none."""
        room, used, left = self.data, self._used, self._left
        while place < size:
            value = data[place]
            place += 1
            if value == 0:
                self._used, self._left = used, left
                good = self._complete()
                used = left = self._used = self._left = self._code = 0
                self._broken = False
                if good:
                    return place
                continue
            if left:
                left -= 1
            else:
                left, code, self._code = value - 1, self._code, value
                if not code or code == 255:
                    continue
                value = 0  # a code byte stands for the zero before it
            if used < _ROOM:
                room[used] = value
                used += 1
            else:
                self._broken = True
        self._used, self._left = used, left
        return 0

    def _complete(self) -> bool:
        if not self._code:
            return False  # two delimiters in a row
        data = self.data
        self.size = self._used - HEADER - 2
        good = (
            not self._broken
            and self._left == 0
            and self.size >= 0
            and data[0] == protocol.VERSION
            and data[3] == 0
            and data[4] == self.size
            and crc16(data, self._used - 2) == data[self._used - 2] | data[self._used - 1] << 8
        )
        if good:
            self.kind = data[1]
            self.seq = data[2]
        else:
            self.bad = (self.bad + 1) & 0xFFFF
        return good

    def u8(self, place: int) -> int:
        """One byte of the payload."""
        return self.data[HEADER + place]

    def u16(self, place: int) -> int:
        """Two bytes, unsigned."""
        return self.data[HEADER + place] | self.data[HEADER + place + 1] << 8

    def i16(self, place: int) -> int:
        """Two bytes, signed."""
        value = self.u16(place)
        return value - 65536 if value & 0x8000 else value


class FrameWriter:
    """Puts one frame together: `start`, the fields in order or packed into `data`, `finish`."""

    def __init__(self) -> None:
        self.data = bytearray(_ROOM)
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
        code = start + 1
        place = start + 2
        for index in range(self._used):
            value = data[index]
            if value:
                out[place] = value
            else:
                out[code] = place - code
                code = place
            place += 1
        out[code] = place - code
        return end
