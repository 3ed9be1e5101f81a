"""What breaks in a ride, what a restarted guard finds, and what becomes of it (design 5)."""

from __future__ import annotations

import pytest

from safety import decision as d
from safety.causes import BY_NAME
from safety.observation import (
    DRIVE_DISARMED,
    DRIVE_OWN_RETURN,
    ORDER_RETURN,
    Wake,
)
from safety.step import boot
from tests.safety_rig import LIMITS, SHORT, Plant, Rig, cause, reset, ridden, session_terms


def test_runaway_is_cut_then_creeps_out_once() -> None:
    rig = ridden(1500)
    rig.obeys = False
    for tick in range(60):
        rig.plant = Plant(1500 - 8 * tick, -90)
        rig.propose(1500, 0)
    assert (cause(rig), rig.decision.command) == ("runaway", d.CUT)
    rig.plant = rig.plant._replace(cdps=0)
    rig.run(5_100)
    assert rig.decision.stage in (d.CREEPING_OUT, d.TO_REST)
    for _ in range(200):
        rig.plant = Plant(rig.plant.cdeg + 5, 200)
        rig.tick()
    assert rig.decision.command == d.CUT
    rig.plant = rig.plant._replace(cdps=0)
    rig.run(30_000)
    assert rig.decision.command == d.CUT, "once per latch"
    rig.obeys = True
    rig.press(return_a=True)
    rig.run(1_000)
    assert rig.decision.command == d.MOVE
    rig.until(d.LATCHED)
    rig.press(return_a=False)
    reset(rig)
    assert rig.decision.mode == d.LATCHED, "a service cause"


def test_wrong_direction_is_cut_at_one_degree() -> None:
    rig = ridden()
    rig.tick(orders=ORDER_RETURN)
    rig.obeys = False
    start = rig.plant.cdeg
    while rig.decision.command != d.CUT:
        rig.plant = Plant(rig.plant.cdeg + 3, 150)
        rig.tick()
        assert rig.plant.cdeg - start <= 112
    assert rig.decision.causes & 1 << BY_NAME["wrong_direction"].number


def crawls(rig: Rig, ms: int) -> None:
    """The table comes up with 45 % of the planned speed; by the inclinometer with 55 %: nothing blocks it."""
    rig.obeys = False
    begin = rig.plant.cdeg
    for _ in range(ms // 20):
        led = abs(rig.decision.rate_cdps) if rig.decision.command == d.MOVE else 0
        rig.plant = Plant(rig.plant.cdeg - led * 0.02 * 0.45, -led * 0.45)
        rig.tick(b_cdeg=round(begin - (begin - rig.plant.cdeg) * 55 / 45))


def test_a_return_that_crawls_tries_twice_then_waits() -> None:
    rig = ridden()
    rig.tick(orders=ORDER_RETURN)
    crawls(rig, 30_000)
    assert rig.decision.mode == d.WAITING
    assert sum(x.causes >> 26 & 1 for _, x, _ in rig.log) == 3
    rig.obeys = True
    rig.press(return_a=True)
    rig.until(d.INHIBITED)


def test_disagreement_creeps_home_on_the_frame() -> None:
    rig = ridden(1500)
    rig.run(800)
    off = 400
    rig.obeys = False

    def obey() -> None:
        x = rig.decision
        if x.command == d.MOVE:
            rig.plant = Plant(x.angle_cdeg - off, x.rate_cdps)

    for _ in range(12):
        rig.tick(a_cdeg=round(rig.plant.cdeg) + off)
    assert cause(rig) == "angles_disagree"
    while rig.decision.mode == d.RETURNING:
        rig.tick(a_cdeg=round(rig.plant.cdeg) + off)
        obey()
    assert abs(rig.plant.cdeg + 7000) <= LIMITS.at_park_cdeg


def test_without_any_angle_only_a_held_return_moves() -> None:
    rig = ridden()
    blind = {"a_age_ms": 500, "b_age_ms": 500}
    rig.changes = blind
    rig.run(30_000)
    assert (rig.decision.mode, rig.plant.cdeg) == (d.WAITING, 3000)
    rig.press(return_a=True)
    rig.run(1_000)
    assert rig.plant.cdeg < 3000
    rig.until(d.INHIBITED)
    assert rig.plant.cdeg <= -6750
    assert d.PAUSE_REST in {x.stage for _, x, _ in rig.log}


def test_a_restarted_guard_warns_and_returns() -> None:
    rig = Rig(Wake(session_terms(), 50_000, True, True, 0), 3000, SHORT)
    rig.press(ankle_a=True, ankle_b=True)
    assert (rig.decision.mode, rig.decision.stage, cause(rig)) == (d.RETURNING, d.WARNING, "guard_lost")
    rig.run(2_900)
    assert rig.plant.cdeg == 3000
    assert rig.decision.sounder
    rig.until(d.INHIBITED)
    assert rig.decision.used_ms > 50_000


@pytest.mark.parametrize(
    "wake",
    [
        Wake(None, 0, True, True, 0),
        Wake(session_terms(), 0, False, True, 0),
        Wake(session_terms(), 0, True, False, 0),
    ],
)
def test_a_guard_that_cannot_prove_its_table_moves_only_by_hand(wake: Wake) -> None:
    rig = Rig(wake, 3000, SHORT)
    rig.run(10_000)
    assert (rig.decision.mode, rig.plant.cdeg) == (d.INHIBITED, 3000)
    rig.press(return_b=True)
    rig.run(2_000)
    assert rig.plant.cdeg < 3000
    rig.press(return_b=False)
    rig.run(200)
    place = rig.plant.cdeg
    rig.run(1_000)
    assert rig.plant.cdeg == place
    rig.press(return_b=True)
    rig.run(90_000)
    assert abs(rig.plant.cdeg + 7000) <= 100
    assert max(abs(x.rate_cdps) for _, x, _ in rig.log) <= 200


def test_a_restarted_guard_adopts_the_drives_own_return() -> None:
    rig = Rig(Wake(session_terms(), 0, True, True, 0), 3000, SHORT)
    rig.press(ankle_a=True, ankle_b=True)
    rig.changes = {"drive_state": DRIVE_OWN_RETURN, "drive_stage": 1}
    rig.run(500)
    assert (rig.decision.command, rig.decision.stage, cause(rig)) == (d.LEAVE, d.TO_REST, "guard_lost")
    rig.changes = {}
    rig.until(d.INHIBITED)


def test_a_gap_in_a_ride_adopts_the_drives_own_return() -> None:
    rig = ridden()
    rig.plant = Plant(2200, -200)
    rig.changes = {"drive_state": DRIVE_OWN_RETURN, "drive_stage": 1}
    rig.tick(dt_ms=3_000)
    assert (rig.decision.command, cause(rig)) == (d.LEAVE, "overrun")
    for _ in range(300):
        rig.plant = Plant(rig.plant.cdeg - 4, -200)
        rig.tick()
    assert rig.decision.command == d.LEAVE


def test_a_return_waits_for_the_drive_to_be_armed() -> None:
    rig = ridden()
    rig.changes = {"drive_state": DRIVE_DISARMED}
    rig.tick(orders=ORDER_RETURN)
    rig.run(2_000)
    assert rig.decision.stage == d.STOPPING
    rig.changes = {}
    rig.until(d.INHIBITED)


def test_pauses_are_neither_restarted_nor_skipped_by_a_second_cause() -> None:
    rig = ridden()
    rig.tick(orders=ORDER_RETURN)
    while rig.decision.stage != d.PAUSE_REST:
        rig.tick()
    rig.run(1_000)
    rig.press(ankle_a=False)
    rig.until(d.WAITING)
    rig.press(ankle_a=True, return_a=True)
    rig.tick()
    rig.press(return_a=False)
    rig.until(d.INHIBITED)
    at_rest_ms = sum(
        20 for _, x, cdeg in rig.log if abs(cdeg) < 1 and x.stage in (d.PAUSE_REST, d.AT_REST_WAITING)
    )
    assert 1_960 <= at_rest_ms <= 2_100


def test_a_jump_of_one_source_is_no_runaway() -> None:
    """Less than a disagreement, more than a runaway would need: nothing is cut for a sensor's sake."""
    rig = ridden(1500)
    rig.log.clear()
    rig.run(1_000)
    for _ in range(50):
        rig.tick(a_cdeg=1790)
    assert rig.decision.command == d.HOLD
    assert rig.decision.first_cause == 0
    for _ in range(50):
        rig.tick(a_cdeg=1940)
    assert cause(rig) == "angles_disagree"
    assert d.CUT not in {x.command for _, x, _ in rig.log}


def test_a_latch_that_outlived_a_restart_leaves_nobody_hanging() -> None:
    latch = BY_NAME["over_speed"].number
    rig = Rig(Wake(session_terms(), 0, True, True, latch), 3000, SHORT)
    rig.state = boot(SHORT, Wake(session_terms(), 0, True, True, latch))
    rig.press(ankle_a=True, ankle_b=True)
    rig.tick(a_cdeg=None, b_cdeg=None)
    assert rig.plant.cdeg == 3000
    rig.tick()
    rig.until(d.LATCHED)
    assert abs(rig.plant.cdeg + 7000) <= 100
    assert rig.tick(begin=session_terms()).mode == d.LATCHED


def test_by_hand_under_a_latch_the_wrong_direction_is_cut_until_the_button_is_let_go() -> None:
    rig = Rig(Wake(None, 0, True, True, BY_NAME["over_speed"].number), 3000, SHORT)
    rig.run(500)
    rig.obeys = False
    rig.press(return_a=True)
    while rig.decision.command != d.CUT:
        rig.plant = Plant(rig.plant.cdeg + 3, 150)
        rig.tick()
        assert rig.plant.cdeg < 3150
    rig.run(10_000)
    assert d.MOVE not in {x.command for _, x, _ in rig.log[-400:]}
    rig.press(return_a=False)
    rig.tick()
    rig.press(return_a=True)
    rig.run(200)
    assert rig.decision.command == d.MOVE
