"""What people and processes do in a ride, and what becomes of it (design 5)."""

from __future__ import annotations

from typing import Any

import pytest

from safety import decision as d
from safety.causes import BY_NAME
from safety.observation import (
    ORDER_CONTINUE,
    ORDER_RETURN,
    ORDER_SEAT_LOST,
    ORDER_STOP,
)
from tests.safety_rig import LIMITS, cause, fastest, reset, ridden, session_terms

STAGED: list[tuple[str, dict[str, Any]]] = [
    ("return_asked", {"orders": ORDER_RETURN}),
    ("seat_lost", {"orders": ORDER_SEAT_LOST}),
    ("controller_lost", {"controller_age_ms": 201}),
    ("station_lost", {"station_age_ms": 5_000}),
    ("overrun", {"late_ms": 101}),
    ("overrun", {"dt_ms": 101}),
    ("angle_stale", {"b_age_ms": 101}),
    ("inputs_stale", {"inputs_age_ms": 101}),
    ("drive_lost", {"drive_age_ms": 101}),
]


@pytest.mark.parametrize(("name", "seen"), STAGED)
def test_one_tick_of_a_cause_starts_a_staged_return(name: str, seen: dict[str, Any]) -> None:
    rig = ridden()
    rig.tick(**seen)
    assert rig.decision.mode == d.RETURNING
    rig.until(d.INHIBITED)
    assert cause(rig) == name
    assert fastest(rig) <= 200
    assert round(rig.plant.cdeg) == -7000


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("controller_age_ms", 200),
        ("station_age_ms", 4_999),
        ("late_ms", 100),
        ("dt_ms", 100),
        ("a_age_ms", 100),
        ("b_age_ms", 100),
        ("inputs_age_ms", 100),
        ("drive_age_ms", 100),
    ],
)
def test_one_unit_less_starts_nothing(field: str, value: int) -> None:
    rig = ridden(500)
    rig.tick(**{field: value})
    assert rig.decision.mode == d.ACTIVE
    assert rig.decision.first_cause == 0


def test_missed_check_in_hurries_to_rest_and_waits_for_a_person() -> None:
    rig = ridden()
    while rig.decision.mode == d.ACTIVE:
        rig.propose(3000, 0)
    assert (rig.decision.mode, cause(rig)) == (d.RETURNING, "check_in_missed")
    rig.until(d.WAITING, 20_000)
    assert fastest(rig) == 600
    assert rig.run(100_000)[:1] == (d.WAITING,)
    assert rig.decision.sounder
    rig.press(pendant=False)
    rig.run(200)
    assert rig.decision.mode == d.WAITING, "a hand that falls off the pendant is no answer"
    rig.press(return_a=True)
    rig.run(200)
    assert rig.decision.mode == d.WAITING
    rig.press(return_a=False)
    rig.until(d.INHIBITED)


def test_local_stop_freezes_then_returns() -> None:
    rig = ridden()
    rig.press(stop=True)
    assert rig.tick()[:2] == (d.WAITING, d.STOP)
    assert rig.decision.stage_left_ms <= 30_000
    rig.run(29_940)
    assert rig.decision.stage == d.FROZEN
    rig.run(60)
    assert rig.decision.mode == d.RETURNING, "though the button is stuck"
    rig.until(d.INHIBITED)
    assert cause(rig) == "stop_pressed"


def test_stop_then_continue_goes_on() -> None:
    rig = ridden()
    rig.press(stop=True)
    rig.tick()
    rig.press(stop=False)
    rig.tick(orders=ORDER_CONTINUE)
    assert rig.decision.mode == d.WAITING, "the pendant was not released"
    rig.press(pendant=False)
    rig.tick()
    rig.press(pendant=True)
    assert rig.tick(orders=ORDER_CONTINUE).mode == d.ACTIVE
    assert rig.decision.first_cause == 0
    assert rig.propose(3000, 0).command == d.MOVE


def test_stop_freezes_a_return_for_ten_seconds_and_sixty_a_bout() -> None:
    rig = ridden()
    rig.tick(orders=ORDER_RETURN)
    rig.run(1_000)
    frozen = 0
    for _ in range(7):
        rig.press(stop=True)
        rig.tick()
        frozen += rig.decision.stage == d.FROZEN
        rig.press(stop=False)
        rig.run(10_500)
    assert frozen >= 5
    assert rig.decision.used_ms
    rig.until(d.INHIBITED)
    assert sum(20 for _, x, _ in rig.log if x.stage == d.FROZEN) <= 60_000
    assert cause(rig) == "return_asked"


def test_return_ends_a_freeze_at_once() -> None:
    rig = ridden()
    rig.press(stop=True)
    rig.tick()
    rig.press(return_b=True)
    assert rig.tick().mode == d.RETURNING


def test_network_stop_does_not_freeze_a_return() -> None:
    rig = ridden()
    rig.tick(orders=ORDER_STOP)
    assert rig.decision.stage == d.FROZEN
    rig.tick(orders=ORDER_RETURN)
    rig.run(1_000)
    rig.tick(orders=ORDER_STOP)
    assert rig.decision.stage == d.TO_REST


def test_one_ankle_returns_and_waits_at_rest() -> None:
    rig = ridden()
    rig.press(ankle_a=False)
    for _ in range(4):
        rig.propose(3000, 0)
    assert rig.decision.mode == d.ACTIVE
    assert rig.decision.direction == 1
    rig.propose(3000, 0)
    assert cause(rig) == "ankle_open"
    rig.until(d.WAITING)
    assert abs(rig.plant.cdeg) <= 100
    assert fastest(rig) <= 200
    for _ in range(20):  # whoever presses STOP, or a contact that chatters, asks for no motion
        rig.press(stop=True)
        rig.run(100)
        rig.press(stop=False)
        rig.run(1_500)
    assert (rig.decision.mode, abs(rig.plant.cdeg) <= 100) == (d.WAITING, True)
    rig.press(return_a=True)
    rig.tick()
    rig.press(return_a=False)
    rig.until(d.INHIBITED)


def test_an_ankle_that_opens_beside_park_ends_the_session_too() -> None:
    """Within 3 deg of park nothing is permitted any more: the table must not stand there in a session."""
    rig = ridden(-6800)
    rig.press(ankle_a=False)
    for _ in range(5):
        rig.propose(-6800, 0)
    assert (rig.decision.mode, cause(rig)) == (d.RETURNING, "ankle_open")
    rig.until(d.INHIBITED, 10_000)
    assert round(rig.plant.cdeg) == -7000


def test_both_ankles_above_20_hurry() -> None:
    rig = ridden()
    rig.press(ankle_a=False, ankle_b=False)
    rig.run(60)
    assert cause(rig) == "ankles_open"
    rig.until(d.WAITING)
    assert fastest(rig) == 600


def test_estop_ramps_cuts_and_stays_until_return_is_pressed() -> None:
    rig = ridden()
    rig.press(estop_ok=False)
    assert rig.tick().command == d.STOP
    rig.run(500)
    assert rig.decision.command == d.CUT
    assert not rig.decision.enable
    rig.run(30_000)
    assert rig.decision.command == d.CUT
    rig.press(return_a=True)
    rig.run(2_000)
    assert rig.plant.cdeg < 3000, "hold-to-run works with the chain open"
    assert abs(rig.decision.rate_cdps) <= 200
    rig.press(return_a=False)
    rig.run(600)
    assert rig.decision.command == d.CUT
    rig.press(estop_ok=True)
    rig.run(5_000)
    assert rig.decision.command == d.CUT, "closing the chain starts nothing"
    rig.press(return_a=True)
    rig.run(100)
    rig.press(return_a=False)
    rig.until(d.LATCHED)
    assert rig.decision.latched_cause == BY_NAME["estop"].number
    reset(rig)
    assert rig.decision.mode == d.INHIBITED
    assert rig.decision.latched_cause == 0


def test_a_latch_needs_the_whole_three_seconds() -> None:
    rig = ridden(1500)
    rig.tick(a_cdps=-900, b_cdps=-900)
    rig.until(d.LATCHED)
    assert cause(rig) == "over_speed"
    reset(rig, 2_960)
    assert rig.decision.mode == d.LATCHED
    assert rig.tick(begin=session_terms()).mode == d.LATCHED
    reset(rig)
    assert rig.decision.mode == d.INHIBITED
    assert rig.decision.command == d.HOLD, "a reset moves nothing"


def test_a_return_that_runs_away_is_stopped_at_park_too() -> None:
    """Within 2 deg of park it counts as there; a motor that runs the wrong way round does not."""
    rig = ridden(1500)
    rig.press(return_a=True)
    rig.run(100)
    rig.press(return_a=False)
    while rig.plant.cdeg > LIMITS.park_cdeg + 150:
        assert rig.tick().mode == d.RETURNING
    rig.changes.update(a_cdps=-400, b_cdps=-400)
    rig.run(LIMITS.over_speed_ms + 40)
    assert cause(rig) == "return_asked"
    assert rig.decision.causes >> BY_NAME["over_speed"].number & 1
    assert rig.decision.command == d.STOP
