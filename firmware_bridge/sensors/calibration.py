"""From a sensor's own angle to the table's inversion angle: sign, scale and offset, in this one place."""

from __future__ import annotations

from typing import Protocol


class Calibrated(Protocol):
    """What every sensor's config says about how it is mounted."""

    @property
    def sign(self) -> int: ...

    @property
    def scale(self) -> float: ...

    @property
    def offset_cdeg(self) -> int: ...


def inversion_cdeg(raw_mdeg: int, mounted: Calibrated) -> int:
    """Centidegrees of the table, of millidegrees of the sensor; the offset comes last."""
    return round(raw_mdeg * mounted.sign * mounted.scale / 10) + mounted.offset_cdeg
