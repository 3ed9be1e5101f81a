"""What a table file says about a drive that cannot be driven yet; one class each, so that it has a name."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_bridge import keys
from firmware_bridge.config import Parity


@dataclass(frozen=True, slots=True)
class UnfinishedConfig:
    """Where it would be."""

    port: str = keys.port()
    baud: int = keys.baud(19_200)
    parity: Parity = keys.parity("none")


class LinakConfig(UnfinishedConfig):
    """LINAK LA35, LA36, LA37."""


class LeadshineConfig(UnfinishedConfig):
    """Leadshine iEM-RS, CS2RS, iCS-RS."""


class SimplefocConfig(UnfinishedConfig):
    """SimpleFOC Commander."""


class OrientalAzConfig(UnfinishedConfig):
    """Oriental Motor AZ."""


class Gs2Config(UnfinishedConfig):
    """AutomationDirect GS2."""


class LexiumConfig(UnfinishedConfig):
    """Schneider Lexium LXM28, LXM32."""


class AsdaB3Config(UnfinishedConfig):
    """Delta ASDA-B3."""


class HuanyangConfig(UnfinishedConfig):
    """Huanyang VFD."""


CONFIGS: dict[str, type[UnfinishedConfig]] = {
    "linak": LinakConfig,
    "leadshine": LeadshineConfig,
    "simplefoc": SimplefocConfig,
    "oriental-az": OrientalAzConfig,
    "gs2": Gs2Config,
    "lexium": LexiumConfig,
    "asda-b3": AsdaB3Config,
    "huanyang": HuanyangConfig,
}
