"""Memory that is passed on from tick to tick: each value stays in its own place, and one unit is one unit."""

from __future__ import annotations

from typing import Any

import pytest

from safety import decision as d
from safety.angles import BOTH, NEITHER, ONLY_A, ONLY_B, Angles
from safety.motion import Motion, seen, told
from safety.observation import DRIVE_ARMED, Observation
from safety.resist import FREE
from tests.safety_rig import LIMITS, Rig

SIGHT = Rig().sense()
STOOD = Angles(1000, 0, BOTH, 1000, 0, 0, NEITHER, False, False, 1000, 1000, 1000, 0, 0)
# No two numbers are alike, so that no place can be taken for another.
LED = Motion(d.MOVE, 990, -101, -1, 502, 303, 1004, 1005, 6, -150, 1107, 1108, NEITHER, 409, 1020, 41)
STANDS = LED._replace(command=d.HOLD, angle_cdeg=0, rate_cdps=0, heading=0)


def sight(a: int | None, b: int | None, **changes: Any) -> Observation:
    inputs = SIGHT.inputs._replace(at_park=None, past_rest=None)
    return SIGHT._replace(
        **{"a_cdeg": a, "b_cdeg": b, "inputs": inputs, "drive_state": DRIVE_ARMED, **changes}
    )


def watched(was: Motion, a: int | None, b: int | None, angles: Angles = STOOD) -> Motion:
    return seen(was, angles, sight(a, b), LIMITS, 20)


def test_a_command_that_goes_on_keeps_everything_else() -> None:
    on = told(LED, d.MOVE, 980, -99, 0, LIMITS)
    resist = FREE._replace(told_cdeg=-10)
    assert on == LED._replace(angle_cdeg=980, rate_cdps=-99, told_cdeg=-160, a_told_cdeg=51, resist=resist)


@pytest.mark.parametrize("command", [d.HOLD, d.STOP])
def test_standing_is_no_travel(command: int) -> None:
    on = told(STANDS._replace(command=command), command, 5_000, 0, 0, LIMITS)
    assert (on.told_cdeg, on.a_told_cdeg, on.resist) == (-150, 41, FREE)
    first = told(STANDS._replace(command=command, heading=-1), d.LEAVE, 5_000, 0, 0, LIMITS)
    assert first.told_cdeg == -150
    at_rest = told(STANDS._replace(command=command), d.MOVE, 980, 0, 0, LIMITS)
    assert (at_rest.told_cdeg, at_rest.a_told_cdeg) == (-150, 41), "the first setpoint begins where it stands"


def test_a_tick_of_sight_keeps_everything_else() -> None:
    on = watched(LED, 1004, 1005)
    begun = FREE._replace(a_from=1004, b_from=1005)
    assert on == LED._replace(heading_ms=522, back_cdeg=0, lively_ms=429, resist=begun)
    away = watched(STANDS, 1001, 1000)
    assert (away.a_ref, away.b_ref, away.back_cdeg) == (1004, 1005, 3)


def test_a_table_that_creeps_back_by_the_least_unit_is_added_up() -> None:
    motion = LED._replace(told_cdeg=0, a_from=None, b_from=None)
    for tick in range(1, 60):
        motion = watched(motion, 1004 + tick, 1005 + tick)
        assert motion.back_cdeg == tick


@pytest.mark.parametrize(("a", "b", "frozen"), [(None, 1108, BOTH), (1107, None, BOTH)])
def test_one_source_alone_is_watched_from_its_own_beginning(
    a: int | None, b: int | None, frozen: int
) -> None:
    was = LED._replace(told_cdeg=-199, a_from=None if a is None else 1107, b_from=None if b is None else 1108)
    assert watched(was, a, b)[9:13] == (-199, was.a_from, was.b_from, NEITHER)
    assert watched(was._replace(told_cdeg=-200), a, b).frozen == frozen
    assert ONLY_A + ONLY_B == BOTH


def test_a_window_of_one_unit_is_one() -> None:
    led_up = LED._replace(heading=1, told_cdeg=1)
    assert told(led_up, d.MOVE, 980, -9, 0, LIMITS)[9:12] == (0, None, None)
    assert told(led_up._replace(told_cdeg=-1), d.MOVE, 980, -9, 0, LIMITS)[9:12] == (-1, 1107, 1108)


def test_a_drive_that_does_not_obey_has_gone_no_way_back() -> None:
    on = seen(LED, STOOD, sight(1004, 1005, drive_state=DRIVE_ARMED + 1), LIMITS, 20)
    assert (on.back_cdeg, on.told_cdeg, on.a_ref, on.b_ref, on.a_from, on.b_from) == (0, 0, *[None] * 4)


@pytest.mark.parametrize(
    ("a", "b", "bad", "back"),
    [
        (1004, 1010, {}, 0),
        (1004, 1010, {"a_cdps": 18_001}, 5),
        (1004, 1010, {"a_age_ms": 101}, 5),
        (1004, 1010, {"a_age_ms": 100, "a_cdps": 101}, 0),
        (1010, 1005, {"b_cdps": 18_001}, 6),
        (1010, 1005, {"b_age_ms": 101}, 6),
        (1010, 1005, {"b_age_ms": 100, "b_cdps": 101}, 0),
    ],
)
def test_a_source_that_is_old_or_impossible_has_no_say_about_the_way_back(
    a: int, b: int, bad: dict[str, int], back: int
) -> None:
    assert seen(LED, STOOD, sight(a, b, **bad), LIMITS, 20).back_cdeg == back


def test_a_fast_table_has_all_the_time_that_its_stop_takes() -> None:
    assert told(LED, d.STOP, 0, 0, -30_000, LIMITS).due_ms == 10_300


def test_the_other_source_must_be_a_good_one_to_say_that_the_table_moves() -> None:
    was = LED._replace(told_cdeg=-200)
    assert watched(was, 1107, 1200).frozen == ONLY_A
    assert watched(was, 1107, 1200, STOOD._replace(b_bad=True)).frozen == BOTH
    assert watched(was, 1200, 1108).frozen == ONLY_B
    assert watched(was, 1200, 1108, STOOD._replace(a_bad=True)).frozen == BOTH


def test_a_fast_table_may_lag_by_what_it_does_in_that_time() -> None:
    """The window of what is in the way grows with the speed that is commanded."""
    lag, ms = LIMITS.lag_cdeg, LIMITS.lag_ms
    for rate_cdps in (-600, 600):
        most = lag + 600 * ms // 1000
        for told_cdeg, lags in ((most - 1, False), (most, True)):
            was = LED._replace(rate_cdps=rate_cdps, resist=FREE._replace(told_cdeg=told_cdeg, a_from=1004))
            assert watched(was, 1004, None).resist.lags is lags


@pytest.mark.parametrize("command", [d.HOLD, d.STOP])
def test_a_stop_whose_rate_was_written_down_is_a_stop(command: int) -> None:
    """What counts is where it goes, not the number beside it."""
    was = STANDS._replace(command=command, rate_cdps=-100, heading_ms=100)
    now = watched(was, 990, 991)
    assert (now.back_cdeg, now.a_ref) == (abs(991 - (was.b_ref or 0)), was.a_ref)
