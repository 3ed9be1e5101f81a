"""The direction test of the day: both sources must move with the command and back again (HZ-05, HZ-06)."""

from __future__ import annotations

from typing import Final, NamedTuple

from safety.angles import BOTH, Angles
from safety.limits import Limits
from safety.observation import AGE_MAX_MS, Observation


class Trial(NamedTuple):
    """How far the test has come. The turning points are the lowest, later the highest angles seen."""

    age_ms: int
    a_turn: int | None
    b_turn: int | None
    went_up: bool
    passed: bool


NOT_TRYING: Final = Trial(0, None, None, False, False)


def tried(
    was: Trial, heading: int, angles: Angles, observation: Observation, limits: Limits, dt_ms: int
) -> Trial:
    """One tick of the test; `heading` is where the command goes."""
    age_ms = min(was.age_ms + dt_ms, AGE_MAX_MS)
    a, b = observation.a_cdeg, observation.b_cdeg
    if angles.source != BOTH or a is None or b is None:
        return was._replace(age_ms=age_ms)
    if was.a_turn is None or was.b_turn is None:
        return Trial(age_ms, a, b, False, was.passed)
    if not was.went_up:
        moved = min(a - was.a_turn, b - was.b_turn)
        if heading > 0 and moved >= limits.test_travel_cdeg:
            return Trial(age_ms, a, b, True, False)
        return was._replace(age_ms=age_ms)
    a_turn, b_turn = max(a, was.a_turn), max(b, was.b_turn)
    back = min(a_turn - a, b_turn - b)
    passed = was.passed or (heading < 0 and back >= limits.test_travel_cdeg)
    return Trial(age_ms, a_turn, b_turn, True, passed)
