"""The world's wires as ports of this machine: one raw pty or one loopback TCP port per wire.

Nothing here waits. A client that does not read loses bytes, as on a real port; it may go and come again.
The counters tell a granted clock how much has passed: a pty loses nothing, but it is not instant either.
"""

from __future__ import annotations

import contextlib
import os
import socket
import tty
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from simulator.wire import Wire

CHUNK = 65_536
BACKLOG = 4_096  # bytes kept for a client that does not read; a real port's buffer is about this large


class HasWires(Protocol):
    """A world, or one virtual device on one wire."""

    @property
    def wires(self) -> dict[str, Wire]:
        """The wires by name."""
        ...


@dataclass(slots=True)
class Counts:
    """Bytes of one port since the start."""

    consumed: int = 0  # read from the client
    produced: int = 0  # taken over by the operating system for the client
    lost: int = 0  # did not fit


@dataclass(slots=True)
class Port:
    """One non-blocking file descriptor and what could not be written to it yet."""

    fd: int
    counts: Counts = field(default_factory=Counts)
    waiting: bytearray = field(default_factory=bytearray)

    def read(self) -> bytes:
        """All there is. A hung-up client reads as nothing."""
        data = b""
        with contextlib.suppress(OSError):
            while part := os.read(self.fd, CHUNK):
                data += part
        self.counts.consumed += len(data)
        return data

    def write(self, data: bytes) -> None:
        """Give it to the client, keep what does not fit, lose what does not fit for long."""
        self.waiting += data
        if not self.waiting:
            return
        with contextlib.suppress(OSError):
            count = os.write(self.fd, self.waiting)
            self.counts.produced += count
            del self.waiting[:count]
        if len(self.waiting) > BACKLOG:
            self.counts.lost += len(self.waiting)
            self.waiting.clear()


def exchange(wire: Wire, port: Port, now_us: int) -> None:
    """Move bytes both ways between a wire and its port."""
    if data := port.read():
        wire.host_write(data, now_us)
    port.write(wire.host_read(now_us))


class PtyServer:
    """A raw pty per wire, with a link `folder/<wire>` to its slave."""

    def __init__(self, world: HasWires, folder: Path) -> None:
        self._wires = world.wires
        self._ports: dict[str, Port] = {}
        self._slaves: dict[str, int] = {}  # kept open: a master without any slave reads as hung up
        self.paths: dict[str, Path] = {}
        folder.mkdir(parents=True, exist_ok=True)
        for name in self._wires:
            self._open(name, folder / name)

    def _open(self, name: str, link: Path) -> None:
        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        os.set_blocking(slave, False)
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(slave))
        self._ports[name], self._slaves[name], self.paths[name] = Port(master), slave, link

    @property
    def counts(self) -> dict[str, Counts]:
        """Bytes of every port since the start."""
        return {name: port.counts for name, port in self._ports.items()}

    def fds(self) -> list[int]:
        """To be watched for bytes from clients."""
        return [port.fd for port in self._ports.values()]

    def pump(self, now_us: int) -> dict[str, Counts]:
        """Move bytes both ways on every port."""
        for name, port in self._ports.items():
            exchange(self._wires[name], port, now_us)
        return self.counts

    def drain(self) -> None:
        """Throw away what no client has read, as a real port does while it is closed."""
        for name, slave in self._slaves.items():
            self._ports[name].waiting.clear()
            with contextlib.suppress(OSError):
                while os.read(slave, CHUNK):
                    pass

    def close(self) -> None:
        """Close all ports and take the links away."""
        for name, port in self._ports.items():
            self.paths[name].unlink(missing_ok=True)
            os.close(port.fd)
            os.close(self._slaves[name])
        self._ports.clear()
        self._slaves.clear()


class TcpServer:
    """A loopback TCP port per wire; the newest client has the wire."""

    def __init__(self, world: HasWires, ports: dict[str, int] | None = None) -> None:
        self._wires = world.wires
        self._listeners: dict[str, socket.socket] = {}
        self._clients: dict[str, tuple[socket.socket, Port]] = {}
        self.counts: dict[str, Counts] = {}
        self.addresses: dict[str, tuple[str, int]] = {}
        for name in self._wires:
            listener = socket.create_server(("127.0.0.1", (ports or {}).get(name, 0)))
            listener.setblocking(False)
            self._listeners[name] = listener
            self.counts[name] = Counts()
            self.addresses[name] = listener.getsockname()

    def fds(self) -> list[int]:
        """To be watched for clients and their bytes."""
        return [one.fileno() for one in self._listeners.values()] + [
            port.fd for _, port in self._clients.values()
        ]

    def pump(self, now_us: int) -> dict[str, Counts]:
        """Take clients in and move bytes both ways."""
        for name, listener in self._listeners.items():
            with contextlib.suppress(BlockingIOError):
                self._take_in(name, listener.accept()[0])
            if name in self._clients:
                exchange(self._wires[name], self._clients[name][1], now_us)
            else:
                self._wires[name].host_read(now_us)  # nobody listens
        return self.counts

    def _take_in(self, name: str, client: socket.socket) -> None:
        if name in self._clients:
            self._clients[name][0].close()
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._clients[name] = client, Port(client.fileno(), self.counts[name])

    def close(self) -> None:
        """Close all ports."""
        for client, _ in self._clients.values():
            client.close()
        for listener in self._listeners.values():
            listener.close()
