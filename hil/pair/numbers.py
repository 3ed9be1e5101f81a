"""The numbers of this search: a small, quick table on a grid of 50 ms; no rule and no line of the node knows.

The watchdog's window and what counts as stale are short in ticks: one lost frame is borne both ways, the
next is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from firmware_bridge.config import NodeConfig, NodeLimits
from firmware_bridge.node import motion, protocol
from firmware_bridge.node.config import Gains
from safety.guard import checkpoints
from safety.limits import Limits
from safety.observation import Terms

TICK_MS: Final = 50
START_MS: Final = 1_000_000  # the clocks have run for a while
FOREVER_MS: Final = 10**7
CAP_MS: Final = 400  # no threshold of a time lies beyond it
FULL_CDPS: Final = 800  # one tick is 0.4 deg
PARK_CDEG: Final = -480
MID_CDEG: Final = -240
TOP_CDEG: Final = 160
CAP_CDEG: Final = TOP_CDEG + 80
STOPS_CDEG: Final = (PARK_CDEG - 200, CAP_CDEG + 400)
WINDOW_MS: Final = 60  # of the node's watchdog
END_MS: Final = 300  # head-down motion ends within this, design 6

_NUMBERS: Final[dict[str, int]] = {
    "park_cdeg": PARK_CDEG, "cap_cdeg": 500, "mid_cdeg": MID_CDEG, "ankles_cdeg": 120,
    "inverted_cdeg": 100, "upright_again_cdeg": 60, "at_park_cdeg": 120, "there_cdeg": 50,
    "reaction_ms": 50, "slew_cdps": 3_000, "long_bout_ms": FOREVER_MS, "alone_ms": 350,
    "lag_ms": 300, "lag_cdeg": 200, "freeze_in_return_ms": 200,
    "pause_rest_ms": 100, "pause_rest_long_ms": 150, "pause_mid_ms": 100,
    "warning_ms": 150, "stopping_ms": 300, "still_cdps": 100,
    "hard_down_cdps": FULL_CDPS, "hard_up_cdps": FULL_CDPS, "hard_upright_cdps": FULL_CDPS,
    "return_cdps": FULL_CDPS, "upright_cdps": FULL_CDPS, "creep_cdps": FULL_CDPS,
    "emergency_cdps": FULL_CDPS, "test_cdps": 400, "disobey_cdps": 300, "obey_ms": 300,
    "return_cdps2": 4_000, "emergency_cdps2": 4_000, "stop_cdps2": 6_000, "hard_cdps2": 16_000,
    "hard_cdps3": 10**7,
}  # fmt: skip


def _coarse(name: str, value: int) -> int:
    return _NUMBERS.get(name, min(value, 300) if name.endswith("_ms") else value)


LIMITS: Final = Limits(**{name: _coarse(name, value) for name, value in Limits()._asdict().items()})
TERMS: Final = Terms(
    7, CAP_CDEG, FULL_CDPS, FULL_CDPS, FULL_CDPS, FOREVER_MS, FOREVER_MS, 2, FOREVER_MS, 350, FOREVER_MS
)  # fmt: skip
NODE: Final = NodeConfig(
    port="pair",
    limits=NodeLimits(
        WINDOW_MS, checkpoints.ALL, PARK_CDEG - 150, CAP_CDEG + 200, FULL_CDPS, 6_000, 20_000, 0, MID_CDEG,
        PARK_CDEG, FULL_CDPS, FULL_CDPS, 0, 0,
    ),
)  # fmt: skip
# A motor without inertia, load or friction: it turns by 0.01 deg/s for each permille of duty.
MOTOR: Final = Gains(feed=100, kp=0, ki=0, kx=4, per_amp=1_000, kd=0)
MDPS_PER_PERMILLE: Final = 10
# Ranges that the node takes here: lowest and highest.
_WIDE: Final = {
    "park_cdeg": (-8_000, -100), "mid_cdeg": (-4_000, -100), "rest_rate_cdps": (20, FULL_CDPS),
    "park_rate_cdps": (20, FULL_CDPS),
}  # fmt: skip
_PLAN_MDPS2: Final = 4_000  # of the node's own return, which is 1 deg/s2


@contextmanager
def coarse() -> Iterator[None]:
    """Inside, the node allows so small a table and so quick a return of its own."""
    limits, plan = protocol.LIMITS, motion._PLAN_ACCEL_MDPS2
    wide = [(*row[:3], *_WIDE.get(row[0], row[3:5]), row[5]) for row in limits]
    setattr(protocol, "LIMITS", tuple(wide))  # noqa: B010
    setattr(motion, "_PLAN_ACCEL_MDPS2", _PLAN_MDPS2)  # noqa: B010
    try:
        yield
    finally:
        setattr(protocol, "LIMITS", limits)  # noqa: B010
        setattr(motion, "_PLAN_ACCEL_MDPS2", plan)  # noqa: B010
