"""A client of the guard's socket as another program would write it."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

from safety.guard import messages as m


class Peer:
    """A client as another program would write it."""

    def __init__(self, path: Path, role: int | None = None, instance: int = 5) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.connect(str(path))
        self.socket.setblocking(False)
        if role is not None:
            self.say(m.HELLO_LAYOUT, role, instance)

    def say(self, layout: m.Layout, *values: Any) -> None:
        self.socket.send(layout.pack(values))

    def heard(self) -> list[tuple[m.Layout, tuple[Any, ...]]]:
        found: list[tuple[m.Layout, tuple[Any, ...]]] = []
        while True:
            try:
                packet = self.socket.recv(512)
            except BlockingIOError:
                return found
            decoded = m.decode(packet)
            assert decoded is not None
            found.append(decoded)

    def replies(self) -> list[tuple[int, int, str]]:
        return [(v[0], v[1], m.text(v[2])) for layout, v in self.heard() if layout is m.REPLY_LAYOUT]

    def propose(self, seq: int, angle_cdeg: int = 0, moving: int = 1, lease_ms: int = 100) -> None:
        self.say(m.PROPOSAL_LAYOUT, 3, seq, moving, angle_cdeg, 50, lease_ms, 4, 2)

    def begin(self) -> None:
        self.say(m.BEGIN_LAYOUT, 9, 3, "Åse".encode(), 1, 4500, 180_000, 2, 900_000)
