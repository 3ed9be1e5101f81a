"""The node's codec: golden frames, every small corruption refused, garbage survived."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.codec import cobs, crc, node_frames
from firmware_bridge.codec.node_frames import (
    Command,
    Config,
    ConfigReply,
    Deframer,
    Frame,
    Head,
    HeadReply,
    Hello,
    HelloReply,
    Message,
    Status,
)
from firmware_bridge.node import protocol

DEFAULTS = tuple(row[5] for row in protocol.LIMITS)
# Made once from the tables, kept as bytes: a change of any field shows here.
GOLDEN: dict[str, tuple[Message, int]] = {
    "hello": (Hello(1, 0, 0x12345678), 1),
    "hello_reply": (HelloReply(1, 0, 0x4B4C, 0, 0x10000, 7, 1, 0x12345678, 0xBEEF), 1),
    "command": (Command(1, 3, 7, -7000, 200, 3000, 0xBEEF, 513, 0x3FF, 0x1234), 200),
    "status": (
        Status(65535, 200, 7, -1234, -200, -1229, 4100, 0x18F1, 0x1FFF, 0x54, 3, 0, 0, 7, 0xCAFE, 86_400_000),
        9,
    ),
    "config": (Config(1, DEFAULTS), 2),
    "config_reply": (ConfigReply(1, 9, DEFAULTS), 2),
    "head": (Head(1, bytes(range(32))), 3),
    "head_reply": (HeadReply(2, bytes(range(255, 223, -1))), 3),
}

WIRE = {
    "hello": ("000401010103060107785634125fbc00"),
    "hello_reply": ("0004011101031201034c4b0101020102070a0178563412efbe38f500"),
    "command": ("00040102c80811010307a8e4c80db80befbe0102ff033412f4ad00"),
    "status": ("0004011209141cffffc8072efb38ff33fb0410f118ff1f540301020703feca065c2605635e00"),
    "config": ("0004010302041d016401010b7ce39c182003b80b204e010624faa8e4c80296023c021403110d00"),
    "config_reply": ("0004011302051e01096401010b7ce39c182003b80b204e010624faa8e4c80296023c0214037f5700"),
    "head": ("0004010403032101220102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fbc5500"),
    "head_reply": ("0004011403252102fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7e6e5e4e3e2e1e012e200"),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden(name: str) -> None:
    message, seq = GOLDEN[name]
    wire = WIRE[name]
    assert node_frames.encode(message, seq).hex() == wire
    assert Deframer().feed(bytes.fromhex(wire)) == [Frame(seq, message)]


@pytest.mark.parametrize("name", GOLDEN)
def test_every_one_and_two_flipped_bits_are_refused(name: str) -> None:
    message, seq = GOLDEN[name]
    inner = int.from_bytes(node_frames.encode(message, seq)[1:-1])
    size = len(node_frames.encode(message, seq)) - 2
    masks = [1 << bit for bit in range(8 * size)]
    taken = [mask for mask in masks if node_frames.decode((inner ^ mask).to_bytes(size))]
    taken += [
        a | b
        for a, b in itertools.combinations(masks, 2)
        if node_frames.decode((inner ^ a ^ b).to_bytes(size))
    ]
    assert taken == []


@pytest.mark.parametrize("name", GOLDEN)
def test_a_flipped_delimiter_costs_at_most_its_two_frames(name: str) -> None:
    message, seq = GOLDEN[name]
    wire = bytearray(node_frames.encode(message, seq))
    for place, bit in itertools.product((0, -1), range(8)):
        hit = bytearray(wire)
        hit[place] ^= 1 << bit
        got = Deframer().feed(bytes(hit + wire + wire))
        assert 1 <= len(got) <= 2
        assert set(got) == {Frame(seq, message)}


@given(st.binary(max_size=600))
def test_cobs_round_trip(data: bytes) -> None:
    encoded = cobs.encode(data)
    assert 0 not in encoded
    assert len(encoded) <= len(data) + 1 + len(data) // 254
    assert cobs.decode(encoded) == data


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_any_garbage_is_survived(pieces: list[bytes]) -> None:
    deframer = Deframer()
    for piece in pieces:
        assert deframer.feed(piece) == []
    deframer.feed(b"\0")
    message, seq = GOLDEN["status"]
    assert deframer.feed(node_frames.encode(message, seq)) == [Frame(seq, message)]


def test_frames_in_pieces_and_several_at_once() -> None:
    message, seq = GOLDEN["command"]
    wire = node_frames.encode(message, seq)
    deframer = Deframer()
    assert [f for byte in wire * 3 for f in deframer.feed(bytes([byte]))] == [Frame(seq, message)] * 3
    assert deframer.feed(wire * 5) == [Frame(seq, message)] * 5
    assert (deframer.good, deframer.bad) == (8, 0)


def test_an_endless_frame_does_not_fill_memory_and_counts_once() -> None:
    deframer = Deframer()
    for _ in range(1000):
        deframer.feed(b"\x7f" * 100)
    assert len(deframer._partial) <= node_frames.LONGEST
    deframer.feed(b"\0")
    assert deframer.bad == 1


def test_crc_check_values() -> None:
    assert crc.ccitt_false(b"123456789") == 0x29B1
    assert crc.modbus(b"123456789") == 0x4B37
    assert crc.xmodem(b"123456789") == 0x31C3


def test_every_message_is_named_as_its_fields() -> None:
    for kind, cls in (
        (protocol.HELLO, Hello),
        (protocol.HELLO_REPLY, HelloReply),
        (protocol.COMMAND, Command),
        (protocol.STATUS, Status),
    ):
        assert tuple(field.name for field in node_frames.FIELDS[kind]) == cls._fields


@pytest.mark.parametrize("place", range(5), ids=["version", "type", "seq", "flags", "length"])
def test_a_header_of_another_protocol_is_refused_even_with_a_good_crc(place: int) -> None:
    body = bytearray(cobs.decode(bytes.fromhex(WIRE["command"])[1:-1]) or b"")[:-2]
    body[place] ^= 0x40
    frame = cobs.encode(bytes(body) + crc.ccitt_false(bytes(body)).to_bytes(2, "little"))
    assert (node_frames.decode(frame) is None) is (place != 2)
