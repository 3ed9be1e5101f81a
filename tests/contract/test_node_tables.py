"""The host's tables, the firmware's and the readings say the same."""

from __future__ import annotations

import ast
import types
from pathlib import Path

import pytest

from firmware_bridge import readings
from firmware_bridge.codec import cobs, crc, node_frames
from firmware_bridge.config import NodeLimits
from firmware_bridge.node import protocol, wire
from tests import house

SOURCES = sorted((house.ROOT / "firmware_bridge/node").glob("*.py"))
MISSING_THERE = {"typing", "dataclasses", "enum", "__future__", "collections"}


def test_limits_have_the_names_order_and_defaults_of_the_protocol() -> None:
    assert NodeLimits._fields == tuple(row[0] for row in protocol.LIMITS)
    assert tuple(NodeLimits()) == tuple(row[5] for row in protocol.LIMITS)
    assert all(low <= default <= high for _, _, _, low, high, default in protocol.LIMITS)


def test_states_are_those_of_the_readings() -> None:
    for name in ("DISARMED", "ARMED", "OWN_RETURN", "UNPOWERED", "FAULT"):
        assert getattr(protocol, name) == getattr(readings, name)


def test_input_bits_are_in_the_order_of_the_reading() -> None:
    names = [name.upper() for name in readings.InputsReading._fields[2:]]
    names[names.index("STOP")] = "STOP_BUTTON"
    assert [getattr(protocol, name) for name in names] == [1 << place for place in range(len(names))]


def test_both_ends_compute_the_same_frame() -> None:
    writer = wire.FrameWriter()
    for size in range(52):
        payload = bytes((7 * size + place) % 5 for place in range(size))
        writer.start(18, 200)
        for byte in payload:
            writer.u8(byte)
        body = bytes([1, 18, 200, 0, size]) + payload
        out = bytearray(70)
        end = writer.finish(out, 2)
        assert out[2:end] == cobs.wire(body + crc.ccitt_false(body).to_bytes(2, "little"))


def test_a_board_and_a_computer_compute_the_same_checksum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("binascii.crc_hqx")
    board = types.ModuleType("firmware_bridge.node.wire")
    exec(compile(Path(wire.__file__).read_text(), wire.__file__, "exec"), board.__dict__)
    for size in range(64):
        data = bytearray((size * 37 + place * place) & 0xFF for place in range(64))
        assert board.crc16(data, size) == wire.crc16(data, size)
        assert board.first(data, size) == wire.first(data, size)
    assert board.crc16(bytearray(b"123456789"), 9) == 0x29B1


def test_a_frame_without_room_is_not_sent() -> None:
    writer, out = wire.FrameWriter(), bytearray(20)
    writer.start(18, 1)
    for _ in range(10):
        writer.u8(7)
    assert writer.finish(out, 1) == 1
    writer.start(18, 1)
    for _ in range(10):
        writer.u8(7)
    assert (writer.finish(out, 0), out[19]) == (20, 0)


def test_the_longest_frame_fits_both_buffers() -> None:
    limits = tuple(row[3] for row in protocol.LIMITS)
    frame = node_frames.encode(node_frames.ConfigReply(1, 255, limits), 255)
    assert len(frame) < 64 < node_frames.LONGEST


def annotations_of(tree: ast.AST) -> set[ast.AST]:
    """Nodes that MicroPython never evaluates."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        for part in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if isinstance(part, ast.AST):
                found |= set(ast.walk(part))
    return found


def behind_a_failed_import(tree: ast.AST) -> set[ast.AST]:
    """Nodes that MicroPython never gets to: what a computer does where a board's import failed."""
    tries = [node for node in ast.walk(tree) if isinstance(node, ast.Try)]
    return {node for one in tries for part in one.orelse for node in ast.walk(part)}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_the_firmware_keeps_to_what_micropython_has(path: Path) -> None:
    tree = ast.parse(path.read_text())
    bad = [
        found.what for found in house.imports(path.read_text()) if found.what.split(".")[0] in MISSING_THERE
    ]
    spared = annotations_of(tree) | behind_a_failed_import(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Match | ast.Constant) and isinstance(getattr(node, "value", 0), float):
            bad.append(f"float in line {node.lineno}")
        if isinstance(node, ast.Match | ast.AsyncFunctionDef):
            bad.append(f"statement in line {node.lineno}")
        if isinstance(node, ast.Div):
            bad.append("true division")
        if isinstance(node, ast.Attribute) and node.attr in ("bit_length", "to_bytes", "from_bytes", "clear"):
            bad.append(node.attr)
        if isinstance(node, ast.Subscript) and node not in spared and isinstance(node.slice, ast.Slice):
            bad.append(f"slice in line {node.lineno}")
        if isinstance(node, ast.arguments) and node.posonlyargs:
            bad.append("positional-only")
    assert bad == []
