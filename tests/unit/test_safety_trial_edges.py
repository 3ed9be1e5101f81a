"""The day's test of direction, and where a guard wakes up: to the unit."""

from __future__ import annotations

from typing import Any

import pytest

from safety.angles import BOTH, ONLY_A
from safety.brake import HELD, NOT_TRIED, TORQUE_BACK, TORQUE_OFF, UNTRIED
from safety.decision import LATCHED, MODES, RETURNING, WAITING
from safety.home_state import Act
from safety.look import look
from safety.modes import AFTER, Row, Turn, _latched, _off_park, _test_over, _woke_away, next_mode
from safety.observation import ORDER_END
from safety.step import boot
from safety.trial import NOT_TRYING, TESTS, Trial, _away, _gone, tried
from tests.safety_rig import FIRST_START, LIMITS, Rig

SEEN = Rig().sense()
BRAKE_HELD = NOT_TRIED._replace(phase=HELD)
QUIET = look(boot(LIMITS, FIRST_START), SEEN, LIMITS, 20, False)


def after(was: Trial, a: int | None, b: int | None, heading: int, source: int = BOTH) -> Trial:
    seen = SEEN._replace(a_cdeg=a, b_cdeg=b)
    motion = QUIET.motion._replace(heading=heading, heading_ms=0)
    return tried(was, motion, QUIET.angles._replace(source=source), seen.inputs, seen, LIMITS, 20)


def test_the_way_up_is_a_degree_by_both_sources() -> None:
    began = after(NOT_TRYING, -7000, -7010, 1)
    assert began == Trial(20, -7000, -7010, False, False)
    assert after(began, -6900, -6911, 1) == Trial(40, -7000, -7010, False, False)
    assert after(began, -6901, -6910, 1).went_up is False
    assert after(began, -6900, -6910, 1) == Trial(40, -6900, -6910, True, False)
    assert after(began, -6900, -6910, 0).went_up is False, "it must be led there"
    assert after(began, -6900, -6910, 1, ONLY_A) == began._replace(age_ms=40)
    assert after(began, None, -6910, 1) == after(began, -6900, None, 1) == began._replace(age_ms=40)
    assert after(began._replace(age_ms=59_990), -7000, -7010, 1).age_ms == 60_000
    assert after(NOT_TRYING._replace(passed=True), -7000, -7010, 1).passed
    assert not after(began._replace(passed=True), -6900, -6910, 1).passed, "the way back is still to come"


def test_the_way_back_is_a_degree_from_the_highest() -> None:
    up = Trial(40, -6900, -6910, True, False, BRAKE_HELD)
    higher = after(up, -6850, -6920, 1)
    assert (higher.a_turn, higher.b_turn) == (-6850, -6910)
    assert not after(up, -7000, -7009, -1).passed
    assert not after(up, -6999, -7010, -1).passed
    assert after(up, -7000, -7010, -1).passed
    for phase in (UNTRIED, TORQUE_OFF):
        assert not after(up._replace(brake=BRAKE_HELD._replace(phase=phase)), -7000, -7010, -1).passed
    assert not after(up, -7000, -7010, 0).passed
    assert not after(up, -7000, -7010, 1).passed
    assert after(up._replace(passed=True), -6900, -6910, 1).passed


@pytest.mark.parametrize(("phase", "a_turn", "b_turn"), [
    (UNTRIED, -6900, -6910), (TORQUE_OFF, -6900, -6910), (TORQUE_BACK, -6950, -6960), (HELD, -6900, -6910),
])  # fmt: skip
def test_what_the_table_sank_without_torque_is_no_way_back(phase: int, a_turn: int, b_turn: int) -> None:
    """The way back begins anew where it stands when the torque is back, and in no other tick."""
    was = Trial(40, -6900, -6910, True, False, BRAKE_HELD._replace(phase=phase))
    now = after(was, -6950, -6960, 0)
    assert (now.a_turn, now.b_turn) == (a_turn, b_turn)
    assert now.brake.phase == (HELD if phase == TORQUE_BACK else phase)


@pytest.mark.parametrize("half", [(-7000, None), (None, -7010)])
def test_a_beginning_by_one_source_is_none(half: tuple[int | None, int | None]) -> None:
    assert after(Trial(20, *half, False, False), -6900, -6910, 1) == Trial(40, -6900, -6910, False, False)


@pytest.mark.parametrize(("a", "b", "gone", "away"), [
    (-7000, -7000, False, False), (-6700, -6699, False, True), (-6699, -6699, True, True),
    (-7301, -6699, True, True), (-6699, None, False, True), (None, -6699, False, True),
    (None, None, False, False), (-6900, -6700, False, False), (-6899, -7000, False, True),
    (-7100, None, False, False), (-7101, None, False, True), (None, -6700, False, False),
])  # fmt: skip
def test_gone_by_both_and_away_by_one(a: int | None, b: int | None, gone: bool, away: bool) -> None:
    said = QUIET.angles._replace(a_cdeg=a, b_cdeg=b)
    assert (_gone(said, LIMITS), _away(said, LIMITS)) == (gone, away)


def turn(facts: dict[str, Any], orders: int = 0, **state: Any) -> Turn:
    began = boot(LIMITS, FIRST_START)._replace(**state)
    return Turn(began, QUIET._replace(**facts), SEEN._replace(orders=orders), LIMITS, 0, 0, 0, None, False)


@pytest.mark.parametrize(("cdeg", "wake_ms", "resumes", "at_park", "away"), [
    (1500, 0, True, False, True), (None, 999, True, False, False), (None, 1_000, True, False, True),
    (1500, 0, False, False, False), (-7000, 0, True, True, False), (None, 1_000, True, True, False),
    (-6900, 0, True, True, False), (-6899, 0, True, True, True), (-7101, 0, True, True, False),
    (-6899, 0, False, True, False),
])  # fmt: skip
def test_a_restarted_guard_waits_a_second_for_an_angle(
    cdeg: int | None, wake_ms: int, resumes: bool, at_park: bool, away: bool
) -> None:
    woken = turn({"cdeg": cdeg, "at_park": at_park}, wake_ms=wake_ms, resumes=resumes)
    assert _woke_away(woken) == away
    assert not _woke_away(turn({"cdeg": 1500, "at_park": False}, resumes=True, waking=False))


@pytest.mark.parametrize(("waking", "resumes", "at_park", "holds"), [
    (True, True, False, False), (True, True, True, True), (True, False, False, True),
    (False, True, False, True),
])  # fmt: skip
def test_a_latch_waits_for_an_open_session_to_be_brought_home(
    waking: bool, resumes: bool, at_park: bool, holds: bool
) -> None:
    """Also before the restarted guard knows where the table is."""
    woken = turn({"cdeg": None, "at_park": at_park}, waking=waking, resumes=resumes)
    assert _latched(woken._replace(latched=13)) is holds
    assert not _latched(woken)


ACTS = {
    "home, latched": Act(done=True), "home": Act(done=True), "continued after a STOP": Act(resumed=True),
    "waits for a person": Act(mode=WAITING), "goes on": Act(mode=RETURNING),
}  # fmt: skip


@pytest.mark.parametrize("latched", [0, 1, 13, 39])
@pytest.mark.parametrize("row", AFTER, ids=lambda row: row.event)
def test_each_way_out_of_a_return_has_its_own_sign(row: Row, latched: int) -> None:
    for act in (*ACTS.values(), None):
        for moved_down in (True, False):
            at = turn({"at_park": False})._replace(act=act, latched=latched, moved_down=moved_down)
            wanted = moved_down if row.event == "first permitted motion" else act == ACTS[row.event]
            wanted = wanted or (row.event == "goes on" and act is not None and act.mode == RETURNING)
            assert row.holds(at) is (wanted and (row.event != "home, latched" or latched != 0))


def test_when_the_days_test_is_over() -> None:
    at = {"cdeg": -7000, "at_park": True}
    passed = Trial(100, 0, 0, True, True)
    assert not _test_over(turn(at))
    assert _test_over(turn(at, ORDER_END))
    assert not _test_over(turn({"cdeg": -6000, "at_park": False}, ORDER_END))
    for age_ms, over in ((59_999, False), (60_000, True)):
        assert _test_over(turn(at, trial=NOT_TRYING._replace(age_ms=age_ms))) == over
    assert _test_over(turn(at, trial=passed))
    moves = QUIET.motion._replace(heading=-1)
    assert not _test_over(turn({**at, "motion": moves}, trial=passed)), "it must stand"
    assert not _test_over(turn({"cdeg": -6899, "at_park": True}, trial=passed))


@pytest.mark.parametrize(
    ("cdeg", "off"), [(-6900, False), (-6899, True), (-7100, False), (-7101, True), (None, True)]
)
def test_beside_park_by_more_than_a_degree(cdeg: int | None, off: bool) -> None:
    assert _off_park(turn({"cdeg": cdeg})) == off


@pytest.mark.parametrize("mode", range(len(MODES)))
def test_a_row_is_for_its_own_modes(mode: int) -> None:
    home = turn({"at_park": True})._replace(act=Act(done=True), latched=13)
    assert next_mode(AFTER, mode, home) == (LATCHED if mode in (RETURNING, WAITING) else mode)


def test_a_day_has_three_tests_by_these_names() -> None:
    """A guard with other ones makes them all anew: what it finds on its disk is compared by name."""
    assert TESTS == ("direction", "brake", "watchdog")
