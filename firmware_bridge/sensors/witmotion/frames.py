"""WitMotion's serial frames (TTL, USB), sans IO: `55 type d0..d7 sum`, words little-endian, unsolicited.

The sum is the low byte of the ten bytes before it, so two wrong bits can pass; the sensor's driver judges
what a table can do besides. A payload may contain 55h: a frame that does not add up costs one byte.
"""

from __future__ import annotations

from typing import Final, NamedTuple

HEAD: Final = 0x55
SIZE: Final = 11
ANGLES: Final = 0x53
TYPES: Final = range(0x50, 0x60)
FULL_SCALE_MDEG: Final = 180_000


COMMAND: Final = b"\xff\xaa"
UNLOCK, SAVE, RATE, BAUD = (0x69, 0xB588), (0x00, 0), (0x03, 8), (0x04, 6)  # register, value


class Frame(NamedTuple):
    """One good frame: type, and four signed words."""

    kind: int
    words: tuple[int, int, int, int]


def encode(frame: Frame) -> bytes:
    """The eleven bytes."""
    body = bytes([HEAD, frame.kind]) + b"".join(
        word.to_bytes(2, "little", signed=True) for word in frame.words
    )
    return body + bytes([sum(body) & 0xFF])


def command(register: int, value: int) -> bytes:
    """Sets a register, between UNLOCK and SAVE; for a person to send: it has no check, so no driver does."""
    return COMMAND + bytes([register]) + value.to_bytes(2, "little")


def millidegrees(word: int) -> int:
    """An angle word, -180 to 179.995 deg."""
    return word * FULL_SCALE_MDEG >> 15


class Deframer:
    """Cuts the stream; keeps at most one unfinished frame. `bad` counts the bytes thrown away."""

    def __init__(self) -> None:
        self._data = b""
        self.bad = 0

    def feed(self, data: bytes) -> list[Frame]:
        """The good frames that `data` completes."""
        data, frames, place = self._data + data, [], 0
        while len(data) - place >= SIZE:
            piece = data[place : place + SIZE]
            if piece[0] == HEAD and piece[1] in TYPES and sum(piece[:-1]) & 0xFF == piece[-1]:
                one, two, three, four = (_word(piece, at) for at in (2, 4, 6, 8))
                frames.append(Frame(piece[1], (one, two, three, four)))
                place += SIZE
            else:
                place += 1
                self.bad += 1
        self._data = data[place:]
        return frames


def _word(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 2], "little", signed=True)
