"""The controller against the real guard, with an ideal table: whole sessions, and what may come between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from controller import prompts
from controller.channel import GuardClient
from controller.loop import Controller
from safety.causes import BY_NAME
from safety.guard import messages
from safety.observation import ORDER_CONTINUE, ORDER_RETURN, ORDER_STOP
from tests.controller_rig import PARK_CDEG, TICK_MS, Rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("name", "tier", "planned_s"),
    [("beginner", "beginner", 427), ("gentle", "beginner", 337), ("intermediate", "intermediate", 777)],
)
def test_a_shipped_programme_runs_to_its_end_without_a_refusal(
    rig: Rig, name: str, tier: str, planned_s: int
) -> None:
    rig.ready(name, tier)
    assert rig.plan[-1][1] == -70.0
    began_ms = rig.now_ms
    assert rig.ask(type="start")["accepted"]
    rig.until(lambda: rig.status["completed"], 900)
    took_s = (rig.now_ms - began_ms) / 1_000
    assert planned_s <= took_s <= planned_s + 30  # answers to check-ins
    assert rig.refused == []
    assert rig.report["first_cause"] == 0
    assert (rig.report["session"], rig.table.angle_cdeg) == (0, PARK_CDEG)
    assert (rig.status["state"], rig.status["why"], rig.status["progress"]) == ("parked", None, 1.0)


def order(rig: Rig, what: int) -> None:
    """A panel's order, straight to the guard."""
    rig.alive.send(messages.ORDER_LAYOUT.pack((1, what)))


def in_motion(rig: Rig, above_deg: float) -> None:
    """Ride until the table is on its way down above an angle."""
    rig.reach("lowering")
    rig.until(lambda: rig.table.angle_cdeg > above_deg * 100, 60)


def test_the_days_test_comes_before_anybody_gets_on(rig: Rig) -> None:
    rig.until(lambda: rig.controller.state == "parked", 5)
    assert rig.load()["accepted"]
    rig.rider = lambda rig: rig.contacts(pendant=False, ankle_a=True, ankle_b=True)
    rig.run(2)
    assert "open both ankle clamps" in rig.status["prompt"]
    rig.rider = lambda rig: rig.contacts(pendant=False, ankle_a=False, ankle_b=False)
    rig.run(2)
    assert rig.status["prompt"].startswith("Hold the pendant; nobody on the table")
    assert rig.table.angle_cdeg == PARK_CDEG
    rig.rider = lambda rig: rig.contacts(pendant=True)
    highest = PARK_CDEG
    while not rig.report["tested"]:
        rig.tick()
        highest = max(highest, rig.table.angle_cdeg)
    rig.run(5)
    assert highest == PARK_CDEG + 200
    assert (rig.table.angle_cdeg, rig.refused) == (PARK_CDEG, [])
    assert rig.status["prompt"] == "Step on and close both ankle clamps."
    assert rig.states == ["returning", "parked", "checking"]


def test_a_test_that_ended_early_is_asked_for_again(rig: Rig) -> None:
    rig.until(lambda: rig.controller.state == "parked", 5)
    rig.station_lives = False
    rig.run(6)
    assert rig.load()["accepted"]
    rig.run(1)
    assert (rig.controller.state, rig.status["prompt"]) == ("checking", BY_NAME["station_lost"].text)
    rig.station_lives = True
    rig.until(lambda: rig.controller.state == "ready", 20)


def test_a_stop_in_the_tests_ends_them_and_return_held_is_the_way_on(rig: Rig) -> None:
    rig.until(lambda: rig.controller.state == "parked", 5)
    assert rig.load()["accepted"]
    rig.until(lambda: rig.table.angle_cdeg > PARK_CDEG + 130, 10)
    rig.rider = lambda rig: rig.contacts(pendant=True, ankle_a=False, ankle_b=False, load=False, stop=True)
    rig.until(lambda: rig.status["state"] == "parked", 1)
    stood = rig.table.angle_cdeg
    assert rig.status["why"].startswith("STOP ended the test of the day. Hold RETURN up to park")
    rig.rider = lambda rig: rig.contacts(stop=False)
    assert rig.load()["accepted"]
    rig.run(10)
    assert rig.table.angle_cdeg == stood
    assert rig.status["prompt"].startswith("STOP ended the tests off park; hold RETURN")
    rig.rider = lambda rig: rig.contacts(return_a=True)
    rig.run(4)
    rig.contacts(return_a=False)
    rig.rider = Rig.by_the_book
    rig.until(lambda: rig.controller.state == "ready", 60)


def test_return_in_the_tests_at_park_ends_them_until_somebody_loads_again(rig: Rig) -> None:
    rig.until(lambda: rig.controller.state == "parked", 5)
    assert rig.load()["accepted"]
    rig.until(lambda: rig.status["prompt"] == prompts.TESTING, 10)
    rig.rider = lambda rig: rig.contacts(
        pendant=True, ankle_a=False, ankle_b=False, load=False, return_a=True
    )
    rig.until(lambda: rig.status["state"] == "parked", 2)
    assert rig.status["why"] == prompts.TEST_RETURNED
    assert not rig.report["tested"]
    rig.rider = lambda rig: rig.contacts(return_a=False)
    rig.run(6)
    assert rig.table.angle_cdeg == pytest.approx(PARK_CDEG, abs=20)
    assert not rig.report["tested"]


def test_a_second_load_on_the_same_day_needs_no_test(rig: Rig) -> None:
    rig.ready()
    assert rig.ask(type="unload")["accepted"]
    rig.until(lambda: rig.report["session"] == 0, 5)
    assert rig.report["day_left_ms"] > 0
    assert rig.load()["accepted"]
    rig.until(lambda: rig.controller.state == "ready", 2)
    assert rig.table.angle_cdeg == PARK_CDEG


def test_nothing_moves_before_start_and_pendant(rig: Rig) -> None:
    rig.ready()
    rig.run(3)
    assert rig.status["prompt"].endswith("Press start on the panel.")
    rig.rider = lambda rig: rig.contacts(pendant=False)
    assert rig.ask(type="start")["accepted"]
    rig.run(3)
    assert (rig.status["state"], rig.status["prompt"]) == ("ready", "Hold the pendant to begin.")
    assert rig.table.angle_cdeg == PARK_CDEG
    rig.rider = Rig.by_the_book
    rig.until(lambda: rig.controller.state == "warming_up", 1)


def test_a_free_pendant_stops_the_way_down_and_a_held_one_goes_on(rig: Rig) -> None:
    in_motion(rig, 3)
    rig.rider = lambda rig: rig.contacts(pendant=False)
    rig.run(0.1)
    stood = rig.table.angle_cdeg
    rig.run(4)
    assert rig.table.angle_cdeg == stood
    assert (rig.status["state"], rig.status["prompt"]) == ("lowering", "Hold the pendant to go on.")
    assert rig.status["setpoint_deg"] is None
    left_s = rig.status["phase"]["left_s"]
    rig.rider = Rig.by_the_book
    rig.run(0.3)
    assert rig.status["phase"]["left_s"] == left_s  # programme time stands still
    rig.until(lambda: rig.controller.state == "holding", 30)
    assert rig.report["first_cause"] == 0
    assert len(rig.refused) <= 1  # the proposal that was on its way when the hand let go


def test_a_check_in_while_rocking_waits_for_the_answer_at_a_standstill(rig: Rig) -> None:
    rig.reach("oscillating", 300)
    rig.until(lambda: rig.table.lamp, 60)
    rig.rider = lambda rig: rig.contacts(pendant=True)
    rig.run(7)  # to the end of a swing
    stood = rig.table.angle_cdeg
    rig.run(3)
    assert rig.table.angle_cdeg == stood
    assert rig.status["prompt"].startswith("Are you well?")
    rig.rider = Rig.by_the_book
    rig.until(lambda: rig.controller.state == "raising", 60)
    assert (rig.refused, rig.report["first_cause"]) == ([], 0)


def test_return_ends_the_session_and_says_why(rig: Rig) -> None:
    in_motion(rig, 3)
    order(rig, ORDER_RETURN)
    rig.run(0.06)
    assert rig.controller.state == "returning"
    rig.until(lambda: rig.controller.state == "parked", 200)
    assert rig.table.angle_cdeg == pytest.approx(PARK_CDEG, abs=5)
    assert (rig.status["completed"], rig.status["why"]) == (False, BY_NAME["return_asked"].text)
    assert rig.status["session"] is None
    rig.run(1)
    assert rig.report["session"] == 0


def test_return_at_park_puts_the_session_away(rig: Rig) -> None:
    rig.ready()
    order(rig, ORDER_RETURN)
    rig.until(lambda: rig.controller.state == "parked", 5)
    assert not rig.status["completed"]
    assert rig.report["session"] == 0
    assert rig.load()["accepted"]


def test_stop_freezes_and_continue_goes_on_where_it_stood(rig: Rig) -> None:
    in_motion(rig, 3)
    order(rig, ORDER_STOP)
    rig.until(lambda: rig.controller.state == "frozen", 0.1)
    rig.run(2)
    stood = rig.table.angle_cdeg
    assert rig.status["prompt"].startswith("Stopped. CONTINUE goes on")
    rig.rider = lambda rig: rig.contacts(pendant=False)
    rig.run(1)
    rig.rider = lambda rig: rig.contacts(pendant=True)
    rig.run(0.2)
    order(rig, ORDER_CONTINUE)
    rig.until(lambda: rig.controller.state == "lowering", 2)
    rig.rider = Rig.by_the_book
    assert rig.table.angle_cdeg == pytest.approx(stood, abs=5)
    rig.until(lambda: rig.controller.state == "holding", 30)
    assert rig.refused == []


def test_a_silent_rider_is_brought_to_rest_and_waited_for(rig: Rig) -> None:
    in_motion(rig, 3)
    rig.rider = lambda rig: rig.contacts(pendant=True)
    rig.until(lambda: rig.controller.state == "returning", 70)
    rig.until(lambda: rig.controller.state == "waiting", 60)
    assert rig.status["why"] == BY_NAME["check_in_missed"].text
    assert rig.status["prompt"].startswith("Look after the rider.")
    assert rig.table.angle_cdeg == pytest.approx(0, abs=100)
    rig.contacts(return_a=True)
    rig.run(0.5)
    rig.contacts(return_a=False)
    rig.until(lambda: rig.controller.state == "parked", 200)


@pytest.mark.parametrize("state", ["lowering", "raising"])
def test_a_controller_that_was_held_up_goes_on_with_a_new_stream(rig: Rig, state: str) -> None:
    rig.reach(state, 400)
    rig.run(4)
    for _ in range(9):  # 180 ms: longer than the lease, not long enough to be lost
        rig.now_ms += TICK_MS
        rig.guard.tick(rig.now_ms)
    rig.until(lambda: rig.controller.state != state, 120)
    assert rig.report["first_cause"] == 0
    assert len(rig.refused) <= 5


def test_a_restarted_controller_proposes_nothing_until_the_table_is_parked(rig: Rig) -> None:
    in_motion(rig, 3)
    rig.controller.guard.close()
    rig.controller.stations.close()
    rig.station.close()
    rig.start_controller(8)
    rig.run(1)
    assert rig.controller.state == "returning"
    while rig.controller.state == "returning":
        rig.tick()
        assert rig.controller.setpoint is None
    assert rig.controller.state == "parked"
    assert rig.table.angle_cdeg == pytest.approx(PARK_CDEG, abs=5)
    assert rig.report["first_cause"] in (0, BY_NAME["controller_lost"].number)
    rig.run(1)
    assert rig.report["session"] == 0


def test_a_restarted_guard_is_met_again_and_the_session_is_over(rig: Rig) -> None:
    in_motion(rig, 3)
    rig.guard.close()
    rig.alive.close()
    rig.controller.tick(rig.now_ms + 20)
    assert rig.controller.state == "returning"
    rig.start_guard()
    old = rig.controller
    rig.controller = Controller(old.facts, GuardClient(None, 7, rig.client()), old.stations)
    rig.controller.why = old.why
    rig.until(lambda: rig.controller.state == "parked", 300)
    assert rig.table.angle_cdeg == pytest.approx(PARK_CDEG, abs=5)
    assert rig.status["completed"] is False


def test_the_guards_refusal_of_a_session_is_passed_on(rig: Rig) -> None:
    rig.ready()
    rig.ask(type="start")
    rig.until(lambda: rig.controller.state == "lowering", 200)
    rig.until(lambda: rig.report["used_ms"] > 1_000, 60)
    order(rig, ORDER_RETURN)
    rig.until(lambda: rig.controller.state == "parked", 300)
    rig.run(1)
    assert rig.load()["accepted"]
    rig.until(lambda: rig.controller.state == "parked", 20)
    assert "beginner: 1 sessions in 24 h; come again in 24 h" in rig.status["why"]
