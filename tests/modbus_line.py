"""A serial line in virtual time: a host's ByteLink at one end, a twin at the other, faults in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from firmware_bridge.link.memory import memory_pair
from simulator.devices.base import Twin

TICK_US = 20_000
STEP_US = 500

Fault = Callable[[bytes], list[tuple[int, bytes]]]  # an answer -> (extra delay in us, bytes) to deliver


class Stepped(Protocol):
    def take(self, now_ms: int) -> None: ...


def no_fault(data: bytes) -> list[tuple[int, bytes]]:
    return [(0, data)]


class Line:
    """Delivers after the time the bytes take on the wire."""

    def __init__(self, twin: Twin, baud: int, bits: int) -> None:
        self.host, self._device = memory_pair("line")
        self.twin = twin
        self.now_us = 0
        self.fault: Fault = no_fault
        self.asked: list[bytes] = []
        self._us_per_byte = bits * 1_000_000 / baud
        self._down: list[tuple[float, bytes]] = []
        self._up: list[tuple[float, bytes]] = []

    @property
    def now_ms(self) -> int:
        return self.now_us // 1_000

    def run(self, us: int) -> None:
        """Let time pass in small steps."""
        end = self.now_us + us
        while self.now_us < end:
            request = self._device.read()
            if request:
                self.asked.append(request)
                self._down.append((self.now_us + len(request) * self._us_per_byte, request))
            self.now_us += STEP_US
            self._deliver()

    def _deliver(self) -> None:
        for due, data in [item for item in self._down if item[0] <= self.now_us]:
            self._down.remove((due, data))
            self.twin.take(data, self.now_us)
        self.twin.step(self.now_us)
        for ready_us, answer in self.twin.out():
            for delay_us, data in self.fault(answer):
                self._up.append((ready_us + delay_us + len(data) * self._us_per_byte, data))
        for due, data in [item for item in sorted(self._up) if item[0] <= self.now_us]:
            self._up.remove((due, data))
            self._device.write(data)
