"""The node's frames as data: one table of fields a type, encode, decode and a deframer that never raises."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from firmware_bridge.codec import cobs, crc
from firmware_bridge.node import protocol

HEADER: Final = struct.Struct("<BBBBB")  # version, type, seq, flags, len
CHECK: Final = struct.Struct("<H")
LONGEST: Final = 128  # encoded bytes of the longest frame, with room


class Field(NamedTuple):
    """One field of a payload, little-endian."""

    name: str
    letter: str  # struct letter
    unit: str
    meaning: str


class Hello(NamedTuple):
    """Host: who are you? Sent until answered."""

    major: int
    minor: int
    nonce: int


class HelloReply(NamedTuple):
    """Node: this is me."""

    major: int
    minor: int
    device: int
    role: int
    firmware: int
    boot_count: int
    reset_cause: int
    nonce: int
    challenge: int


class Command(NamedTuple):
    """Host, every tick: an intent, and the answer to the challenge."""

    mode: int
    request: int
    outputs: int
    angle_cdeg: int
    rate_cdps: int
    decel_cdps2: int
    challenge: int
    tick: int
    checkpoints: int
    answer: int


class Status(NamedTuple):
    """Node, in answer to each COMMAND."""

    counter: int
    ack: int
    valid: int
    angle_cdeg: int
    rate_cdps: int
    inclination_cdeg: int
    current_ma: int
    inputs: int
    known: int
    outputs: int
    state: int
    stage: int
    fault: int
    boot_count: int
    challenge: int
    uptime_ms: int


class Config(NamedTuple):
    """Host: read or write all limits at once."""

    op: int
    limits: tuple[int, ...]


class ConfigReply(NamedTuple):
    """Node: the limits in force after the request."""

    result: int
    field: int
    limits: tuple[int, ...]


class Head(NamedTuple):
    """Host: read or keep the newest hash of the dose ledger."""

    op: int
    head: bytes  # 32, all zero = none


class HeadReply(NamedTuple):
    """Node: the hash it keeps after the request."""

    result: int
    head: bytes


Message = Hello | HelloReply | Command | Status | Config | ConfigReply | Head | HeadReply
HEAD_BYTES: Final = 2 * len(protocol.HEAD_KEYS)

_LIMITS = tuple(
    Field(name, letter, unit, f"{low} to {high}, at first {default}")
    for name, letter, unit, low, high, default in protocol.LIMITS
)

FIELDS: Final[dict[int, tuple[Field, ...]]] = {
    protocol.HELLO: (
        Field("major", "B", "", "protocol version; another one is refused"),
        Field("minor", "B", "", "informs only"),
        Field("nonce", "I", "", "drawn by the host, returned in the reply"),
    ),
    protocol.HELLO_REPLY: (
        Field("major", "B", "", "protocol version of the node"),
        Field("minor", "B", "", "informs only"),
        Field("device", "H", "", "4B4Ch"),
        Field("role", "B", "", "0 table, 1 inputs and outputs only"),
        Field("firmware", "I", "", "version of the firmware"),
        Field("boot_count", "H", "", "grows by one at each start"),
        Field("reset_cause", "B", "", "0 power, 1 watchdog, 2 other"),
        Field("nonce", "I", "", "from HELLO"),
        Field("challenge", "H", "", "to be answered by the first COMMAND"),
    ),
    protocol.COMMAND: (
        Field("mode", "B", "", "0 none, 1 move, 2 stop, 3 cut"),
        Field("request", "B", "bits", "1 session open, 2 arm, 4 take over"),
        Field("outputs", "B", "bits", "1 sounder, 2 lamp, 4 enable"),
        Field("angle_cdeg", "h", "0.01 deg", "be here now (move)"),
        Field("rate_cdps", "h", "0.01 deg/s", "moving at this rate (move)"),
        Field("decel_cdps2", "H", "0.01 deg/s2", "of a stop"),
        Field("challenge", "H", "", "the one answered"),
        Field("tick", "H", "", "low 16 bits of the host's tick"),
        Field("checkpoints", "H", "bits", "checks that ran in this tick"),
        Field("answer", "H", "", "protocol.answer of the three before it"),
    ),
    protocol.STATUS: (
        Field("counter", "H", "", "grows by one with each STATUS"),
        Field("ack", "B", "", "seq of the COMMAND it answers"),
        Field("valid", "B", "bits", "1 angle, 2 inclination, 4 current are known"),
        Field("angle_cdeg", "h", "0.01 deg", "encoder"),
        Field("rate_cdps", "h", "0.01 deg/s", "encoder"),
        Field("inclination_cdeg", "h", "0.01 deg", "the node's own inclinometer"),
        Field("current_ma", "h", "mA", "of the motor"),
        Field("inputs", "H", "bits", "pendant, stop, ... in the order of InputsReading"),
        Field("known", "H", "bits", "inputs that exist and whose doubled contacts agree"),
        Field("outputs", "B", "bits", "as COMMAND; 8 brake, 16 bridge, 32 mark, 64 configured"),
        Field("state", "B", "", "as DriveReading.state"),
        Field("stage", "B", "", "of the own return, 7 = by hand"),
        Field("fault", "B", "", "0 none"),
        Field("boot_count", "H", "", "as in HELLO_REPLY"),
        Field("challenge", "H", "", "to be answered by the next COMMAND"),
        Field("uptime_ms", "I", "ms", "since the node's start"),
    ),
    protocol.CONFIG: (Field("op", "B", "", "0 read, 1 write"), *_LIMITS),
    protocol.CONFIG_REPLY: (
        Field("result", "B", "", "0 taken, 1 a value is refused, 2 not while armed, 3 not kept by the flash"),
        Field("field", "B", "", "which value is refused, counted from 0"),
        *_LIMITS,
    ),
    protocol.HEAD: (
        Field("op", "B", "", "0 read, 1 write"),
        Field("head", f"{HEAD_BYTES}s", "", "newest hash of the host's dose ledger, all zero = none"),
    ),
    protocol.HEAD_REPLY: (
        Field("result", "B", "", "0 taken, 2 not while it moves, 3 not kept by the flash"),
        Field("head", f"{HEAD_BYTES}s", "", "the hash that the node keeps"),
    ),
}

# Header and payload of each type.
_BODIES: Final = {
    kind: struct.Struct(HEADER.format + "".join(field.letter for field in fields))
    for kind, fields in FIELDS.items()
}
_KINDS: Final[dict[type[Message], int]] = {
    Hello: protocol.HELLO,
    HelloReply: protocol.HELLO_REPLY,
    Command: protocol.COMMAND,
    Status: protocol.STATUS,
    Config: protocol.CONFIG,
    ConfigReply: protocol.CONFIG_REPLY,
    Head: protocol.HEAD,
    HeadReply: protocol.HEAD_REPLY,
}


class Frame(NamedTuple):
    """One good frame."""

    seq: int
    message: Message


def encode(message: Message, seq: int) -> bytes:
    """The frame as sent, with its delimiters. Raises struct.error when a value does not fit its field."""
    kind = _KINDS[type(message)]
    values: tuple[Any, ...] = message
    if isinstance(message, (Config, ConfigReply)):
        values = message[:-1] + message.limits
    layout = _BODIES[kind]
    body = layout.pack(protocol.VERSION, kind, seq & 0xFF, 0, layout.size - HEADER.size, *values)
    return cobs.wire(body + CHECK.pack(crc.ccitt_false(body)))


def decode(encoded: bytes) -> Frame | None:
    """One frame without its delimiters; None when anything about it is wrong."""
    body = cobs.decode(encoded)
    if body is None or len(body) < HEADER.size + CHECK.size:
        return None
    layout = _BODIES.get(body[1])
    if layout is None or len(body) != layout.size + CHECK.size:
        return None
    version, kind, seq, flags, length, *values = layout.unpack_from(body)
    if version != protocol.VERSION or flags or length != layout.size - HEADER.size:
        return None
    if crc.ccitt_false(body[: -CHECK.size]) != CHECK.unpack_from(body, layout.size)[0]:
        return None
    return Frame(seq, _MESSAGES[kind](values))


_MESSAGES: Final[dict[int, Callable[[Sequence[Any]], Message]]] = {
    protocol.STATUS: Status._make,
    protocol.COMMAND: Command._make,
    protocol.HELLO: Hello._make,
    protocol.HELLO_REPLY: HelloReply._make,
    protocol.CONFIG: lambda values: Config(values[0], tuple(values[1:])),
    protocol.CONFIG_REPLY: lambda values: ConfigReply(values[0], values[1], tuple(values[2:])),
    protocol.HEAD: Head._make,
    protocol.HEAD_REPLY: HeadReply._make,
}


class Deframer:
    """Cuts a stream into frames; garbage costs the frame it hits and is counted in `bad`."""

    def __init__(self) -> None:
        self._partial = b""
        self.good = 0
        self.bad = 0

    def feed(self, data: bytes) -> list[Frame]:
        """The good frames that `data` completes."""
        *pieces, self._partial = (self._partial + data).split(cobs.DELIMITER)
        if len(self._partial) > LONGEST:
            self._partial = self._partial[:LONGEST]  # too long already: stays bad until the next delimiter
        frames = []
        for piece in pieces:
            if not piece:
                continue
            frame = decode(piece) if len(piece) < LONGEST else None
            if frame is None:
                self.bad += 1
            else:
                self.good += 1
                frames.append(frame)
        return frames
