"""A link over an adapter that hands back what is sent, as half-duplex RS-485 adapters often do.

A device that confirms a write by repeating it (Modbus 06h) looks then as if it had, with its plug pulled. So
exactly as many bytes as were sent are taken away, and only if they are the same; whatever else comes is
handed on as it is, for the codecs to refuse. Over an adapter that does not echo this takes such confirmations
away: nothing answers then, which is on the safe side.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from firmware_bridge.ports import ByteLink

MOST_WRITES: Final = 4  # whose echo may still come


class UnechoedLink:
    """ByteLink."""

    def __init__(self, link: ByteLink) -> None:
        self._link = link
        self._sent: deque[bytes] = deque(maxlen=MOST_WRITES)
        self._held = b""  # the beginning of an echo

    @property
    def name(self) -> str:
        """The port as the user named it."""
        return self._link.name

    def read(self) -> bytes:
        """What has arrived since the last call, without the echo."""
        self._held += self._link.read()
        while self._sent:
            echo = b"".join(self._sent)
            if self._held.startswith(echo):
                self._held = self._held[len(echo) :]
                self._sent.clear()
            elif echo.startswith(self._held):
                return b""
            else:
                self._sent.popleft()  # its echo was lost, or is spoilt
        data, self._held = self._held, b""
        return data

    def write(self, data: bytes) -> None:
        """Queue one whole frame."""
        self._link.write(data)
        self._sent.append(bytes(data))

    def close(self) -> None:
        """Close the link."""
        self._link.close()


def without_echo(link: ByteLink, echoes: bool) -> ByteLink:
    """The link as the table file's `local_echo` says."""
    return UnechoedLink(link) if echoes else link
