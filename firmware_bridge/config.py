"""What a table file says about each wire; checked by whoever reads the file, plain facts here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Parity = Literal["none", "even", "odd"]


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

    port: str
    baud: int = 460_800
    parity: Parity = "none"
    limits: NodeLimits = NODE_LIMITS


@dataclass(frozen=True, slots=True)
class BlvrConfig:
    """Oriental Motor BLV-R on RS-485."""

    port: str
    baud: int = 230_400
    parity: Parity = "even"
    address: int = 1
    steps_per_degree: int = 100  # user steps of the drive for one degree of the table
    sign: int = 1  # -1 when growing steps turn the head up


@dataclass(frozen=True, slots=True)
class WitmotionConfig:
    """WitMotion 16-bit Modbus inclinometer on its own port."""

    port: str
    baud: int = 9_600
    parity: Parity = "none"
    address: int = 0x50
    axis: Literal["roll", "pitch", "yaw"] = "roll"
    sign: int = 1
    offset_cdeg: int = 0


@dataclass(frozen=True, slots=True)
class DevicesConfig:
    """All wires of one table. `inclinometer` and `inputs` None = the drive's node carries them."""

    drive: NodeConfig | BlvrConfig
    inclinometer: WitmotionConfig | None = None
    inputs: NodeConfig | None = None
