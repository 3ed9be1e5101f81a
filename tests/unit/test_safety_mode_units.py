"""Conditions of the mode table, each sign by itself: the tests of the day, what drops or ends a session."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from safety.angles import ONLY_A, ONLY_B
from safety.decision import ACTIVE, INHIBITED, LATCHED, READY, TEST
from safety.look import look
from safety.modes import (
    Turn,
    _asks_test,
    _ended,
    _ended_off_park,
    _test_over_off_park,
    stopped,
    why_dropped,
)
from safety.motion import Motion
from safety.observation import (
    AGE_MAX_MS,
    DRIVE_DISARMED,
    ORDER_END,
    ORDER_RETURN,
    ORDER_STOP,
    ORDER_TEST,
)
from safety.step import State, boot
from tests.safety_rig import FIRST_START, LIMITS, Rig
from tests.unit.test_safety_permits import Move, angle, button, fact, parked, pressed, seen, turn


@cache
def to_test() -> Turn:
    """At park with nobody on the table, the pendant held, the tests asked for."""
    rig = Rig()
    return turn(rig, rig.sense()._replace(orders=ORDER_TEST))


@pytest.mark.parametrize(
    ("change", "begins"),
    [
        (fact(cdeg=-7000), True),
        (seen(orders=0), False),
        (pressed(ankle_a=True), False),
        (pressed(load=True), False),
        (pressed(pendant=False), False),
        (seen(drive_state=DRIVE_DISARMED), False),
        (angle(source=ONLY_A), False),
        (lambda turn: turn._replace(latched=13), False),
        (lambda turn: stopped_at(turn, -6900), True),
        (lambda turn: stopped_at(turn, -6899), False),
        (lambda turn: stopped_at(turn, -7300), True),  # from below the tests themselves are the way
        (lambda turn: stopped_at(turn, None), False),
        (lambda turn: stopped_at(turn, -6899, first_cause=1, latched_cause=12), True),
    ],
)
def test_what_tests_of_the_day_want_before_they_begin(change: Move, begins: bool) -> None:
    assert _asks_test(to_test())
    assert _asks_test(change(to_test())) is begins


def stopped_at(turn: Turn, cdeg: int | None, first_cause: int = 12, latched_cause: int = 0) -> Turn:
    """After a STOP in the tests."""
    state = turn.state._replace(first_cause=first_cause, latched_cause=latched_cause)
    return turn._replace(state=state, facts=turn.facts._replace(cdeg=cdeg))


@pytest.mark.parametrize(
    ("change", "stops"),
    [
        (seen(), False),
        (pressed(stop=True), True),
        (pressed(stop=None), True),
        (seen(orders=ORDER_STOP), True),
        (lambda turn: button(fresh=False)(pressed(stop=None)(turn)), False),  # silence is no STOP
        (lambda turn: button(fresh=False)(seen(orders=ORDER_STOP)(turn)), True),
    ],
)
def test_what_stops_the_tests_of_the_day(change: Move, stops: bool) -> None:
    assert stopped(change(turn(Rig(), Rig().sense()))) is stops


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (seen(), None),
        (seen(controller_age_ms=201), "controller_lost"),
        (seen(station_age_ms=5_000), "station_lost"),
        (pressed(stop=True), "stop_pressed"),
        (pressed(stop=None), None),
        (seen(orders=ORDER_STOP), "stop_pressed"),
        (button(home=True), "return_asked"),
        (seen(orders=ORDER_RETURN), "return_asked"),
        (seen(orders=ORDER_END), ""),
        (seen(orders=ORDER_END | ORDER_RETURN), "return_asked"),
    ],
)
def test_what_drops_a_session_that_has_not_moved_yet(change: Move, cause: str | None) -> None:
    assert why_dropped(change(parked())) == cause


@pytest.mark.parametrize(
    ("orders", "cdeg", "at_park", "ends", "beside"),
    [
        (ORDER_END, -7000, True, True, False),
        (ORDER_END, -6899, True, True, True),
        (ORDER_END, -7101, True, True, True),
        (ORDER_END, -6600, False, False, False),
        (0, -6899, True, False, False),
    ],
)
def test_where_a_session_ends(orders: int, cdeg: int, at_park: bool, ends: bool, beside: bool) -> None:
    at = fact(cdeg=cdeg, at_park=at_park)(seen(orders=orders)(parked()))
    assert (_ended(at), _ended_off_park(at), _test_over_off_park(at)) == (ends, beside, beside)


RESTS = boot(LIMITS, FIRST_START)
SIGHT = Rig().sense()


def forgiven(state: State, b: int | None = -7000, at_park: bool | None = None, **said: Any) -> bool:
    """Whether both sources count again."""
    inputs = SIGHT.inputs._replace(at_park=at_park, past_rest=None)
    sight = SIGHT._replace(b_cdeg=b, inputs=inputs, **said)
    angles = look(state, sight, LIMITS, 20, False).angles
    return not (angles.a_bad or angles.b_bad or angles.doubt or angles.disagree_ms or angles.jumped)


@pytest.mark.parametrize("mode", [INHIBITED, LATCHED, TEST, READY, ACTIVE])
@pytest.mark.parametrize("bad", [{"a_bad": True}, {"b_bad": True}])
def test_out_of_a_session_at_park_two_that_agree_count_again(mode: int, bad: dict[str, Any]) -> None:
    state = RESTS._replace(mode=mode, angles=RESTS.angles._replace(**bad))
    assert forgiven(state) is (mode in (INHIBITED, LATCHED))


@pytest.mark.parametrize(("said", "counts"), [
    ({}, True), ({"b": -7299}, True), ({"b": -7300}, False), ({"b": None}, False),
    ({"a_cdeg": None}, False), ({"a_age_ms": 100}, True), ({"a_age_ms": 101}, False),
    ({"b_age_ms": 100}, True), ({"b_age_ms": 101}, False), ({"b_cdps": 18_001}, False),
    ({"a_cdps": 18_001}, False),
])  # fmt: skip
def test_who_is_forgiven_is_fresh_and_agrees(said: dict[str, Any], counts: bool) -> None:
    bad = RESTS.angles._replace(b_bad=True)
    assert forgiven(RESTS._replace(angles=bad), at_park=True, **said) is counts


def test_away_from_park_nobody_is_forgiven() -> None:
    state = RESTS._replace(angles=RESTS.angles._replace(b_bad=True))
    assert not forgiven(state, b=-6600, a_cdeg=-6600)


@pytest.mark.parametrize(("source", "bad"), [(ONLY_A, "a_bad"), (ONLY_B, "b_bad")])
def test_a_source_that_stood_while_the_table_was_led_is_not_believed(source: int, bad: str) -> None:
    a, b = (1000, 1200) if source == ONLY_A else (1200, 1000)
    motion = Motion(1, 1200, 100, 1, 5_000, 300, 900, 900, 0, 200, 1000, 1000, 0, AGE_MAX_MS)
    state = RESTS._replace(mode=ACTIVE, motion=motion)
    inputs = SIGHT.inputs._replace(at_park=False, past_rest=True)
    angles = look(state, SIGHT._replace(a_cdeg=a, b_cdeg=b, inputs=inputs), LIMITS, 20, False).angles
    assert [angles.a_bad, angles.b_bad] == [bad == "a_bad", bad == "b_bad"]
