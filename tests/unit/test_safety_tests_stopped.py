"""STOP in the tests of the day, and the latches of what they find (HZ-44, HZ-23, HZ-04)."""

from __future__ import annotations

import pytest

from safety import decision as d
from safety.brake import NOT_TRIED, TORQUE_OFF
from safety.causes import BY_NAME
from safety.observation import ORDER_STOP, ORDER_TEST, Wake
from safety.state import woken
from tests.safety_rig import LIMITS, Plant, Rig, Shaped, cause, reset

PARK = LIMITS.park_cdeg
FOUND = ("brake_slips", "torque_stays", "watchdog_dead")


def rising(target_cdeg: int = PARK + 120, limits_rig: Rig | None = None) -> tuple[Rig, Shaped]:
    """In the middle of the way up, in motion."""
    rig = limits_rig or Rig()
    assert rig.tick(orders=ORDER_TEST).mode == d.TEST
    shaped = Shaped(PARK, speed_dps=0.9)
    rig.propose(PARK, 0)
    while rig.plant.cdeg < target_cdeg:
        angle, rate, _ = shaped.towards(PARK + 200)
        rig.propose(angle, rate)
    return rig, shaped


def falling() -> tuple[Rig, Shaped]:
    """On the way back, in motion."""
    rig, shaped = rising()
    while not rig.state.trial.brake.phase:
        angle, rate, _ = shaped.towards(PARK + 200)
        rig.propose(angle, rate)
    rig.run(2_500)
    rig.propose(PARK + 200, 0)
    while rig.plant.cdeg > PARK + 150:
        angle, rate, _ = shaped.towards(PARK)
        rig.propose(angle, rate)
    return rig, shaped


@pytest.mark.parametrize("stop", [True, None])
@pytest.mark.parametrize("way", [rising, falling])
def test_a_stop_in_the_tests_freezes_every_motion_of_them(way: object, stop: bool | None) -> None:
    rig, shaped = rising() if way is rising else falling()
    target = PARK + 200 if way is rising else PARK
    rig.press(stop=stop)
    angle, rate, _ = shaped.towards(target)
    decided = rig.propose(angle, rate)
    assert (decided.mode, decided.command, cause(rig)) == (d.INHIBITED, d.HOLD, "stop_pressed")
    stood = None
    for tick in range(400):
        angle, rate, _ = shaped.towards(target)
        assert rig.propose(angle, rate, orders=ORDER_TEST).command != d.MOVE
        stood = rig.plant.cdeg if tick == 10 else stood
    assert rig.plant.cdeg == stood, "it stands, and nobody leads it to park"
    assert not rig.decision.tested


def test_a_network_stop_does_the_same_and_silent_buttons_are_no_stop() -> None:
    rig, shaped = rising()
    angle, rate, _ = shaped.towards(PARK + 200)
    assert rig.propose(angle, rate, orders=ORDER_STOP).mode == d.INHIBITED
    assert cause(rig) == "stop_pressed"
    rig, _ = rising()
    rig.tick(inputs_age_ms=200)
    assert (rig.decision.mode, cause(rig)) == (d.RETURNING, "inputs_stale")


def test_what_broke_in_the_same_tick_is_the_cause() -> None:
    rig, _ = rising()
    rig.press(stop=True)
    rig.tick(station_age_ms=6_000)
    assert (rig.decision.mode, cause(rig)) == (d.INHIBITED, "station_lost")


def test_after_a_stop_return_held_leads_to_park_and_then_the_tests_are_tried_again() -> None:
    rig, _ = rising()
    rig.press(stop=True)
    rig.run(500)
    rig.press(stop=False)
    rig.run(500)
    assert rig.tick(orders=ORDER_TEST).mode == d.INHIBITED, "first somebody brings it to park"
    rig.press(return_a=True)
    rig.run(3_000)
    rig.press(return_a=False)
    rig.tick()
    assert rig.plant.cdeg == pytest.approx(PARK, abs=LIMITS.there_cdeg)
    rig.test_direction()
    assert rig.decision.tested


@pytest.mark.parametrize(("off_cdeg", "begins"), [(100, True), (101, False), (-150, True)])
def test_a_degree_off_park_is_park(off_cdeg: int, begins: bool) -> None:
    rig = Rig()
    rig.tick(orders=ORDER_TEST)
    rig.press(stop=True)
    rig.tick()
    rig.press(stop=False)
    rig.plant = Plant(float(PARK + off_cdeg), 0.0)
    rig.tick()
    assert (rig.tick(orders=ORDER_TEST).mode == d.TEST) == begins


def test_stopped_below_park_the_tests_themselves_are_the_way_on() -> None:
    """RETURN held leads towards park, never head-down: it would be no way out."""
    rig = Rig(cdeg=PARK - 150)
    assert rig.tick(orders=ORDER_TEST).mode == d.TEST
    rig.press(stop=True)
    rig.tick()
    rig.press(stop=False)
    assert (rig.tick().mode, cause(rig)) == (d.INHIBITED, "stop_pressed")
    rig.press(return_a=True)
    rig.run(3_000)
    rig.press(return_a=False)
    rig.tick()
    assert rig.plant.cdeg == pytest.approx(PARK - 150, abs=1)
    assert rig.tick(orders=ORDER_TEST).mode == d.TEST


def test_without_a_stop_the_tests_begin_beside_park_too() -> None:
    """As a guard that was restarted in the middle of them finds the table."""
    assert Rig(cdeg=PARK + 200).tick(orders=ORDER_TEST).mode == d.TEST


@pytest.mark.parametrize("name", FOUND)
def test_what_a_test_found_is_for_a_service_person(name: str) -> None:
    """No button, no later test and no restart takes it away; torque holds the table at park."""
    rig = Rig(Wake(None, 0, True, True, BY_NAME[name].number))
    assert rig.tick().mode == d.LATCHED
    reset(rig)
    assert rig.decision.mode == d.LATCHED
    assert rig.tick(orders=ORDER_TEST).mode == d.LATCHED
    assert rig.decision.command == d.HOLD
    assert Rig(Wake(None, 0, True, True, BY_NAME["runaway"].number)).tick().command == d.CUT


def test_a_gap_in_the_test_of_the_brake_is_nothing_found() -> None:
    """The drive says what it did before the guard slept: from such a reading nothing is latched."""
    rig = Rig()
    off = NOT_TRIED._replace(phase=TORQUE_OFF, phase_ms=20)
    state = rig.state._replace(trial=rig.state.trial._replace(age_ms=500, brake=off))
    assert woken(state).trial == state.trial._replace(brake=NOT_TRIED)
    rig.state = state._replace(mode=d.TEST)
    assert rig.tick(dt_ms=700).latched_cause == 0
