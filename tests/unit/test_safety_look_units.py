"""From state and observation to facts: which of both each fact is made of, at its edge."""

from __future__ import annotations

from typing import Any

import pytest

from safety import decision as d
from safety.angles import BOTH, ONLY_A
from safety.check_in import CheckIn
from safety.facts import Facts
from safety.look import look
from safety.observation import Terms, Wake
from safety.profile import Ramp
from safety.proof import UNPROVED
from safety.rules import CREEP, EMERGENCY, STAGED
from safety.state import State, boot
from tests.safety_rig import LIMITS, Rig, session_terms

SIGHT = Rig().sense()
RIDES = boot(LIMITS, Wake(None, 0, True, True, 0))._replace(
    mode=d.ACTIVE, terms=session_terms(), waking=False, resumes=False
)


def facts(a: int | None = 1000, b: int | None = 1000, state: State = RIDES, **now: Any) -> Facts:
    """`now` of the inputs; the switches say what the angle says."""
    said = {"at_park": False, "past_rest": None if a is None else a > -200, **now}
    seen = SIGHT._replace(a_cdeg=a, b_cdeg=b, inputs=SIGHT.inputs._replace(**said))
    return look(state, seen, LIMITS, 20, False)


@pytest.mark.parametrize(("lively_ms", "bits", "rate_cdps", "lively"), [
    (299, STAGED, 0, True), (300, STAGED, 0, False), (300, STAGED, -1, False), (300, EMERGENCY, 0, False),
    (300, EMERGENCY, -1, True), (300, EMERGENCY | STAGED, -600, True), (0, EMERGENCY, -1, True),
])  # fmt: skip
def test_two_sources_may_be_further_apart_after_a_jerk_and_in_a_hurry(
    lively_ms: int, bits: int, rate_cdps: int, lively: bool
) -> None:
    state = RIDES._replace(
        motion=RIDES.motion._replace(lively_ms=lively_ms),
        home=RIDES.home._replace(bits=bits, ramp=Ramp(0, rate_cdps, 0)),
    )
    assert facts(1000, 1400, state).angles.disagree_ms == (0 if lively else 20)


@pytest.mark.parametrize(("command", "rate_cdps", "phase", "hold_ms"), [
    (d.MOVE, 100, d.CHECK_COUNTING, 0), (d.MOVE, 1, d.CHECK_COUNTING, 0),
    (d.MOVE, -1, d.CHECK_COUNTING, 0),
    (d.MOVE, 0, d.CHECK_COUNTING, 520), (d.HOLD, 100, d.CHECK_COUNTING, 520),
    (d.HOLD, 0, d.CHECK_OFF, 520), (d.HOLD, 0, d.CHECK_ASKED, 500), (d.HOLD, 0, d.CHECK_LOUD, 500),
])  # fmt: skip
def test_a_hold_is_where_nothing_is_led_and_nothing_asked(
    command: int, rate_cdps: int, phase: int, hold_ms: int
) -> None:
    state = RIDES._replace(
        motion=RIDES.motion._replace(command=command, rate_cdps=rate_cdps),
        session=RIDES.session._replace(in_bout=True, hold_ms=500),
        check=CheckIn(phase, 20, False),
    )
    assert facts(state=state).session.hold_ms == hold_ms


@pytest.mark.parametrize(("a", "b", "source"), [(1000, 1010, BOTH), (1000, None, ONLY_A)])
def test_a_way_back_is_proved_by_both_sources(a: int, b: int | None, source: int) -> None:
    state = RIDES._replace(session=RIDES.session._replace(in_bout=True))
    seen = facts(a, b, state)
    assert seen.angles.source == source
    assert seen.proof == (UNPROVED._replace(a_top_cdeg=a, b_top_cdeg=b) if source == BOTH else UNPROVED)


@pytest.mark.parametrize(("at_park", "open_session", "used_ms"), [
    (False, True, 20), (None, True, 20), (True, True, 0), (False, False, 0), (True, False, 0),
])  # fmt: skip
def test_an_angle_that_nobody_knows_counts_but_where_the_switch_says_park(
    at_park: bool | None, open_session: bool, used_ms: int
) -> None:
    state = RIDES if open_session else RIDES._replace(terms=None)
    assert facts(None, None, state, at_park=at_park).session.used_ms == used_ms


@pytest.mark.parametrize(("mode", "stage", "cdeg", "asks"), [
    (d.ACTIVE, d.NO_STAGE, 500, False), (d.ACTIVE, d.NO_STAGE, 501, True),
    (d.WAITING, d.FROZEN, 501, True), (d.WAITING, d.FROZEN, 500, False), (d.RETURNING, d.TO_REST, 501, False),
    (d.INHIBITED, d.NO_STAGE, 501, False), (d.READY, d.NO_STAGE, 501, False),
])  # fmt: skip
def test_who_is_head_down_in_a_session_or_frozen_in_it_is_asked(
    mode: int, stage: int, cdeg: int, asks: bool
) -> None:
    state = RIDES._replace(mode=mode, home=RIDES.home._replace(stage=stage))
    assert facts(cdeg, cdeg, state).check.phase == (d.CHECK_COUNTING if asks else d.CHECK_OFF)
    blind = state._replace(angles=state.angles._replace(last_cdeg=cdeg))
    assert facts(None, None, blind).check.phase == (d.CHECK_COUNTING if asks else d.CHECK_OFF)


@pytest.mark.parametrize(("mode", "parked", "away"), [
    (d.INHIBITED, 1, 1), (d.TEST, 5, 5), (d.READY, 1, 1), (d.ACTIVE, 3, 19), (d.RETURNING, 9, 25),
    (d.WAITING, 9, 25), (d.LATCHED, 1, 1),
])  # fmt: skip
def test_which_rules_are_asked_by_mode_and_place(mode: int, parked: int, away: int) -> None:
    state = RIDES._replace(mode=mode)
    assert [facts(cdeg, cdeg, state).scope for cdeg in (-7300, -6700, -6699, -7301, 1000)] == [
        parked, parked, away, away, away,
    ]  # fmt: skip
    assert facts(None, None, state, at_park=True).scope == parked
    assert facts(None, None, state, at_park=None).scope == away


@pytest.mark.parametrize(("mode", "stage", "bits", "rate_cdps", "cdps"), [
    (d.TEST, d.TO_REST, EMERGENCY, -600, 200), (d.ACTIVE, d.TO_REST, EMERGENCY, -600, 300),
    (d.INHIBITED, d.NO_STAGE, 0, -100, 300), (d.LATCHED, d.STOPPING, STAGED, -100, 300),
    (d.RETURNING, d.TO_REST, STAGED, 0, 200), (d.RETURNING, d.TO_MID, STAGED, -201, 201),
    (d.RETURNING, d.TO_PARK, CREEP, -199, 200), (d.WAITING, d.TO_PARK, STAGED, 0, 200),
    (d.RETURNING, d.TO_REST, EMERGENCY, 0, 600), (d.RETURNING, d.TO_REST, EMERGENCY | CREEP, 0, 200),
    (d.RETURNING, d.STOPPING, STAGED, -1, 200), (d.RETURNING, d.STOPPING, STAGED, 0, 300),
    (d.RETURNING, d.STOPPING, EMERGENCY, 0, 600), (d.RETURNING, d.STOPPING, EMERGENCY, -1, 600),
    (d.WAITING, d.STOPPING, STAGED, -1, 300), (d.WAITING, d.STOPPING, EMERGENCY, -1, 600),
])  # fmt: skip
def test_how_fast_what_is_being_done_may_be(
    mode: int, stage: int, bits: int, rate_cdps: int, cdps: int
) -> None:
    home = RIDES.home._replace(stage=stage, bits=bits, ramp=Ramp(0, rate_cdps, 0))
    seen = facts(state=RIDES._replace(mode=mode, home=home, over_speed_ms=80))
    assert (seen.speed_cdps, seen.over_speed_ms) == (cdps, 0)


@pytest.mark.parametrize(("mode", "bits", "rate_cdps", "heading", "led_ms", "cdps"), [
    (d.WAITING, STAGED, -1, -1, 399, 300), (d.WAITING, STAGED, -1, -1, 400, 200),
    (d.WAITING, STAGED, 0, -1, 400, 300), (d.WAITING, STAGED, -1, 0, 400, 300),
    (d.WAITING, STAGED, -1, 1, 400, 300), (d.WAITING, EMERGENCY, -1, -1, 400, 600),
    (d.WAITING, EMERGENCY | CREEP, -1, -1, 400, 200), (d.WAITING, EMERGENCY | CREEP, -1, -1, 399, 600),
    (d.INHIBITED, 0, -150, -1, 400, 300), (d.LATCHED, 0, -150, -1, 400, 300), (d.ACTIVE, 0, -1, -1, 400, 300),
])  # fmt: skip
def test_by_hand_it_may_fall_for_400_ms_and_then_has_the_speed_of_a_return(
    mode: int, bits: int, rate_cdps: int, heading: int, led_ms: int, cdps: int
) -> None:
    home = RIDES.home._replace(stage=d.STOPPING, bits=bits, ramp=Ramp(0, rate_cdps, 0))
    motion = RIDES.motion._replace(heading=heading, heading_ms=led_ms)
    assert facts(state=RIDES._replace(mode=mode, home=home, motion=motion)).speed_cdps == cdps


@pytest.mark.parametrize(("a", "b", "a_cdps", "b_cdps", "fast"), [
    (1000, 1000, 330, 0, False), (1000, 1000, 331, 0, True), (1000, 1000, -331, 0, True),
    (1000, 1000, 0, 380, False), (1000, 1000, 0, 381, True), (1000, 1000, 0, -381, True),
    (1000, 1000, 0, None, False), (1000, None, 331, 900, True), (1000, None, 330, 900, False),
    (None, 1000, 0, 380, False), (None, 1000, 0, 381, True), (None, None, 900, 900, False),
])  # fmt: skip
def test_a_tenth_faster_is_too_fast_and_the_noisier_source_has_half_a_degree_more(
    a: int | None, b: int | None, a_cdps: int, b_cdps: int | None, fast: bool
) -> None:
    inputs = SIGHT.inputs._replace(at_park=False, past_rest=True)
    seen = SIGHT._replace(a_cdeg=a, b_cdeg=b, a_cdps=a_cdps, b_cdps=b_cdps, inputs=inputs)
    for was_ms, then_ms in ((80, 100), (59_990, 60_000)):
        now = look(RIDES._replace(over_speed_ms=was_ms), seen, LIMITS, 20, False)
        assert now.over_speed_ms == (then_ms if fast else 0)


@pytest.mark.parametrize("terms", [None, session_terms(cap_cdeg=1_234)])
def test_the_cap_is_that_of_the_session_or_of_the_table(terms: Terms | None) -> None:
    seen = facts(state=RIDES._replace(terms=terms))
    assert seen.cap_cdeg == (6_000 if terms is None else 1_234)
