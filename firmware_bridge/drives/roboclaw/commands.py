"""RoboClaw packet serial: commands as a table, and their frames.

Numbers, data and units after BasicMicro's user manual (2x120A: pages 58, 59, 66, 73, 89; MCP/IMC41x: 67-73)
and the maker's Python package basicmicro 2.0.10. Everything is big-endian. A write ends in the CRC and is
answered with FFh; a read is two bytes without CRC, and the CRC of its answer covers address, command, data.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from firmware_bridge.codec import crc
from firmware_bridge.line_port import Ask, BadAnswer, Values

ACK: Final = b"\xff"
CRC_LENGTH: Final = 2


class Command(NamedTuple):
    """One command; `data` is the struct of what is written, or of what is answered."""

    number: int
    name: str
    data: str
    unit: str


# Writes
SET_TIMEOUT: Final = Command(14, "set serial timeout", "B", "100 ms, 0 = off")
SET_ENCODER: Final = Command(22, "set M1 encoder", "I", "counts")
SET_VELOCITY_PID: Final = Command(
    28, "set M1 velocity PID and QPPS", "IIII", "D, P, I by 65536, counts/s; another order than command 55"
)
DUTY: Final = Command(32, "M1 duty", "h", "1/32767")
SPEED_AT_ONCE: Final = Command(35, "M1 speed", "i", "counts/s")
SPEED: Final = Command(38, "M1 speed with acceleration", "Ii", "counts/s2, counts/s")
POSITION: Final = Command(
    65, "M1 position", "IIIiB", "counts/s2, counts/s, counts/s2, counts, 1 = execute now"
)

# Reads
TIMEOUT: Final = Command(15, "serial timeout", "B", "100 ms, 0 = off")
ENCODER: Final = Command(16, "M1 encoder", "IB", "counts, status bits")
BATTERY: Final = Command(24, "main battery", "H", "0.1 V")
CURRENTS: Final = Command(49, "motor currents", "hh", "10 mA")
VELOCITY_PID: Final = Command(55, "M1 velocity PID and QPPS", "IIII", "1/65536, 1/65536, 1/65536, counts/s")
ENCODERS: Final = Command(78, "both encoders", "II", "counts")
# UNVERIFIED: that every board has both; one that tells 0 for the other begins no session.
HEATS: Final = (
    Command(82, "temperature 1", "H", "0.1 degC"),
    Command(83, "temperature 2", "H", "0.1 degC"),
)
STATUS: Final = Command(90, "status", "I", "bits; old firmware: 16 bits")
VERSION: Final = Command(21, "firmware version", "", "text")

OLD_WIDTH, WIDTH = 2, 4  # of the status, in bytes
LONGEST_VERSION: Final = 48
TIMEOUT_UNIT_MS: Final = 100
CURRENT_UNIT_MA: Final = 10
HEAT_UNIT_DEGC: Final = 0.1
DUTY_OFF: Final = 0

# Bits of the status that stop the motor or say that it cannot be trusted; the others are warnings.
FAULTS: Final = {
    0: "E-stop",
    1: "temperature 1",
    2: "temperature 2",
    3: "main battery too high",
    4: "logic battery too high",
    5: "logic battery too low",
    6: "M1 driver fault",
    8: "M1 speed error",
    10: "M1 position error",
    12: "M1 current error",
}
OLD_FAULTS: Final = {
    0: "M1 over-current",
    2: "E-stop",
    3: "temperature 1",
    4: "temperature 2",
    5: "main battery too high",
    6: "logic battery too high",
    7: "logic battery too low",
    8: "M1 driver fault",
}
FAULTS_OF: Final = {OLD_WIDTH: OLD_FAULTS, WIDTH: FAULTS}


def write(address: int, command: Command, *values: int) -> Ask:
    """A write; its answer is one byte and proves nothing but that the frame was good."""
    body = bytes([address, command.number]) + struct.pack(">" + command.data, *values)
    return Ask(named(command), body + crc.xmodem(body).to_bytes(2, "big"), (len(ACK),), acknowledged)


def read(address: int, command: Command) -> Ask:
    """A read."""
    head = bytes([address, command.number])
    shape = struct.Struct(">" + command.data)

    def decode(received: bytes) -> Values:
        data = checked(head, received)
        if len(data) != shape.size:
            raise BadAnswer(f"{len(data)} bytes of data to command {head[1]}, due {shape.size}")
        return shape.unpack(data)

    return Ask(named(command), head, (shape.size + CRC_LENGTH,), decode, head)


def read_status(address: int, widths: Values = (OLD_WIDTH, WIDTH)) -> Ask:
    """The status bits and how many bytes they are: firmware of before 4.1 or so sends two, later four."""
    head = bytes([address, STATUS.number])

    def decode(received: bytes) -> Values:
        data = checked(head, received)
        return int.from_bytes(data, "big"), len(data)

    return Ask(named(STATUS), head, tuple(width + CRC_LENGTH for width in widths), decode, head)


def read_version(address: int) -> Ask:
    """The firmware's name: text, newline, NUL, CRC; as code points."""
    head = bytes([address, VERSION.number])
    lengths = tuple(range(CRC_LENGTH + 1, LONGEST_VERSION + CRC_LENGTH + 1))
    return Ask(named(VERSION), head, lengths, lambda received: tuple(checked(head, received)))


def checked(head: bytes, received: bytes) -> bytes:
    """The data of an answer. Raises BadAnswer."""
    data, found = received[:-CRC_LENGTH], received[-CRC_LENGTH:]
    wanted = crc.xmodem(head + data).to_bytes(2, "big")
    if found != wanted:
        raise BadAnswer(f"answer to command {head[1]} with CRC {found.hex()}, due {wanted.hex()}")
    return data


def acknowledged(received: bytes) -> Values:
    """Nothing, when it is the acknowledgement. Raises BadAnswer."""
    if received != ACK:
        raise BadAnswer(f"{received.hex()} instead of the acknowledgement ff")
    return ()


def named(command: Command) -> str:
    """A command as a person looks it up."""
    return f"command {command.number} ({command.name})"


def signed(count: int) -> int:
    """The encoder counts modulo 2**32; near its reference it is a signed number."""
    return count - (1 << 32) if count & 1 << 31 else count


def fault_bits(bits: int, width: int) -> int:
    """Those of the status bits that are faults."""
    return sum(1 << bit for bit in FAULTS_OF[width] if bits >> bit & 1)


def fault_names(bits: int, width: int) -> str:
    """The faults among the status bits in words."""
    return ", ".join(name for bit, name in FAULTS_OF[width].items() if bits >> bit & 1)
