"""The stages of a return to the last unit: what is left, what is added, which scale is meant."""

from __future__ import annotations

import pytest

from safety import decision as d
from safety.home_pinch import backing_off, giving_back, pinched
from safety.home_pinch import waiting as pinch_waits
from safety.home_stages import go_on, moving, pausing, stopping, warning
from safety.home_stages import waiting as rest_waits
from safety.home_state import PINCH_UP, entered
from safety.observation import DRIVE_DISARMED
from safety.profile import Ramp
from safety.rules import BACK, CREEP, CUT_OFF, EMERGENCY, GIVE, STAGED
from tests.home_facts import HOME, SEEN, facts
from tests.safety_rig import LIMITS

GIVES = HOME._replace(
    stage=d.GIVING_BACK, pinch=PINCH_UP, ramp=Ramp(1_500_000, 0, 7), goal_cdeg=1_700, age_ms=100
)


@pytest.mark.parametrize(("left_ms", "waits"), [(41, True), (21, True), (20, False), (10, False), (0, False)])
def test_a_pinch_waits_for_its_time_and_no_odd_tick_makes_it_wait_for_ever(left_ms: int, waits: bool) -> None:
    home, act = pinch_waits(HOME._replace(stage=d.PINCHED, left_ms=left_ms), facts(), SEEN, LIMITS, 20)
    assert (act.stage == d.PINCHED) is waits
    assert home.ramp == Ramp(1_500_000, 0, 0), "it stands"
    assert (home.bits, home.left_ms) == (
        (STAGED, left_ms - 20) if waits else (STAGED | CREEP, LIMITS.warning_ms)
    )


@pytest.mark.parametrize(("dt_ms", "rate_cdps"), [(20, 2), (10, 1), (1, 1)])
def test_giving_back_begins_by_a_unit_at_least_and_speaks_the_drives_scale(
    dt_ms: int, rate_cdps: int
) -> None:
    home, act = giving_back(GIVES, facts(), SEEN, LIMITS, dt_ms)
    assert home.ramp == Ramp(1_500_000 + rate_cdps * dt_ms, rate_cdps, 7)
    assert (act.command, act.angle_cdeg, act.rate_cdps) == (d.MOVE, 1_507, rate_cdps)
    assert (
        backing_off(
            GIVES._replace(ramp=Ramp(1_500_000, -50, -30), goal_cdeg=1_000), facts(), SEEN, LIMITS, 20
        )[1].angle_cdeg
        == 1_500 - 1 - 30 - 1
    )


@pytest.mark.parametrize("reaction", [BACK, GIVE])
def test_after_a_pinch_the_button_must_be_let_go_before_a_hand_leads(reaction: int) -> None:
    assert pinched(HOME._replace(hand=True), reaction, LIMITS).hand is False
    assert pinched(HOME._replace(hand=True, bits=CUT_OFF), reaction, LIMITS).hand is False


def test_backing_off_ends_with_the_sounder() -> None:
    for at in (facts(None), facts()):
        was = GIVES._replace(stage=d.BACKING_OFF, ramp=Ramp(1_000_000, 0, 0), goal_cdeg=1_000)
        home, act = backing_off(was, at, SEEN, LIMITS, 20)
        assert (home.stage, home.left_ms, act.sounder) == (d.STOPPING, LIMITS.stall_pause_ms, True)


@pytest.mark.parametrize(
    ("bits", "acknowledged", "sounds"),
    [(STAGED, False, False), (STAGED, True, False), (EMERGENCY, False, True), (EMERGENCY, True, False)],
)
def test_only_an_emergency_that_nobody_has_seen_sounds_on_the_way(
    bits: int, acknowledged: bool, sounds: bool
) -> None:
    was = HOME._replace(stage=d.STOPPING, bits=bits, acknowledged=acknowledged)
    assert go_on(was, facts(3000), SEEN, LIMITS)[1].sounder is sounds
    assert moving(was._replace(stage=d.TO_REST), facts(), SEEN, LIMITS, 20)[1].sounder is sounds


def test_a_pause_stands_where_the_plan_ended_and_a_way_begins_where_the_table_is() -> None:
    owed = {"rest_owed_ms": 500}
    paused, act = go_on(HOME, facts(40, session=owed), SEEN, LIMITS)
    assert (paused.stage, paused.ramp, act.command) == (d.PAUSE_REST, Ramp(1_500_000, 0, 0), d.HOLD)
    off, _ = go_on(HOME._replace(stage=d.PAUSE_REST), facts(40), SEEN, LIMITS)
    assert (off.stage, off.ramp) == (d.TO_MID, Ramp(40_000, 0, 0))


@pytest.mark.parametrize(("stage", "target_cdeg"), [(d.TO_REST, 0), (d.TO_MID, -1500), (d.TO_PARK, -7000)])
def test_each_way_ends_at_its_own_place(stage: int, target_cdeg: int) -> None:
    was = HOME._replace(stage=stage, ramp=Ramp((target_cdeg + 1) * 1000, 0, 0))
    for _ in range(200):
        was, act = moving(was, facts(target_cdeg + 1), SEEN, LIMITS, 20)
        if was.ramp.pos == target_cdeg * 1000 and act.rate_cdps == 0:
            return
    raise AssertionError(was)


@pytest.mark.parametrize(
    ("stage", "bits", "owed", "stays"),
    [
        (d.PAUSE_REST, STAGED, {"rest_owed_ms": 500}, True),
        (d.PAUSE_MID, STAGED, {"mid_owed_ms": 500}, True),
        (d.PAUSE_MID, EMERGENCY, {"mid_owed_ms": 500}, True),
        (d.PAUSE_REST, EMERGENCY, {"rest_owed_ms": 500}, False),
        (d.PAUSE_REST, STAGED, {"mid_owed_ms": 500}, False),
    ],
)
def test_a_pause_that_is_owed_is_not_begun_anew(
    stage: int, bits: int, owed: dict[str, int], stays: bool
) -> None:
    was = HOME._replace(stage=stage, bits=bits)
    home, act = pausing(was, facts(0 if stage == d.PAUSE_REST else -1500, session=owed), SEEN, LIMITS, 20)
    assert act.command == d.HOLD
    assert (home == was) is stays


def test_the_attempt_to_creep_out_arms_once() -> None:
    was = HOME._replace(stage=d.CREEPING_OUT, bits=CREEP, age_ms=20)
    moves, off = facts(cdps=500), SEEN._replace(drive_state=DRIVE_DISARMED)
    waits, act = stopping(was, moves, off, LIMITS, 20)
    assert (waits.was_armed, act.command, act.sounder) == (False, d.STOP, True)
    armed, act = stopping(waits, moves, SEEN, LIMITS, 20)
    assert (armed.was_armed, act.command) == (True, d.STOP)
    up, act = stopping(armed._replace(still_ms=400, hand=True), moves, off, LIMITS, 20)
    assert (up.bits, up.hand, act.command, act.mode) == (CREEP | CUT_OFF, False, d.CUT, d.WAITING)
    assert up.still_ms == 0, "it must stand first"
    other, _ = stopping(armed._replace(stage=d.STOPPING), moves, SEEN, LIMITS, 20)
    assert not other.was_armed


@pytest.mark.parametrize(("left_ms", "stage"), [(21, d.WARNING), (20, d.STOPPING), (10, d.STOPPING)])
def test_a_warning_ends_in_its_last_tick_however_long_that_is(left_ms: int, stage: int) -> None:
    home, act = warning(HOME._replace(stage=d.WARNING, left_ms=left_ms), facts(), SEEN, LIMITS, 20)
    assert (home.stage, act.stage) == (stage, stage)


def test_the_way_to_rest_is_no_faster_than_a_creep() -> None:
    slow = LIMITS._replace(creep_cdps=150)
    was = HOME._replace(ramp=Ramp(1_500_000, -150, 0))
    assert moving(was, facts(), SEEN, slow, 20)[1].rate_cdps == -150
    assert moving(was, facts(), SEEN, LIMITS._replace(return_cdps=150), 20)[1].rate_cdps == -150
    assert moving(was, facts(), SEEN, LIMITS, 20)[1].rate_cdps < -150


@pytest.mark.parametrize(("stage", "target_cdeg"), [(d.TO_REST, 0), (d.TO_MID, -1500), (d.TO_PARK, -7000)])
@pytest.mark.parametrize("off_cdeg", [0, LIMITS.there_cdeg, -LIMITS.there_cdeg])
def test_within_a_degree_it_is_there(stage: int, target_cdeg: int, off_cdeg: int) -> None:
    was = HOME._replace(stage=stage, ramp=Ramp(target_cdeg * 1000, 0, 0))
    assert moving(was, facts(target_cdeg + off_cdeg), SEEN, LIMITS, 20)[0].stage != stage
    beyond = target_cdeg + off_cdeg + (1 if off_cdeg > 0 else -1)
    assert moving(was, facts(beyond), SEEN, LIMITS, 20)[0].stage == stage or off_cdeg == 0


def test_what_a_stage_has_settled_is_forgotten_when_it_moves_on() -> None:
    assert moving(HOME._replace(left_ms=500), facts(), SEEN, LIMITS, 20)[0].left_ms == 0


def test_an_attempt_that_pushes_too_long_stops_with_the_sounder() -> None:
    pushes = SEEN._replace(effort_permille=-(LIMITS.retry_permille + 1))
    was = HOME._replace(pinches=1, strain_ms=LIMITS.retry_ms - 20)
    home, act = moving(was, facts(), pushes, LIMITS, 20)
    assert (home.stage, act.command, act.sounder) == (d.STOPPING, d.STOP, True)
    assert (
        moving(was._replace(strain_ms=LIMITS.retry_ms - 21), facts(), pushes, LIMITS, 20)[0].stage
        == d.TO_REST
    )


def test_the_sounder_lasts_to_the_end_of_a_wait() -> None:
    for left_ms, sounds in ((22, True), (21, True), (20, False)):
        home, act = stopping(
            HOME._replace(stage=d.STOPPING, left_ms=left_ms), facts(cdps=500), SEEN, LIMITS, 20
        )
        assert (home.left_ms, act.sounder) == (left_ms - 20, sounds)


def test_a_warning_adds_nothing_but_the_cut_that_it_follows() -> None:
    for bits in (CREEP, EMERGENCY, 0):
        was = HOME._replace(stage=d.WARNING, left_ms=20, bits=bits)
        assert warning(was, facts(), SEEN, LIMITS, 20)[0].bits == bits
        assert warning(was._replace(cuts=1), facts(), SEEN, LIMITS, 20)[0].bits == bits | CUT_OFF


@pytest.mark.parametrize("stop", [True, False])
def test_who_shows_while_stop_is_held_is_seen_and_the_table_stands(stop: bool) -> None:
    was = HOME._replace(stage=d.AT_REST_WAITING, bits=EMERGENCY)
    at = facts(0, buttons={"home_release": True, "stop_ms": 20}, now={"stop": stop})
    home, act = rest_waits(was, at, SEEN, LIMITS, 20)
    assert (home.acknowledged, act.command) == (True, d.HOLD)
    assert home.stage == (d.PAUSE_REST if stop else d.TO_MID)
    assert not rest_waits(was, facts(0), SEEN, LIMITS, 20)[0].acknowledged


def test_another_stage_begins_with_nothing_measured() -> None:
    was = HOME._replace(
        left_ms=9, ramp=Ramp(5, -7, 3), pressed=True, let_go=True, watch_ms=8, stalled=True, was_armed=True
    )
    fresh = was._replace(
        stage=d.TO_MID, age_ms=0, left_ms=0, ramp=Ramp(5, 0, 3), pressed=False, let_go=False, watch_ms=0,
        stalled=False, was_armed=False,
    )  # fmt: skip
    assert entered(was, d.TO_MID) == fresh
    assert entered(was, d.TO_MID, 40) == fresh._replace(left_ms=40)
