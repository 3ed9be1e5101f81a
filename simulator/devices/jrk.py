"""Virtual twin of a Pololu Jrk G2: serial commands, variables, settings, errors, PID on an analog feedback.

Whoever owns the shaft moves it after `duty`; `follow=True` makes an ideal motor of it. Positive duty turns
the feedback up. The PID's sign and its integral's scaling follow the guide; its windup limit is simplified.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Final

from simulator.devices import jrk_map as m
from simulator.devices.base import Shaft

STEP_US: Final = 1_000
FULL_SPEED_DPS: Final = 37.0  # of an ideal motor at full duty
NONE: Final = -1


class Jrk:
    """A Twin."""

    due_us = 0  # always something to do

    def __init__(
        self,
        shaft: Shaft,
        counts_per_degree: float = 27.0,  # negative when growing feedback turns the head up
        zero_counts: int = 2_048,
        follow: bool = False,
        changes: Mapping[int, int] | None = None,  # of the settings, from those of the factory
    ) -> None:
        self.shaft = shaft
        self.settings = m.image(dict(m.COMMISSIONED if changes is None else changes))
        self.duty = 0  # -600 to 600
        self.current_a = 0.0
        self.powered = True
        self.broken_wire = False
        self.halting = self.occurred = m.AWAITING
        self.target = 2_048
        self.zero_counts = zero_counts
        self._per_degree, self._follow = counts_per_degree, follow
        self._integral = 0.0
        self._before = 0
        self._now_us = self._fed_us = 0
        self._next_pid_us = 0
        self._frame = bytearray()
        self._answers: list[tuple[int, bytes]] = []

    @property
    def feedback(self) -> int:
        """The potentiometer through its converter."""
        if self.broken_wire:
            return 0
        return max(0, min(4_095, self.zero_counts + round(self.shaft.angle_deg * self._per_degree)))

    def setting(self, offset: int) -> int:
        """One setting."""
        return int.from_bytes(self.settings[offset : offset + m.FACTORY[offset][0]], "little")

    def take(self, data: bytes, now_us: int) -> None:
        """Bytes of the host."""
        self.step(now_us)
        for byte in data:
            self._byte(byte, now_us)

    def out(self) -> list[tuple[int, bytes]]:
        """Pop the answers."""
        answers, self._answers = self._answers, []
        return answers

    # Frames

    def _byte(self, byte: int, now_us: int) -> None:
        if byte & 0x80:
            if self._frame:
                self._error(m.PROTOCOL_ERROR)
            self._frame = bytearray([byte])
        elif self._frame:
            self._frame.append(byte)
        else:
            self._error(m.PROTOCOL_ERROR)
        if self._frame and len(self._frame) == self._due():
            frame, self._frame = bytes(self._frame), bytearray()
            self._whole(frame, now_us)

    def _due(self) -> int:
        """The length of the frame that has begun, NONE while that cannot be known."""
        head = 3 if self._frame[0] == m.POLOLU_FORM else 1
        if len(self._frame) < head:
            return NONE
        command = self._frame[head - 1] | 0x80
        more = m.DATA.get(command, 1 if 0xC0 <= command <= 0xDF else 0)
        if command == m.OVERRIDE:
            if len(self._frame) < head + 2:
                return NONE
            more = 3 + self._frame[head + 1]
        return head + more + self._crc_length

    @property
    def _crc_length(self) -> int:
        return self.setting(0x01) >> 1 & 1

    def _whole(self, frame: bytes, now_us: int) -> None:
        body = frame[:-1] if self._crc_length else frame
        if self._crc_length and frame[-1] != m.crc7(body):
            self._error(m.CRC_ERROR)
            return
        if body[0] == m.POLOLU_FORM:
            if body[1] != self.setting(0x28):
                return
            body = bytes([body[2] | 0x80]) + body[3:]
        if body[0] in m.FEEDS or 0xC0 <= body[0] <= 0xDF:
            self._fed_us = now_us
        answer = self._obey(body[0], body[1:])
        if answer:
            self._answers.append((now_us + m.REPLY_US, answer))

    def _obey(self, command: int, data: bytes) -> bytes:
        if 0xC0 <= command <= 0xDF:
            self.target = data[0] << 5 | command & 0x1F
            self._clear(m.AWAITING)
        elif command == 0xFF or (command == 0xE0 and data[0] == 0):
            self._error(m.AWAITING)
        elif command in (0xE0, 0xE1):
            self.target = m.MIDDLE + (m.LOW_RES if command == 0xE1 else -m.LOW_RES) * data[0]
            self._clear(m.AWAITING)
        elif command == 0xEC:
            return b"\x00"  # nothing here ever chops
        elif command in (0xE3, 0xEA, 0xE5):
            return self._read(command, data[0], data[1])
        elif command == m.OVERRIDE:
            self._override(data[0], data[2:-1], data[-1])
        elif command in (0xB3, 0xB5):
            return self._read_and_clear(command)
        elif command & 0xC0 == 0x80:
            return self._read(0xE5, (command & 0x1F) - 1, 2 if command & 0x20 else 1)
        return b""

    def _read(self, command: int, offset: int, length: int) -> bytes:
        memory = self._variables() if command == 0xE5 else bytes(self.settings)
        if not 1 <= length <= m.LONGEST_READ or offset + length > len(memory):
            self._error(m.PROTOCOL_ERROR)
            return b""
        if command == 0xEA and offset < m.RAM_FROM:
            self._error(m.PROTOCOL_ERROR)  # UNVERIFIED what a real one answers
            return b""
        return memory[offset : offset + length]

    def _override(self, offset: int, low: bytes, high: int) -> None:
        if offset >= m.RAM_FROM and offset + len(low) <= m.SETTINGS:
            data = bytes(byte | (high >> place & 1) << 7 for place, byte in enumerate(low))
            self.settings[offset : offset + len(data)] = data

    def _read_and_clear(self, command: int) -> bytes:
        was = self.halting if command == 0xB3 else self.occurred
        if command == 0xB3:
            self.halting &= m.AWAITING
        else:
            self.occurred = self.halting
        return was.to_bytes(2, "little")

    def _variables(self) -> bytes:
        memory = bytearray(m.VARIABLES)
        feedback = self.feedback
        struct.pack_into(
            "<HHHHhhhBBHHHBHH",
            memory,
            0,
            self.target,
            self.target,
            feedback,
            feedback,
            max(-m.INTEGRAL_MOST, min(m.INTEGRAL_MOST, int(self._integral))),
            self.duty,
            self.duty,
            0,
            0,
            self._now_us // 10_000 & 0xFFFF,
            self.halting,
            self.occurred,
            0,
            24_000 if self.powered else 0,
            round(abs(self.current_a) * 1_000) & 0xFFFF,
        )
        struct.pack_into("<I", memory, 0x20, self._now_us // 1_000 & 0xFFFF_FFFF)
        return bytes(memory)

    # Errors

    def _error(self, bit: int) -> None:
        self.occurred |= bit
        if bit & (self.setting(0x2A) | m.ALWAYS_ENABLED):
            self.halting |= bit

    def _clear(self, bits: int) -> None:
        self.halting &= ~bits

    def _watch(self) -> None:
        self._clear(~m.LATCHED)
        if not self.powered:
            self._error(m.NO_POWER)
        if not self.setting(0x19) <= self.feedback <= self.setting(0x1B):
            self._error(m.FEEDBACK_DISCONNECT)
        if self._now_us - self._fed_us > self.setting(0x26) * m.TIMEOUT_US > 0:
            self._error(m.TIMEOUT_ERROR)

    # Motion

    def step(self, now_us: int) -> None:
        """Errors, then the PID when its period is over."""
        while self._now_us < now_us:
            dt_us = max(min(STEP_US, now_us - self._now_us), (now_us - self._now_us) // 1_000)
            self._now_us += dt_us
            self._watch()
            if self.halting:
                self.duty, self._integral = 0, 0.0
            elif self._now_us >= self._next_pid_us:
                self._next_pid_us = self._now_us + self.setting(0x5A) * 1_000
                self.duty = self._pid()
            if self._follow:
                way = 1 if self._per_degree > 0 else -1
                self.shaft.rate_dps = way * self.duty / m.MOST_DUTY * FULL_SPEED_DPS
                self.shaft.angle_deg += self.shaft.rate_dps * dt_us / 1e6

    def _pid(self) -> int:
        error = self.target - self.feedback
        p = self.setting(0x51) / (1 << self.setting(0x53))
        i = self.setting(0x54) / (1 << self.setting(0x56))
        d = self.setting(0x57) / (1 << self.setting(0x59))
        change, self._before = error - self._before, error
        wanted = p * error + i * self._integral + d * change
        if abs(wanted) < m.MOST_DUTY:
            limit = self.setting(0x5C)
            self._integral = max(-limit, min(limit, self._integral + error))
        most = self.setting(0x68) if wanted > 0 else self.setting(0x6A)
        return max(-most, min(most, round(wanted)))
