"""Virtual twin of the precise WitMotion sensors (HWT9073-485), typed from their register document.

The 16-bit sensors' map, but for the angles: signed, 0.001 deg, two registers each, the low word first.
"""

from __future__ import annotations

import math
from typing import Final

from simulator.devices.witmotion import Witmotion

ROLL: Final = 0x3D


class WitmotionPrecise(Witmotion):
    """Its shaft is the roll axis."""

    def _live(self) -> dict[int, int]:
        live = super()._live()
        thousandths = round(math.remainder(self._held_deg + self.offset_deg, 360.0) * 1_000) & 0xFFFF_FFFF
        live.update(dict.fromkeys(range(ROLL, ROLL + 6), 0))
        live[ROLL], live[ROLL + 1] = thousandths & 0xFFFF, thousandths >> 16
        return live
