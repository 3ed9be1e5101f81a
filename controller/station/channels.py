"""The client's end of an AF_UNIX SEQPACKET socket: one packet in, one packet out, never a wait.

The guard and the controller are listened to in the same way; only what stands in the packets differs.
"""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Final

RETRY_MS: Final = 250  # between two attempts to connect
PACKET_BYTES: Final = 65_536
PACKETS_A_PUMP: Final = 512  # more than 10 s of reports; the rest waits for the next pump


class Channel:
    """A connection that comes and goes; the owner asks it to try again with `connect`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket: socket.socket | None = None
        self._next_try_ms = 0

    @property
    def connected(self) -> bool:
        """Whether the other end was there at the last look."""
        return self._socket is not None

    def connect(self, now_ms: int) -> bool:
        """Try to connect, four times a second at the most; True when it has just succeeded."""
        if self._socket is not None or now_ms < self._next_try_ms:
            return False
        self._next_try_ms = now_ms + RETRY_MS
        attempt = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        attempt.setblocking(False)
        try:
            attempt.connect(str(self.path))
        except OSError:
            attempt.close()
            return False
        self._socket = attempt
        return True

    def read(self) -> list[bytes]:
        """The packets that have come in."""
        packets: list[bytes] = []
        while self._socket is not None and len(packets) < PACKETS_A_PUMP:
            try:
                packet = self._socket.recv(PACKET_BYTES)
            except BlockingIOError:
                break
            except OSError:
                packet = b""
            if not packet:
                self.close()
                break
            packets.append(packet)
        return packets

    def send(self, packet: bytes) -> bool:
        """Send one packet; False when nobody is there or nobody has room for it."""
        if self._socket is None:
            return False
        try:
            self._socket.send(packet)
        except BlockingIOError:
            return False
        except OSError:
            self.close()
            return False
        return True

    def close(self) -> None:
        """Hang up; `connect` may try again."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
