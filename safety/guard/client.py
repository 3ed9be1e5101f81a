"""One client of the guard's socket: packets in and out without ever waiting."""

from __future__ import annotations

from safety.guard import messages
from safety.guard.listener import Connection

_PACKET_MAX = 512


class Client:
    """One connection; `role` is None until it has said hello."""

    __slots__ = ("_socket", "gone", "instance", "lost", "role", "ticks", "told")

    def __init__(self, connected: Connection) -> None:
        connected.setblocking(False)
        self._socket = connected
        self.role: int | None = None
        self.instance = 0
        self.gone = False
        self.ticks = 0  # of the guard since it came
        self.lost = 0  # packets this client was too slow for
        self.told = False  # it has had its one answer to packets out of place

    def receive(self) -> bytes | None:
        """The next packet, None when there is none or the client is gone."""
        if self.gone:
            return None
        try:
            packet = self._socket.recv(_PACKET_MAX)
        except BlockingIOError:
            return None
        except OSError:
            packet = b""
        if not packet:
            self.gone = True
            return None
        return packet

    def send(self, packet: bytes) -> None:
        """Give the client one packet, or lose it: nobody is waited for."""
        if self.gone:
            return
        try:
            self._socket.send(packet)
        except BlockingIOError:
            self.lost += 1
        except OSError:
            self.gone = True

    def reply(self, number: int, accepted: bool, reason: str = "") -> None:
        """Answer one request."""
        text = reason.encode()[:160]
        # A letter may not be cut in half.
        text = text.decode("utf-8", "ignore").encode()
        self.send(messages.REPLY_LAYOUT.pack((number, int(accepted), text)))

    def close(self) -> None:
        """Hang up."""
        self.gone = True
        self._socket.close()
