"""Virtual twin of a BasicMicro RoboClaw in packet serial mode: motor 1, its encoder, its serial timeout.

Whoever owns the shaft moves it after `duty` or `wanted_dps`; `follow=True` makes an ideal shaft of it. The
encoder is incremental: it counts from where it was switched on.
"""

from __future__ import annotations

import binascii
import math
import struct
from collections.abc import Callable
from typing import Final

from simulator.devices import roboclaw_commands as c
from simulator.devices.base import Shaft
from simulator.devices.warmth import Warmth

STEP_US: Final = 1_000
AT_ONCE: Final = float("inf")


class Roboclaw:
    """A Twin. `duty` is None while its speed loop has the motor."""

    due_us = 0  # always something to do

    def __init__(
        self,
        shaft: Shaft,
        address: int = 0x80,
        counts_per_degree: float = 1_000.0,  # negative when growing counts turn the head up
        follow: bool = False,
        factory: bool = False,
        locked: bool = False,  # acknowledges another serial timeout and keeps the old one
        timeout: int = 0,
        old: bool = False,  # firmware whose status has 16 bits
    ) -> None:
        self.shaft = shaft
        self.status = 0
        self.current_a = 0.0
        self.warmth = Warmth(driver=c.TEMPERATURE_DEGC)
        self.timeout = timeout
        self.tuning = c.FACTORY if factory else c.TUNED
        self.settings = dict(c.SETTINGS)
        self.duty: float | None = 0.0
        self._saved_timeout = 0
        self._address = address
        self._per_degree = counts_per_degree
        self._follow, self.locked, self._old = follow, locked, old
        self._zero = self._raw()
        self._wanted = self._goal = 0.0  # counts/s
        self._ramp = AT_ONCE
        self._place: tuple[int, int, int] | None = None  # position, speed, deceleration
        self._now_us = 0
        self._fed_us: int | None = None
        self._last_us = 0
        self._received = bytearray()
        self._answers: list[tuple[int, bytes]] = []

    @property
    def wanted_dps(self) -> float:
        """What the speed loop is told, in degrees of the table."""
        return self._wanted / self._per_degree

    @property
    def count(self) -> int:
        """The encoder."""
        return self._raw() - self._zero

    def power_cycle(self) -> None:
        """The counts and a timeout that was not saved are gone, the tuning was saved."""
        self._zero, self.timeout = self._raw(), self._saved_timeout
        self._stop()

    def take(self, data: bytes, now_us: int) -> None:
        """Bytes of the host; a gap within a packet discards what came before it."""
        self.step(now_us)
        if now_us - self._last_us > c.GAP_US:
            self._received.clear()
        self._last_us = now_us
        self._received += data
        while self._one_packet(now_us):
            pass

    def step(self, now_us: int) -> None:
        """Ramps, and the serial timeout."""
        while self._now_us < now_us:
            dt_us = max(min(STEP_US, now_us - self._now_us), (now_us - self._now_us) // 1_000)
            self._now_us += dt_us
            silent_us = 0 if self._fed_us is None else self._now_us - self._fed_us
            if silent_us > self.timeout * c.TIMEOUT_US > 0:
                self._stop()
            self._ramp_on(dt_us / 1e6)

    def out(self) -> list[tuple[int, bytes]]:
        """Pop the answers."""
        answers, self._answers = self._answers, []
        return answers

    # Packets

    def _one_packet(self, now_us: int) -> bool:
        """Handle the first packet; False when there is none whole."""
        received = self._received
        if len(received) < 2:
            return False
        address, number = received[0], received[1]
        if address != self._address or (number not in c.READS and number not in c.WRITES):
            received.clear()
            return False
        length = 2 + (struct.calcsize(c.WRITES[number]) + 2 if number in c.WRITES else 0)
        if len(received) < length:
            return False
        packet = bytes(received[:length])
        del received[:length]
        answer = self._answer(packet) if number in c.READS else self._obey(packet, now_us)
        if answer:
            self._answers.append((now_us + c.REPLY_US, answer))
        return True

    def _answer(self, head: bytes) -> bytes:
        """Reads do not feed the timeout here (UNVERIFIED for the real one)."""
        data = self._data(head[1])
        return data + binascii.crc_hqx(head + data, 0).to_bytes(2, "big")

    def _data(self, number: int) -> bytes:
        count, rate = self.count & 0xFFFF_FFFF, round(self.shaft.rate_dps * self._per_degree)
        backward = c.BACKWARD if rate < 0 else 0
        current = round(abs(self.current_a) * 100)
        simple: dict[int, Callable[[], bytes]] = {
            15: lambda: struct.pack(">B", self.timeout),
            16: lambda: struct.pack(">IB", count, backward),
            18: lambda: struct.pack(">iB", rate, backward >> 1),
            21: lambda: c.VERSION,
            24: lambda: struct.pack(">H", c.BATTERY_DV),
            25: lambda: struct.pack(">H", c.LOGIC_DV),
            30: lambda: struct.pack(">iB", rate, backward >> 1),
            48: lambda: struct.pack(">hh", round((self.duty or 0.0) * c.FULL_DUTY), 0),
            49: lambda: struct.pack(">hh", current, 0),
            55: lambda: struct.pack(">IIII", *self.tuning),
            63: lambda: struct.pack(">IIIIIii", *self._position_gains()),
            75: lambda: struct.pack(">BBB", *self.settings[74]),
            78: lambda: struct.pack(">II", count, 0),
            82: lambda: struct.pack(">H", round(self.warmth.tell("driver") * 10)),
            83: lambda: struct.pack(">H", round(c.TEMPERATURE_DEGC * 10)),
            90: lambda: struct.pack(">H" if self._old else ">I", self.status),
            135: lambda: struct.pack(">II", *self.settings[133]),
            202: lambda: struct.pack(">B", *self.settings[201]),
        }
        return simple[number]()

    def _position_gains(self) -> tuple[int, ...]:
        """Written as D, P, I, told as P, I, D."""
        d, p, i, *rest = self.settings[61]
        return (p, i, d, *rest)

    def _obey(self, packet: bytes, now_us: int) -> bytes:
        """FFh, or nothing at all when the CRC is wrong."""
        if binascii.crc_hqx(packet, 0) != 0:
            return b""
        self._fed_us = now_us
        self._execute(packet[1], struct.unpack(c.WRITES[packet[1]], packet[2:-2]))
        return b"\xff"

    def _execute(self, number: int, values: tuple[int, ...]) -> None:
        if number == 14 and not self.locked:
            self.timeout = values[0]
        elif number in (20, 22):
            self._zero = self._raw() - (c_int(values[0]) if values else 0)
        elif number == 28:
            d, p, i, qpps = values
            self.tuning = (p, i, d, qpps)
        elif number in (32, 52):
            self._stop()
            self.duty = values[0] / c.FULL_DUTY
        elif number == 35:
            self._run(values[0], AT_ONCE, None)
        elif number == 38:
            self._run(values[1], values[0], None)
        elif number == 65:
            speed_up, speed, slow_down, place, _ = values
            self._run(0, speed_up, (place, speed, slow_down))
        else:
            self._keep(number, values)

    def _keep(self, number: int, values: tuple[int, ...]) -> None:
        """What moves nothing: further settings, saving, the e-stop."""
        if number in c.SETTINGS:
            self.settings[number] = values
        elif number == 94 and values[0] == c.SAVE_KEY:
            self._saved_timeout = self.timeout
        elif number == 200 and self.settings[201] == (c.SOFTWARE_LOCK,):
            self.status &= ~c.ESTOP

    # Motion

    def _raw(self) -> int:
        return round(self.shaft.angle_deg * self._per_degree)

    def _stop(self) -> None:
        self.duty, self._wanted, self._goal, self._place = 0.0, 0.0, 0.0, None

    def _run(self, speed: float, ramp: float, place: tuple[int, int, int] | None) -> None:
        p, i, _, qpps = self.tuning
        if (p or i) and qpps and not self.status & c.ESTOP:
            self.duty, self._goal, self._ramp, self._place = None, speed, ramp, place

    def _ramp_on(self, dt_s: float) -> None:
        if self.duty is not None:
            return
        if self._place is not None:
            self._goal = self._towards(*self._place)
        change = self._ramp * dt_s
        self._wanted = max(min(self._goal, self._wanted + change), self._wanted - change)
        qpps = self.tuning[3]
        self._wanted = max(-qpps, min(qpps, self._wanted))
        if self._follow:
            self.shaft.rate_dps = self.wanted_dps
            self.shaft.angle_deg += self.wanted_dps * dt_s

    def _towards(self, place: int, speed: int, slow_down: int) -> float:
        left = place - self.count
        fastest = min(speed, math.sqrt(2 * slow_down * abs(left)))
        return fastest if left > 0 else -fastest


def c_int(word: int) -> int:
    """A 32-bit word as a signed number."""
    return word - (word >> 31 << 32)
