"""What the table file says about an ATV320."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_bridge import keys
from firmware_bridge.config import Parity
from firmware_bridge.lever import Lever


@dataclass(frozen=True, slots=True)
class Atv320Config:
    """Schneider ATV320 on RS-485; the angle comes from the encoder on the node of the inputs."""

    port: str = keys.port()
    gear_ratio: float = keys.number("turns of the motor for one turn of the table", "", 10, 20_000)
    holds_when_dead: str = keys.holds_when_dead()
    baud: int = keys.baud(19_200)
    parity: Parity = keys.parity("even")
    address: int = keys.whole("its Modbus address (menu Add; off at the factory)", "", 1, 247, 1)
    sign: int = keys.sign("-1 when forward turns the head up")
    gives_up_percent: float = keys.number(
        "thermal state of drive or motor at which it gives up; 100 is a careful guess", "%", 50, 200, 100.0
    )
    local_echo: bool = keys.local_echo()
    lever: Lever | None = None  # from the section [lever]
