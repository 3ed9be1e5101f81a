"""What the guard's wires cost without the guard: the bare bytes, and another Modbus client."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import tty
from types import ModuleType
from typing import Final, NamedTuple

from firmware_bridge.codec import crc
from hil.benchmarks.measure import thread_us

WITHIN_S: Final = 0.5
READ, WRITTEN = 12, 8  # registers of the exchange


class Traffic(NamedTuple):
    """Bytes of one tick on one wire: to the device and back."""

    out: int
    back: int


class RawWire:
    """A pty and both its ends."""

    def __init__(self) -> None:
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.slave, False)

    def answer(self, asked: int, answer: bytes) -> None:
        """The far end: take all that was asked, answer, wait until it can be read."""
        got = 0
        while got < asked and ready(self.master):
            got += len(os.read(self.master, 4096))
        os.write(self.master, answer)
        if answer:
            ready(self.slave)

    def close(self) -> None:
        """Both ends."""
        os.close(self.master)
        os.close(self.slave)


def ready(fd: int) -> bool:
    """Wait for bytes."""
    return bool(select.select([fd], [], [], WITHIN_S)[0])


def raw_tick_us(traffic: list[Traffic], ticks: int) -> list[float]:
    """CPU of reading and writing the same bytes, one read and one write a wire and tick."""
    wires = [RawWire() for _ in traffic]
    pieces = [(wire.slave, bytes(one.out)) for wire, one in zip(wires, traffic, strict=True)]
    taken = []
    for _ in range(ticks):
        began = thread_us()
        for fd, data in pieces:
            with contextlib.suppress(BlockingIOError):
                os.read(fd, 4096)
            os.write(fd, data)
        taken.append(thread_us() - began)
        for wire, one in zip(wires, traffic, strict=True):
            wire.answer(one.out, bytes(one.back))
    for wire in wires:
        wire.close()
    return taken


def load_client() -> ModuleType:
    """The Modbus library's own client."""
    from pymodbus import client

    module: ModuleType = client
    return module


def modbus_answer(unit: int = 1) -> bytes:
    """What a device says to FC23, READ registers of nothing."""
    body = bytes([unit, 0x17, 2 * READ]) + bytes(2 * READ)
    return body + crc.modbus(body).to_bytes(2, "little")


def client_us(exchanges: int) -> list[float]:
    """CPU of one FC23 exchange through pymodbus's synchronous client; the device answers from a thread."""
    wire, asked, stop = RawWire(), 13 + 2 * WRITTEN, threading.Event()
    answer = modbus_answer()

    def serve() -> None:
        got = 0
        while not stop.is_set():
            if select.select([wire.master], [], [], 0.05)[0]:
                got += len(os.read(wire.master, 4096))
            if got >= asked:
                got -= asked
                os.write(wire.master, answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    client = load_client().ModbusSerialClient(os.ttyname(wire.slave), baudrate=230_400, timeout=1, retries=0)
    client.connect()
    values, taken = [1] * WRITTEN, []
    for _ in range(exchanges):
        began = thread_us()
        reply = client.readwrite_registers(
            read_address=0, read_count=READ, write_address=64, values=values, device_id=1
        )
        taken.append(thread_us() - began)
        if reply.isError():
            raise RuntimeError(f"the client refuses the device's answer: {reply}")
    client.close()
    stop.set()
    thread.join()
    wire.close()
    return taken
