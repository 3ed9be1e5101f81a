"""Golden registers of the chips behind a node: made by the twin, read by the node's driver, as frames are.

I2C has no check of its own and SPI one bit of parity, so what a wrong bit does is tried with the drivers
(tests/contract/test_node_chips.py); here stand the documents' values, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from firmware_bridge.node import ads1115, as5048, as5600
from firmware_bridge.node.ads1115 import Potentiometer
from firmware_bridge.node.as5048 import As5048a, As5048b
from firmware_bridge.node.as5600 import As5600
from firmware_bridge.node.mounting import Mounting
from simulator.devices import chips
from simulator.devices.base import Shaft

Row = dict[str, Any]
TURN: Final = Mounting(1, 1_000, 180_000)
TRAVEL: Final = Mounting(1, 1_000, 170_000)


class Shown:
    """Registers that hold given bytes, on a bus as machine.I2C; notes what is written."""

    def __init__(self, registers: dict[int, bytes]) -> None:
        self._registers = registers
        self._last = b""

    def readfrom_mem_into(self, address: int, register: int, into: bytearray) -> None:
        """As machine.I2C; a conversion is the one that was asked for last."""
        data = self._registers.get(register, b"\xff\xff")
        into[:] = self._registers[int.from_bytes(self._last)] if self._last and not register else data

    def writeto_mem(self, address: int, register: int, data: bytes) -> None:
        """As machine.I2C."""
        self._last = bytes(data)


class ShownWord(chips.As5048a):
    """An AS5048A whose answer to "read the angle" is a given word."""

    def __init__(self, word: bytes) -> None:
        super().__init__(Shaft())
        self._word = word
        self._angles = 0

    def write_readinto(self, out: bytes, into: bytearray) -> None:
        """The first answer after the diagnostics is theirs."""
        super().write_readinto(out, into)
        self._angles += out == as5048.READ_ANGLE.to_bytes(2)
        if self._angles > 1:
            into[:] = self._word


def shaft_of(row: Row) -> Shaft:
    return Shaft(row["angle_deg"])


def registers(chip: chips.I2cChip, place: int, count: int) -> bytes:
    return bytes(chip.register(place, offset) for offset in range(count))


def as5600_made(row: Row) -> bytes:
    twin = chips.As5600(shaft_of(row))
    twin.magnet = row.get("magnet", twin.magnet)
    return registers(twin, as5600.STATUS, 3)


def as5048a_word(row: Row, frame: bytes) -> int | None:
    spi = ShownWord(frame)
    sensor = As5048a(spi, spi, TURN)
    sensor.read()
    return sensor.read()


def as5048a_made(row: Row) -> bytes:
    twin, got = chips.As5048a(shaft_of(row)), bytearray(2)
    twin.value(0)
    for _ in range(2):
        twin.write_readinto(as5048.READ_ANGLE.to_bytes(2), got)
    return bytes(got)


def as5048a_heard(row: Row, frame: bytes) -> bool:
    """Whether the twin takes it for a command at all, by its parity."""
    twin = chips.As5048a(Shaft())
    twin.value(0)
    twin.write_readinto(frame, bytearray(2))
    return not twin.error


def pot_made(row: Row) -> bytes:
    twin, made = chips.Ads1115(shaft_of(row)), b""
    for config in (ads1115.SUPPLY, ads1115.WIPER):
        twin.written(ads1115.CONFIG, config)
        made += registers(twin, ads1115.CONVERSION, 2)
    return made


def pot_read(row: Row, frame: bytes) -> int | None:
    shown = {int.from_bytes(ads1115.SUPPLY): frame[:2], int.from_bytes(ads1115.WIPER): frame[2:]}
    sensor = Potentiometer(Shown(shown), TRAVEL)
    return [sensor.read() for _ in range(8)][-1]


def pot_channel(row: Row, frame: bytes) -> int:
    """Which input the twin converts: AIN0 shows the wiper, here at its end, all others the supply."""
    twin = chips.Ads1115(Shaft())
    twin.wiper = 0.0
    twin.written(ads1115.CONFIG, frame)
    return 0 if registers(twin, ads1115.CONVERSION, 2) == bytes(2) else 1


WORDS: Final = {
    "read the angle": as5048.READ_ANGLE,
    "read the diagnostics": as5048.READ_DIAGNOSTICS,
    "clear the error flag": as5048.CLEAR_ERROR,
}
MAKERS: Final[dict[tuple[str, str], Callable[[Row], bytes]]] = {
    ("as5600", "bare"): as5600_made,
    ("as5048", "word"): as5048a_made,
    ("as5048", "bare"): lambda row: registers(chips.As5048b(shaft_of(row)), as5048.DIAGNOSTICS_B, 5),
    ("as5048", "command"): lambda row: WORDS[row["what"]].to_bytes(2),
    ("ads1115", "bare"): pot_made,
    ("ads1115", "command"): lambda row: ads1115.SUPPLY if row["channel"] else ads1115.WIPER,
}
READERS: Final[dict[tuple[str, str], Callable[[Row, bytes], object]]] = {
    ("as5600", "bare"): lambda row, data: As5600(Shown({as5600.STATUS: data}), TURN).read(),
    ("as5048", "word"): as5048a_word,
    ("as5048", "bare"): lambda row, data: As5048b(Shown({as5048.DIAGNOSTICS_B: data}), TURN).read(),
    ("as5048", "command"): as5048a_heard,
    ("ads1115", "bare"): pot_read,
    ("ads1115", "command"): pot_channel,
}
MEANINGS: Final[dict[tuple[str, str], Callable[[Row], object]]] = {
    ("as5600", "bare"): lambda row: row.get("mdeg"),
    ("as5048", "word"): lambda row: row.get("mdeg"),
    ("as5048", "bare"): lambda row: row.get("mdeg"),
    ("as5048", "command"): lambda row: True,
    ("ads1115", "bare"): lambda row: row.get("mdeg"),
    ("ads1115", "command"): lambda row: row["channel"],
}
