"""The tests of the day: both sources move with the command (HZ-05, HZ-06), the brake holds (HZ-23)."""

from __future__ import annotations

from typing import Final, NamedTuple

from safety.angles import BOTH, Angles
from safety.brake import HELD, NOT_TRIED, Brake, braked
from safety.limits import Limits
from safety.motion import Motion
from safety.observation import AGE_MAX_MS, Inputs, Observation


class Trial(NamedTuple):
    """How far the tests have come. The turning points are the lowest, later the highest angles seen."""

    age_ms: int
    a_turn: int | None
    b_turn: int | None
    went_up: bool
    passed: bool
    brake: Brake = NOT_TRIED


NOT_TRYING: Final = Trial(0, None, None, False, False)


def tried(
    was: Trial,
    motion: Motion,
    angles: Angles,
    now: Inputs,
    observation: Observation,
    limits: Limits,
    dt_ms: int,
) -> Trial:
    """One tick of the tests; `motion` says where the command goes, `now` who is there."""
    age_ms = min(was.age_ms + dt_ms, AGE_MAX_MS)
    stands = was.went_up and motion.heading == 0 and motion.heading_ms >= limits.brake_after_ms
    brake = braked(was.brake, stands, now, observation, limits, dt_ms)
    a, b = observation.a_cdeg, observation.b_cdeg
    if angles.source != BOTH or a is None or b is None:
        return was._replace(age_ms=age_ms, brake=brake)
    if was.a_turn is None or was.b_turn is None:
        return Trial(age_ms, a, b, False, was.passed, brake)
    if not was.went_up:
        moved = min(a - was.a_turn, b - was.b_turn)
        if motion.heading > 0 and moved >= limits.test_travel_cdeg:
            return Trial(age_ms, a, b, True, False, brake)
        return was._replace(age_ms=age_ms, brake=brake)
    # What it sank without torque is no way back.
    held_now = brake.phase == HELD and was.brake.phase != HELD
    a_turn, b_turn = (a, b) if held_now else (max(a, was.a_turn), max(b, was.b_turn))
    back = min(a_turn - a, b_turn - b) >= limits.test_travel_cdeg
    passed = was.passed or (motion.heading < 0 and back and brake.phase == HELD)
    return Trial(age_ms, a_turn, b_turn, True, passed, brake)
