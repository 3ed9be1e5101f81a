"""Every inclinometer on a wire of its own, by the name a table file gives it; a new one is a row here.

Sensors on I2C and SPI belong to a node, which hands their angle on: firmware_bridge/node/as5600.py, ...
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, Final, NamedTuple, Protocol

from firmware_bridge.config import WireConfig, WitmotionConfig
from firmware_bridge.ports import AngleSensor, ByteLink
from firmware_bridge.sensors.config import WitmotionPreciseConfig, WitmotionStreamConfig


class WiredSensor(AngleSensor, Protocol):
    """An angle sensor with a wire of its own."""

    @property
    def trouble(self) -> str | None:
        """The newest wire trouble, or why its angles cannot be used."""
        ...

    def take(self, now_ms: int) -> None:
        """Bring in what has arrived."""
        ...

    def send(self, now_ms: int) -> None:
        """Ask, when it is time to; never waits."""
        ...

    def close(self) -> None:
        """Close the port."""
        ...


class Entry(NamedTuple):
    """One sensor."""

    title: str
    config: type[Any]
    make: str  # "module:function"
    source: str
    trap: str  # what to know before buying


SENSORS: Final = {
    "witmotion": Entry(
        "WitMotion WT901C485, HWT901B-485, HWT905-485",
        WitmotionConfig,
        "firmware_bridge.sensors.witmotion.sensor:make",
        "WitMotion register documents, SDK WitStandardModbus_WT901C485",
        "bed's axis = its roll axis: at 90 deg of pitch roll and yaw change places; 6 axes near a motor",
    ),
    "witmotion-precise": Entry(
        "WitMotion HWT9073-485, WT9053-485",
        WitmotionPreciseConfig,
        "firmware_bridge.sensors.witmotion.precise:make",
        "WitMotion HWT9073-485 register documents",
        "angles of 32 bits, the low word first",
    ),
    "witmotion-stream": Entry(
        "WitMotion WT901, HWT905 on TTL or USB",
        WitmotionStreamConfig,
        "firmware_bridge.sensors.witmotion.stream:make",
        "WitMotion serial protocol 55h",
        "10 Hz from the factory, too slow: set register 03h to 8 (50 Hz) and 115200 baud",
    ),
}

Make = Callable[[Any, ByteLink], WiredSensor]


def name_of(config: WireConfig) -> str:
    """The name under which the table file knows this sensor."""
    return next(name for name, entry in SENSORS.items() if type(config) is entry.config)


def make(config: WireConfig, link: ByteLink) -> WiredSensor:
    """A driver on its link; its module is loaded for it alone. Raises ValueError with what to change."""
    module, _, function = SENSORS[name_of(config)].make.partition(":")
    factory: Make = getattr(importlib.import_module(module), function)
    return factory(config, link)
