"""What a table file says about an ODrive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from firmware_bridge import keys
from firmware_bridge.config import Parity


@dataclass(frozen=True, slots=True)
class OdriveConfig:
    """ODrive v3.x on its UART, axis 0. Its watchdog takes the torque away, so something else must hold."""

    holds_when_dead: Literal["brake", "self-locking"] = keys.holds_when_dead()
    port: str = keys.port()
    baud: int = keys.baud(115_200)
    parity: Parity = keys.parity("none")
    gear_ratio: float = keys.number("turns of the motor for one turn of the bed", "", 1.0, 10_000.0, 200.0)
    sign: int = keys.sign("-1 when growing turns turn the head up")
    driver_gives_up_degc: float = keys.gives_up_degc("its electronics")
    local_echo: bool = keys.local_echo()
