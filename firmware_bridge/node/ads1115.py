"""A potentiometer at the hinge through an ADS1115: wiper over supply, so that the supply does not count.

From the data sheet: pointer 0 conversion, 1 configuration. Two channels in turn, single shots at 860 a
second: AIN0 the wiper, AIN1 the potentiometer's supply, +-4.096 V. The outer 5 % of the travel are no angle:
an open or shorted wire ends there (pull the wiper down with ten times the potentiometer's resistance).
"""

from firmware_bridge.node.bus import Chip
from firmware_bridge.node.mounting import Mounting

ADDRESS = 0x48
CONVERSION = 0
CONFIG = 1
_IDLE = 0x80  # OS in the high byte: a conversion has ended
WIPER = b"\xc3\xe3"  # start, AIN0, +-4.096 V, single, 860 a second, no comparator
SUPPLY = b"\xd3\xe3"  # the same, AIN1
_EDGE_PERMILLE = 50
_SUPPLY_LEAST = 16_000  # 2 V of 4.096
_STALE = 10  # so many calls without a conversion are silence


class Potentiometer:
    """`read` gives the table's angle in millidegrees, None = silent or not to be trusted."""

    def __init__(self, bus: "object", mounting: Mounting, travel_mdeg: int = 340_000) -> None:
        self._chip = Chip(bus, ADDRESS, 2)
        self._mounting = mounting
        self._travel_deg = travel_mdeg // 1000
        self._supply = 0
        self._wants_supply = True
        self._asked = False
        self._angle: int | None = None
        self._calls = _STALE

    def read(self) -> "int | None":
        """The newest angle; takes one step of: start a conversion, wait for it, fetch it."""
        self._calls = min(self._calls + 1, _STALE)
        if not self._step():
            self._asked = False
            self._calls = _STALE
        return self._angle if self._calls < _STALE else None

    def _step(self) -> bool:
        chip = self._chip
        if not self._asked:
            self._asked = chip.write(CONFIG, SUPPLY if self._wants_supply else WIPER)
            return self._asked
        if not chip.read(CONFIG):
            return False
        if not chip.data[0] & _IDLE:
            return True
        if not chip.read(CONVERSION):
            return False
        self._take(chip.data[0] << 8 | chip.data[1])
        self._asked = chip.write(CONFIG, SUPPLY if self._wants_supply else WIPER)
        return self._asked

    def _take(self, value: int) -> None:
        value = value - 65_536 if value & 0x8000 else value
        if self._wants_supply:
            self._supply = value
        elif self._supply < _SUPPLY_LEAST or value < 0:
            self._angle = None
            self._calls = _STALE
        else:
            self._judge(value * 10_000 // self._supply)
        self._wants_supply = not self._wants_supply

    def _judge(self, share: int) -> None:
        """`share` in ten-thousandths of the travel."""
        if not _EDGE_PERMILLE * 10 <= share <= 10_000 - _EDGE_PERMILLE * 10:
            self._angle = None
            self._calls = _STALE
            return
        self._angle = self._mounting.inversion_mdeg(share * self._travel_deg // 10)
        self._calls = 0
