"""The same as bytewise.py where the interpreter does it in C; MicroPython's binascii has no crc_hqx.

A test compares both byte for byte.
"""

from binascii import crc_hqx

from firmware_bridge.node import bytewise

_CODES = [bytes([size + 1]) for size in range(254)]
_LONGEST = 255  # this code byte has no zero behind it


def crc16(data: bytearray, size: int) -> int:
    """CRC-16/CCITT-FALSE of the first `size` bytes; check value 29B1h."""
    return crc_hqx(data[:size], 0xFFFF)


def first(data: bytearray, size: int) -> bytes:
    """The first `size` bytes as an object of their own."""
    return bytes(data[:size])


def stuff(data: bytearray, size: int, out: bytearray, code: int) -> None:
    """The first `size` bytes, fewer than 254, into `out`; their first code byte stands at `code`."""
    parts = data[:size].split(b"\0")
    out[code : code + size + 1] = b"".join([_CODES[len(part)] + part for part in parts])


class FrameReader(bytewise.FrameReader):
    """A frame that lies in the data whole is taken at once."""

    crc16 = staticmethod(crc16)

    def take(self, data: "bytes | bytearray", place: int, size: int) -> int:
        """Bytes from `place` on, up to the end of a good frame: the place behind it, 0 when there is none."""
        while place < size and not self._code:
            if not data[place]:
                place += 1
                continue
            end = data.find(b"\0", place, size)
            if end < 0 or not self._unstuff(data, place, end):
                break
            good = self._complete()
            self._used = self._code = 0
            place = end + 1
            if good:
                return place
        return super().take(data, place, size) if place < size else 0

    def _unstuff(self, data: "bytes | bytearray", place: int, end: int) -> bool:
        """Whether it is as a frame should be; nothing has changed if it is not."""
        parts = []
        while place < end:
            code = data[place]
            parts.append(data[place + 1 : place + code])
            place += code
            if code == _LONGEST:
                return False
        whole = b"\0".join(parts)
        if place != end or len(whole) > bytewise.ROOM:
            return False
        self.data[: len(whole)] = whole
        self._used, self._code = len(whole), 1
        return True
