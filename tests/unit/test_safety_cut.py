"""After a CUT: standstill by noisy sources, the one attempt, and hold-to-run that goes the wrong way."""

from __future__ import annotations

import pytest

from safety import decision as d
from safety.causes import BY_NAME
from safety.modes import heavier
from safety.observation import ORDER_RETURN, Wake
from tests.safety_rig import SHORT, Plant, Rig, ridden

WRONG = BY_NAME["wrong_direction"].number


def cut(rig: Rig) -> None:
    """A return that goes the wrong way, cut and standing."""
    rig.tick(orders=ORDER_RETURN)
    wrong_way(rig)


def wrong_way(rig: Rig) -> float:
    """Whatever it is told, the table goes head-down; how far it came before the CUT."""
    start = rig.plant.cdeg
    rig.obeys = False
    for _ in range(200):
        rig.plant = Plant(rig.plant.cdeg + 3, 150)
        rig.tick()
        if rig.decision.command == d.CUT:
            break
    rig.plant = rig.plant._replace(cdps=0)
    return rig.plant.cdeg - start


def test_a_noisy_rate_is_still_a_standstill() -> None:
    rig = ridden()
    cut(rig)
    assert rig.decision.command == d.CUT
    for tick in range(300):
        noise = 60 if tick % 10 < 5 else -60
        rig.tick(a_cdps=noise, b_cdps=noise)
    assert rig.decision.stage in (d.CREEPING_OUT, d.TO_REST)


def test_a_table_that_goes_on_under_its_brake_is_not_led() -> None:
    rig = ridden()
    cut(rig)
    for _ in range(500):
        rig.plant = Plant(rig.plant.cdeg - 1, -50)
        rig.tick()
    assert {x.command for _, x, _ in rig.log[-490:]} == {d.CUT}


def test_out_of_a_session_the_wrong_way_is_cut_and_what_obeys_again_is_led() -> None:
    rig = Rig(Wake(None, 0, True, True, WRONG), 3000, SHORT)
    rig.run(500)
    rig.press(return_a=True)
    assert wrong_way(rig) < 130
    rig.obeys = True
    rig.run(2_000)
    assert rig.decision.command == d.CUT, "not before the button was let go"
    rig.press(return_a=False)
    rig.run(1_000)
    rig.press(return_a=True)
    rig.run(2_000)
    assert rig.decision.command == d.MOVE
    assert rig.plant.cdeg < 3000


def test_cut_at_park_without_an_angle_ends_by_the_switch() -> None:
    rig = ridden()
    cut(rig)
    rig.plant = Plant(-6990, 0)
    rig.changes = {"a_cdeg": None, "b_cdeg": None}
    rig.run(6_000)
    assert rig.decision.mode == d.LATCHED


def test_too_fast_in_a_return_stops_before_it_goes_on() -> None:
    rig = ridden()
    rig.tick(orders=ORDER_RETURN)
    rig.run(3_000)
    assert rig.decision.stage == d.TO_REST
    rig.obeys = False
    for _ in range(8):
        rig.plant = Plant(rig.plant.cdeg - 10, -500)
        rig.tick()
        if rig.decision.command == d.STOP:
            break
    assert (rig.decision.command, rig.decision.stage) == (d.STOP, d.STOPPING)
    for _ in range(60):
        rig.plant = Plant(rig.plant.cdeg - 10, -500)
        rig.tick()
    assert rig.decision.command == d.CUT, "it does not obey the stop"
    assert rig.decision.causes & 1 << BY_NAME["over_speed"].number
    rig.plant = rig.plant._replace(cdps=0)
    rig.obeys = True
    rig.run(5_200)
    assert rig.decision.stage == d.CREEPING_OUT


def test_too_fast_by_hand_stops_until_the_button_is_let_go() -> None:
    rig = ridden()
    rig.tick(orders=ORDER_RETURN)
    rig.obeys = False
    rig.run(30_000)  # blocked, so it is for a person
    rig.obeys = True
    rig.press(return_a=True)
    rig.run(2_000)
    assert (rig.decision.mode, rig.decision.command) == (d.WAITING, d.MOVE)
    rig.tick(a_cdps=-1_000)
    assert rig.decision.command == d.STOP
    place = rig.plant.cdeg
    rig.run(2_000)
    assert abs(rig.plant.cdeg - place) < 20
    rig.press(return_a=False)
    rig.tick()
    rig.press(return_a=True)
    rig.run(1_000)
    assert rig.decision.command == d.MOVE


@pytest.mark.parametrize("pressed_at", range(24, 44))
def test_return_pressed_in_the_very_tick_of_a_cut_keeps_no_torque(pressed_at: int) -> None:
    rig = ridden()
    cut(rig)
    rig.obeys = True
    while rig.decision.command != d.MOVE:  # the one attempt by itself
        rig.tick()
    rig.obeys = False
    for tick in range(200):
        rig.plant = Plant(rig.plant.cdeg + 3, 150)
        if tick == pressed_at:
            rig.press(return_a=True)
        rig.tick()
        if rig.decision.causes >> WRONG & 1:
            break
    assert rig.decision.command == d.CUT


@pytest.mark.parametrize("before", ["over_speed", "over_angle", "drive_fault", "estop"])
def test_a_drive_that_runs_at_park_is_not_switched_on_again_and_again(before: str) -> None:
    """Whatever latched before, it is for a service person now. It pushed the bed from park into its stop."""
    rig = Rig(Wake(None, 0, True, True, BY_NAME[before].number), -7000, SHORT)
    rig.run(500)
    for _ in range(500):
        cuts = rig.decision.command == d.CUT
        rig.plant = Plant(rig.plant.cdeg if cuts else rig.plant.cdeg - 5, 0 if cuts else -240)
        rig.obeys = False
        rig.tick()
    assert rig.plant.cdeg > -7200
    assert {decided.command for _, decided, _ in rig.log[-300:]} == {d.CUT}
    assert rig.decision.latched_cause == BY_NAME["runaway"].number


@pytest.mark.parametrize("first", ["wrong_direction", "brake_slips"])
def test_what_is_for_a_service_person_already_stays(first: str) -> None:
    assert heavier(BY_NAME[first].number, BY_NAME["runaway"].number) == BY_NAME[first].number
    assert heavier(BY_NAME["estop"].number, BY_NAME["over_speed"].number) == BY_NAME["estop"].number
    assert heavier(0, BY_NAME["estop"].number) == BY_NAME["estop"].number
