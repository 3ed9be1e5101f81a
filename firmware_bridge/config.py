"""What a table file says about each wire; checked by whoever reads the file, plain facts here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from firmware_bridge import keys
from firmware_bridge.inputs.config import GpioConfig

Parity = Literal["none", "even", "odd"]


class WireConfig(Protocol):
    """What every device's config says: where it is and how fast it talks."""

    @property
    def port(self) -> str: ...

    @property
    def baud(self) -> int: ...

    @property
    def parity(self) -> Parity: ...


class NodeLimits(NamedTuple):
    """What the node itself enforces, in the order of its CONFIG frame; ranges in node/protocol.py."""

    watchdog_ms: int = 100
    checkpoint_mask: int = 0  # the guard's checkpoints that must have run for a command to count
    angle_min_cdeg: int = -7_300
    angle_max_cdeg: int = 6_300
    rate_max_cdps: int = 800
    accel_max_cdps2: int = 3_000
    current_max_ma: int = 20_000
    rest_cdeg: int = 0
    mid_cdeg: int = -1_500
    park_cdeg: int = -7_000
    rest_rate_cdps: int = 200
    park_rate_cdps: int = 150
    rest_pause_s: int = 60
    mid_pause_s: int = 20


NODE_LIMITS = NodeLimits()


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """Our node: drive, inclinometer, inputs and outputs at once, or inputs and outputs only."""

    port: str = keys.port()
    baud: int = keys.baud(460_800)
    parity: Parity = keys.parity("none")
    limits: NodeLimits = NODE_LIMITS


@dataclass(frozen=True, slots=True)
class BlvrConfig:
    """Oriental Motor BLV-R on RS-485."""

    port: str = keys.port()
    baud: int = keys.baud(230_400)
    parity: Parity = keys.parity("even")
    address: int = keys.whole("its Modbus address", "", 1, 31, 1)
    steps_per_degree: int = keys.whole("user steps for one degree of the table", "steps/deg", 1, 100_000, 100)
    sign: int = keys.sign("-1 when growing steps turn the head up")
    driver_gives_up_degc: float = keys.gives_up_degc("its electronics")
    motor_gives_up_degc: float = keys.gives_up_degc("the motor")
    local_echo: bool = keys.local_echo()


@dataclass(frozen=True, slots=True)
class WitmotionConfig:
    """WitMotion 16-bit Modbus inclinometer on its own port."""

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
class DevicesConfig:
    """All wires of one table. `inclinometer` and `inputs` None = the drive's node carries them.

    `drive` is an instance of a config class of drives/catalogue.py, `inclinometer` of sensors/catalogue.py.
    """

    drive: WireConfig
    inclinometer: WireConfig | None = None
    inputs: NodeConfig | GpioConfig | None = None
