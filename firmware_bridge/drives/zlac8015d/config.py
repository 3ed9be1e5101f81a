"""What the table file says about a ZLAC8015D."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_bridge import keys
from firmware_bridge.config import Parity
from firmware_bridge.lever import Lever


@dataclass(frozen=True, slots=True)
class Zlac8015dConfig:
    """ZLAC8015D on RS-485; its encoder counts from where it was switched on."""

    port: str = keys.port()
    gear_ratio: float = keys.number("turns of the left motor for one turn of the table", "", 10, 20_000)
    holds_when_dead: str = keys.holds_when_dead()
    baud: int = keys.baud(115_200)
    parity: Parity = keys.parity("none")
    address: int = keys.whole("its Modbus address", "", 1, 127, 1)
    counts_per_turn: int = keys.whole("encoder counts of one motor turn", "counts", 4, 1_000_000, 4_096)
    bench_verified: bool = keys.bench_verified()
    sign: int = keys.sign("-1 when a positive speed turns the head up")
    motor_gives_up_degc: float = keys.gives_up_degc("the motor")
    local_echo: bool = keys.local_echo()
    lever: Lever | None = None  # from the section [lever]
