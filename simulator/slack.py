"""How the rider lies between foot plate and ankle straps: still, or with play in the straps (reference 5.3).

Only where the play is crossed does the body fly and ring, so only then is it followed by the millisecond.
Its moment goes to the table in steps, since the plant makes its matrices anew for each.
"""

from __future__ import annotations

import math
from typing import Final

from simulator.plant import sliding
from simulator.plant.bed import Moments
from simulator.plant.params import GRAVITY
from simulator.plant.sliding import Slide

DT_S: Final = 0.02
STEP_KGM: Final = 0.02  # 0.2 N m
NEAR_M: Final = 2e-4
STILL_M_S: Final = 2e-3


class Slack:
    """Call `step` every 20 ms; `slack_m` None: the body lies still."""

    def __init__(self) -> None:
        self.slack_m: float | None = None
        self.slide = Slide()

    @property
    def on(self) -> bool:
        """Whether the body can move, or has moved."""
        return self.slack_m is not None or bool(self.slide.shift_m)

    def step(self, angle_deg: float, mass_kg: float) -> None:
        """The body follows the bed: at once where it rests on plate or straps, else in flight."""
        if self.slack_m is None or not mass_kg:
            self.slide = Slide()
            return
        theta = math.radians(angle_deg)
        rest_m = resting_m(theta, mass_kg, self.slack_m)
        shift_m, rate_m_s, spine_m = self.slide
        if abs(rest_m - shift_m) < NEAR_M and abs(rate_m_s) < STILL_M_S:
            self.slide = Slide(rest_m, 0.0, sliding.stretched(spine_m, theta, DT_S))
        else:
            self.slide = sliding.step(self.slide, theta, mass_kg, DT_S, self.slack_m)

    def load(self, lying: Moments, mass_kg: float) -> Moments:
        """The table's moments with the body where it is; the inertia hardly changes by some millimetres."""
        added = sliding.first_moment_kgm(self.slide, mass_kg)
        if not added:
            return lying
        return lying._replace(first_xi_kgm=lying.first_xi_kgm + round(added / STEP_KGM) * STEP_KGM)


def resting_m(theta: float, mass_kg: float, slack_m: float) -> float:
    """Where the body comes to rest at an angle, headward: foot plate and straps give way like springs."""
    along_n = GRAVITY * mass_kg * math.sin(theta)
    return along_n / sliding.PLATE_N_M if along_n < 0.0 else slack_m + along_n / sliding.STRAP_N_M
