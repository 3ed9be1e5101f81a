"""Single steps of the rules' memory at their edges: one unit more or less changes what they say."""

from __future__ import annotations

import pytest

from safety import decision as d
from safety.angles import BOTH, ONLY_A
from safety.check_in import CheckIn
from safety.home_pinch import after_stop
from safety.home_state import NOT_HOMING, PINCH_DOWN, PINCH_UP
from safety.limits import bounded, for_table, terms
from safety.look import look
from safety.motion import Motion, seen
from safety.observation import Proposal, Terms
from safety.permit import gated
from safety.step import boot
from safety.verdict import ALLOW
from tests.safety_rig import FIRST_START, LIMITS, Rig, ridden


def led_up(**changes: int | None) -> Motion:
    """A table that has been led 2 deg towards park while A, the last source, stood still."""
    rig = ridden(1500)
    rig.tick(b_cdeg=None)
    motion = rig.state.motion._replace(
        command=d.MOVE, heading=-1, rate_cdps=-100, told_cdeg=-200, a_from=1500, b_from=1500
    )
    motion = motion._replace(**changes)  # type: ignore[arg-type]
    return seen(motion, rig.state.angles, rig.sense()._replace(a_cdeg=1500, b_cdeg=None), LIMITS, 20)


def test_the_last_source_that_stands_means_a_table_that_stands() -> None:
    """The other one is silent, so there is nobody to say that only the sensor has frozen."""
    assert led_up().frozen == BOTH
    assert led_up(told_cdeg=-199).frozen == 0
    assert led_up(a_from=1530).frozen == 0


def test_beside_a_source_that_moves_only_the_standing_one_is_frozen() -> None:
    rig = ridden(1500)
    motion = rig.state.motion._replace(
        command=d.MOVE, heading=-1, rate_cdps=-100, told_cdeg=-200, a_from=1500, b_from=1700
    )
    assert seen(motion, rig.state.angles, rig.sense(), LIMITS, 20).frozen == ONLY_A


def test_a_pinch_without_an_angle_stands_and_calls_a_person() -> None:
    """Neither backing off nor giving back without knowing where: the minute for a person begins."""
    rig = ridden(1500)
    facts = look(rig.state, rig.sense(), LIMITS, 20, False)._replace(cdeg=None)
    for kind in (PINCH_DOWN, PINCH_UP):
        home, act = after_stop(NOT_HOMING._replace(pinch=kind), facts, rig.sense(), LIMITS)
        assert (home.stage, home.left_ms, home.pinch) == (d.PINCHED, 60_000, 0)
        assert (act.command, act.stage) == (d.HOLD, d.PINCHED)


@pytest.mark.parametrize(("cdeg", "at_park"), [(-6700, True), (-6699, False), (-7300, True), (-7301, False)])
def test_park_is_three_degrees_wide(cdeg: int, at_park: bool) -> None:
    sense = Rig().sense()
    seen = sense._replace(a_cdeg=cdeg, b_cdeg=cdeg)
    assert look(boot(LIMITS, FIRST_START), seen, LIMITS, 20, False).at_park == at_park
    for switch in (True, False, None):
        blind = sense._replace(a_cdeg=None, b_cdeg=None, inputs=sense.inputs._replace(at_park=switch))
        assert look(boot(LIMITS, FIRST_START), blind, LIMITS, 20, False).at_park == (switch is True)


def test_a_session_is_debited_a_tenth_and_one_question_more_than_its_programme() -> None:
    """Never more than the rider's day has left, nor than the tier allows."""
    for asked_ms, left_ms, debited_ms in (
        (100_000, 10**9, 140_000), (100_009, 10**9, 140_009), (100_010, 10**9, 140_011),
        (100_000, 139_999, 139_999),
        (280_000, 10**9, 300_000),
    ):  # fmt: skip
        made = terms(7, 0, 2000, asked_ms, 2, 100_000, left_ms, LIMITS)
        assert isinstance(made, Terms)
        assert made.allowance_ms == debited_ms
    assert isinstance(terms(7, 0, 2000, 100_000, 2, 100_000, 99_999, LIMITS), str)


def test_what_a_table_and_a_session_may_say() -> None:
    for wall_ms, most_ms in ((100_000, 185_000), (100_004, 185_005), (3_000_000, 3_600_000)):
        made = terms(7, 0, 2000, 1, 2, wall_ms, 10**9, LIMITS)
        assert isinstance(made, Terms)
        assert made.wall_max_ms == most_ms
    for session, cap, least in ((1, -6999, 0), (1, 0, 0)):
        assert isinstance(terms(session, 0, cap, least, least, least, 10**9, LIMITS), Terms)
    for bad in ((0, 0, 1, 1, 1), (1, -7000, 1, 1, 1), (1, 0, -1, 1, 1), (1, 0, 1, -1, 1), (1, 0, 1, 1, -1)):
        session, cap, allowance_ms, bouts, wall_ms = bad
        assert isinstance(terms(session, 0, cap, allowance_ms, bouts, wall_ms, 10**9, LIMITS), str), bad
    assert isinstance(terms(1, -1, 0, 1, 1, 1, 10**9, LIMITS), str)
    assert for_table(-8000, -8200, 6600, 6000) == LIMITS._replace(park_cdeg=-8000)
    assert for_table(-6000, -6200, 601, 6000) == LIMITS._replace(park_cdeg=-6000, cap_cdeg=1)
    assert isinstance(for_table(-6000, -6199, 6600, 6000), str)


def test_terms_from_outside_are_cut_to_the_hard_limits() -> None:
    wild = Terms._make([7, *[10**9] * 10])
    assert bounded(wild, LIMITS) == (7, 6000, 300, 300, 150, *[10**9] * 4, 60_000, 3_600_000)
    assert bounded(wild, LIMITS._replace(cap_cdeg=9000)).cap_cdeg == 6000
    mild = Terms._make(range(1, 12))
    assert bounded(mild, LIMITS) == mild


def test_the_slowest_head_down_motion_is_motion() -> None:
    rig = ridden(500)
    at_once = rig.propose(500, 1)
    assert (at_once.command, at_once.planned_down) == (d.MOVE, True)
    facts = look(rig.state, rig.sense(), LIMITS, 20, False)
    asked = rig.sense()._replace(proposal=Proposal(7, 0, 500, 1, 100))
    assert gated(rig.state.stream, facts, asked, LIMITS, ALLOW, True, 0, 20).moved_down


@pytest.mark.parametrize(("was", "lamp", "sounder"), [
    (CheckIn(d.CHECK_COUNTING, 59_960, False), False, False),
    (CheckIn(d.CHECK_COUNTING, 59_980, False), True, False),
    (CheckIn(d.CHECK_ASKED, 9_980, False), True, True),
])  # fmt: skip
def test_a_question_lights_the_lamp_then_sounds(was: CheckIn, lamp: bool, sounder: bool) -> None:
    rig = ridden(1500)
    rig.state = rig.state._replace(check=was)
    asked = rig.propose(1500, 0)
    assert (asked.lamp, asked.sounder) == (lamp, sounder)
