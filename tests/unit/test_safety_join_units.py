"""Causes that join a return, and STOP within one: each decides by itself, to the last unit."""

from __future__ import annotations

import pytest

from safety import decision as d
from safety.home_state import PINCH_DOWN, PINCH_UP, by_hand, is_stopped, stands
from safety.homecoming import advance, begun, joined
from safety.observation import DRIVE_OWN_RETURN
from safety.profile import Ramp
from safety.rules import BACK, CREEP, CUT_OFF, ESTOP, FREEZE, GIVE, HALT, STAGED
from tests.home_facts import HOME, QUIET, SEEN, facts
from tests.safety_rig import LIMITS

STANDS = HOME._replace(ramp=Ramp(1_500_000, 0, 0), still_ms=400)


@pytest.mark.parametrize(("reaction", "pinch"), [(BACK, PINCH_DOWN), (GIVE, PINCH_UP), (STAGED, 0)])
def test_a_pinch_that_joins_is_one(reaction: int, pinch: int) -> None:
    home = joined(HOME, reaction, facts(), LIMITS)
    assert (home.pinch, home.stage) == (pinch, d.STOPPING if pinch else d.TO_REST)
    assert not home.bits & (BACK | GIVE)
    assert begun(reaction, False, facts(), LIMITS).pinch == pinch


@pytest.mark.parametrize(
    ("bits", "rate_cdps", "anew"),
    [(STAGED, 0, True), (STAGED, -200, True), (CUT_OFF, 0, False), (CUT_OFF, -200, True)],
)
def test_a_cut_begins_its_wait_once_and_again_when_the_table_was_led(
    bits: int, rate_cdps: int, anew: bool
) -> None:
    was = STANDS._replace(bits=bits, ramp=Ramp(0, rate_cdps, 0), hand=True)
    home = joined(was, CUT_OFF, facts(), LIMITS)
    assert (home.still_ms, home.hand) == ((0, False) if anew else (400, True))
    assert joined(was, CREEP, facts(), LIMITS).still_ms == 400


@pytest.mark.parametrize("bits", [STAGED, ESTOP])
def test_an_estop_begins_its_ramp_once(bits: int) -> None:
    was = STANDS._replace(bits=bits, age_ms=300)
    assert joined(was, ESTOP, facts(), LIMITS).age_ms == (300 if bits == ESTOP else 0)


@pytest.mark.parametrize(
    ("stage", "rate_cdps", "bits", "back_cdeg", "stops"),
    [
        (d.TO_REST, -200, STAGED, 0, True),
        (d.TO_MID, -200, STAGED, 0, True),
        (d.TO_PARK, -200, STAGED, 0, True),
        (d.BACKING_OFF, -200, STAGED, 0, False),
        (d.TO_REST, 0, STAGED, 0, False),
        (d.TO_REST, -200, CREEP, 0, False),  # it creeps already
        (d.TO_REST, -200, STAGED | ESTOP, 0, False),
        (d.TO_REST, -200, STAGED | CUT_OFF, 0, False),
        (d.TO_REST, -200, STAGED, LIMITS.frozen_cdeg - 1, True),
        (d.TO_REST, -200, STAGED, LIMITS.frozen_cdeg, False),
    ],
)
def test_a_way_that_is_led_stops_when_less_can_be_trusted(
    stage: int, rate_cdps: int, bits: int, back_cdeg: int, stops: bool
) -> None:
    at = facts(motion=QUIET.motion._replace(back_cdeg=back_cdeg))
    was = HOME._replace(stage=stage, ramp=Ramp(1_500_000, rate_cdps, 0), bits=bits)
    home = joined(was, CREEP, at, LIMITS)
    assert home.stage == (d.STOPPING if stops else stage)
    assert home.bits == bits | CREEP


@pytest.mark.parametrize(
    ("rate_cdps", "bits", "after"),
    [
        (-200, STAGED, (d.STOPPING, False, 400)),
        (0, STAGED, (d.TO_REST, True, 400)),
        # By hand after a cut, or under an e-stop, there is no stop to be shown: it is let go.
        (-200, STAGED | CUT_OFF, (d.TO_REST, False, 0)),
        (-200, STAGED | ESTOP, (d.TO_REST, False, 0)),
        (0, STAGED | CUT_OFF, (d.TO_REST, True, 400)),
        (0, STAGED | ESTOP, (d.TO_REST, True, 400)),
    ],
)
def test_who_is_led_too_fast_must_show_that_it_can_stop(
    rate_cdps: int, bits: int, after: tuple[int, bool, int]
) -> None:
    was = HOME._replace(ramp=Ramp(1_500_000, rate_cdps, 0), bits=bits, hand=True, still_ms=400)
    home = joined(was, HALT, facts(), LIMITS)
    assert (home.stage, home.hand, home.still_ms) == after


@pytest.mark.parametrize(
    ("used_ms", "left_ms"),
    [
        (0, LIMITS.freeze_in_return_ms),
        (LIMITS.freeze_bout_ms - LIMITS.freeze_in_return_ms + 1, LIMITS.freeze_in_return_ms - 1),
        (LIMITS.freeze_bout_ms - LIMITS.late_ms - 1, LIMITS.late_ms + 1),
        (LIMITS.freeze_bout_ms - LIMITS.late_ms, None),
        (LIMITS.freeze_bout_ms + 20, None),
    ],
)
def test_a_stop_in_a_return_uses_what_the_bout_has_left(used_ms: int, left_ms: int | None) -> None:
    at = facts(session={"freeze_ms": used_ms})
    home = joined(HOME, FREEZE, at, LIMITS)
    assert (home.stage, home.left_ms) == ((d.TO_REST, 0) if left_ms is None else (d.FROZEN, left_ms))
    for bits in (ESTOP, CUT_OFF):
        assert joined(HOME._replace(bits=bits), FREEZE, at, LIMITS).stage == d.TO_REST
    assert joined(HOME._replace(stage=d.PAUSE_REST), FREEZE, at, LIMITS).stage == d.PAUSE_REST


@pytest.mark.parametrize(("used_ms", "left_ms"), [(0, 30_000), (LIMITS.freeze_bout_ms - 101, 101)])
def test_a_lone_stop_freezes_for_its_time_or_what_is_left(used_ms: int, left_ms: int) -> None:
    at = facts(session={"freeze_ms": used_ms})
    home = begun(FREEZE, False, at, LIMITS)
    assert (home.stage, home.left_ms, home.bits) == (d.FROZEN, left_ms, FREEZE)
    used_up = facts(session={"freeze_ms": LIMITS.freeze_bout_ms})
    assert begun(FREEZE, False, used_up, LIMITS).stage == d.STOPPING


@pytest.mark.parametrize(("left_ms", "frozen"), [(21, True), (20, False), (10, False)])
def test_a_freeze_ends_in_its_last_tick_however_long_that_is(left_ms: int, frozen: bool) -> None:
    was = HOME._replace(stage=d.FROZEN, bits=FREEZE, left_ms=left_ms)
    home, act = advance(was, facts(), SEEN, LIMITS, 20)
    assert (home.stage, act.mode) == ((d.FROZEN, d.WAITING) if frozen else (d.STOPPING, d.RETURNING))
    assert home.left_ms == max(left_ms - 20, 0)
    more = joined(was._replace(left_ms=29_000), STAGED, facts(), LIMITS)
    assert more.left_ms == LIMITS.freeze_in_return_ms


@pytest.mark.parametrize(
    ("said", "stage"),
    [(-5, d.TO_REST), (0, d.TO_REST), (1, d.TO_REST), (3, d.TO_MID), (5, d.TO_PARK), (9, d.TO_PARK)],
)
def test_a_drives_own_stages_are_ours(said: int, stage: int) -> None:
    own = SEEN._replace(drive_state=DRIVE_OWN_RETURN, drive_stage=said)
    home, act = advance(HOME, facts(), own, LIMITS, 20)
    assert (home.stage, act.command, act.stage) == (d.STOPPING, d.LEAVE, stage)


@pytest.mark.parametrize(
    ("bits", "still_ms", "anew"),
    [
        (STAGED, 0, True),
        (STAGED, 400, True),
        (CUT_OFF, 0, False),  # pressed in the very tick of the cut
        (CUT_OFF, 20, True),
        (CUT_OFF | STAGED, 0, False),
    ],
)
def test_only_in_the_tick_of_a_cut_a_press_is_not_anew(bits: int, still_ms: int, anew: bool) -> None:
    was = HOME._replace(bits=bits, still_ms=still_ms, hand=False)
    at = facts(buttons={"home": True, "home_press": True})
    assert advance(was, at, SEEN, LIMITS, 20)[0].hand is anew
    assert advance(was._replace(hand=True), at, SEEN, LIMITS, 20)[0].hand
    assert begun(STAGED, False, at, LIMITS).hand
    assert not begun(STAGED, False, at, LIMITS, False).hand


@pytest.mark.parametrize(
    ("stop", "stop_ms", "stops_ms", "stopped", "stand"),
    [
        (True, 20, 20, True, True),
        (True, 10_000, 10_000, True, True),
        (True, 10_001, 10_001, True, False),
        (True, 20, 60_999, True, True),
        (True, 20, 61_000, False, False),  # it hangs, or chatters
        (False, 20, 20, False, False),
        (None, 20, 20, False, False),
    ],
)
def test_a_stop_counts_for_its_time_and_all_stops_for_theirs(
    stop: bool | None, stop_ms: int, stops_ms: int, stopped: bool, stand: bool
) -> None:
    buttons = facts(buttons={"stop_ms": stop_ms, "stops_ms": stops_ms}, now={"stop": stop}).buttons
    assert (is_stopped(buttons, LIMITS), stands(buttons, LIMITS)) == (stopped, stand)
    assert by_hand(True, buttons, LIMITS) is not stopped
