"""AS5048 on the hinge: 14 bits over one turn. AS5048A on SPI, AS5048B on I2C. From the data sheet.

The A answers a command in the NEXT frame; each frame has even parity over 16 bits and an error flag. Three
bad frames in a row are a fault; one costs its sample. Diagnostics first: OCF set, COF clear.
"""

from firmware_bridge.node.bus import Chip
from firmware_bridge.node.mounting import Mounting

ADDRESS = 0x40
DIAGNOSTICS_B = 0xFB  # UNVERIFIED: no document read so far names it; magnitude and angle follow
READ_ANGLE = 0xFFFF
READ_DIAGNOSTICS = 0x7FFD
CLEAR_ERROR = 0x4001
OCF = 0x0400
COF = 0x0800
_ERROR = 0x4000
_VALUE = 0x3FFF
_BAD_MOST = 3


def parity_is_even(word: int) -> bool:
    """Over all 16 bits."""
    word ^= word >> 8
    word ^= word >> 4
    return 0x6996 >> (word & 15) & 1 == 0


def millidegrees(counts: int) -> int:
    """360 deg over 16384; 22500 / 1024 so that it stays within a small integer."""
    return counts * 22_500 // 1024


class As5048a:
    """`read` gives the table's angle in millidegrees, None = silent or not to be trusted."""

    def __init__(self, spi: "object", select: "object", mounting: Mounting) -> None:
        self._spi = spi
        self._select = select
        self._mounting = mounting
        self._out = bytearray(2)
        self._in = bytearray(2)
        self._ready = False
        self._bad = _BAD_MOST

    def read(self) -> "int | None":
        """One sample: of the moment of the call before, by the pipeline. A fault costs a call to clear it."""
        if not self._ready:
            self._begin()
            return None
        word = self._exchange(READ_ANGLE)
        if not parity_is_even(word) or word & _ERROR or word in (0, 0xFFFF):
            self._bad += 1
            if self._bad >= _BAD_MOST or word & _ERROR:
                self._ready = False
            return None
        self._bad = 0
        return self._mounting.inversion_mdeg(millidegrees(word & _VALUE))

    def _begin(self) -> None:
        """Clear the error, look at the diagnostics, put the first angle into the pipeline."""
        self._exchange(CLEAR_ERROR)
        self._exchange(READ_DIAGNOSTICS)
        word = self._exchange(READ_ANGLE)
        good = parity_is_even(word) and not word & _ERROR
        self._ready = good and word & OCF != 0 and word & COF == 0
        self._bad = 0

    def _exchange(self, word: int) -> int:
        out, got = self._out, self._in
        out[0], out[1] = word >> 8, word & 0xFF
        self._select.value(0)  # type: ignore[attr-defined]
        self._spi.write_readinto(out, got)  # type: ignore[attr-defined]
        self._select.value(1)  # type: ignore[attr-defined]
        return got[0] << 8 | got[1]


class As5048b:
    """The same on I2C: diagnostics, magnitude and angle in one transfer of five bytes from FBh on."""

    def __init__(self, bus: "object", mounting: Mounting, address: int = ADDRESS) -> None:
        self._chip = Chip(bus, address, 5)
        self._mounting = mounting

    def read(self) -> "int | None":
        """One sample."""
        data = self._chip.data
        if not self._chip.read(DIAGNOSTICS_B) or data[0] & 3 != 1 or data[4] & 0xC0:
            return None
        return self._mounting.inversion_mdeg(millidegrees(data[3] << 6 | data[4]))
