"""One process on the bench's clock, seen from the bench."""

from __future__ import annotations

import select
import socket
import struct
from typing import Final

from hil.granted.packets import Done, Grant, pack_grant, unpack_done, unpack_hello

SILENT_AFTER_MS: Final = 1_000  # real time without an answer: stopped, not slow; it is not waited for
_CREDENTIALS: Final = struct.Struct("3i")  # pid, uid, gid


class Member:
    """A connected process: gets grants, answers with done."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.role = ""
        self.ports: tuple[str, ...] = ()
        self.alive = True
        self.silent = False  # it owes an answer
        self._poll = select.poll()
        self._poll.register(connection, select.POLLIN)

    @property
    def pid(self) -> int:
        """The process at the other end, as the kernel knows it."""
        found = self._connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        pid: int = _CREDENTIALS.unpack(found)[0]
        return pid

    def read_hello(self) -> bool:
        """Take the hello; False when it is not there yet."""
        if self.role or self.is_dead():
            return True
        if not self._poll.poll(0):
            return False
        packet = self._receive()
        if packet:
            self.role, self.ports = unpack_hello(packet)
        return True

    def listens(self) -> bool:
        """Whether it is alive and owes no answer."""
        if self.silent:
            self.look()
        return self.alive and not self.silent

    def is_dead(self) -> bool:
        """Whether its socket is at its end."""
        return not self.alive

    def grant(self, grant: Grant) -> None:
        """Hand out one tick."""
        try:
            self._connection.send(pack_grant(grant))
        except (BrokenPipeError, ConnectionResetError):
            self.alive = False

    def wait_done(self, tick: int, patience_ms: int = SILENT_AFTER_MS) -> Done | None:
        """Its answer to this tick, None when it has died or stays silent."""
        while self.alive:
            if not self._poll.poll(patience_ms):
                self.silent = True
                return None
            packet = self._receive()
            if not packet:
                return None
            done = unpack_done(packet)
            if done.tick == tick:
                self.silent = False
                return done
        return None

    def _receive(self) -> bytes:
        try:
            packet = self._connection.recv(1_024)
        except ConnectionResetError:
            packet = b""
        self.alive = self.alive and bool(packet)
        return packet

    def look(self) -> None:
        """Notice a death, or the late answer of one that had been silent, without waiting."""
        while self.alive and self._poll.poll(0):
            if self._receive():
                self.silent = False

    def close(self) -> None:
        """Forget it."""
        self._connection.close()
