"""The end of the granted clock in a process: a ticker like `firmware_bridge.clock.Ticker`, counting links."""

from __future__ import annotations

import socket
from pathlib import Path

from firmware_bridge import clock
from firmware_bridge.ports import ByteLink
from hil.granted.packets import Done, pack_done, pack_hello, unpack_grant

LOST_AFTER_MS = 1_000  # bytes that were promised and do not come within this are given up


class ClockGone(Exception):
    """The bench has left; so do we."""


class CountedLink:
    """A link that reads exactly what the bench said it has put on the port, and counts what it writes."""

    def __init__(self, link: ByteLink) -> None:
        self._link = link
        self.promised = 0
        self.taken = 0
        self.written = 0

    @property
    def name(self) -> str:
        """The port as the user named it."""
        return self._link.name

    def read(self) -> bytes:
        """Everything promised so far; waits for it, because it is already on its way through the kernel."""
        found = self._link.read()
        if self.taken + len(found) < self.promised:
            found += self._wait_for(self.promised - self.taken - len(found))
        self.taken += len(found)
        return found

    def _wait_for(self, missing: int) -> bytes:
        found = b""
        give_up_ms = clock.monotonic_ms() + LOST_AFTER_MS
        while len(found) < missing and clock.monotonic_ms() < give_up_ms:
            found += self._link.read()
        if len(found) < missing:
            self.taken += missing - len(found)
        return found

    def write(self, data: bytes) -> None:
        """Write and count."""
        self._link.write(data)
        self.written += len(data)

    def close(self) -> None:
        """Close the port."""
        self._link.close()


class GrantedTicker:
    """`wait()` returns when the bench grants the next tick; `done()` gives the turn back."""

    def __init__(self, address: Path, role: str) -> None:
        self._address = str(address)
        self._role = role
        self._links: list[CountedLink] = []
        self._tick = 0
        self.now_ms = 0  # table time of the newest grant
        self._socket: socket.socket | None = None

    def counted(self, link: ByteLink) -> CountedLink:
        """Wrap a link; only before the first wait."""
        wrapped = CountedLink(link)
        self._links.append(wrapped)
        return wrapped

    def connect(self) -> socket.socket:
        """Say hello: last of all, when every socket and port of this process is open."""
        if self._socket is None:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self._socket.connect(self._address)
            self._socket.send(pack_hello(self._role, tuple(Path(link.name).name for link in self._links)))
        return self._socket

    def wait(self) -> int:
        """Table time of the next tick in ms. Raises ClockGone."""
        while True:
            try:
                return self.accept(self.connect().recv(1_024))
            except InterruptedError:
                continue

    def accept(self, packet: bytes) -> int:
        """Take a grant that somebody else has received (the station's event loop). Raises ClockGone."""
        if not packet:
            raise ClockGone
        grant = unpack_grant(packet)
        self._tick, self.now_ms = grant.tick, grant.now_ms
        for link, promised in zip(self._links, grant.produced, strict=True):
            link.promised = promised
        return grant.now_ms

    def done(self) -> None:
        """The tick is finished."""
        written = tuple(link.written for link in self._links)
        try:
            self.connect().send(pack_done(Done(self._tick, written)))
        except (BrokenPipeError, ConnectionResetError) as gone:
            raise ClockGone from gone
