"""Corners of the rules that no other test of them visits: what each is there for."""

from __future__ import annotations

from typing import Any

import pytest

from safety import decision as d
from safety.angles import NEITHER, ONLY_B, liar
from safety.bounds import Bound, in_words
from safety.causes import BY_NAME, CAUSES, name_of
from safety.home_pinch import pinched
from safety.home_state import NOT_HOMING
from safety.observation import ORDER_RETURN, ORDER_TEST
from safety.rules import CUT_OFF, GIVE
from safety.verdict import ALLOW, NO_MOTION, POWER_CUT, Verdict, combine
from tests.safety_rig import LIMITS, SHORT, Plant, Rig, Shaped, ridden


def test_switches_that_fell_silent_say_nothing_about_which_source_lies() -> None:
    """The park switch says that B is wrong; stale, it says nothing, and nobody is called a liar."""
    seen = ridden(1500).sense()
    seen = seen._replace(inputs=seen.inputs._replace(at_park=True, past_rest=False))
    assert liar(-7000, -6500, seen, 0, LIMITS) == ONLY_B
    assert liar(-7000, -6500, seen._replace(inputs_age_ms=101), 0, LIMITS) == NEITHER


def test_a_frozen_source_beside_a_late_one_leaves_no_angle() -> None:
    """A stands still in a return, B moves but answers too late: nothing leads far but a hand on RETURN."""
    rig = ridden()
    rig.tick(orders=ORDER_RETURN)
    rig.run(3_000)
    stuck = round(rig.plant.cdeg)
    for _ in range(1_000):
        rig.tick(a_cdeg=stuck, a_cdps=0, b_age_ms=150)
    place = rig.plant.cdeg
    assert place > stuck - 400
    for _ in range(1_000):
        rig.tick(a_cdeg=stuck, a_cdps=0, b_age_ms=150)
    assert (rig.decision.mode, rig.plant.cdeg) == (d.WAITING, place)


def disagreed() -> Rig:
    """Home at park after a disagreement: A and the drive, which follows it, are 4 deg off."""
    rig = Rig(limits=SHORT)
    rig.ride(1000)
    rig.run(400)
    rig.obeys = False
    while rig.decision.mode not in (d.INHIBITED, d.LATCHED):
        rig.tick(a_cdeg=round(rig.plant.cdeg) + 400)
        if rig.decision.command == d.MOVE:
            rig.plant = Plant(rig.decision.angle_cdeg - 400.0, rig.decision.rate_cdps)
    rig.obeys = True
    rig.plant = Plant(float(LIMITS.park_cdeg), 0.0)
    return rig


def a_is_bad(rig: Rig) -> bool:
    return rig.state.angles.a_bad


def test_two_sources_that_agree_again_at_park_are_believed_again() -> None:
    rig = disagreed()
    assert a_is_bad(rig)
    rig.tick(a_cdeg=None)
    rig.tick(b_age_ms=101)
    assert a_is_bad(rig), "absent or late is no agreement"
    rig.tick()
    assert not a_is_bad(rig)
    rig.press(ankle_a=False, ankle_b=False, load=False)
    rig.begin()
    assert rig.decision.first_cause == 0


def test_an_estop_at_park_latches_at_once() -> None:
    rig = ridden(500)
    rig.tick(orders=ORDER_RETURN)
    while rig.plant.cdeg > LIMITS.park_cdeg + 80:
        rig.tick()
    rig.press(estop_ok=False)
    rig.obeys = False
    rig.plant = Plant(rig.plant.cdeg, 0)
    rig.tick()
    assert (rig.decision.mode, rig.decision.command) == (d.LATCHED, d.CUT)


def test_an_estop_in_a_return_ramps_before_it_cuts() -> None:
    rig = ridden(1500)
    rig.tick(orders=ORDER_RETURN)
    rig.run(3_000)
    assert rig.decision.stage == d.TO_REST
    rig.press(estop_ok=False)
    rig.obeys = False
    assert rig.tick(a_cdps=-200, b_cdps=-200).command == d.STOP
    for _ in range(26):
        rig.tick(a_cdps=-200, b_cdps=-200)
    assert rig.decision.command == d.CUT, "whether or not it stands: 500 ms"


def test_a_second_cause_in_a_freeze_leaves_it_ten_seconds() -> None:
    rig = ridden(1500)
    rig.press(stop=True)
    rig.tick()
    assert rig.decision.stage_left_ms > 25_000
    rig.press(ankle_a=False)
    rig.run(200)
    assert rig.decision.stage == d.FROZEN
    assert rig.decision.stage_left_ms <= 10_000
    rig.run(10_100)
    assert rig.decision.stage != d.FROZEN


def short_of(rig: Rig, target: int, off: int) -> None:
    """In a return, the table stops following when its plan has this much left to a target."""
    rig.tick(orders=ORDER_RETURN)
    while rig.plant.cdeg > target + off:
        rig.tick()
    rig.obeys = False


def test_a_table_that_stops_short_of_rest_is_asked_once_more_by_a_new_plan() -> None:
    rig = ridden(1500)
    short_of(rig, LIMITS.rest_cdeg, 150)
    rig.plant = Plant(150.0, 0.0)
    for _ in range(200):  # by the frame it goes on, so nothing is in its way
        led = rig.decision.angle_cdeg if rig.decision.command == d.MOVE else 0
        rig.tick(b_cdeg=led)
    assert rig.decision.stage in (d.STOPPING, d.TO_REST)
    rig.obeys = True
    rig.until(d.INHIBITED)
    assert not rig.decision.causes & 1 << BY_NAME["return_stalled"].number


def test_a_table_that_went_past_its_stage_goes_on_to_the_next() -> None:
    rig = ridden(1500)
    short_of(rig, LIMITS.mid_cdeg, 30)
    rig.plant = Plant(LIMITS.mid_cdeg - 150.0, 0.0)
    while rig.decision.stage == d.TO_MID:
        rig.tick()
    assert rig.decision.stage == d.PAUSE_MID, "the pause is owed all the same"
    rig.obeys = True
    rig.until(d.INHIBITED)
    assert abs(rig.plant.cdeg - LIMITS.park_cdeg) <= LIMITS.there_cdeg


def test_a_table_that_tires_before_rest_is_a_stall() -> None:
    """Six tenths of what is led: too much for something in the way, too little for a return."""
    rig = ridden(1500)
    short_of(rig, LIMITS.rest_cdeg, 600)
    for _ in range(500):
        led = rig.decision.rate_cdps * 6 // 10 if rig.decision.command == d.MOVE else 0
        rig.plant = Plant(rig.plant.cdeg + led * 0.02, led)
        rig.tick()
    assert any(x.causes & 1 << BY_NAME["return_stalled"].number for _, x, _ in rig.log)


def test_letting_go_to_answer_a_check_in_on_the_way_down_is_no_refusal() -> None:
    """The answer is a release and a press; what was proposed meanwhile is set aside, nobody erred."""
    rig = ridden(1000)
    shaped = Shaped(1000, speed_dps=0.3)
    while rig.decision.check_in != d.CHECK_ASKED:
        rig.propose(*shaped.towards(2900)[:2])
        assert rig.decision.mode == d.ACTIVE
    rig.press(pendant=False)
    for _ in range(10):
        angle, rate, _ = shaped.towards(2900)
        assert rig.propose(angle, rate).command == d.HOLD
    assert rig.decision.refusal == 0
    assert rig.refusals() == []
    rig.press(pendant=True)
    rig.tick()
    assert rig.decision.check_in == d.CHECK_COUNTING


@pytest.mark.parametrize("field", ["a_cdeg", "b_cdeg"])
def test_one_bad_sample_in_the_days_test_is_no_turning_point(field: str) -> None:
    """It would let a test pass on a table that never moved back."""
    rig = Rig()
    rig.tick(orders=ORDER_TEST)
    shaped = Shaped(LIMITS.park_cdeg, speed_dps=0.9)
    rig.propose(LIMITS.park_cdeg, 0)
    for number in range(160):
        angle, rate, _ = shaped.towards(LIMITS.park_cdeg + 200)
        lie: dict[str, Any] = {field: round(rig.plant.cdeg) - 500} if number == 120 else {}
        rig.propose(angle, rate, **lie)
    assert rig.decision.mode == d.TEST
    assert rig.state.trial.a_turn is not None
    assert rig.state.trial.a_turn >= LIMITS.park_cdeg
    assert not rig.decision.tested


def test_the_last_source_is_not_given_up_because_the_table_stands() -> None:
    """B is gone and A stands: that is a table in something's way, not a frozen sensor."""
    rig = ridden()
    rig.tick(orders=ORDER_RETURN, b_cdeg=None)
    for _ in range(100):
        rig.tick(b_cdeg=None)
    rig.obeys = False
    for _ in range(300):
        rig.tick(b_cdeg=None)
    assert rig.decision.trusted_cdeg is not None
    assert any(x.causes & 1 << BY_NAME["pinched_up"].number for _, x, _ in rig.log)


def test_by_hand_with_a_silent_drive_angle_the_way_begins_where_the_frame_says() -> None:
    rig = ridden(1500)
    rig.press(estop_ok=False)
    rig.run(1_000)
    rig.press(return_a=True)
    while rig.decision.command != d.MOVE:
        rig.tick(a_age_ms=500)
    assert abs(rig.decision.angle_cdeg - 1500) <= 10
    rig.tick(a_age_ms=500)
    assert rig.decision.rate_cdps < 0


@pytest.mark.parametrize("row", CAUSES, ids=lambda row: row.name)
def test_every_number_in_a_file_has_its_name(row: Any) -> None:
    assert name_of(row.number) == row.name


def test_no_cause_has_no_name() -> None:
    assert name_of(0) is None


def test_the_stricter_of_two_verdicts_in_each_part() -> None:
    cut = Verdict(NO_MOTION, 500, POWER_CUT)
    assert combine(ALLOW, cut) == combine(cut, ALLOW) == cut
    assert combine(Verdict(1, 200, 1), Verdict(2, 100, 0)) == Verdict(1, 100, 0)


def test_a_pinch_under_a_cut_gives_nothing_back_and_wants_the_button_let_go() -> None:
    cut = NOT_HOMING._replace(bits=CUT_OFF, stage=d.STOPPING, hand=True)
    home = pinched(cut, GIVE, LIMITS)
    assert (home.pinch, home.hand, home.stage, home.bits) == (0, False, d.STOPPING, CUT_OFF)


def test_a_limit_is_told_with_its_unit_and_whose_it_is() -> None:
    assert in_words("cap_cdeg", Bound(2000, "beginner")).endswith("by beginner")
    assert in_words("cap_cdeg", Bound(2000, "beginner")).startswith("20")
