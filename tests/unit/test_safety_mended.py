"""Weaknesses that reviews and campaigns had found, each pinned by the shortest ride that shows it mended."""

from __future__ import annotations

from typing import Any

import pytest

from safety import decision as d
from safety.causes import BY_NAME
from safety.observation import DRIVE_OWN_RETURN, ORDER_END, ORDER_RETURN, ORDER_STOP, Wake
from safety.rules import CUT_CAUSES
from tests.safety_rig import LIMITS, SHORT, Plant, Rig, Shaped, cause, ridden, session_terms

RUNAWAY = BY_NAME["runaway"].number
OVER_ANGLE = BY_NAME["over_angle"].number


@pytest.mark.parametrize(("ms", "mode"), [(980, d.ACTIVE), (1_020, d.RETURNING)])
def test_nobody_on_the_table_for_a_second_is_a_return(ms: int, mode: int) -> None:
    """It used to stand until the dose was over."""
    rig = ridden(500)
    rig.press(load=False)
    for _ in range(ms // 20):
        rig.propose(500, 0)
    assert rig.decision.mode == mode
    assert (cause(rig) == "load_lost") if mode == d.RETURNING else not rig.decision.first_cause


def test_a_load_contact_that_is_not_there_is_no_loss() -> None:
    rig = ridden(500)
    rig.press(load=None)
    for _ in range(100):
        rig.propose(500, 0)
    assert rig.decision.mode == d.ACTIVE


def left(cdeg: int) -> Rig:
    """The pendant is let go at an angle and nobody asks for anything any more."""
    rig = ridden(cdeg)
    rig.press(pendant=False)
    return rig


@pytest.mark.parametrize("proposes", [False, True])
def test_a_table_left_standing_where_no_check_in_asks_comes_home(proposes: bool) -> None:
    """Between park and +5 deg it used to stand until the session's time was over; refusals change nothing."""
    rig = left(300)
    for tick in range(45_000 // 20 - 1):
        if proposes and tick % 50 == 0:
            rig.propose(300, 20)
        else:
            rig.tick()
    assert rig.decision.mode == d.ACTIVE
    rig.run(60)
    assert (rig.decision.mode, cause(rig)) == (d.RETURNING, "left_alone")


def test_head_down_the_check_in_asks_instead() -> None:
    rig = left(1500)
    rig.run(46_000)
    assert rig.decision.mode == d.ACTIVE
    assert rig.decision.check_in != d.CHECK_OFF


def sinks(rig: Rig) -> None:
    """By hand, try by try: the drive goes down a little instead of up, and is stopped."""
    for _ in range(10):
        rig.press(return_a=False)
        rig.run(5_100)
        rig.press(return_a=True)
        rig.tick()
        if rig.decision.command == d.MOVE:
            for _ in range(12):
                rig.plant = Plant(rig.plant.cdeg + 5, 200)
                rig.tick()
        rig.plant = Plant(rig.plant.cdeg, 0)


@pytest.mark.parametrize("kind", ["estop", "latched", "inhibited"])
def test_a_drive_that_sinks_by_hand_is_given_up_in_every_mode(kind: str) -> None:
    """Each try used to be allowed another degree."""
    if kind == "estop":
        rig = ridden(1500)
        rig.press(estop_ok=False)
        rig.run(600)
    else:
        latch = BY_NAME["over_speed"].number if kind == "latched" else 0
        rig = Rig(Wake(None, 0, True, True, latch), 1500, SHORT)
        rig.run(600)
    rig.obeys = False
    sinks(rig)
    assert 1700 < rig.plant.cdeg <= 1700 + 120
    rig.press(return_a=False)
    rig.run(5_100)
    rig.press(return_a=True)
    assert rig.run(200).command != d.MOVE


@pytest.mark.parametrize("latch", CUT_CAUSES)
def test_a_restart_under_a_cut_makes_no_further_attempt(latch: int) -> None:
    """Each restart used to creep once more."""
    rig = Rig(Wake(session_terms(), 0, True, True, latch), 2000, SHORT)
    rig.run(30_000)
    assert (rig.decision.command, rig.plant.cdeg) == (d.CUT, 2000)
    assert rig.decision.sounder
    rig.press(return_a=True)
    rig.until(d.LATCHED)
    assert abs(rig.plant.cdeg + 7000) <= 100


def test_a_restart_under_a_cut_lets_a_drive_that_comes_by_itself() -> None:
    rig = Rig(Wake(session_terms(), 0, True, True, RUNAWAY), 2000, SHORT)
    rig.run(200)
    rig.changes = {"drive_state": DRIVE_OWN_RETURN, "drive_stage": 1}
    rig.run(10_000)
    assert rig.decision.command == d.LEAVE


READY: list[tuple[str, dict[str, Any]]] = [
    ("controller_lost", {"controller_age_ms": 201}),
    ("station_lost", {"station_age_ms": 5_000}),
    ("stop_pressed", {"orders": ORDER_STOP}),
    ("return_asked", {"orders": ORDER_RETURN}),
]


@pytest.mark.parametrize(("name", "seen"), READY)
def test_a_session_dropped_before_its_first_motion_has_a_cause(name: str, seen: dict[str, Any]) -> None:
    rig = Rig(Wake(None, 0, True, True, 0))
    rig.press(ankle_a=True, ankle_b=True, load=True)
    assert rig.tick(begin=session_terms()).mode == d.READY
    assert rig.tick(**seen).mode == d.INHIBITED
    assert cause(rig) == name
    assert rig.tick(begin=session_terms()).first_cause == 0


def test_a_session_that_ends_itself_has_none() -> None:
    rig = Rig(Wake(None, 0, True, True, 0))
    rig.press(ankle_a=True, ankle_b=True, load=True)
    rig.tick(begin=session_terms())
    assert rig.tick(orders=ORDER_END).mode == d.INHIBITED
    assert rig.decision.first_cause == 0


def test_what_trips_out_of_rest_is_its_own_first_cause() -> None:
    """The cause of the session before used to stand there."""
    rig = ridden(500)
    rig.tick(orders=ORDER_RETURN)
    rig.until(d.INHIBITED)
    assert cause(rig) == "return_asked"
    rig.press(estop_ok=False)
    rig.run(100)
    assert (rig.decision.mode, cause(rig)) == (d.LATCHED, "estop")


def test_a_guard_that_died_at_park_with_a_session_open_says_so() -> None:
    rig = Rig(Wake(session_terms(), 0, True, True, 0))
    rig.run(1_500)
    assert (rig.decision.mode, cause(rig)) == (d.INHIBITED, "guard_lost")


@pytest.mark.parametrize(("above_cdeg", "latch"), [(101, 0), (290, 0), (150, OVER_ANGLE)])
def test_a_session_found_open_beside_park_is_brought_to_park(above_cdeg: int, latch: int) -> None:
    """Within 3 degrees, and so "at park", nobody used to lead it on: 1.6 degrees were left for good."""
    rig = Rig(Wake(session_terms(), 0, True, True, latch), LIMITS.park_cdeg + above_cdeg)
    assert (rig.decision.mode, rig.decision.stage, cause(rig)) == (d.RETURNING, d.WARNING, "guard_lost")
    assert rig.decision.sounder
    rig.until(d.LATCHED if latch else d.INHIBITED)
    assert abs(rig.plant.cdeg - LIMITS.park_cdeg) <= LIMITS.there_cdeg


@pytest.mark.parametrize("above_cdeg", [100, 0, -100, -290])
def test_a_session_found_open_on_park_ends_where_it_is(above_cdeg: int) -> None:
    rig = Rig(Wake(session_terms(), 0, True, True, 0), LIMITS.park_cdeg + above_cdeg)
    rig.run(5_000)
    assert (rig.decision.mode, rig.plant.cdeg) == (d.INHIBITED, LIMITS.park_cdeg + above_cdeg)


@pytest.mark.parametrize("beside_cdeg", [20, 21, 23])
def test_a_pause_that_began_at_the_edge_of_rest_ends(beside_cdeg: int) -> None:
    """Read as a hundredth more than where it may begin, it was owed anew in each tick: for ever."""
    rig = ridden(1500)
    rig.limits = rig.limits._replace(there_cdeg=20)
    rig.tick(orders=ORDER_RETURN)
    while rig.decision.stage != d.PAUSE_REST:
        rig.tick()
    while rig.plant.cdeg < beside_cdeg:
        rig.plant = Plant(rig.plant.cdeg + 1.0, 0.0)
        rig.tick()
    assert rig.decision.stage == d.PAUSE_REST
    rig.until(d.INHIBITED, 150_000)
    assert abs(rig.plant.cdeg - LIMITS.park_cdeg) <= 20


def frozen(rig: Rig, at_cdeg: int) -> Plant:
    """A repeats an old value; the drive inside knows better and obeys."""
    rig.changes = {"a_cdeg": at_cdeg, "a_cdps": 0}
    return rig.plant


def test_no_offset_is_taken_from_a_frozen_source() -> None:
    """The drive used to be led to where it had been when its angle froze: a jump of 3 degrees."""
    rig = ridden(1500)
    shaped = Shaped(1500)
    frozen(rig, 1500)
    while rig.decision.mode == d.ACTIVE:
        angle, rate, _ = shaped.towards(0)
        rig.propose(angle, rate)
    fastest = 0.0
    while rig.decision.stage != d.PAUSE_REST:
        before = rig.plant.cdeg
        rig.tick()
        fastest = max(fastest, abs(rig.plant.cdeg - before) / 0.02)
    assert fastest <= 300


def test_a_source_that_slipped_keeps_its_offset() -> None:
    rig = ridden(1500)
    rig.run(800)
    rig.obeys = False
    for _ in range(100):
        rig.tick(a_cdeg=round(rig.plant.cdeg) + 400)
        if rig.decision.command == d.MOVE:
            break
    assert abs(rig.decision.angle_cdeg - 1900) < 20
