"""What travels on the clock's socket (AF_UNIX SEQPACKET), each packet with a type byte first.

Byte counts make a run repeatable: a pty loses nothing but delivers when it likes, so a grant says how many
bytes wait on each port and a done says how many were written, and both sides read until the counts agree.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

HELLO: Final = 1
GRANT: Final = 2
DONE: Final = 3

_HELLO = struct.Struct("<B16s")
_GRANT = struct.Struct("<BIQ")
_DONE = struct.Struct("<BI")


class Grant(NamedTuple):
    """One tick for one process. `produced` = bytes put on each port since its hello."""

    tick: int
    now_ms: int
    produced: tuple[int, ...]


class Done(NamedTuple):
    """The end of that tick. `written` = bytes the process wrote to each port since its hello."""

    tick: int
    written: tuple[int, ...]


def pack_hello(role: str, ports: tuple[str, ...]) -> bytes:
    """Role and the names of the ports whose bytes are counted."""
    return _HELLO.pack(HELLO, role.encode()) + "\0".join(ports).encode()


def unpack_hello(packet: bytes) -> tuple[str, tuple[str, ...]]:
    """Role and ports. Raises ValueError for anything else."""
    if len(packet) < _HELLO.size or packet[0] != HELLO:
        raise ValueError(f"not a hello: {packet[:20]!r}")
    names = packet[_HELLO.size :].decode()
    role: bytes = _HELLO.unpack_from(packet)[1]
    return role.rstrip(b"\0").decode(), tuple(names.split("\0")) if names else ()


def pack_grant(grant: Grant) -> bytes:
    """The packet of a grant."""
    return _GRANT.pack(GRANT, grant.tick, grant.now_ms) + _counts(grant.produced)


def unpack_grant(packet: bytes) -> Grant:
    """The grant of a packet. Raises ValueError for anything else."""
    if len(packet) < _GRANT.size or packet[0] != GRANT:
        raise ValueError(f"not a grant: {packet[:20]!r}")
    _, tick, now_ms = _GRANT.unpack_from(packet)
    return Grant(tick, now_ms, _uncount(packet[_GRANT.size :]))


def pack_done(done: Done) -> bytes:
    """The packet of a done."""
    return _DONE.pack(DONE, done.tick) + _counts(done.written)


def unpack_done(packet: bytes) -> Done:
    """The done of a packet. Raises ValueError for anything else."""
    if len(packet) < _DONE.size or packet[0] != DONE:
        raise ValueError(f"not a done: {packet[:20]!r}")
    _, tick = _DONE.unpack_from(packet)
    return Done(tick, _uncount(packet[_DONE.size :]))


def _counts(counts: tuple[int, ...]) -> bytes:
    return struct.pack(f"<{len(counts)}Q", *counts)


def _uncount(raw: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(raw) // 8}Q", raw)
