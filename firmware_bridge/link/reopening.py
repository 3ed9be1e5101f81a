"""A link that comes back: a plug pulled and put in again needs no restart of the guard."""

from __future__ import annotations

from collections.abc import Callable

from firmware_bridge.errors import BridgeError, LinkLost
from firmware_bridge.ports import ByteLink

TRY_EVERY = 50  # reads; one a tick, so once a second


class ReopeningLink:
    """Closes a lost link and opens it anew, once a second; until then every use raises LinkLost.

    What was in the queues is gone with the old link, so nobody obeys an old frame.
    """

    def __init__(self, open_link: Callable[[], ByteLink]) -> None:
        self._open_link = open_link
        self._link: ByteLink | None = open_link()
        self._name = self._link.name
        self._lost = LinkLost(self._name)
        self._reads_left = 0

    @property
    def name(self) -> str:
        """The port as the user named it."""
        return self._name

    def read(self) -> bytes:
        """What has arrived since the last call."""
        if self._link is None:
            self._try_again()
        try:
            return self._present().read()
        except LinkLost as error:
            raise self._drop(error) from error

    def write(self, data: bytes) -> None:
        """Queue one whole frame."""
        try:
            self._present().write(data)
        except LinkLost as error:
            raise self._drop(error) from error

    def close(self) -> None:
        """Close for good."""
        if self._link is not None:
            self._link.close()

    def _present(self) -> ByteLink:
        if self._link is None:
            raise self._lost
        return self._link

    def _drop(self, error: LinkLost) -> LinkLost:
        if self._link is not None:
            self._link.close()
            self._link = None
            self._lost = error
            self._reads_left = TRY_EVERY
        return self._lost

    def _try_again(self) -> None:
        self._reads_left -= 1
        if self._reads_left > 0:
            return
        self._reads_left = TRY_EVERY
        try:
            self._link = self._open_link()
        except BridgeError as error:
            self._lost = LinkLost(str(error))
