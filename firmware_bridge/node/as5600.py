"""AS5600 on the hinge: 12 bits over one turn, I2C. From its data sheet; registers STATUS 0Bh, RAW ANGLE 0Ch.

Status and raw angle come in one transfer of three bytes. Only a magnet that is there and neither too weak nor
too strong gives an angle (MD 1, ML 0, MH 0). Nothing is ever written to it: BURN is for good.
"""

from firmware_bridge.node.bus import Chip
from firmware_bridge.node.mounting import Mounting

ADDRESS = 0x36
STATUS = 0x0B
_MAGNET = 0b111000
_GOOD = 0b100000  # MD alone


class As5600:
    """`read` gives the table's angle in millidegrees, None = silent or not to be trusted."""

    def __init__(self, bus: "object", mounting: Mounting) -> None:
        self._chip = Chip(bus, ADDRESS, 3)
        self._mounting = mounting

    def read(self) -> "int | None":
        """One sample."""
        data = self._chip.data
        if not self._chip.read(STATUS) or data[0] & _MAGNET != _GOOD or data[1] & 0xF0:
            return None
        counts = data[1] << 8 | data[2]
        return self._mounting.inversion_mdeg(counts * 45_000 // 512)
