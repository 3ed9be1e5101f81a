"""What a table file says about a CiA 402 drive with a register map."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_bridge import keys
from firmware_bridge.config import Parity
from firmware_bridge.drives.cia402.register_map import RegisterMap
from firmware_bridge.lever import Lever


@dataclass(frozen=True, slots=True)
class Cia402Config:
    """In the file `map` is a file's name; the guard reads it before this is made."""

    port: str = keys.port()
    map: RegisterMap = keys.map_file()
    gear_ratio: float = keys.number("turns of the motor for one turn of the bed", "", 10, 20_000)
    holds_when_dead: str = keys.holds_when_dead()
    baud: int = keys.baud(115_200)
    parity: Parity = keys.parity("even")
    address: int = keys.whole("its Modbus address", "", 1, 247, 1)
    bench_verified: bool = keys.bench_verified()
    sign: int = keys.sign("-1 when a positive speed turns the head up")
    local_echo: bool = keys.local_echo()
    lever: Lever | None = None  # from the section [lever]
