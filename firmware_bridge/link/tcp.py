"""A byte link over TCP, for the bench only: a virtual device behind a socket on this machine."""

from __future__ import annotations

import socket

from firmware_bridge.errors import LinkLost, PortMissing

_CONNECT_S = 2.0
_CHUNK = 4_096


class TcpLink:
    """A connected socket; satisfies ByteLink."""

    def __init__(self, name: str, connection: socket.socket) -> None:
        self._name = name
        self._socket = connection
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @property
    def name(self) -> str:
        """tcp:HOST:PORT."""
        return self._name

    def read(self) -> bytes:
        """What has arrived. Raises LinkLost when the other end has closed."""
        try:
            data = self._socket.recv(_CHUNK)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise LinkLost(f"{self._name}: gone ({error})") from error
        if not data:
            raise LinkLost(f"{self._name}: the other end has closed; start the virtual device again")
        return data

    def write(self, data: bytes) -> None:
        """Queue one whole frame, or raise LinkLost."""
        try:
            sent = self._socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            raise LinkLost(f"{self._name}: gone ({error})") from error
        if sent != len(data):
            raise LinkLost(f"{self._name}: took {sent} of {len(data)} bytes; the other end does not read")

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


def open_tcp(host: str, port: int) -> TcpLink:
    """Connect; waits at most two seconds, before anything moves. Raises PortMissing."""
    try:
        connection = socket.create_connection((host, port), _CONNECT_S)
    except OSError as error:
        raise PortMissing(f"tcp:{host}:{port}: no answer ({error}); is `keel bench` running?") from error
    return TcpLink(f"tcp:{host}:{port}", connection)
