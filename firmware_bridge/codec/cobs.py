"""Consistent Overhead Byte Stuffing (Cheshire and Baker 1999): frames without a zero byte inside."""

from __future__ import annotations

DELIMITER = b"\0"
_LONGEST = 254  # bytes a code byte can announce
_CODES = tuple(bytes((size + 1,)) for size in range(_LONGEST))


def encode(data: bytes) -> bytes:
    """The frame without its delimiters. Overhead: one byte, and one more for each 254."""
    if len(data) < _LONGEST:
        return b"".join([_CODES[len(part)] + part for part in data.split(DELIMITER)])
    out = bytearray()
    for part in data.split(DELIMITER):
        start = 0
        while len(part) - start >= _LONGEST:
            out.append(_LONGEST + 1)
            out += part[start : start + _LONGEST]
            start += _LONGEST
        out.append(len(part) - start + 1)
        out += part[start:]
    return bytes(out)


def decode(frame: bytes) -> bytes | None:
    """The data of one frame without delimiters; None when a code byte points outside or at a zero."""
    place, size = 0, len(frame)
    if not size or 0 in frame:
        return None
    parts: list[bytes] = []
    short = size <= _LONGEST  # every code byte but the first stands for a zero
    while place < size:
        code = frame[place]
        parts.append(frame[place + 1 : place + code])
        place += code
        if not short and code <= _LONGEST and place < size:
            parts.append(DELIMITER)
    joined = DELIMITER if short else b""
    return joined.join(parts) if place == size else None


def wire(data: bytes) -> bytes:
    """The frame as sent: a delimiter in front flushes noise, one behind ends it."""
    return DELIMITER + encode(data) + DELIMITER
