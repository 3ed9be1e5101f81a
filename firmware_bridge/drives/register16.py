"""A 16-bit register and what it must hold, as facts: loads nothing, so that config classes may name them."""

from __future__ import annotations

from typing import Final, NamedTuple

LONGEST_WATCHDOG_MS: Final = 200


class Register(NamedTuple):
    """One register as the maker prints it; value * scale = quantity in the unit."""

    name: str
    address: int
    unit: str
    scale: float
    page: str
    is_hex: bool = False  # whether the maker writes its address in hexadecimal

    @property
    def number(self) -> str:
        """The address as a person finds it in the manual."""
        return f"{self.address:04X}h" if self.is_hex else str(self.address)

    @property
    def named(self) -> str:
        """As it stands in a message."""
        return f"register {self.number} ({self.name})"


class Setting(NamedTuple):
    """What a parameter must be before anybody lies on the table, and the range that is still acceptable."""

    register: Register
    wanted: int | None  # None: only the builder can know it, so it is never written
    least: int
    most: int
    why: str

    def allows(self, value: int) -> bool:
        """Whether the value found will do, though another was wanted."""
        return self.least <= value <= self.most
