"""Who makes and who reads a golden frame, each protocol a maker, a reader and what it should mean.

Both directions: what the host sends is made by its codec and read by a device, what a device answers is made
by a device and read by the host's codec. `read` returns what was understood, None for what was dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from firmware_bridge.codec import modbus, node_frames
from firmware_bridge.drives.jrk import commands as jrk
from firmware_bridge.drives.odrive import lines
from firmware_bridge.drives.roboclaw import commands as roboclaw
from firmware_bridge.line_port import Ask
from simulator.devices import jrk_map, odrive
from simulator.devices.base import Shaft
from simulator.devices.jrk import Jrk
from simulator.devices.modbus_slave import Refusal, RtuSlave
from simulator.devices.roboclaw import Roboclaw

Row = dict[str, Any]


# Modbus: the device is the twins' own slave, with a note-taker behind it.


class NoteTaker:
    """Registers that remember what was asked of them."""

    functions = frozenset({0x03, 0x06, 0x08, 0x10, 0x17})

    def __init__(self, registers: Sequence[int] = (), code: int = 0) -> None:
        self.heard: list[tuple[int, int | tuple[int, ...]]] = []
        self._registers, self._code = list(registers), code

    def read(self, address: int, count: int) -> list[int]:
        return self._note(address, count) or self._registers or [0] * count

    def write(self, address: int, values: Sequence[int]) -> None:
        self._note(address, tuple(values))

    def _note(self, address: int, what: int | tuple[int, ...]) -> list[int]:
        if self._code:
            raise Refusal(self._code)
        self.heard.append((address, what))
        return []


def modbus_request(row: Row) -> modbus.Request:
    ask = row["ask"]
    unit, values = ask["unit"], tuple(ask.get("values", ()))
    if ask["function"] == modbus.READ:
        return modbus.read(unit, ask["address"], ask["count"])
    if ask["function"] == modbus.DIAGNOSE:
        return modbus.echo(unit, values[0])
    if ask["function"] == modbus.WRITE_ONE:
        return modbus.write_one(unit, ask["address"], values[0])
    return modbus.write(unit, ask["address"], values)


def modbus_answer(row: Row) -> bytes:
    notes = NoteTaker(row.get("registers", ()), row.get("code", 0))
    slave = RtuSlave(notes, row["ask"]["unit"], 1_750, 0)
    slave.take(modbus.encode(modbus_request(row)), 0)
    return slave.out()[0][1]


def modbus_heard(row: Row, data: bytes) -> object:
    notes = NoteTaker()
    slave = RtuSlave(notes, row["ask"]["unit"], 1_750, 0)
    slave.take(data, 0)
    slave.step(10_000)
    return (notes.heard, len(slave.out())) if slave.good_frames else None


def modbus_asked(row: Row) -> object:
    ask = row["ask"]
    if ask["function"] == modbus.DIAGNOSE:
        return [], 1
    return [(ask["address"], ask.get("count") or tuple(ask["values"]))], 1


def modbus_code(row: Row, data: bytes) -> int:
    try:
        modbus.decode(modbus_request(row), data)
    except modbus.Refused as refused:
        return refused.code
    raise AssertionError("taken for an answer")


# RoboClaw, Jrk, ODrive: the twins, which note what they understand instead of doing it.


class NotedRoboclaw(Roboclaw):
    """Remembers writes, answers reads with what it was given."""

    def __init__(self, data: bytes = b"") -> None:
        super().__init__(Shaft())
        self.heard: list[tuple[int, tuple[int, ...]]] = []
        self._told = data

    def _execute(self, number: int, values: tuple[int, ...]) -> None:
        self.heard.append((number, values))

    def _data(self, number: int) -> bytes:
        self.heard.append((number, ()))
        return self._told or super()._data(number)


def roboclaw_command(row: Row) -> roboclaw.Command:
    known = [value for value in vars(roboclaw).values() if isinstance(value, roboclaw.Command)]
    known += roboclaw.HEATS
    return next(command for command in known if command.number == row["ask"]["command"])


def roboclaw_ask(row: Row) -> Ask:
    command, values = roboclaw_command(row), row["ask"].get("values")
    if values is not None:
        return roboclaw.write(0x80, command, *values)
    return roboclaw.read_status(0x80) if command is roboclaw.STATUS else roboclaw.read(0x80, command)


def roboclaw_answer(row: Row) -> bytes:
    frame = bytes.fromhex(row["hex"])
    twin = NotedRoboclaw(frame[:-2])
    twin.take(roboclaw_ask(row).frame, 0)
    return twin.out()[0][1]


def roboclaw_heard(row: Row, data: bytes) -> object:
    """Of a write only writes: a wrong bit in the number may make a read of it, which does nothing."""
    twin = NotedRoboclaw()
    twin.take(data, 0)
    return [one for one in twin.heard if one[1] or row.get("kind") == "read"] or None


class NotedJrk(Jrk):
    """Remembers commands; `crc` as its option says."""

    def __init__(self, check: bool) -> None:
        super().__init__(Shaft(), changes=jrk_map.COMMISSIONED | {0x01: 2 * check})
        self.heard: list[tuple[int, bytes]] = []

    def _obey(self, command: int, data: bytes) -> bytes:
        self.heard.append((command, data))
        return b""


def jrk_framing(row: Row) -> jrk.Framing:
    return jrk.Framing(row["ask"].get("device"))


def jrk_frame(row: Row) -> bytes:
    ask = row["ask"]
    if "target" in ask:
        return jrk_framing(row).target(ask["target"])
    return jrk_framing(row).frame(ask["command"], *ask["data"])


def jrk_heard(row: Row, data: bytes) -> object:
    """A wrong bit in the length may make a read of one variable of it (80h to BFh), which does nothing."""
    twin = NotedJrk(row.get("kind") != "bare")
    twin.take(data, 0)
    return [one for one in twin.heard if not 0x80 <= one[0] < 0xC0 or one[0] in (0xB3, 0xB5)] or None


def jrk_asked(row: Row) -> object:
    ask = row["ask"]
    if "target" in ask:
        return [(0xC0 | ask["target"] & 0x1F, bytes([ask["target"] >> 5]))]
    return [(ask["command"], bytes(ask["data"]))]


def jrk_read(row: Row, data: bytes) -> object:
    return (jrk.feedback if row["ask"]["variable"] == "feedback" else jrk.errors)(data)


def jrk_answer(row: Row) -> bytes:
    twin = Jrk(Shaft(), changes=jrk_map.COMMISSIONED)
    twin.current_a = row["values"][-1] / 1_000
    twin.halting = twin.occurred = 0
    if row["ask"]["variable"] == "feedback":
        twin = Jrk(Shaft((row["values"][0] - 2_048) / 10), 10.0, changes=jrk_map.COMMISSIONED)
        ask = jrk.Framing().variables(jrk.FEEDBACK[0])
    else:
        ask = jrk.Framing().variables(jrk.ERRORS)
    twin.take(ask.frame, 0)
    return twin.out()[0][1]


class NotedOdrive(odrive.Odrive):
    """Remembers lines, answers with what it was given."""

    def __init__(self, told: str | None = None) -> None:
        super().__init__(Shaft())
        self.heard: list[str] = []
        self._told = told

    def _command(self, verb: str, words: list[str]) -> str | None:
        self.heard.append(" ".join([verb, *words]))
        return self._told


def odrive_answer(row: Row) -> bytes:
    whole = row["kind"] == "whole"
    twin = NotedOdrive(" ".join(str(value) if whole else f"{value:.6f}" for value in row["values"]))
    twin.take(lines.encode("f 0"), 0)
    return twin.out()[0][1]


def odrive_heard(row: Row, data: bytes) -> object:
    twin = NotedOdrive()
    twin.take(data, 0)
    return twin.heard or None


PARSERS: Final[dict[str, Callable[[str], object]]] = {
    "pair": lines.pair,
    "decimal": lambda text: (lines.decimal(text),),
    "whole": lambda text: (lines.whole(text),),
}


def odrive_read(row: Row, data: bytes) -> object:
    return PARSERS[row["kind"]](lines.decode(data))


# The node


def node_message(row: Row) -> node_frames.Message:
    fields = {name: tuple(v) if isinstance(v, list) else v for name, v in row["fields"].items()}
    return getattr(node_frames, row["message"])(**fields)  # type: ignore[no-any-return]


def node_read(row: Row, data: bytes) -> object:
    return node_frames.Deframer().feed(data) or None


MAKERS: Final[dict[tuple[str, str], Callable[[Row], bytes]]] = {
    ("modbus", "request"): lambda row: modbus.encode(modbus_request(row)),
    ("modbus", "answer"): modbus_answer,
    ("modbus", "exception"): modbus_answer,
    ("modbus", "never"): lambda row: modbus.encode(modbus_request(row)),
    ("roboclaw", "request"): lambda row: roboclaw_ask(row).frame,
    ("roboclaw", "read"): lambda row: roboclaw_ask(row).frame,
    ("roboclaw", "answer"): roboclaw_answer,
    ("jrk", "request"): jrk_frame,
    ("jrk", "bare"): lambda row: jrk_framing(row).bare(row["ask"]["command"], *row["ask"]["data"]),
    ("jrk", "answer"): jrk_answer,
    ("jrk", "check"): lambda row: jrk.Framing().frame(*bytes.fromhex(row["hex"])[:-1]),
    ("odrive", "request"): lambda row: lines.encode(row["text"]),
    ("odrive", "pair"): odrive_answer,
    ("odrive", "decimal"): odrive_answer,
    ("odrive", "whole"): odrive_answer,
    ("node", "request"): lambda row: node_frames.encode(node_message(row), row["seq"]),
}
READERS: Final[dict[tuple[str, str], Callable[[Row, bytes], object]]] = {
    ("modbus", "request"): modbus_heard,
    ("modbus", "answer"): lambda row, data: modbus.decode(modbus_request(row), data),
    ("modbus", "exception"): modbus_code,
    ("modbus", "damaged"): modbus_heard,
    ("roboclaw", "request"): roboclaw_heard,
    ("roboclaw", "read"): roboclaw_heard,
    ("roboclaw", "answer"): lambda row, data: roboclaw_ask(row).decode(data),
    ("jrk", "request"): jrk_heard,
    ("jrk", "bare"): jrk_heard,
    ("jrk", "answer"): jrk_read,
    ("jrk", "check"): lambda row, data: True if jrk_map.crc7(data[:-1]) == data[-1] else None,
    ("odrive", "request"): odrive_heard,
    ("odrive", "pair"): odrive_read,
    ("odrive", "decimal"): odrive_read,
    ("odrive", "whole"): odrive_read,
    ("node", "request"): node_read,
}
MEANINGS: Final[dict[tuple[str, str], Callable[[Row], object]]] = {
    ("modbus", "request"): modbus_asked,
    ("modbus", "answer"): lambda row: tuple(row["registers"]),
    ("modbus", "exception"): lambda row: row["code"],
    ("modbus", "damaged"): lambda row: None,
    ("roboclaw", "request"): lambda row: [(row["ask"]["command"], tuple(row["ask"]["values"]))],
    ("roboclaw", "read"): lambda row: [(row["ask"]["command"], ())],
    ("roboclaw", "answer"): lambda row: tuple(row["values"]),
    ("jrk", "request"): jrk_asked,
    ("jrk", "bare"): jrk_asked,
    ("jrk", "answer"): lambda row: tuple(row["values"]),
    ("jrk", "check"): lambda row: True,
    ("odrive", "request"): lambda row: [row["text"]],
    ("odrive", "pair"): lambda row: tuple(row["values"]),
    ("odrive", "decimal"): lambda row: tuple(row["values"]),
    ("odrive", "whole"): lambda row: tuple(row["values"]),
    ("node", "request"): lambda row: [node_frames.Frame(row["seq"], node_message(row))],
}
