"""Answers that are still owed: what may be asked, and what shows that they are lost."""

from __future__ import annotations

import pytest

from firmware_bridge import line_port
from firmware_bridge.codec import modbus
from firmware_bridge.drives.roboclaw import commands as roboclaw
from firmware_bridge.owed import OWED_MS, Owed
from tests.unit.test_modbus_port import OTHER, REQUEST, answer, opened

WRITE = modbus.write_one(1, 0x10, 5)


def test_what_is_owed_may_not_be_asked_until_another_answer_or_half_a_second() -> None:
    owed = Owed()
    owed.ask("a", 0)
    owed.unanswered("a", 0)
    assert not owed.may_ask("a", OWED_MS - 1)
    assert owed.may_ask("a", OWED_MS)
    assert owed.may_ask("b", 40)
    owed.ask("b", 40)
    owed.answered()
    assert owed.may_ask("a", 60)


def test_an_answer_that_may_be_the_older_ones_shows_nothing() -> None:
    owed = Owed()
    for shape, at_ms in (("a", 0), ("b", 40)):
        owed.ask(shape, at_ms)
        owed.unanswered(shape, at_ms)
    owed.ask("b", 80)
    owed.answered()
    assert not owed.may_ask("a", 100)
    assert not owed.may_ask("b", 100)


def test_a_silent_line_owes_and_a_spoilt_answer_is_one() -> None:
    port, device = opened()
    port.send(REQUEST, 0)
    device.write(answer(REQUEST, 7)[:-1] + b"\x00")
    port.take(10)
    assert port.may_ask(REQUEST, 40)
    port.send(REQUEST, 40)
    port.take(80)
    assert not port.may_ask(REQUEST, 100)
    assert port.may_ask(OTHER, 100)
    port.send(OTHER, 100)
    device.write(answer(REQUEST, 7))
    port.take(130)
    assert not port.may_ask(OTHER, 160), "it was the first one's, so the second one's is owed"


def test_a_single_writes_confirmation_shows_nothing() -> None:
    """Over some adapters it is our own echo."""
    port, device = opened()
    port.send(REQUEST, 0)
    port.take(40)
    port.send(WRITE, 60)
    device.write(modbus.encode(WRITE))
    port.take(70)
    assert port.trouble is None
    assert not port.may_ask(REQUEST, 80)
    port.send(OTHER, 80)
    device.write(answer(OTHER, 7))
    port.take(90)
    assert port.may_ask(REQUEST, 100)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (modbus.read(1, 0x10, 2), modbus.read(1, 0x10, 3)),
        (modbus.read(1, 0x10, 2), modbus.read_write(1, 0x10, 2, 0x20, (1,))),
        (modbus.write_one(1, 0x10, 1), modbus.write_one(1, 0x10, 2)),
        (modbus.write(1, 0x10, (1,)), modbus.write(1, 0x11, (1,))),
    ],
)
def test_only_what_the_answer_tells_is_its_shape(one: modbus.Request, other: modbus.Request) -> None:
    assert modbus.shape(one) != modbus.shape(other)
    assert modbus.shape(modbus.read(1, 0x10, 2)) == modbus.shape(modbus.read(1, 0x30, 2))
    assert modbus.shape(modbus.write(1, 0x10, (1,))) == modbus.shape(modbus.write(1, 0x10, (2,)))


def test_a_roboclaws_sum_tells_what_was_read_but_not_what_was_written() -> None:
    reads = [roboclaw.read(0x80, heat) for heat in roboclaw.HEATS]
    assert line_port.shape(reads[0]) != line_port.shape(reads[1])
    writes = [roboclaw.write(0x80, roboclaw.DUTY, 0), roboclaw.write(0x80, roboclaw.SPEED, 1, 1)]
    assert line_port.shape(writes[0]) == line_port.shape(writes[1])
