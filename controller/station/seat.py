"""The seat: the one panel that may start something. Others watch; STOP and RETURN need no seat.

A holder with a WebSocket is present as long as one is open, and for 5 s after (a page that reloads). A holder
that only speaks HTTP is present for 30 s after each request with its token.
"""

from __future__ import annotations

import secrets
from typing import Final

EMPTY_AFTER_MS: Final = 5_000
HTTP_KEEPS_MS: Final = 30_000


class Seat:
    """Who holds the seat. Times are the pump's `now_ms`."""

    def __init__(self) -> None:
        self.holder: str | None = None
        self.number = 0  # public: lets a page see whether the seat is its own
        self._token = ""
        self._sockets = 0
        self._by_socket = False
        self._seen_ms = 0

    def take(self, name: str, token: str, now_ms: int, force: bool) -> str | None:
        """Take or renew the seat; returns the token, None while somebody else holds it."""
        if self.owns(token, now_ms):
            self.holder = name or self.holder
            return token
        if self.holder is not None and not force:
            return None
        self.holder, self._token = name or "somebody", secrets.token_urlsafe(16)
        self.number += 1
        self._sockets, self._by_socket, self._seen_ms = 0, False, now_ms
        return self._token

    def owns(self, token: str, now_ms: int) -> bool:
        """Whether this token holds the seat; being asked counts as a sign of life."""
        if self.holder is None or not token or not secrets.compare_digest(token, self._token):
            return False
        self._seen_ms = max(self._seen_ms, now_ms)
        return True

    def attach(self, token: str, now_ms: int) -> bool:
        """A WebSocket has shown this token."""
        if not self.owns(token, now_ms):
            return False
        self._sockets += 1
        self._by_socket = True
        return True

    def detach(self, token: str, now_ms: int) -> None:
        """That WebSocket has closed."""
        if self.owns(token, now_ms):
            self._sockets = max(0, self._sockets - 1)

    def leave(self, token: str, now_ms: int) -> bool:
        """Give the seat up."""
        if not self.owns(token, now_ms):
            return False
        self._vacate()
        return True

    def lost(self, now_ms: int) -> bool:
        """Vacate an abandoned seat. True when its panel has gone: during a session that is a RETURN."""
        if self.holder is None or self._sockets:
            return False
        patience_ms = EMPTY_AFTER_MS if self._by_socket else HTTP_KEEPS_MS
        if now_ms - self._seen_ms <= patience_ms:
            return False
        by_socket = self._by_socket
        self._vacate()
        return by_socket

    def _vacate(self) -> None:
        self.holder, self._token = None, ""
        self._sockets, self._by_socket = 0, False
