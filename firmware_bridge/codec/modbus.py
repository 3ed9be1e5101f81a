"""Modbus RTU: requests to bytes, answers to registers. The only user of pymodbus (framer, PDU classes).

Nothing here reads or waits. The framer alone would accept answers of another function, an odd byte count,
or the first of two merged frames; so length, unit and function are judged before it sees any byte.
Source: Modbus application protocol v1.1b3 sections 6 and 7, Modbus over serial line v1.02 section 2.5.
"""

from __future__ import annotations

import logging
from typing import Final, NamedTuple

from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU
from pymodbus.pdu import diag_message as diagnosis
from pymodbus.pdu import register_message as pdus

from firmware_bridge.errors import BridgeError

READ: Final = 0x03
WRITE_ONE: Final = 0x06
DIAGNOSE: Final = 0x08
WRITE: Final = 0x10
READ_WRITE: Final = 0x17

MOST_READ: Final = 125
MOST_WRITTEN: Final = {WRITE: 123, READ_WRITE: 121}
EXCEPTION_LENGTH: Final = 5
EXCEPTION_BIT: Final = 0x80
EXCEPTIONS: Final = {
    1: "illegal function",
    2: "illegal address",
    3: "illegal value or length",
    4: "device failure",
    5: "acknowledged, not done yet",
    6: "busy",
    8: "memory parity",
    10: "no gateway path",
    11: "no answer behind the gateway",
}
CLASSES: Final = {
    READ: pdus.ReadHoldingRegistersResponse,
    WRITE_ONE: pdus.WriteSingleRegisterResponse,
    DIAGNOSE: diagnosis.ReturnQueryDataResponse,
    WRITE: pdus.WriteMultipleRegistersResponse,
    READ_WRITE: pdus.ReadWriteMultipleRegistersResponse,
}

# What it has to say is in our errors already; without a handler it would go to standard error.
logging.getLogger("pymodbus").addHandler(logging.NullHandler())
_FRAMER: Final = FramerRTU(DecodePDU(False))


class BadAnswer(BridgeError):
    """Bytes that are not the answer to this request."""


class WrongUnit(BadAnswer):
    """Another unit answered."""


class WrongFunction(BadAnswer):
    """An answer to another kind of request."""


class WrongLength(BadAnswer):
    """More, fewer or other registers than asked for."""


class BadCrc(BadAnswer):
    """Damaged on the wire."""


class WrongEcho(BadAnswer):
    """A write was confirmed for another address, count or value."""


class Refused(BridgeError):
    """The device answered with an exception."""

    def __init__(self, code: int, where: str) -> None:
        super().__init__(f"exception {code:02X}h ({EXCEPTIONS.get(code, 'unknown')}) to {where}")
        self.code = code


class Request(NamedTuple):
    """One request, checked; `describe` is for a person."""

    unit: int
    function: int
    read_address: int = 0
    read_count: int = 0
    write_address: int = 0
    values: tuple[int, ...] = ()

    def describe(self) -> str:
        """Function and first address, as the makers write them."""
        address = self.write_address if self.values else self.read_address
        both = f" and {self.read_address:04X}h" if self.function == READ_WRITE else ""
        return f"function {self.function:02X}h at {address:04X}h{both}"


def read(unit: int, address: int, count: int) -> Request:
    """Read holding registers (03h)."""
    return _checked(Request(unit, READ, address, count))


def write_one(unit: int, address: int, value: int) -> Request:
    """Write one register (06h); its answer is an echo, so read the register back."""
    return _checked(Request(unit, WRITE_ONE, write_address=address, values=(value,)))


def echo(unit: int, word: int) -> Request:
    """Ask for a word back (08h, sub-function 0): whether the line is good, without touching a register."""
    return _checked(Request(unit, DIAGNOSE, values=(word,)))


def write(unit: int, address: int, values: tuple[int, ...]) -> Request:
    """Write registers (10h)."""
    return _checked(Request(unit, WRITE, write_address=address, values=values))


def read_write(unit: int, address: int, count: int, write_address: int, values: tuple[int, ...]) -> Request:
    """Write, then read, in one transaction (17h)."""
    return _checked(Request(unit, READ_WRITE, address, count, write_address, values))


def _checked(request: Request) -> Request:
    """Refuse what no device may be asked: broadcast (nobody answers), reserved units, impossible lengths."""
    if not 1 <= request.unit <= 247:
        raise ValueError(f"unit {request.unit}: a device on a serial line has 1 to 247")
    if request.function in (READ, READ_WRITE) and not 1 <= request.read_count <= MOST_READ:
        raise ValueError(f"{request.read_count} registers: one request reads 1 to {MOST_READ}")
    most = MOST_WRITTEN.get(request.function)
    if most and not 1 <= len(request.values) <= most:
        raise ValueError(f"{len(request.values)} registers: one request writes 1 to {most}")
    words = (request.read_address, request.write_address, *request.values)
    if min(words) < 0 or max(words) > 0xFFFF:
        raise ValueError("addresses and registers have 16 bits")
    return request


def encode(request: Request) -> bytes:
    """The frame on the wire, CRC included."""
    return _FRAMER.buildFrame(_pdu(request))


def _pdu(request: Request) -> ModbusPDU:
    if request.function == READ:
        return pdus.ReadHoldingRegistersRequest(
            request.unit, address=request.read_address, count=request.read_count
        )
    if request.function == WRITE_ONE:
        return pdus.WriteSingleRegisterRequest(
            request.unit, address=request.write_address, registers=request.values
        )
    if request.function == DIAGNOSE:
        return diagnosis.ReturnQueryDataRequest(list(request.values), request.unit)
    if request.function == WRITE:
        return pdus.WriteMultipleRegistersRequest(
            request.unit, address=request.write_address, registers=request.values
        )
    return pdus.ReadWriteMultipleRegistersRequest(
        dev_id=request.unit,
        read_address=request.read_address,
        read_count=request.read_count,
        write_address=request.write_address,
        write_registers=list(request.values),
    )


def request_length(request: Request) -> int:
    """Bytes of the request's frame."""
    fixed = {READ: 8, WRITE_ONE: 8, DIAGNOSE: 8, WRITE: 9, READ_WRITE: 13}[request.function]
    return fixed + (2 * len(request.values) if request.function in MOST_WRITTEN else 0)


def answer_length(request: Request) -> int:
    """Bytes of the frame that answers, when it is not an exception."""
    return 5 + 2 * request.read_count if request.function in (READ, READ_WRITE) else 8


def shape(request: Request) -> tuple[int, ...]:
    """All that its answer tells of it."""
    if request.function in (READ, READ_WRITE):
        return request.function, request.read_count
    if request.function == WRITE:
        return request.function, request.write_address, len(request.values)
    return request.function, request.write_address, *request.values


def due_length(request: Request, begun: bytes) -> int:
    """Bytes to wait for, given the ones that came: an exception is shorter."""
    return EXCEPTION_LENGTH if len(begun) > 1 and begun[1] & EXCEPTION_BIT else answer_length(request)


def decode(request: Request, data: bytes) -> tuple[int, ...]:
    """The registers of the whole answer (none after a write). Raises BadAnswer or Refused."""
    if len(data) < EXCEPTION_LENGTH or len(data) != due_length(request, data):
        raise WrongLength(f"{len(data)} bytes, {answer_length(request)} expected to {request.describe()}")
    if data[0] != request.unit:
        raise WrongUnit(f"unit {data[0]} answered instead of {request.unit}; check the addresses")
    if data[1] & ~EXCEPTION_BIT != request.function:
        raise WrongFunction(f"function {data[1]:02X}h answered to {request.describe()}")
    if data[1] in (READ, READ_WRITE) and data[2] != 2 * request.read_count:
        raise WrongLength(f"byte count {data[2]}, {2 * request.read_count} expected to {request.describe()}")
    return _registers(request, _framed(request, data))


def _framed(request: Request, data: bytes) -> ModbusPDU:
    try:
        used, pdu = _FRAMER.handleFrame(data, request.unit, 0)
    except ModbusException as error:
        raise BadAnswer(f"unreadable answer to {request.describe()}: {error}") from error
    if pdu is None or used != len(data):
        raise BadCrc(f"wrong CRC in the answer to {request.describe()}; check cable and termination")
    return pdu


def _registers(request: Request, pdu: ModbusPDU) -> tuple[int, ...]:
    if isinstance(pdu, ExceptionResponse):
        raise Refused(pdu.exception_code, request.describe())
    if type(pdu) is not CLASSES[request.function]:
        raise WrongFunction(f"{type(pdu).__name__} to {request.describe()}")
    if request.function in (READ, READ_WRITE):
        return tuple(pdu.registers)
    if isinstance(pdu, diagnosis.DiagnosticBase):
        if pdu.encode() != _pdu(request).encode():
            raise WrongEcho(f"other data came back to {request.describe()}")
        return ()
    confirmed = tuple(pdu.registers) if request.function == WRITE_ONE else pdu.count
    wanted = request.values if request.function == WRITE_ONE else len(request.values)
    if (pdu.address, confirmed) != (request.write_address, wanted):
        raise WrongEcho(f"{pdu.address:04X}h was confirmed to {request.describe()}")
    return ()
