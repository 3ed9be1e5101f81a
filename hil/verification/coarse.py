"""The numbers of the search: the real rules on a coarse grid of 1 deg and 100 ms.

Speeds are ten times as large and times a few ticks long, so that a whole ride is some dozen ticks; no rule
knows. Ages are capped above every threshold: two states that differ only beyond it behave the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from safety.buttons import used_up_ms
from safety.limits import Limits
from safety.observation import Terms
from safety.state import State

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


# Where a threshold is below CAP_MS, counting beyond it only makes the search larger.
_CAPS: Final = {
    ("Session", "wall_ms"): 4 * CAP_MS,
    ("Session", "freeze_ms"): 1_000,
    ("Trial", "age_ms"): LIMITS.test_ms,
    ("Motion", "lively_ms"): LIMITS.lively_ms,
    ("Stream", "idle_ms"): 300,
    ("Buttons", "released_ms"): LIMITS.answer_release_ms,
    ("Buttons", "one_open_ms"): LIMITS.ankle_ms,
    ("Buttons", "both_open_ms"): LIMITS.ankles_ms,
    ("Buttons", "home_ms"): LIMITS.reset_ms,
    ("Buttons", "stop_ms"): LIMITS.freeze_in_return_ms + TICK_MS,
    ("Buttons", "stops_ms"): used_up_ms(LIMITS),
    ("Angles", "none_ms"): 200,
    ("Home", "still_ms"): LIMITS.cut_still_ms,
    ("Home", "age_ms"): 300,
}


_FIELDS: Final[dict[str, tuple[tuple[int, str, int], ...]]] = {}


def _capped_fields(part: Any) -> tuple[tuple[int, str, int], ...]:
    """Place, name and cap of each field of this part of the state that may grow beyond every threshold."""
    kind = type(part).__name__
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(_caps(kind, part._fields)) if kind != "Terms" else ()
    return _FIELDS[kind]


def _caps(kind: str, names: tuple[str, ...]) -> Iterator[tuple[int, str, int]]:
    for place, name in enumerate(names):
        if name.endswith("_ms"):
            yield place, name, _CAPS.get((kind, name), CAP_MS)
        elif name.endswith("told_cdeg"):
            yield place, name, TOLD_CAP_CDEG


class Canon:
    """Makes equal what behaves the same, and one object of what is equal."""

    def __init__(self) -> None:
        self._parts: dict[Any, Any] = {}

    def __call__(self, state: State) -> State:
        """This state with its ages capped, what cannot matter taken out, and its parts shared."""
        session, check, stream, terms = state.session, state.check, state.stream, state.terms or TERMS
        # A clock that nobody limits, a stream that is over, a slope where every source tells its rate.
        session = session._replace(
            top_cdeg=0, bout=min(session.bout, BOUTS),
            used_ms=_limited(session.used_ms, terms.allowance_ms),
            bout_ms=_limited(session.bout_ms, terms.bout_max_ms),
            hold_ms=_limited(session.hold_ms, terms.hold_max_ms),
            wall_ms=_limited(session.wall_ms, terms.wall_max_ms),
        )  # fmt: skip
        if terms.check_in_every_ms > CAP_MS:
            check = check._replace(age_ms=0)
        if not stream.live:
            stream = stream._replace(
                angle_cdeg=0, gap_ms=CAP_MS, lease_ms=0, ref_cdps=0, ref_ms=0, accel_cdps2=0
            )
        angles = state.angles._replace(slope_cdeg=0, slope_ms=0, slope_cdps=0)
        state = state._replace(session=session, check=check, stream=stream, angles=angles)
        fixed = _fixed(state)
        return State(*[self._shared(part) if hasattr(part, "_fields") else part for part in fixed])

    def _shared(self, part: Any) -> Any:
        known = self._parts.get(part)
        if known is None:
            fixed = _fixed(part)
            known = self._parts[part] = self._parts.setdefault(fixed, fixed)
        return known


def _limited(ms: int, limit_ms: int) -> int:
    return 0 if limit_ms > 20 * CAP_MS else ms


def _fixed(part: Any) -> Any:
    for place, name, cap in _capped_fields(part):
        if part[place] > cap:
            part = part._replace(**{name: cap})
    return part
