"""One transaction at a time over a bad line: a wrong reading is never accepted."""

from __future__ import annotations

from firmware_bridge.codec import crc, modbus
from firmware_bridge.drives.blvr import driver
from firmware_bridge.link.memory import MemoryLink, memory_pair
from firmware_bridge.modbus_port import Echoed, ModbusPort, NoAnswer, Timing, turns_differ
from firmware_bridge.sensors.witmotion import precise, sensor

TIMING = Timing(230_400, 11, 2_500, 3_000)
REQUEST = modbus.read(1, 0x10, 2)
OTHER = modbus.read(1, 0x10, 3)


def answer(request: modbus.Request, value: int) -> bytes:
    body = bytes([1, 3, 2 * request.read_count]) + value.to_bytes(2, "big") * request.read_count
    return body + crc.modbus(body).to_bytes(2, "little")


def opened() -> tuple[ModbusPort, MemoryLink]:
    host, device = memory_pair()
    return ModbusPort(host, TIMING), device


def test_an_answer_in_pieces_with_its_honest_time() -> None:
    port, device = opened()
    assert port.send(REQUEST, 1_000)
    assert not port.send(OTHER, 1_001)
    device.write(answer(REQUEST, 7)[:4])
    assert port.take(1_005) is None
    device.write(answer(REQUEST, 7)[4:])
    got = port.take(1_009)
    assert got is not None
    assert (got.registers, got.error, got.sent_ms, got.true_ms) == ((7, 7), None, 1_000, 1_000)
    assert port.is_idle(1_009)
    assert port.take(1_010) is None


def test_silence_is_named_and_one_tick_stays_quiet() -> None:
    port, device = opened()
    port.send(REQUEST, 0)
    device.write(answer(REQUEST, 7)[:4])
    assert port.take(10) is None
    got = port.take(20)
    assert got is not None
    assert isinstance(got.error, NoAnswer)
    assert "4 of 9 bytes to function 03h at 0010h within 20 ms" in str(port.trouble)
    assert not port.send(REQUEST, 20)
    assert port.send(REQUEST, 40)


def test_what_came_before_the_request_is_thrown_away() -> None:
    port, device = opened()
    device.write(answer(REQUEST, 1))
    port.send(REQUEST, 0)
    assert port.take(5) is None
    device.write(answer(REQUEST, 2))
    got = port.take(9)
    assert got is not None
    assert got.registers == (2, 2)
    assert port.stray_bytes == 9


def test_a_late_answer_of_another_length_is_refused() -> None:
    port, device = opened()
    for request, late in ((REQUEST, OTHER), (OTHER, REQUEST)):
        port, device = opened()
        port.send(request, 0)
        device.write(answer(late, 1) + answer(request, 2))
        got = port.take(9)
        assert got is not None
        assert got.registers == ()
        assert isinstance(got.error, modbus.WrongLength)


def test_an_exception_is_short_and_leaves_the_line_free() -> None:
    port, device = opened()
    port.send(REQUEST, 0)
    device.write(bytes.fromhex("01 83 02 C0 F1"))
    got = port.take(9)
    assert got is not None
    assert isinstance(got.error, modbus.Refused)
    assert port.is_idle(9)


def test_an_echoing_adapter_is_named() -> None:
    for request in (REQUEST, modbus.write(1, 0x10, (0, 1)), modbus.read_write(1, 0, 40, 0x10, (0, 1))):
        port, device = opened()
        port.send(request, 0)
        device.write(device.read())
        device.write(bytes(100))
        got = port.take(9)
        assert got is not None
        assert isinstance(got.error, Echoed)


def test_a_lost_link_is_an_answer_and_trouble() -> None:
    port, device = opened()
    port.send(REQUEST, 0)
    device.close()
    got = port.take(9)
    assert got is not None
    assert got.registers == ()
    assert "closed" in str(port.trouble)
    assert not port.send(REQUEST, 40)


def test_neighbouring_turns_differ_in_length() -> None:
    assert turns_differ([block.length for block in driver.TURNS], apart=13)
    assert turns_differ([block.length for block in driver.STATUS], apart=12)
    assert turns_differ(sensor.SIXTEEN_BITS.turns, apart=1)
    assert turns_differ(precise.LAYOUT.turns, apart=1)
    assert not turns_differ([1, 2, 1], apart=1)
