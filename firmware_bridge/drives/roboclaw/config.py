"""What the table file says about a RoboClaw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from firmware_bridge import keys
from firmware_bridge.config import Parity


@dataclass(frozen=True, slots=True, kw_only=True)
class RoboclawConfig:
    """Motor 1 of a RoboClaw in packet serial mode, its encoder on the motor."""

    port: str = keys.port()
    baud: int = keys.baud(38_400)
    parity: Parity = keys.parity("none")
    address: int = keys.whole("its packet serial address: 128 to 135 by mode 7 to 14", "", 0x80, 0x87, 0x80)
    counts_per_degree: float = keys.number(
        "encoder counts, all four edges, for one degree of the table", "counts/deg", 1, 1_000_000
    )
    sign: int = keys.sign("-1 when growing counts turn the head up")
    holds_when_dead: Literal["brake", "self-locking"] = keys.holds_when_dead()
    # UNVERIFIED: where it gives up stands in no document read.
    board_gives_up_degc: float = keys.gives_up_degc("the board")
    local_echo: bool = keys.local_echo()
