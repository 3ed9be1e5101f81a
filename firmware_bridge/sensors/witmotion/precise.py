"""The precise WitMotion sensors: the same questions, angles of 32 bits in thousandths, the low word first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from firmware_bridge.ports import ByteLink
from firmware_bridge.sensors.config import WitmotionPreciseConfig
from firmware_bridge.sensors.witmotion.sensor import Layout, WitmotionSensor

COLUMNS: Final = {"roll": 0, "pitch": 2, "yaw": 4}


def millidegrees(registers: Sequence[int], axis: str) -> int:
    """The angle in a block that begins at roll."""
    low, high = registers[COLUMNS[axis]], registers[COLUMNS[axis] + 1]
    value = low | high << 16
    return value - 0x1_0000_0000 if value & 0x8000_0000 else value


# Six words of angles, and one more: two lengths, so that a late answer to one is not taken for the other's.
LAYOUT: Final = Layout((6, 7), millidegrees)


def make(config: WitmotionPreciseConfig, link: ByteLink) -> WitmotionSensor:
    """For the catalogue. Raises ValueError when the line is too slow."""
    return WitmotionSensor(config, link, LAYOUT)
