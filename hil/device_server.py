"""One virtual device served to whoever connects: on a pseudo terminal, or on a TCP port.

Modbus devices speak RTU on the terminal and Modbus TCP on the port (Modbus messaging on TCP/IP v1.0b, 3.1.3:
a header of transaction, protocol 0, length and unit instead of the CRC). Others get their bytes as they are.
"""

from __future__ import annotations

import os
import selectors
import socket
import struct
import tty
from collections.abc import Callable
from typing import Final, Protocol

from simulator.devices.base import Twin
from simulator.devices.modbus_slave import NO_SUCH_UNIT, Registers, answer_pdu

HEADER: Final = struct.Struct(">HHHB")
LONGEST_PDU: Final = 253
ANY_UNIT: Final = (0, 255)  # a device without a serial line behind it does not care
STEP_S: Final = 0.005
CHUNK: Final = 4_096

Clock = Callable[[], int]


class ModbusTwin(Twin, Registers, Protocol):
    """A twin that can also be asked without its serial line."""

    unit: int

    def heard(self, now_us: int) -> None: ...


class Server:
    """Waits for bytes and for time, in one thread."""

    def __init__(self, twin: Twin, clock_us: Clock) -> None:
        self.twin = twin
        self.clock_us = clock_us
        self.selector = selectors.DefaultSelector()
        self.deliver: Callable[[bytes], None] = lambda data: None  # what the twin itself sends
        self._pending: list[tuple[int, bytes]] = []

    def serve_for_ever(self) -> None:
        """Until an interrupt."""
        while True:
            self.serve_once()

    def serve_once(self) -> None:
        """Wait for the next byte or the next step, whichever comes first."""
        for key, _ in self.selector.select(STEP_S):
            key.data()
        now_us = self.clock_us()
        self.twin.step(now_us)
        self._pending += self.twin.out()
        due = [item for item in self._pending if item[0] <= now_us]
        self._pending = [item for item in self._pending if item[0] > now_us]
        for _, data in due:
            self.deliver(data)

    def close(self) -> None:
        """Give all ports back."""
        for key in list(self.selector.get_map().values()):
            self.selector.unregister(key.fileobj)
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        self.selector.close()


class Pty:
    """A raw pseudo terminal; clients may come and go, so its far end stays open here too."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._master, self._kept_open = os.openpty()
        tty.setraw(self._kept_open)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._kept_open)
        server.selector.register(self._master, selectors.EVENT_READ, self._read)
        server.deliver = self._write

    def _read(self) -> None:
        self._server.twin.take(os.read(self._master, CHUNK), self._server.clock_us())

    def _write(self, data: bytes) -> None:
        try:
            os.write(self._master, data)
        except BlockingIOError:
            return  # nobody reads: lost, as on a wire

    def close(self) -> None:
        """Both ends."""
        os.close(self._master)
        os.close(self._kept_open)


class Tcp:
    """A listening socket; each client gets a session of its own. Raises OSError when it cannot listen."""

    def __init__(self, server: Server, host: str, port: int, modbus: ModbusTwin | None) -> None:
        self._server = server
        self._modbus = modbus
        self._clients: set[socket.socket] = set()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family)
        self._listener.setblocking(False)
        self.host, self.port = self._listener.getsockname()[:2]
        server.selector.register(self._listener, selectors.EVENT_READ, self._accept)
        if modbus is None:
            server.deliver = self._send_all

    def _accept(self) -> None:
        try:
            client, _ = self._listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        client.setblocking(False)
        self._clients.add(client)
        received = bytearray()
        self._server.selector.register(client, selectors.EVENT_READ, lambda: self._serve(client, received))

    def _serve(self, client: socket.socket, received: bytearray) -> None:
        try:
            data = client.recv(CHUNK)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        if not data:
            self._drop(client)
        elif self._modbus is None:
            self._server.twin.take(data, self._server.clock_us())
        else:
            received += data
            self._answer_all(client, received, self._modbus)

    def _answer_all(self, client: socket.socket, received: bytearray, device: ModbusTwin) -> None:
        while len(received) >= HEADER.size:
            transaction, protocol, length, unit = HEADER.unpack_from(received)
            if protocol != 0 or not 2 <= length <= LONGEST_PDU + 1:
                self._drop(client)
                return
            end = HEADER.size + length - 1
            if len(received) < end:
                return
            pdu = bytes(received[HEADER.size : end])
            del received[:end]
            reply = answer_tcp(device, unit, pdu, self._server.clock_us())
            self._send(client, HEADER.pack(transaction, 0, len(reply) + 1, unit) + reply)

    def _send_all(self, data: bytes) -> None:
        for client in tuple(self._clients):
            self._send(client, data)

    def _send(self, client: socket.socket, data: bytes) -> None:
        try:
            if client.send(data) == len(data):
                return
        except (BlockingIOError, ConnectionError):
            pass  # dropped below, as one whose answer broke off
        self._drop(client)

    def _drop(self, client: socket.socket) -> None:
        if client in self._clients:
            self._clients.remove(client)
            self._server.selector.unregister(client)
            client.close()


def answer_tcp(device: ModbusTwin, unit: int, pdu: bytes, now_us: int) -> bytes:
    """The answer's PDU; another unit is one that the gateway cannot reach."""
    if unit != device.unit and unit not in ANY_UNIT:
        return bytes([pdu[0] | 0x80, NO_SUCH_UNIT])
    device.step(now_us)
    device.heard(now_us)
    return answer_pdu(device, pdu)
