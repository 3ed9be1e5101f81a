"""The station's part in lockstep: a sign of life for the guard, a programme for the controller, one start.

A client of both sockets, as the station's process is; it does what a person at the panel does.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from safety.guard import messages
from safety.guard.listener import Connection

ALIVE_EVERY_MS: Final = 500
RETRY_MS: Final = 200
PACKET_MAX: Final = 200_000


class Panel:
    """`pump` every 100 ms. A restarted panel has another instance number and loads nothing by itself."""

    def __init__(
        self,
        guard: Path,
        controller: Path,
        instance: int,
        load: dict[str, Any] | None,
        connect: Callable[[Path], Connection],
    ) -> None:
        self._paths = {"guard": guard, "controller": controller}
        self._open = connect
        self._sockets: dict[str, Connection] = {}
        self._tried_ms: dict[str, int] = {}
        self._alive_ms: int | None = None
        self._instance = instance
        self._load = load
        self._loaded = self._started = False
        self._asked: str | None = None
        self._requests = 0
        self.status: dict[str, Any] = {}
        self.refused: list[str] = []
        self.answers: list[tuple[int, bool, str]] = []  # of the guard

    def pump(self, now_ms: int) -> None:
        """Connect, listen, show that we live, load and start."""
        for name in self._paths:
            if name not in self._sockets and now_ms - self._tried_ms.get(name, -RETRY_MS) >= RETRY_MS:
                self._connect(name, now_ms)
        self._listen()
        if self._alive_ms is None or now_ms - self._alive_ms >= ALIVE_EVERY_MS:
            self._alive_ms = now_ms
            self._send("guard", messages.ALIVE_LAYOUT.pack((self._instance,)))
        self._lead()

    def order(self, order: int) -> int:
        """STOP, RETURN ... to the guard; the number under which `answers` will have its reply."""
        self._requests += 1
        self._send("guard", messages.ORDER_LAYOUT.pack((self._requests, order)))
        return self._requests

    def close(self) -> None:
        """As when the process dies."""
        for one in self._sockets.values():
            one.close()
        self._sockets.clear()

    def _connect(self, name: str, now_ms: int) -> None:
        self._tried_ms[name] = now_ms
        try:
            fresh = self._open(self._paths[name])
        except OSError:
            return
        self._sockets[name] = fresh
        if name == "guard":
            role = messages.ROLES.index("station")
            self._send(name, messages.HELLO_LAYOUT.pack((role, self._instance)))
        else:
            self._send(name, b'{"type":"hello"}')

    def _send(self, name: str, packet: bytes) -> None:
        one = self._sockets.get(name)
        try:
            if one is not None:
                one.send(packet)
        except BlockingIOError:
            return
        except OSError:
            self._drop(name)

    def _drop(self, name: str) -> None:
        self._sockets.pop(name).close()

    def _listen(self) -> None:
        for name in list(self._sockets):
            while (packet := self._receive(name)) is not None:
                if name == "controller":
                    self._said(json.loads(packet))
                elif packet[1] == messages.REPLY:
                    _, (number, accepted, reason) = messages.decode(packet) or (None, (0, 0, b""))
                    self.answers.append((number, bool(accepted), messages.text(reason)))

    def _receive(self, name: str) -> bytes | None:
        one = self._sockets.get(name)
        if one is None:
            return None
        try:
            packet = one.recv(PACKET_MAX)
        except BlockingIOError:
            return None
        except OSError:
            packet = b""
        if not packet:
            self._drop(name)
            return None
        return packet

    def _said(self, message: dict[str, Any]) -> None:
        if message["type"] == "status":
            self.status = message
        elif message["type"] == "reply":
            asked, self._asked = self._asked, None
            if not message["accepted"]:
                self.refused.append(f"{asked}: {message['reason']}")
            elif asked == "load":
                self._loaded = True
            elif asked == "start":
                self._started = True

    def _lead(self) -> None:
        state = self.status.get("state")
        if self._load is None or self._asked is not None or len(self.refused) > 3:
            return
        if not self._loaded and state == "parked":
            self._ask("load", self._load)
        elif self._loaded and not self._started and state == "ready":
            self._ask("start", {})

    def _ask(self, what: str, body: dict[str, Any]) -> None:
        self._requests += 1
        self._asked = what
        self._send("controller", json.dumps({"type": what, "id": self._requests, **body}).encode())
