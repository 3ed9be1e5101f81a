"""One client of the guard's socket: packets in and out without ever waiting."""

from __future__ import annotations

from collections import deque
from typing import Final

from safety.guard import messages
from safety.guard.listener import Connection
from safety.observation import ORDER_RETURN, ORDER_SEAT_LOST, ORDER_STOP

# What one sender may have under way: 278 packets in the kernel's usual buffer, twice that in the largest.
QUEUE_MAX: Final = 640
WAITING_MAX: Final = 256  # packets of it that are kept for later ticks, the newest ones
_PACKET_MAX: Final = 512
_ORDER_SIZE: Final = messages.ORDER_LAYOUT.size
_URGENT: Final = (ORDER_STOP, ORDER_RETURN, ORDER_SEAT_LOST)


class Client:
    """One connection; `role` is None until it has said hello."""

    __slots__ = ("_socket", "_waiting", "gone", "instance", "lost", "role", "skimmed", "ticks", "told")

    def __init__(self, connected: Connection) -> None:
        connected.setblocking(False)
        self._socket = connected
        self.role: int | None = None
        self.instance = 0
        self.gone = False
        self.ticks = 0  # of the guard since it came
        self.lost = 0  # packets this client was too slow for
        self.told = False  # it has had its one answer to packets out of place
        self.skimmed = 0  # when it was skimmed last, in a count of its channel
        self._waiting: deque[bytes] = deque(maxlen=WAITING_MAX)  # read already, for a later tick

    def receive(self) -> bytes | None:
        """The next packet, None when there is none or the client is gone."""
        return self._waiting.popleft() if self._waiting else self._read()

    def skim(self, most: int) -> tuple[int, dict[int, int]]:
        """Read all that is there, `most` packets: how many, and each urgent order among them with its id.

        The rest waits; but nothing that was asked before an urgent order is taken after it.
        """
        urgent: dict[int, int] = {}
        for count in range(most):
            packet = self._read()
            if packet is None:
                return count, urgent
            # Most of a flood is no order: its length alone says so.
            values = messages.ORDER_LAYOUT.unpack(packet) if len(packet) == _ORDER_SIZE else None
            if values is not None and values[1] in _URGENT:
                urgent[values[1]] = values[0]
                self._waiting.clear()
            else:
                self._waiting.append(packet)
        return most, urgent

    def _read(self) -> bytes | None:
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
