"""The tests of the day, in this order: both sources move with the command (HZ-05, HZ-06), the brake holds
(HZ-23), and back at park the drive's own watchdog acts when nobody feeds it (HZ-15)."""

from __future__ import annotations

from typing import Final, NamedTuple

from safety.angles import BOTH, Angles
from safety.beats import DUE, NO_BEATS_TRIED, PROVED, UNTRIED, Beats, listened
from safety.brake import HELD, NOT_TRIED, Brake, braked
from safety.limits import Limits
from safety.motion import Motion
from safety.observation import AGE_MAX_MS, Inputs, Observation

# By name, kept with their pass: whoever adds one here makes a pass of yesterday, without it, none.
TESTS: Final = ("direction", "brake", "watchdog")


class Trial(NamedTuple):
    """How far the tests have come. The turning points are the lowest, later the highest angles seen."""

    age_ms: int
    a_turn: int | None
    b_turn: int | None
    went_up: bool
    passed: bool
    brake: Brake = NOT_TRIED
    beats: Beats = NO_BEATS_TRIED


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
    stands = motion.heading == 0 and motion.heading_ms >= limits.brake_after_ms
    brake = braked(was.brake, was.went_up and stands, now, observation, limits, dt_ms)
    a, b = observation.a_cdeg, observation.b_cdeg
    known = angles.source == BOTH and a is not None and b is not None
    parked = a is not None and abs(a - limits.park_cdeg) <= limits.there_cdeg
    beats = listened(
        was.beats, stands and parked, known, _away(angles, limits), _gone(angles, limits), now, observation,
        limits, dt_ms,
    )  # fmt: skip
    passed = was.passed or beats.phase == PROVED
    if not known or a is None or b is None:
        return was._replace(age_ms=age_ms, brake=brake, beats=beats, passed=passed)
    if was.a_turn is None or was.b_turn is None:
        return Trial(age_ms, a, b, False, passed, brake, beats)
    if not was.went_up:
        moved = min(a - was.a_turn, b - was.b_turn)
        if motion.heading > 0 and moved >= limits.test_travel_cdeg:
            return Trial(age_ms, a, b, True, False, brake)
        return was._replace(age_ms=age_ms, brake=brake)
    # What it sank without torque is no way back.
    held_now = brake.phase == HELD and was.brake.phase != HELD
    a_turn, b_turn = (a, b) if held_now else (max(a, was.a_turn), max(b, was.b_turn))
    back = min(a_turn - a, b_turn - b) >= limits.test_travel_cdeg
    if motion.heading < 0 and back and brake.phase == HELD and beats.phase == UNTRIED:
        beats = beats._replace(phase=PROVED if observation.silence_ms is None else DUE)
    return Trial(age_ms, a_turn, b_turn, True, passed or beats.phase == PROVED, brake, beats)


def _gone(angles: Angles, limits: Limits) -> bool:
    """Both were heard in this tick, and neither says park."""
    a, b = angles.a_cdeg, angles.b_cdeg
    if a is None or b is None:
        return False
    return min(abs(a - limits.park_cdeg), abs(b - limits.park_cdeg)) > limits.at_park_cdeg


def _away(angles: Angles, limits: Limits) -> bool:
    """What was heard in this tick is not park; the frame may say another angle than the drive (design 6)."""
    a, b = angles.a_cdeg, angles.b_cdeg
    a_off = a is not None and abs(a - limits.park_cdeg) > limits.there_cdeg
    return a_off or (b is not None and abs(b - limits.park_cdeg) > limits.at_park_cdeg)
