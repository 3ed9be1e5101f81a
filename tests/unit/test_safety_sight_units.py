"""Each angle source is believed by its own number, rate and age, and by those of no other."""

from __future__ import annotations

from typing import Any

import pytest

from safety.angles import BOTH, ONLY_A, ONLY_B, UNSEEN, Angles, see
from safety.observation import Observation
from tests.safety_rig import LIMITS, Rig

SIGHT = Rig().sense()


def sight(**changes: Any) -> Observation:
    inputs = SIGHT.inputs._replace(at_park=None, past_rest=None)
    return SIGHT._replace(**{"a_cdeg": 1001, "b_cdeg": 1002, "inputs": inputs, **changes})


def look(was: Angles = UNSEEN, dt_ms: int = 20, **changes: Any) -> Angles:
    return see(was, sight(**changes), LIMITS, False, dt_ms)


@pytest.mark.parametrize(
    ("changes", "a", "b"),
    [
        ({}, True, True),
        ({"a_cdeg": None}, False, True),
        ({"b_cdeg": None}, True, False),
        ({"a_age_ms": 101}, False, True),
        ({"b_age_ms": 101}, True, False),
        ({"a_age_ms": 100, "b_age_ms": 100, "a_cdps": 101, "b_cdps": 101}, True, True),
        ({"a_cdps": 18_001}, False, True),
        ({"b_cdps": 18_001}, True, False),
        ({"a_cdps": None, "b_cdps": None}, True, True),
        ({"a_cdeg": 18_001}, False, True),
        ({"b_cdeg": 18_001}, True, False),
    ],
)
def test_each_source_is_believed_by_its_own_numbers(changes: dict[str, Any], a: bool, b: bool) -> None:
    now = look(**changes)
    assert now.source == (ONLY_A if a else 0) + (ONLY_B if b else 0)
    assert (now.a_cdeg, now.b_cdeg) == (1001 if a else None, 1002 if b else None)
    assert now.cdeg == now.last_cdeg == (1001 if a else 1002)
    assert (now.none_ms, now.disagree_ms) == (0, 0)


def test_an_angle_that_is_there_is_no_time_without_one() -> None:
    gone = look(look(), a_cdeg=None, b_cdeg=None)
    assert (gone.none_ms, gone.cdeg, gone.last_cdeg) == (20, None, 1001)
    assert look(gone).none_ms == 0
    assert look(gone, a_cdeg=None).none_ms == 0


def test_the_rate_is_that_of_the_source_that_is_believed() -> None:
    assert look(a_cdps=11, b_cdps=12).cdps == 11
    assert look(a_cdeg=None, a_cdps=11, b_cdps=12).cdps == 12
    assert look(a_cdps=11, b_cdps=12, b_cdeg=None).source == ONLY_A
    assert look().source == BOTH


def test_without_a_rate_it_is_the_way_of_300_ms() -> None:
    now = look(a_cdps=None, b_cdeg=None)
    for tick in range(1, 30):
        now = look(now, a_cdps=None, b_cdeg=None, a_cdeg=1001 + 60 * tick)
        assert now.cdps == (0 if tick < 15 else 3_000)
    assert (now.slope_ms, now.slope_cdps) == (280, 3_000)


def test_who_jumped_is_remembered_as_long_as_they_disagree() -> None:
    for jumped, source in ((ONLY_A, ONLY_B), (ONLY_B, ONLY_A)):
        was = look()._replace(jumped=jumped, disagree_ms=100, last_cdeg=1151)
        now = look(was, a_cdeg=1001, b_cdeg=1301)
        assert (now.jumped, now.source, now.disagree_ms) == (jumped, source, 120)


@pytest.mark.parametrize("way", [1, -1])
def test_alone_a_source_is_believed_as_far_as_a_table_can_have_come(way: int) -> None:
    """1.5 deg, and 12 deg/s since it was last known."""
    was = look()._replace(cdeg=None, none_ms=980, last_cdeg=1001)
    near, far = 1001 + way * 1350, 1001 + way * 1351
    assert look(was, a_cdeg=near, b_cdeg=None).cdeg == near
    lost = look(was, a_cdeg=far, b_cdeg=None)
    assert (lost.cdeg, lost.none_ms, lost.last_cdeg) == (None, 1000, 1001)
    assert (lost.slope_cdeg, lost.slope_ms, lost.slope_cdps) == (0, 0, 0)


def test_a_jump_is_further_than_a_table_can_come_in_the_tick() -> None:
    """1.5 deg, and 12 deg/s for as long as the tick was."""
    for dt_ms, reach in ((20, 174), (840, 1_158)):
        for by, jumped in ((reach, 0), (reach + 1, ONLY_A)):
            now = look(look(b_cdeg=850), dt_ms, a_cdeg=1001 + by, b_cdeg=850)
            assert (now.jumped, now.disagree_ms) == (jumped, dt_ms)
