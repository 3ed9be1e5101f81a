"""Lines of the ODrive ASCII protocol (ODrive docs/ascii-protocol.rst, ascii_protocol.cpp at f9b5419c).

` *` and the XOR of everything before the `*`, in decimal, follow each request; who asks so is answered so.
The drive drops a line with a wrong sum and says nothing. Eight bits of XOR find every single flipped bit but
not two in the same column, so the driver also judges what a line says (`driver.py`).
"""

from __future__ import annotations

import re
from functools import reduce
from operator import xor
from typing import Final, NamedTuple

from firmware_bridge.errors import BridgeError

LONGEST: Final = 255  # the drive's line buffer holds 256 bytes

_REPLY = re.compile(rb"([^*\r\n]*)\*([0-9]{1,3})\r?\n")
# Plain decimals as the drive's printf writes them: no exponent, no "nan", no sign but minus.
_FLOAT = re.compile(r"-?[0-9]{1,9}\.[0-9]{1,9}")
_WHOLE = re.compile(r"[0-9]{1,10}")


class BadLine(BridgeError):
    """An answer that is not one: torn, with a wrong sum, of another kind, or more than one."""


class Pair(NamedTuple):
    """The answer to `f`: turns, and turns per second."""

    turns: float
    turns_s: float


Value = Pair | float | int


def xor_sum(data: bytes) -> int:
    """XOR of all bytes."""
    return reduce(xor, data, 0)


def encode(text: str) -> bytes:
    """A line as it goes out, with its sum."""
    data = text.encode("ascii") + b" "
    line = data + b"*%d\n" % xor_sum(data)
    if len(line) > LONGEST:
        raise ValueError(f"a line of {len(line)} bytes; the drive takes up to {LONGEST}")
    return line


def decode(data: bytes) -> str:
    """The one answer in all that has come. Raises BadLine."""
    found = _REPLY.fullmatch(data)
    if found is None:
        lines = data.count(b"\n")
        what = "more than one line" if lines > 1 else "not one line with a sum"
        raise BadLine(f"{what}: {shown(data)}")
    if int(found[2]) != xor_sum(found[1]):
        raise BadLine(f"wrong sum {int(found[2])}, {xor_sum(found[1])} expected: {shown(data)}")
    return found[1].decode("ascii", "replace").strip()


def pair(text: str) -> Pair:
    """Two decimals. Raises BadLine."""
    words = text.split(" ")
    if len(words) != 2:
        raise BadLine(f"two numbers expected, not {text!r}")
    return Pair(decimal(words[0]), decimal(words[1]))


def decimal(text: str) -> float:
    """One decimal, with its point. Raises BadLine."""
    if _FLOAT.fullmatch(text) is None:
        raise BadLine(f"a decimal expected, not {text!r}")
    return float(text)


def whole(text: str) -> int:
    """One whole number. Raises BadLine."""
    if _WHOLE.fullmatch(text) is None:
        raise BadLine(f"a whole number expected, not {text!r}")
    return int(text)


def complaint(text: str) -> int:
    """What it says of a property that it has not; nothing is learned of it. Raises BadLine."""
    return _exactly("invalid property", text)


def no_motor(text: str) -> int:
    """What it says of a third motor. Raises BadLine."""
    return _exactly("invalid motor 2", text)


def no_form(text: str) -> int:
    """What it says of half a command. Raises BadLine."""
    return _exactly("invalid command format", text)


def _exactly(wanted: str, text: str) -> int:
    if text != wanted:
        raise BadLine(f"{wanted!r} expected, not {text!r}")
    return 0


def shown(data: bytes) -> str:
    """Cut short, for a message."""
    return repr(data if len(data) <= 60 else data[:57] + b"...")
