"""How a board reads and writes frames: byte by byte, into buffers made once, no slices."""

from firmware_bridge.node import protocol

HEADER = 5
ROOM = 64
_POLYNOMIAL = 0x1021


def _table() -> tuple[int, ...]:
    rows = []
    for byte in range(256):
        crc = byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ _POLYNOMIAL if crc & 0x8000 else crc << 1) & 0xFFFF
        rows.append(crc)
    return tuple(rows)


_TABLE = _table()


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


def stuff(data: bytearray, size: int, out: bytearray, code: int) -> None:
    """The first `size` bytes, fewer than 254, into `out`; their first code byte stands at `code`."""
    place = code + 1
    for index in range(size):
        value = data[index]
        if value:
            out[place] = value
        else:
            out[code] = place - code
            code = place
        place += 1
    out[code] = place - code


class FrameReader:
    """Takes bytes; after a good frame's end `kind`, `seq` and its fields can be read."""

    crc16 = staticmethod(crc16)

    def __init__(self) -> None:
        self.data = bytearray(ROOM)
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
            if used < ROOM:
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
            and self.crc16(data, self._used - 2) == data[self._used - 2] | data[self._used - 1] << 8
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
