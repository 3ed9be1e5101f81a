"""A listener on the guard's socket: reports by name, and a new connection when the guard was restarted."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

from safety.guard import messages

Report = dict[str, Any]


class Observer:
    """Reads reports without ever holding the guard up. Never proposes; may ask for STOP and RETURN."""

    def __init__(self, address: Path) -> None:
        self._address = str(address)
        self._socket: socket.socket | None = None

    def reports(self) -> list[Report]:
        """All reports that have arrived; empty while there is no guard."""
        connection = self._connected()
        found: list[Report] = []
        while connection is not None:
            try:
                packet = connection.recv(1_024)
            except BlockingIOError:
                break
            except ConnectionResetError:
                packet = b""
            if not packet:
                self.close()
                break
            values = messages.REPORT_LAYOUT.unpack(packet)
            if values is not None:
                found.append(messages.REPORT_LAYOUT.as_dict(values))
        return found

    def order(self, order: int) -> bool:
        """Send one of safety.observation.ORDER_*; False when there is no guard to take it."""
        connection = self._connected()
        if connection is None:
            return False
        connection.send(messages.ORDER_LAYOUT.pack((1, order)))
        return True

    def _connected(self) -> socket.socket | None:
        if self._socket is None:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            try:
                connection.connect(self._address)
                connection.send(messages.HELLO_LAYOUT.pack((messages.ROLES.index("observer"), 0)))
            except (FileNotFoundError, ConnectionRefusedError, BrokenPipeError):
                connection.close()
                return None
            connection.setblocking(False)
            self._socket = connection
        return self._socket

    def close(self) -> None:
        """Leave."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
