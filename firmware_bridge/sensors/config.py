"""What the table file says about each inclinometer on a wire of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from firmware_bridge import keys
from firmware_bridge.config import Parity


@dataclass(frozen=True, slots=True)
class WitmotionPreciseConfig:
    """WitMotion 32-bit Modbus inclinometer (HWT9073-485, WT9053-485)."""

    port: str = keys.port()
    baud: int = keys.baud(9_600)
    parity: Parity = keys.parity("none")
    address: int = keys.whole("its Modbus address", "", 1, 127, 0x50)
    axis: Literal["roll", "pitch", "yaw"] = keys.choice(
        "which of its angles follows the bed", "roll", "pitch", "yaw", default="roll"
    )
    sign: int = keys.sign("-1 when it falls head-down")
    scale: float = keys.scale()
    offset_cdeg: int = 0
    local_echo: bool = keys.local_echo()


@dataclass(frozen=True, slots=True)
class WitmotionStreamConfig:
    """WitMotion on TTL or USB (WT901, HWT905-TTL): it talks by itself."""

    port: str = keys.port()
    baud: int = keys.baud(115_200)
    parity: Parity = keys.parity("none")
    axis: Literal["roll", "pitch", "yaw"] = keys.choice(
        "which of its angles follows the bed", "roll", "pitch", "yaw", default="roll"
    )
    sign: int = keys.sign("-1 when it falls head-down")
    scale: float = keys.scale()
    offset_cdeg: int = 0
