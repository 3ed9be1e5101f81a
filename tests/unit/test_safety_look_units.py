"""From state and observation to facts: which of both each fact is made of, at its edge."""

from __future__ import annotations

from typing import Any

import pytest

from safety import decision as d
from safety.angles import BOTH, ONLY_A
from safety.check_in import CheckIn
from safety.facts import Facts
from safety.look import look
from safety.observation import Wake
from safety.profile import Ramp
from safety.proof import UNPROVED
from safety.rules import EMERGENCY, STAGED
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
