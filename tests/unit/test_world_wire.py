"""A wire delivers each byte when its last stop bit is over, to the microsecond, for hours."""

from __future__ import annotations

from math import ceil

import pytest

from simulator.memory_wire import WireLink
from simulator.wire import Wire


@pytest.mark.parametrize(("baud", "bits"), [(9_600, 10), (115_200, 10), (230_400, 11), (460_800, 10)])
def test_no_byte_arrives_before_its_last_stop_bit(baud: int, bits: int) -> None:
    wire = Wire(baud, bits)
    wire.host_write(bytes(range(40)), 1_000)
    for count in range(1, 41):
        due_us = ceil(1_000 + count * bits * 1e6 / baud - 1e-9)
        assert wire.device_bytes(due_us - 1)[0] == b""
        assert wire.device_bytes(due_us) == (bytes([count - 1]), due_us)


def test_a_busy_line_makes_the_next_frame_wait() -> None:
    wire = Wire(10_000, 10)  # 1 ms a byte
    wire.device_send(b"abc", 0)
    wire.device_send(b"de", 500)
    wire.device_send(b"f", 9_000)
    assert wire.host_read(2_999) == b"ab"
    assert wire.host_read(4_999) == b"cd"
    assert wire.host_read(9_999) == b"e"
    assert wire.host_read(10_000) == b"f"


def test_an_hour_of_full_line_drifts_by_nothing() -> None:
    wire = Wire(460_800, 10)
    count = 3600 * 46_080
    wire.host_write(bytes(count), 7)
    data, last_us = wire.device_bytes(3_600_000_006)
    assert (len(data), last_us) == (count - 1, ceil(7 + (count - 1) * 10e6 / 460_800))
    assert wire.device_bytes(3_600_000_007) == (b"\0", 3_600_000_007)


def test_directions_do_not_disturb_each_other() -> None:
    wire = Wire(9_600, 10)
    wire.host_write(b"x" * 8, 0)
    wire.device_send(b"y", 0)
    assert wire.host_read(1_042) == b"y"


def test_a_cut_wire_loses_what_is_on_it_and_a_mended_one_works_again() -> None:
    wire = Wire(10_000, 10)
    wire.host_write(b"ab", 0)
    wire.cut(True)
    wire.host_write(b"cd", 0)
    wire.device_send(b"ef", 0)
    assert wire.device_bytes(50_000)[0] + wire.host_read(50_000) == b""
    wire.cut(False)
    wire.host_write(b"g", 50_000)
    assert wire.device_bytes(51_000) == (b"g", 51_000)


def spoilt(seed: int, **chances: float) -> list[bytes]:
    wire = Wire(1_000_000, 10, seed, 1)
    for name, value in chances.items():
        setattr(wire.trouble, name, value)
    got = []
    for at_us in range(0, 400_000, 1_000):
        wire.host_write(b"frame", at_us)
        got.append(wire.device_bytes(at_us + 999)[0])
    return got


def test_each_trouble_does_what_it_says_as_often_as_it_says() -> None:
    assert 60 < spoilt(1, loss=0.2).count(b"") < 100
    assert 60 < spoilt(1, double=0.2).count(b"frameframe") < 100
    wrong = [frame for frame in spoilt(1, corrupt=0.2) if frame != b"frame"]
    assert 60 < len(wrong) < 100
    bits = [bin(int.from_bytes(frame) ^ int.from_bytes(b"frame")).count("1") for frame in wrong]
    assert set(bits) == {1}


def test_a_truncated_frame_is_the_beginning_of_one() -> None:
    short = [frame for frame in spoilt(1, truncate=0.2) if frame != b"frame"]
    assert 60 < len(short) < 100
    assert all(frame and b"frame".startswith(frame) for frame in short)
    assert {len(frame) for frame in short} == {1, 2, 3, 4}


@pytest.mark.parametrize(("kind", "order"), [("reorder", [b"b", b"a"]), ("merge", [b"a", b"b"])])
def test_a_frame_waits_for_the_next_one_and_goes_behind_it_or_with_it(kind: str, order: list[bytes]) -> None:
    wire = Wire(1_000_000, 10)
    setattr(wire.trouble, kind, 1.0)
    wire.host_write(b"a", 0)
    assert wire.device_bytes(999)[0] == b""
    wire.host_write(b"b", 1_000)
    assert wire.device_bytes(1_030)[0] == b"".join(order), "without a gap"
    assert wire.spoilt[kind] == 1


def test_an_echo_reaches_the_host_and_one_direction_may_be_cut_alone() -> None:
    wire = Wire(1_000_000, 10)
    wire.trouble.echo = True
    wire.host_write(b"ab", 0)
    assert (wire.device_bytes(999)[0], wire.host_read(999)) == (b"ab", b"ab")
    wire.trouble.echo, wire.trouble.cut_down = False, True
    wire.host_write(b"cd", 1_000)
    wire.device_send(b"ef", 1_000)
    assert (wire.device_bytes(1_999)[0], wire.host_read(1_999)) == (b"", b"ef")
    wire.trouble.cut_down, wire.trouble.cut_up = False, True
    wire.host_write(b"gh", 2_000)
    wire.device_send(b"ij", 2_000)
    assert (wire.device_bytes(2_999)[0], wire.host_read(2_999)) == (b"gh", b"")


def test_trouble_is_the_same_for_the_same_seed() -> None:
    assert spoilt(5, loss=0.3, corrupt=0.3, double=0.3) == spoilt(5, loss=0.3, corrupt=0.3, double=0.3)
    assert spoilt(5, loss=0.3) != spoilt(6, loss=0.3)


def test_delay_is_added_to_each_frame() -> None:
    wire = Wire(10_000, 10)
    wire.trouble.delay_us = 30_000
    wire.device_send(b"a", 1_000)
    assert wire.host_read(31_999) == b""
    assert wire.host_read(32_000) == b"a"


class Clock:
    now_us = 0


def test_the_link_reads_and_writes_at_the_worlds_time() -> None:
    wire, clock = Wire(10_000, 10), Clock()
    link = WireLink(wire, clock, "drive")
    link.write(b"q")
    assert wire.device_bytes(1_000) == (b"q", 1_000)
    wire.device_send(b"a", 1_500)
    clock.now_us = 2_499
    assert link.read() == b""
    clock.now_us = 2_500
    assert (link.read(), link.name) == (b"a", "drive")
    link.close()
