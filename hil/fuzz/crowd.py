"""Clients of the guard's socket that mean no good: floods, half-open, rubbish, coming and going."""

from __future__ import annotations

import contextlib
import random
import socket
from pathlib import Path
from typing import Final

from hil.fuzz.packets import packet
from safety.guard import messages

MOST: Final = 40
BURST: Final = 120


class Crowd:
    """`act` does a few things and never waits."""

    def __init__(self, address: Path, dice: random.Random) -> None:
        self._address = str(address)
        self._dice = dice
        self._clients: list[socket.socket] = []
        self.sent = 0

    def act(self) -> None:
        """One thing."""
        dice = self._dice
        kind = dice.randrange(8)
        if kind <= 1 and len(self._clients) < MOST:
            self._come()
        elif kind == 2 and self._clients:
            self._clients.pop(dice.randrange(len(self._clients))).close()
        elif self._clients:
            client = dice.choice(self._clients)
            for _ in range(BURST if kind == 3 else 1):
                if not self._send(client, packet(dice)):
                    break

    def close(self) -> None:
        """All leave."""
        for client in self._clients:
            client.close()

    def _come(self) -> None:
        client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        client.setblocking(False)
        try:
            client.connect(self._address)
        except OSError:
            client.close()
            return
        self._clients.append(client)
        if self._dice.random() < 0.5:
            self._send(client, messages.HELLO_LAYOUT.pack((self._dice.randrange(4), self._dice.randrange(9))))

    def _send(self, client: socket.socket, data: bytes) -> bool:
        try:
            client.send(data)
        except BlockingIOError:
            return False
        except OSError:
            with contextlib.suppress(ValueError):
                self._clients.remove(client)
            client.close()
            return False
        self.sent += 1
        return True
