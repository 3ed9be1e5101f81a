"""The device's side of Modbus, by hand with struct: registers behind RTU frames or behind Modbus TCP.

Written from Modbus application protocol v1.1b3 section 6 and Modbus over serial line v1.02 section 2.5, apart
from the host's codec, so that driver and twin cannot agree by accident.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final, Protocol

from firmware_bridge.codec import crc

ILLEGAL_FUNCTION: Final = 1
ILLEGAL_ADDRESS: Final = 2
ILLEGAL_VALUE: Final = 3
NO_SUCH_UNIT: Final = 11  # gateway: the unit behind it did not answer

LONGEST_FRAME: Final = 256
# Bytes of a whole request of these functions; None = the byte count at this place decides.
FIXED: Final = {0x03: 8, 0x04: 8, 0x06: 8, 0x08: 8}
COUNTED: Final = {0x10: 6, 0x17: 10}


class Refusal(Exception):
    """The device answers with this exception code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exception {code:02X}h")
        self.code = code


class Registers(Protocol):
    """What a device has behind its addresses; both verbs raise Refusal."""

    functions: frozenset[int]

    def read(self, address: int, count: int) -> list[int]: ...

    def write(self, address: int, values: Sequence[int]) -> None: ...


def answer_pdu(registers: Registers, pdu: bytes) -> bytes:
    """The answer to a request, both without address and check; an exception for whatever is not served."""
    function = pdu[0]
    try:
        if function not in registers.functions or function not in HANDLERS:
            raise Refusal(ILLEGAL_FUNCTION)
        return bytes([function]) + HANDLERS[function](registers, pdu[1:])
    except struct.error:
        return bytes([function | 0x80, ILLEGAL_VALUE])
    except Refusal as refusal:
        return bytes([function | 0x80, refusal.code])


def _read(registers: Registers, body: bytes) -> bytes:
    address, count = struct.unpack(">HH", body)
    _check(count, 125, address)
    return _packed(registers.read(address, count))


def _write_one(registers: Registers, body: bytes) -> bytes:
    address, value = struct.unpack(">HH", body)
    registers.write(address, [value])
    return body


def _echo(registers: Registers, body: bytes) -> bytes:
    (function,) = struct.unpack(">H", body[:2])
    if function != 0 or len(body) != 4:
        raise Refusal(ILLEGAL_VALUE)
    return body


def _write(registers: Registers, body: bytes) -> bytes:
    address, count, length = struct.unpack(">HHB", body[:5])
    _check(count, 123, address)
    registers.write(address, _unpacked(body[5:], count, length))
    return body[:4]


def _read_write(registers: Registers, body: bytes) -> bytes:
    """The write comes first, by the standard."""
    address, count, to, written, length = struct.unpack(">HHHHB", body[:9])
    _check(count, 125, address)
    _check(written, 121, to)
    registers.write(to, _unpacked(body[9:], written, length))
    return _packed(registers.read(address, count))


HANDLERS: Final = {0x03: _read, 0x06: _write_one, 0x08: _echo, 0x10: _write, 0x17: _read_write}


def _check(count: int, most: int, address: int) -> None:
    if not 1 <= count <= most:
        raise Refusal(ILLEGAL_VALUE)
    if address + count > 0x1_0000:
        raise Refusal(ILLEGAL_ADDRESS)


def _packed(values: list[int]) -> bytes:
    return struct.pack(f">B{len(values)}H", 2 * len(values), *values)


def _unpacked(data: bytes, count: int, length: int) -> tuple[int, ...]:
    if length != 2 * count or len(data) != length:
        raise Refusal(ILLEGAL_VALUE)
    return struct.unpack(f">{count}H", data)


class RtuSlave:
    """Frames by length where the function tells it, by silence where it does not."""

    def __init__(
        self, registers: Registers, unit: int, silence_us: int, reply_us: int, give_up_us: int | None = None
    ) -> None:
        self._registers = registers
        self._unit = unit
        self._reply_us = silence_us + reply_us
        # A real line is silent between frames only; a chunk of a pseudo terminal may come later.
        self._give_up_us = silence_us if give_up_us is None else give_up_us
        self._buffer = bytearray()
        self._last_us = 0
        self._out: list[tuple[int, bytes]] = []
        self.bad_frames = 0
        self.good_frames = 0  # for this unit: what a communication timeout counts

    @property
    def hears(self) -> bool:
        """Whether a frame has begun that is not over yet."""
        return bool(self._buffer)

    def take(self, data: bytes, now_us: int) -> None:
        """Bytes whose last bit has just arrived."""
        self.step(now_us)
        self._buffer += data
        self._last_us = now_us
        length = due_length(bytes(self._buffer))
        if length is not None and len(self._buffer) >= length:
            self._end(now_us)

    def step(self, now_us: int) -> None:
        """Silence ends what has come so far."""
        if self._buffer and now_us - self._last_us > self._give_up_us:
            self._end(now_us)

    def out(self) -> list[tuple[int, bytes]]:
        """Pop the answers."""
        if not self._out:
            return self._out
        out, self._out = self._out, []
        return out

    def _end(self, now_us: int) -> None:
        frame = bytes(self._buffer)
        self._buffer.clear()
        if not 4 <= len(frame) <= LONGEST_FRAME or crc.modbus(frame[:-2]).to_bytes(2, "little") != frame[-2:]:
            self.bad_frames += 1
            return
        if frame[0] not in (0, self._unit):
            return
        self.good_frames += 1
        answer = answer_pdu(self._registers, frame[1:-2])
        if frame[0]:  # a broadcast is obeyed and never answered
            body = bytes([self._unit]) + answer
            reply = body + crc.modbus(body).to_bytes(2, "little")
            self._out.append((now_us + self._reply_us, reply))


def due_length(begun: bytes) -> int | None:
    """Length of the request that begins so, None when only silence can tell."""
    if len(begun) < 2:
        return None
    if begun[1] in FIXED:
        return FIXED[begun[1]]
    place = COUNTED.get(begun[1])
    if place is None or len(begun) <= place:
        return None
    return place + 1 + begun[place] + 2
