"""`step`, the modes and the permit at their edges: where one condition of a tick decides."""

from __future__ import annotations

import pytest

from safety import decision as d
from safety.causes import BY_NAME
from safety.look import look
from safety.modes import BEFORE, Turn
from safety.observation import ORDER_TEST, Wake
from safety.state import boot, woken
from tests.safety_rig import LIMITS, QUIET, Plant, Rig, cause, reset, ridden, session_terms

PARK = LIMITS.park_cdeg
ESTOP = BY_NAME["estop"].number
BLIND = {"a_cdeg": None, "b_cdeg": None, "inputs": QUIET._replace(at_park=False)}


def test_what_trips_before_a_restarted_guard_has_seen_its_table_is_not_the_first_cause() -> None:
    rig = Rig()
    rig.state = boot(LIMITS, Wake(session_terms(), 0, False, True, 0))
    rig.changes = BLIND
    rig.tick()
    assert (rig.state.waking, cause(rig)) == (True, "guard_lost")
    rig.changes = {**BLIND, "inputs": QUIET._replace(at_park=False, estop_ok=False)}
    rig.tick()
    assert (rig.decision.mode, cause(rig)) == (d.WAITING, "guard_lost")


def test_what_ended_a_session_is_no_cause_of_what_begins_out_of_rest() -> None:
    rig = Rig(Wake(session_terms(), 0, False, True, 0), cdeg=1000)
    rig.run(200)
    assert (rig.decision.mode, cause(rig)) == (d.INHIBITED, "guard_lost")
    rig.press(estop_ok=False)
    rig.tick()
    assert cause(rig) == "estop"


@pytest.mark.parametrize(("over_cdeg", "command"), [(0, d.HOLD), (1, d.STOP)])
def test_within_a_degree_of_park_the_button_leads_nobody(over_cdeg: int, command: int) -> None:
    """Just beyond, it is at work: passed in motion, the table is stopped as hold-to-run stops it."""
    rig = Rig()
    rig.press(return_a=True)
    rig.run(100)
    rig.plant = Plant(PARK + LIMITS.there_cdeg + over_cdeg, -150.0)
    assert rig.tick(drive_state=1).command == command


@pytest.mark.parametrize(
    ("latch", "chain", "cut"),
    [(0, True, False), (0, None, False), (0, False, True), (ESTOP, True, False), (ESTOP, None, True)],
)
def test_at_park_torque_goes_for_an_open_chain_or_one_unknown_since_it_was(
    latch: int, chain: bool | None, cut: bool
) -> None:
    rig = Rig(Wake(None, 0, True, True, latch))
    rig.press(estop_ok=chain)
    rig.run(3_000)
    assert (rig.decision.command == d.CUT) is cut


def test_a_session_that_nobody_goes_on_with_is_over_with_the_first_angle() -> None:
    rig = Rig()
    rig.state = boot(LIMITS, Wake(session_terms(), 0, False, True, 0))
    rig.tick(**BLIND)
    assert rig.state.terms is not None
    rig.plant = Plant(1000.0, 0.0)
    rig.tick()
    assert rig.decision.mode == d.INHIBITED
    assert rig.state.terms is None


@pytest.mark.parametrize(
    ("held_ms", "mode"), [(LIMITS.reset_ms, d.INHIBITED), (LIMITS.reset_ms - 20, d.LATCHED)]
)
def test_a_latch_goes_after_three_seconds_to_the_tick(held_ms: int, mode: int) -> None:
    rig = Rig(Wake(None, 0, True, True, ESTOP))
    rig.run(100)
    reset(rig, held_ms - 20)
    assert rig.state.buttons.home_ms == held_ms
    assert rig.decision.mode == mode
    assert rig.state.latched_cause == (ESTOP if mode == d.LATCHED else 0)


def test_who_is_refused_at_park_has_used_up_nothing_of_the_ride() -> None:
    rig = Rig()
    rig.begin()
    rig.press(pendant=False)
    for _ in range(100):
        assert rig.propose(PARK + 20, 100).refusal
    assert (rig.decision.mode, rig.state.stream.refused_ms) == (d.READY, 0)
    rig = ridden()
    rig.press(pendant=False)
    assert rig.propose(3_010, 100).refusal
    assert rig.state.stream.refused_ms == 20


def test_after_a_gap_progress_is_looked_at_anew() -> None:
    state = Rig().state
    state = state._replace(home=state.home._replace(watch_ms=3_000, left_ms=7))
    assert woken(state).home == state.home._replace(watch_ms=0)


@pytest.mark.parametrize(("used_ms", "left_ms"), [(239_980, 20), (240_000, 0), (300_000, 0)])
def test_no_dose_is_left_of_one_that_is_used_up(used_ms: int, left_ms: int) -> None:
    asked = session_terms()._replace(allowance_ms=240_000)
    rig = Rig(Wake(asked, used_ms, True, True, 0), cdeg=400)
    assert rig.decision.dose_left_ms == left_ms


@pytest.mark.parametrize("latched", [0, ESTOP])
def test_nobody_asks_for_tests_of_a_latched_table(latched: int) -> None:
    """Whatever row of the modes comes first."""
    rig = Rig()
    observation = rig.sense()._replace(orders=ORDER_TEST)
    facts = look(rig.state, observation, LIMITS, 20, False)
    turn = Turn(rig.state, facts, observation, LIMITS, 0, latched, 0, None, False)
    row = next(row for row in BEFORE if row.event == "tests asked for")
    assert row.holds(turn) is not bool(latched)
