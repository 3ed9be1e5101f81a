"""The host's tables, the firmware's and the readings say the same."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import pytest

from firmware_bridge import readings
from firmware_bridge.codec import cobs, crc, node_frames
from firmware_bridge.config import NodeLimits
from firmware_bridge.node import bytewise, protocol, wholesale, wire
from tests import house

COMPUTERS_ONLY = "wholesale.py"  # its first import fails on a board
SOURCES = sorted(
    path for path in (house.ROOT / "firmware_bridge/node").glob("*.py") if path.name != COMPUTERS_ONLY
)
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


def noise(dice: random.Random) -> bytes:
    """Frames, good and spoilt, and bytes that are none."""
    stream = b""
    for seq in range(40):
        payload = bytes(dice.choice((0, 0, 1, 7, 255)) for _ in range(dice.randrange(58)))
        body = bytes([1, dice.choice((1, 2, 9)), seq, 0, len(payload)]) + payload
        frame = bytearray(cobs.wire(body + crc.ccitt_false(body).to_bytes(2, "little")))
        if dice.random() < 0.4:
            frame[dice.randrange(len(frame))] = dice.choice((0, 1, 2, 254, 255))
        stream += frame[: dice.choice((1, 9, 999, 999))] + bytes(dice.randrange(3))
    return stream


def read(reader: bytewise.FrameReader, pieces: list[bytes]) -> list[tuple[int, int, bytes, int]]:
    """Every good frame, and the bad ones counted so far."""
    found = []
    for piece in pieces:
        place = reader.take(piece, 0, len(piece))
        while place:
            found.append((reader.kind, reader.seq, bytes(reader.data[: reader.size + 5]), reader.bad))
            place = reader.take(piece, place, len(piece))
    return [*found, (0, 0, b"", reader.bad)]


@pytest.mark.parametrize("seed", range(60))
def test_a_computer_reads_what_a_board_reads(seed: int) -> None:
    dice = random.Random(seed)
    stream, pieces = noise(dice), []
    while stream:
        size = dice.choice((1, 3, 40, 64, 200))
        pieces.append(stream[:size])
        stream = stream[size:]
    assert read(wholesale.FrameReader(), pieces) == read(bytewise.FrameReader(), pieces)


def test_a_computer_writes_what_a_board_writes() -> None:
    assert bytewise.crc16(bytearray(b"123456789"), 9) == 0x29B1
    for size in range(64):
        data = bytearray((size * 37 + place * place) % 7 for place in range(64))
        assert bytewise.crc16(data, size) == wholesale.crc16(data, size)
        assert bytewise.first(data, size) == wholesale.first(data, size)
        ours, theirs = bytearray(b"?" * 70), bytearray(b"?" * 70)
        bytewise.stuff(data, size, ours, 2)
        wholesale.stuff(data, size, theirs, 2)
        assert ours == theirs


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


def lines_for_types(tree: ast.AST) -> set[int]:
    """Lines below `if TYPE_CHECKING`, which is False in the same file: for mypy only."""
    false = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    if "TYPE_CHECKING = False" not in false:
        return set()
    tests = [node for node in ast.walk(tree) if isinstance(node, ast.If)]
    return {
        inner.lineno for node in tests if ast.unparse(node.test) == "TYPE_CHECKING" for inner in node.body
    }


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_the_firmware_keeps_to_what_micropython_has(path: Path) -> None:
    tree = ast.parse(path.read_text())
    unread = lines_for_types(tree)
    bad = [
        found.what
        for found in house.imports(path.read_text())
        if found.what.split(".")[0] in MISSING_THERE and found.line not in unread
    ]
    spared = annotations_of(tree)
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
