"""Angle sensors behind the node: driver against twin at register level; what is doubtful is no angle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from firmware_bridge.node import ads1115, as5048, as5600
from firmware_bridge.node.ads1115 import Potentiometer
from firmware_bridge.node.as5048 import As5048a, As5048b
from firmware_bridge.node.as5600 import As5600
from firmware_bridge.node.mounting import Mounting
from simulator.devices import chips
from simulator.devices.base import Shaft

TURN = Mounting(1, 1_000, 180_000)
TRAVEL = Mounting(1, 1_000, 170_000)


class Rig(NamedTuple):
    """A sensor of one kind, its twin and the bus between them."""

    shaft: Shaft
    twin: Any
    bus: Any
    read: Callable[[], int | None]


def as5600_rig(mounting: Mounting = TURN) -> Rig:
    shaft = Shaft()
    twin = chips.As5600(shaft)
    bus = chips.I2cBus({as5600.ADDRESS: twin})
    return Rig(shaft, twin, bus, As5600(bus, mounting).read)


def as5048a_rig(mounting: Mounting = TURN) -> Rig:
    shaft = Shaft()
    twin = chips.As5048a(shaft)
    sensor = As5048a(twin, twin, mounting)
    sensor.read()
    return Rig(shaft, twin, twin, lambda: (sensor.read(), sensor.read())[1])


def as5048b_rig(mounting: Mounting = TURN) -> Rig:
    shaft = Shaft()
    twin = chips.As5048b(shaft)
    bus = chips.I2cBus({as5048.ADDRESS: twin})
    return Rig(shaft, twin, bus, As5048b(bus, mounting).read)


def pot_rig(mounting: Mounting = TRAVEL) -> Rig:
    shaft = Shaft()
    twin = chips.Ads1115(shaft)
    bus = chips.I2cBus({ads1115.ADDRESS: twin})
    sensor = Potentiometer(bus, mounting)
    return Rig(shaft, twin, bus, lambda: [sensor.read() for _ in range(8)][-1])


RIGS = {"AS5600": as5600_rig, "AS5048A": as5048a_rig, "AS5048B": as5048b_rig, "ADS1115": pot_rig}
RESOLUTION_MDEG = {"AS5600": 50, "AS5048A": 15, "AS5048B": 15, "ADS1115": 60}
EVERY = pytest.mark.parametrize("name", RIGS)
ON_I2C = pytest.mark.parametrize("name", ["AS5600", "AS5048B", "ADS1115"])


@EVERY
@pytest.mark.parametrize("angle_deg", [-85.0, -70.0, -15.0, 0.0, 22.5, 66.0, 85.0])
def test_the_angle(name: str, angle_deg: float) -> None:
    rig = RIGS[name]()
    rig.shaft.angle_deg = angle_deg
    assert rig.read() == pytest.approx(angle_deg * 1_000, abs=RESOLUTION_MDEG[name])


@EVERY
@pytest.mark.parametrize(("sign", "permille", "off"), [(-1, 1_000, 0), (1, 500, 0), (-1, 1_000, 2_500)])
def test_how_it_is_mounted(name: str, sign: int, permille: int, off: int) -> None:
    zero = 170_000 if name == "ADS1115" else 180_000
    rig = RIGS[name](Mounting(sign, permille, zero + off))
    rig.shaft.angle_deg = -40.0
    wanted = sign * (-40_000 - off) * permille // 1_000
    assert rig.read() == pytest.approx(wanted, abs=RESOLUTION_MDEG[name])


@ON_I2C
def test_nobody_on_the_bus_or_a_bus_that_is_open_is_no_angle(name: str) -> None:
    rig = RIGS[name]()
    assert rig.read() is not None
    rig.bus.broken = True
    assert rig.read() is None
    rig.bus.broken = False
    assert rig.read() is not None
    rig.bus.stuck_high = True
    assert rig.read() is None


@pytest.mark.parametrize("magnet", [0b000, 0b010, 0b101, 0b110, 0b111, 0b001, 0b011])
def test_as5600_without_the_right_magnet(magnet: int) -> None:
    rig = as5600_rig()
    rig.twin.magnet = magnet
    assert rig.read() is None
    assert not rig.twin.burnt


@pytest.mark.parametrize("rig_of", [as5048a_rig, as5048b_rig])
@pytest.mark.parametrize(("ocf", "cof"), [(0, 0), (0, 1), (1, 1)])
def test_as5048_without_its_diagnostics(rig_of: Callable[[], Rig], ocf: int, cof: int) -> None:
    rig = rig_of()
    shift = 10 if rig_of is as5048a_rig else 0
    rig.twin.flags = (ocf | cof << 1) << shift
    if rig_of is as5048a_rig:
        rig.twin.error = True  # a restart, after which the diagnostics are looked at again
        for _ in range(3):
            rig.read()
    assert rig.read() is None


@pytest.mark.parametrize("bit", range(16))
def test_as5048a_every_wrong_bit_costs_its_sample(bit: int) -> None:
    shaft = Shaft(-30.0)
    twin = chips.As5048a(shaft)
    sensor = As5048a(twin, twin, TURN)
    for _ in range(3):
        sensor.read()
    twin.spoil = 1 << bit
    assert sensor.read() is None
    again = [sensor.read() for _ in range(4)]
    assert again[-1] == pytest.approx(-30_000, abs=15)


def test_as5048a_without_a_wire() -> None:
    for level in (b"\x00\x00", b"\xff\xff"):
        twin = chips.As5048a(Shaft())
        twin.write_readinto = lambda out, into, level=level: into.__setitem__(slice(None), level)  # type: ignore[method-assign,misc]
        sensor = As5048a(twin, twin, TURN)
        assert {sensor.read() for _ in range(20)} == {None}


@pytest.mark.parametrize("share", [0.0, 0.049, 0.951, 1.0])
def test_a_wiper_that_is_open_or_shorted_is_no_angle(share: float) -> None:
    rig = pot_rig()
    rig.twin.wiper = share
    assert rig.read() is None
    rig.twin.wiper = 0.5
    assert rig.read() is not None


def test_the_potentiometers_supply_does_not_count_until_it_is_gone() -> None:
    rig = pot_rig()
    rig.shaft.angle_deg = -70.0
    for volts in (3.3, 2.8, 3.6):
        rig.twin.supply_v = volts
        rig.read()
        assert rig.read() == pytest.approx(-70_000, abs=60)
    rig.twin.supply_v = 1.0
    rig.read()
    assert rig.read() is None


def test_an_ads1115_that_never_ends_its_conversion_grows_silent() -> None:
    rig = pot_rig()
    assert rig.read() is not None
    rig.twin.busy = 1_000
    rig.read()
    assert rig.read() is None


def test_the_documents_words() -> None:
    """AS5048 data sheet: FFFFh reads the angle; ADS1115: C383h is AIN0 at 128 a second, ours at 860."""
    assert as5048.parity_is_even(as5048.READ_ANGLE)
    assert as5048.parity_is_even(as5048.READ_DIAGNOSTICS)
    assert as5048.parity_is_even(as5048.CLEAR_ERROR)
    assert [as5048.parity_is_even(word) for word in (0, 1, 3, 0x8000, 0x8001)] == [
        True,
        False,
        True,
        False,
        True,
    ]
    assert (int.from_bytes(ads1115.WIPER), int.from_bytes(ads1115.SUPPLY)) == (0xC3E3, 0xD3E3)
    assert as5048.millidegrees(8_192) == 180_000
