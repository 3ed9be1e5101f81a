"""A chip on I2C, as machine.I2C reads it: a register into a buffer made once; silence is False."""


class Chip:
    """One address on a bus. `bus` has readfrom_mem_into and writeto_mem."""

    def __init__(self, bus: "object", address: int, size: int) -> None:
        self._bus = bus
        self._address = address
        self.data = bytearray(size)

    def read(self, register: int) -> bool:
        """Fill `data` from this register on; False when nobody answers."""
        try:
            self._bus.readfrom_mem_into(self._address, register, self.data)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True

    def write(self, register: int, data: "bytes | bytearray") -> bool:
        """Write this from this register on; False when nobody answers."""
        try:
            self._bus.writeto_mem(self._address, register, data)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
