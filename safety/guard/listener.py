"""Binds the guard's socket; a stale one is replaced, a living one never."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any, Final, Protocol

# Who may wait to be let in. A full queue refuses a STOP, so it is long, and emptied in every tick.
BACKLOG: Final = 128


class Connection(Protocol):
    """What is used of a connected socket; lockstep has others than the operating system's."""

    def setblocking(self, flag: bool, /) -> None: ...

    def recv(self, size: int, /) -> bytes: ...

    def send(self, packet: bytes, /) -> int: ...

    def close(self) -> None: ...


class Listener(Protocol):
    """What is used of a listening socket."""

    def accept(self) -> tuple[Connection, Any]: ...

    def close(self) -> None: ...


class AlreadyListening(Exception):
    """Another guard answers on this socket (exit 75)."""


def listen(path: Path, mode: int = 0o660) -> socket.socket:
    """Bind and listen. A stale socket is replaced only when nobody answers on it (AlreadyListening)."""
    probe = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with probe:
        try:
            probe.connect(str(path))
        except OSError:
            pass
        else:
            raise AlreadyListening(f"{path}: another guard answers there; stop that one first")
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        listener.bind(str(fresh))
        fresh.chmod(mode)
        listener.listen(BACKLOG)
        listener.setblocking(False)
        fresh.replace(path)
    except OSError:
        listener.close()
        fresh.unlink(missing_ok=True)
        raise
    return listener


def connect(path: Path) -> Connection:
    """A connection to whoever listens there. Raises OSError."""
    fresh = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    fresh.setblocking(False)
    try:
        fresh.connect(str(path))
    except OSError:
        fresh.close()
        raise
    return fresh
