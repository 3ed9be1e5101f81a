"""The numbers of the search: the real rules on a coarse grid of 1 deg and 100 ms.

Speeds are ten times as large and times a few ticks long, so that a whole ride is some dozen ticks; no rule
knows. Ages are capped above every threshold: two states that differ only beyond it behave the same.
"""

from __future__ import annotations

from typing import Final

from safety.limits import Limits
from safety.observation import Terms

TICK_MS: Final = 100  # the longest tick that is no gap
FOREVER_MS: Final = 10**7
CAP_MS: Final = 600  # above every threshold of a time, below
TOLD_CAP_CDEG: Final = 2_500
FULL_CDPS: Final = 2_000  # one tick is 2 deg, a start or stop 1 deg
PARK_CDEG: Final = -2_000
TOP_CDEG: Final = 800  # the session's cap
BOUTS: Final = 2

_KEPT: Final = {"stale_ms", "late_ms", "test_ms"}
_NUMBERS: Final[dict[str, int]] = {
    "park_cdeg": PARK_CDEG, "cap_cdeg": 1_000, "mid_cdeg": -1_000, "ankles_cdeg": 500,
    "lease_ms": 150, "tracking_cdeg": 600, "reaction_ms": 50, "slew_cdps": 4_500, "test_ms": 2_000,
    "long_bout_ms": FOREVER_MS, "lag_ms": 50, "strain_ms": 100,
    "freeze_ms": 600, "freeze_in_return_ms": 200, "freeze_bout_ms": 900,
    "stop_press_ms": 100, "stop_fade_permille": 5_000,  # soon forgotten: else every age would be a state
    "pause_rest_ms": 500, "pause_rest_long_ms": 600, "pause_mid_ms": 500,
    "hard_down_cdps": FULL_CDPS, "hard_up_cdps": FULL_CDPS, "hard_upright_cdps": FULL_CDPS,
    "return_cdps": FULL_CDPS, "upright_cdps": FULL_CDPS, "creep_cdps": FULL_CDPS,
    "emergency_cdps": 2 * FULL_CDPS, "hard_cdps": 2 * FULL_CDPS, "test_cdps": FULL_CDPS // 2,
    "disobey_cdps": 1_000, "disobey_ms": 100, "return_cdps2": 20_000, "emergency_cdps2": 40_000,
    "refused_less_permille": 1_000,  # else every part of a tick would be a state
    "stop_cdps2": 20_000, "hard_cdps2": 20_000, "hard_cdps3": 10**7,
}  # fmt: skip


def _coarse(name: str, value: int) -> int:
    if name in _NUMBERS:
        return _NUMBERS[name]
    if not name.endswith("_ms") or name in _KEPT:
        return value
    return 100 if value <= 100 else 200 if value <= 1_000 else 300


LIMITS: Final = Limits(**{name: _coarse(name, value) for name, value in Limits()._asdict().items()})
TERMS: Final = Terms(
    7,
    TOP_CDEG,
    FULL_CDPS,
    FULL_CDPS,
    FULL_CDPS,
    FOREVER_MS,
    FOREVER_MS,
    BOUTS,
    FOREVER_MS,
    60_000,
    FOREVER_MS,
)
