"""The local sockets of guard, controller and panel without an operating system: packets in a queue.

An end behaves as an AF_UNIX SEQPACKET socket that does not block, as far as Keel's processes use one: whole
packets, BlockingIOError where nothing waits or the other is too slow, b"" or an error once the other is gone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

MOST_WAITING: Final = 277  # small packets in Linux's default buffer


_NOTHING: Final = BlockingIOError()  # one for all: seven a tick would be made only to be caught


def _nothing() -> BlockingIOError:
    _NOTHING.__traceback__ = _NOTHING.__context__ = None
    return _NOTHING


class End:
    """One end of a connection; made by `pair`."""

    __slots__ = ("_closed", "_inbox", "_other", "_torn")

    def __init__(self) -> None:
        self._inbox: deque[bytes] = deque()
        self._other: End = self
        self._closed = False
        self._torn = False  # the other hung up without having read everything; said once

    def setblocking(self, flag: bool) -> None:
        """Never blocks anyway."""

    def recv(self, size: int) -> bytes:
        """The next packet, cut to `size`. Raises BlockingIOError with none; b"" = the other has hung up."""
        if self._torn:
            self._say_torn()
        if self._inbox:
            return self._inbox.popleft()[:size]
        if self._closed or self._other._closed:
            return b""
        raise _nothing()

    def send(self, packet: bytes) -> int:
        """Give the other end one packet. BrokenPipeError: it is gone; BlockingIOError: it is full."""
        if self._torn:
            self._say_torn()
        other = self._other
        if self._closed or other._closed:
            raise BrokenPipeError
        if len(other._inbox) >= MOST_WAITING:
            raise BlockingIOError
        other._inbox.append(packet)
        return len(packet)

    def close(self) -> None:
        """Hang up; what the other end has not read yet it may still read."""
        self._closed = True
        self._other._torn = bool(self._inbox)
        self._inbox.clear()

    def _say_torn(self) -> None:
        self._torn = False
        raise ConnectionResetError


def pair() -> tuple[End, End]:
    """Two ends that are connected."""
    one, other = End(), End()
    one._other, other._other = other, one
    return one, other


class Ear:
    """An end that says one packet and then only listens: each packet goes to a function at once."""

    def __init__(self, first: bytes, heard: Callable[[bytes], None]) -> None:
        self._first: bytes | None = first
        self._heard = heard

    def setblocking(self, flag: bool) -> None:
        """Never blocks anyway."""

    def recv(self, size: int) -> bytes:
        """The one packet, then BlockingIOError."""
        first, self._first = self._first, None
        if first is None:
            raise _nothing()
        return first

    def send(self, packet: bytes) -> int:
        """Hear it."""
        self._heard(packet)
        return len(packet)

    def close(self) -> None:
        """Nothing to close."""


class Listener:
    """Where connections to one name come in."""

    def __init__(self) -> None:
        self._waiting: deque[End] = deque()
        self.closed = False

    def accept(self) -> tuple[End, None]:
        """The next connection. Raises BlockingIOError with none."""
        if not self._waiting:
            raise _nothing()
        return self._waiting.popleft(), None

    def connected(self) -> End:
        """A new connection to whoever listens here."""
        ours, theirs = pair()
        self._waiting.append(theirs)
        return ours

    def close(self) -> None:
        """Nobody listens any more; who has not been let in is hung up on."""
        self.closed = True
        while self._waiting:
            self._waiting.popleft().close()


class Pipes:
    """All names of one run. `listen` and `connect` take the place of those of the operating system."""

    def __init__(self) -> None:
        self._listeners: dict[Path, Listener] = {}

    def listen(self, path: Path) -> Listener:
        """Listen on this name from now on."""
        listener = self._listeners[path] = Listener()
        return listener

    def connect(self, path: Path) -> End:
        """A connection to whoever listens there. Raises ConnectionRefusedError when nobody does."""
        listener = self._listeners.get(path)
        if listener is None or listener.closed:
            raise ConnectionRefusedError(str(path))
        return listener.connected()
