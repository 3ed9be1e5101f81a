"""The stages of a return by themselves: where each begins and ends, to the unit."""

from __future__ import annotations

import pytest

from safety import decision as d
from safety.angles import BOTH, ONLY_A, ONLY_B
from safety.home_pinch import strained
from safety.home_stages import moving, next_stage, pausing, stopping, waiting, warning
from safety.home_state import NOT_HOMING, PINCH_DOWN, PINCH_UP, standing
from safety.homecoming import advance, begun, joined
from safety.observation import DRIVE_DISARMED, DRIVE_OWN_RETURN, ORDER_CONTINUE, ORDER_RETURN
from safety.profile import Ramp
from safety.rules import BACK, CREEP, CUT_OFF, EMERGENCY, ESTOP, FREEZE, GIVE, HALT, STAGED, WAIT
from tests.home_facts import HOME, SEEN, facts
from tests.safety_rig import LIMITS

OWED = {"rest_owed_ms": 500, "mid_owed_ms": 400}


@pytest.mark.parametrize(("cdeg", "was", "bits", "owed", "stage"), [
    (101, d.STOPPING, STAGED, OWED, d.TO_REST), (100, d.STOPPING, STAGED, OWED, d.PAUSE_REST),
    (-100, d.STOPPING, STAGED, OWED, d.PAUSE_REST), (-101, d.STOPPING, STAGED, OWED, d.TO_MID),
    (-101, d.TO_REST, STAGED, OWED, d.PAUSE_REST), (-101, d.PAUSE_REST, STAGED, OWED, d.PAUSE_REST),
    (-101, d.AT_REST_WAITING, STAGED, OWED, d.PAUSE_REST), (101, d.PAUSE_REST, STAGED, OWED, d.PAUSE_REST),
    (101, d.AT_REST_WAITING, STAGED, {}, d.TO_MID), (0, d.STOPPING, WAIT, OWED, d.AT_REST_WAITING),
    (0, d.STOPPING, EMERGENCY, {}, d.AT_REST_WAITING), (-101, d.STOPPING, EMERGENCY, {}, d.TO_MID),
    (0, d.STOPPING, STAGED, {}, d.TO_MID), (-1399, d.STOPPING, STAGED, OWED, d.TO_MID),
    (-1400, d.STOPPING, STAGED, OWED, d.PAUSE_MID), (-1600, d.STOPPING, STAGED, OWED, d.PAUSE_MID),
    (-1601, d.STOPPING, STAGED, OWED, d.TO_PARK), (-1601, d.TO_MID, STAGED, OWED, d.PAUSE_MID),
    (-1601, d.PAUSE_MID, STAGED, OWED, d.PAUSE_MID), (-1399, d.TO_MID, STAGED, OWED, d.PAUSE_MID),
    (-1399, d.PAUSE_MID, STAGED, {}, d.TO_PARK), (-1500, d.STOPPING, STAGED, {}, d.TO_PARK),
    (-6899, d.STOPPING, STAGED, {}, d.TO_PARK), (-6900, d.STOPPING, STAGED, {}, d.NO_STAGE),
    (-7300, d.STOPPING, STAGED, {}, d.NO_STAGE), (None, d.TO_REST, STAGED, OWED, d.STOPPING),
])  # fmt: skip
def test_the_stage_belongs_to_the_place(
    cdeg: int | None, was: int, bits: int, owed: dict[str, int], stage: int
) -> None:
    home = HOME._replace(stage=was, bits=bits)
    assert next_stage(home, facts(cdeg, session=owed), LIMITS) == stage
    if stage == d.AT_REST_WAITING:
        shown = home._replace(acknowledged=True)
        assert next_stage(shown, facts(cdeg, session=owed), LIMITS) in (d.PAUSE_REST, d.TO_MID)


@pytest.mark.parametrize(("age_ms", "cdps", "left_ms", "drive", "goes"), [
    (20, 30, 0, 3, True), (20, -30, 0, 3, True), (20, 31, 0, 3, False), (20, -31, 0, 3, False),
    (499, None, 0, 3, False), (500, None, 0, 3, True), (500, 900, 0, 3, True), (20, 0, 21, 3, False),
    (20, 0, 20, 3, True), (20, 0, 0, DRIVE_DISARMED, False),
])  # fmt: skip
def test_a_return_goes_on_when_the_table_stands(
    age_ms: int, cdps: int | None, left_ms: int, drive: int, goes: bool
) -> None:
    home = HOME._replace(stage=d.STOPPING, age_ms=age_ms, left_ms=left_ms, stalled=True)
    after, act = stopping(home, facts(cdps=cdps), SEEN._replace(drive_state=drive), LIMITS, 20)
    assert (after.stage, act.command) == ((d.TO_REST, d.HOLD) if goes else (d.STOPPING, d.STOP))
    assert not after.stalled
    assert goes or after.left_ms == max(left_ms - 20, 0)


@pytest.mark.parametrize(("stage", "age_ms", "left_ms", "sounder", "bits"), [
    (d.STOPPING, 9_999, 0, False, STAGED), (d.STOPPING, 10_000, 0, True, STAGED),
    (d.STOPPING, 20, 40, True, STAGED), (d.CREEPING_OUT, 9_999, 0, True, STAGED),
    (d.CREEPING_OUT, 10_000, 0, True, STAGED | CUT_OFF),
])  # fmt: skip
def test_a_drive_that_is_not_armed_in_ten_seconds_calls_a_person(
    stage: int, age_ms: int, left_ms: int, sounder: bool, bits: int
) -> None:
    home = HOME._replace(stage=stage, age_ms=age_ms, left_ms=left_ms)
    after, act = stopping(home, facts(), SEEN._replace(drive_state=DRIVE_DISARMED), LIMITS, 20)
    assert (act.sounder, after.bits) == (sounder, bits)
    assert act.command == (d.CUT if bits & CUT_OFF else d.STOP)


def test_blind_or_tried_too_often_it_moves_by_hand_only() -> None:
    for age_ms, none_ms, by_hand in ((500, 100, True), (499, 100, False), (500, 99, False)):
        home = HOME._replace(stage=d.STOPPING, age_ms=age_ms)
        _, act = stopping(home, facts(None, angles={"none_ms": none_ms}), SEEN, LIMITS, 20)
        assert (act.mode == d.WAITING) == by_hand
    for stalls, by_hand in ((2, False), (3, True)):
        _, act = stopping(HOME._replace(stage=d.STOPPING, stalls=stalls), facts(), SEEN, LIMITS, 20)
        assert (act.mode == d.WAITING) == by_hand


def test_a_warning_of_three_seconds() -> None:
    home, act = warning(HOME._replace(stage=d.WARNING, left_ms=40), facts(), SEEN, LIMITS, 20)
    assert (home.left_ms, act.command, act.stage, act.sounder) == (20, d.STOP, d.WARNING, True)
    home, act = warning(home, facts(), SEEN, LIMITS, 20)
    assert (home.stage, home.bits, act.command) == (d.STOPPING, STAGED, d.STOP)
    cut, act = warning(HOME._replace(stage=d.WARNING, left_ms=20, cuts=1), facts(), SEEN, LIMITS, 20)
    assert (cut.bits, act.command) == (STAGED | CUT_OFF, d.CUT)


@pytest.mark.parametrize(("stage", "bits", "at", "rate"), [
    (d.TO_REST, STAGED, 1500, -200), (d.TO_REST, EMERGENCY, 1500, -212),
    (d.TO_REST, EMERGENCY | CREEP, 1500, -200),
    (d.TO_MID, STAGED, 1500, -188), (d.TO_PARK, STAGED, 1500, -188), (d.TO_PARK, EMERGENCY, 1500, -188),
])  # fmt: skip
def test_each_stage_has_its_speed(stage: int, bits: int, at: int, rate: int) -> None:
    home, act = moving(HOME._replace(stage=stage, bits=bits), facts(at), SEEN, LIMITS, 20)
    assert (act.command, act.rate_cdps) == (d.MOVE, rate) == (d.MOVE, home.ramp.rate_cdps)
    assert act.angle_cdeg == home.ramp.pos // 1000
    assert act.sounder == bool(bits & EMERGENCY)
    only_b, drifted = facts(at, angles={"source": ONLY_B}), SEEN._replace(a_cdeg=at + 33)
    led = moving(HOME._replace(stage=stage, bits=bits), only_b, drifted, LIMITS, 20)[1]
    assert (led.angle_cdeg, led.offset_cdeg) == (act.angle_cdeg + 33, 33), "wherever its own scale is by now"


def test_a_moment_without_an_angle_does_not_stop_a_return() -> None:
    for none_ms, drive, goes in ((99, 3, True), (100, 3, False), (0, DRIVE_DISARMED, False)):
        seen = SEEN._replace(drive_state=drive)
        home, act = moving(HOME, facts(None, angles={"none_ms": none_ms}), seen, LIMITS, 20)
        assert (act.command == d.MOVE) == goes
        assert (home.stage == d.STOPPING) != goes


ARRIVED = HOME._replace(ramp=Ramp(0, 0, 0), seen_from=200)


@pytest.mark.parametrize(("cdeg", "left_ms", "stage"), [
    (100, 0, d.PAUSE_REST), (-100, 0, d.PAUSE_REST), (101, 960, d.TO_REST), (101, 980, d.STOPPING),
    (-101, 960, d.TO_REST), (-101, 980, d.PAUSE_REST),
])  # fmt: skip
def test_at_the_end_of_a_plan_the_table_must_be_there(cdeg: int, left_ms: int, stage: int) -> None:
    """Within a degree; it has a second to settle; past its stage it goes on, short of it it is a stall."""
    home, act = moving(ARRIVED._replace(left_ms=left_ms), facts(cdeg, session=OWED), SEEN, LIMITS, 20)
    assert home.stage == stage
    assert (home.stalls, home.stalled) == ((1, True) if stage == d.STOPPING else (0, False))
    assert stage != d.TO_REST or home.left_ms == left_ms + 20
    moved = ARRIVED._replace(left_ms=980, seen_from=201)
    home, act = moving(moved, facts(101, session=OWED), SEEN, LIMITS, 20)
    assert (home.stage, home.stalls, act.command) == (d.STOPPING, 0, d.STOP), "it came a degree: a new plan"


def test_a_plan_that_has_just_begun_has_not_ended() -> None:
    home, _ = moving(ARRIVED._replace(age_ms=20), facts(0, session=OWED), SEEN, LIMITS, 20)
    assert home.stage == d.TO_REST


def test_with_one_source_the_park_switch_ends_the_way_to_park() -> None:
    for source, at_park, stage, ends in (
        (ONLY_B, True, d.TO_PARK, True), (BOTH, True, d.TO_PARK, False), (ONLY_A, None, d.TO_PARK, False),
        (ONLY_B, True, d.TO_REST, False),
    ):  # fmt: skip
        there = facts(-6500, angles={"source": source}, now={"at_park": at_park})
        home, act = moving(HOME._replace(stage=stage), there, SEEN, LIMITS, 20)
        assert (act.done, home.stage == d.NO_STAGE) == (ends, ends)


@pytest.mark.parametrize(("watch_ms", "plan_from", "seen_from", "after"), [
    (460, 0, 0, (480, 0, 0, False)), (480, 0, 0, (500, 1496, 1500, False)),
    (500, 1800, 1600, (520, 1800, 1600, False)),
    (1_960, 1800, 1600, (1_980, 1800, 1600, False)), (1_980, 1800, 1600, (500, 1496, 1500, True)),
    (1_980, 1800, 1651, (500, 1496, 1500, True)), (1_980, 1800, 1652, (500, 1496, 1500, False)),
    (1_980, 1545, 1500, (500, 1496, 1500, False)), (1_980, 1546, 1500, (500, 1496, 1500, True)),
])  # fmt: skip
def test_progress_is_half_of_what_is_planned_in_a_second_and_a_half(
    watch_ms: int, plan_from: int, seen_from: int, after: tuple[int, int, int, bool]
) -> None:
    """The first half second does not count, nor does a plan of less than half a degree."""
    home = HOME._replace(watch_ms=watch_ms, plan_from=plan_from, seen_from=seen_from)
    now, act = moving(home, facts(1500), SEEN, LIMITS, 20)
    if after[3]:
        assert (now.stage, now.stalled, now.stalls, now.left_ms, act.sounder) == (
            d.STOPPING,
            True,
            1,
            3_000,
            True,
        )
        assert now.bits == STAGED | CREEP
        again, _ = moving(home._replace(pinches=1), facts(1500), SEEN, LIMITS, 20)
        assert again.stalls == 3, "after a pinch there is one attempt"
    else:
        assert (now.watch_ms, now.plan_from, now.seen_from, now.stalled) == after


@pytest.mark.parametrize(("effort", "pinches", "strain_ms", "then"), [
    (-501, 1, 40, 60), (-500, 1, 40, 0), (501, 1, 40, 0), (-501, 0, 40, 0), (None, 1, 40, 0),
    (-501, 1, 90, 100),
])  # fmt: skip
def test_the_attempt_after_a_pinch_uses_half_the_effort(
    effort: int | None, pinches: int, strain_ms: int, then: int
) -> None:
    seen = SEEN._replace(effort_permille=effort)
    home = HOME._replace(pinches=pinches, strain_ms=strain_ms)
    assert strained(home, seen, LIMITS, 20).strain_ms == then
    after, _ = moving(home, facts(1500), seen, LIMITS, 20)
    assert (after.stage == d.STOPPING) == (then == 100)


def test_a_pause_ends_when_nothing_is_owed_or_a_person_is_wanted() -> None:
    for owed_ms, bits, shown, stage in (
        (1, STAGED, False, d.PAUSE_REST), (0, STAGED, False, d.TO_MID), (1, WAIT, False, d.AT_REST_WAITING),
        (1, EMERGENCY, False, d.AT_REST_WAITING), (1, WAIT, True, d.PAUSE_REST),
    ):  # fmt: skip
        home = HOME._replace(stage=d.PAUSE_REST, bits=bits, acknowledged=shown)
        assert pausing(home, facts(0, session={"rest_owed_ms": owed_ms}), SEEN, LIMITS, 20)[0].stage == stage
    mid = HOME._replace(stage=d.PAUSE_MID, bits=EMERGENCY)
    assert pausing(mid, facts(-1500, session={"mid_owed_ms": 1}), SEEN, LIMITS, 20)[0].stage == d.PAUSE_MID
    assert pausing(mid, facts(-1500, session={"rest_owed_ms": 1}), SEEN, LIMITS, 20)[0].stage == d.TO_PARK


def test_a_person_shows_by_a_release_made_at_rest() -> None:
    home = HOME._replace(stage=d.AT_REST_WAITING, bits=EMERGENCY)
    for edge, shows in (("home_release", True), ("stop_press", False), ("home_press", False),
                        ("pendant_release", False)):  # fmt: skip
        after, act = waiting(home, facts(0, buttons={edge: True}), SEEN, LIMITS, 20)
        assert (after.acknowledged, act.mode == d.WAITING) == (shows, not shows)
    for held_ms, shows in ((1, True), (0, False)):  # the other button, beside one that is stuck
        press = facts(0, buttons={"home": True, "home_press": True, "home_ms": held_ms})
        assert waiting(home, press, SEEN, LIMITS, 20)[0].acknowledged == shows
    pressed, act = waiting(home, facts(0, buttons={"pendant_press": True}), SEEN, LIMITS, 20)
    assert (pressed.pressed, act.sounder, act.command) == (True, True, d.HOLD)
    assert waiting(pressed, facts(0, buttons={"pendant_release": True}), SEEN, LIMITS, 20)[0].acknowledged


def test_how_a_return_begins() -> None:
    at = facts(1500, session={"freeze_ms": 40_000})
    assert begun(STAGED, False, at, LIMITS) == NOT_HOMING._replace(
        bits=STAGED, stage=d.STOPPING, hand=True, began_cdeg=1500
    )
    assert begun(STAGED, True, at, LIMITS)[:4] == (d.WARNING, STAGED, 0, 3_000)
    assert begun(FREEZE, False, at, LIMITS)[:4] == (d.FROZEN, FREEZE, 0, 20_000)
    assert begun(FREEZE, False, facts(), LIMITS).left_ms == 30_000
    assert begun(FREEZE, False, facts(session={"freeze_ms": 59_899}), LIMITS).left_ms == 101
    assert begun(FREEZE, False, facts(session={"freeze_ms": 59_900}), LIMITS).stage == d.STOPPING
    assert begun(FREEZE | STAGED, False, at, LIMITS).stage == d.STOPPING
    assert begun(BACK, False, at, LIMITS).pinch == PINCH_DOWN
    assert begun(GIVE, False, at, LIMITS).pinch == PINCH_UP


LED = HOME._replace(age_ms=700, still_ms=300)


def test_how_further_causes_join_a_return() -> None:
    assert joined(LED, CUT_OFF, facts(), LIMITS)[8:12] == (0, 0, 0, False)
    stood = LED._replace(bits=CUT_OFF, ramp=Ramp(0, 0, 0))
    assert joined(stood, CUT_OFF, facts(), LIMITS) == stood, "a fault that stays begins no wait anew"
    assert joined(stood._replace(ramp=Ramp(0, -9, 0)), CUT_OFF, facts(), LIMITS).still_ms == 0
    assert joined(LED, ESTOP, facts(), LIMITS).age_ms == 0
    assert joined(LED._replace(bits=ESTOP), ESTOP, facts(), LIMITS).age_ms == 700
    halted = joined(LED, HALT, facts(), LIMITS)
    assert (halted.stage, halted.hand, halted.bits) == (d.STOPPING, False, STAGED | HALT)
    for still in (LED._replace(ramp=standing(LED)), LED._replace(bits=CUT_OFF), LED._replace(bits=ESTOP)):
        assert joined(still, HALT, facts(), LIMITS).stage == d.TO_REST
    frozen = joined(LED, FREEZE, facts(), LIMITS)
    assert (frozen.stage, frozen.left_ms, frozen.bits) == (d.FROZEN, 10_000, STAGED)
    assert joined(LED, FREEZE, facts(session={"freeze_ms": 59_000}), LIMITS).left_ms == 1_000
    assert joined(LED, FREEZE, facts(session={"freeze_ms": 60_000}), LIMITS) == LED
    assert joined(LED._replace(stage=d.PAUSE_REST), FREEZE, facts(), LIMITS).stage == d.PAUSE_REST
    alone = LED._replace(stage=d.FROZEN, bits=FREEZE, left_ms=25_000)
    assert joined(alone, STAGED, facts(), LIMITS).left_ms == 10_000
    assert joined(alone, FREEZE, facts(), LIMITS).left_ms == 25_000
    assert joined(alone._replace(left_ms=5_000), STAGED, facts(), LIMITS).left_ms == 5_000


def test_a_freeze_ends_by_return_by_time_or_by_going_on() -> None:
    frozen = NOT_HOMING._replace(stage=d.FROZEN, bits=FREEZE, left_ms=5_000)
    on, act = advance(frozen, facts(now={"pendant": True}), SEEN._replace(orders=ORDER_CONTINUE), LIMITS, 20)
    assert (on.stage, act.resumed) == (d.FROZEN, False), "the pendant was never let go"
    let_go, _ = advance(frozen, facts(now={"pendant": False}), SEEN, LIMITS, 20)
    assert (let_go.let_go, let_go.left_ms) == (True, 4_980)
    go_on = SEEN._replace(orders=ORDER_CONTINUE)
    assert advance(let_go, facts(now={"pendant": True}), go_on, LIMITS, 20)[1].resumed
    for change in ({"pendant": False}, {"pendant": None}, {"stop": True}, {"stop": None}):
        assert not advance(let_go, facts(now={"pendant": True, **change}), go_on, LIMITS, 20)[1].resumed
    assert not advance(let_go, facts(now={"pendant": True}), SEEN, LIMITS, 20)[1].resumed
    more = let_go._replace(bits=FREEZE | STAGED)
    assert not advance(more, facts(now={"pendant": True}), go_on, LIMITS, 20)[1].resumed
    for home, at, seen in (
        (frozen._replace(left_ms=20), facts(), SEEN), (frozen, facts(buttons={"home_press": True}), SEEN),
        (frozen, facts(), SEEN._replace(orders=ORDER_RETURN)),
    ):  # fmt: skip
        assert advance(home, at, seen, LIMITS, 20)[0][:2] == (d.STOPPING, FREEZE | STAGED)
    assert advance(frozen._replace(left_ms=21), facts(), SEEN, LIMITS, 20)[0].stage == d.FROZEN


@pytest.mark.parametrize(
    ("said", "stage"), [(0, d.TO_REST), (1, d.TO_REST), (2, 4), (4, 6), (5, 7), (9, d.TO_PARK)]
)
def test_a_drive_that_comes_home_by_itself_is_let(said: int, stage: int) -> None:
    seen = SEEN._replace(drive_state=DRIVE_OWN_RETURN, drive_stage=said)
    home, act = advance(HOME, facts(), seen, LIMITS, 20)
    assert (home.stage, act.command, act.stage) == (d.STOPPING, d.LEAVE, stage)
    assert advance(HOME, facts()._replace(at_park=True), seen, LIMITS, 20)[1].command != d.LEAVE


def test_the_age_of_a_stage_and_the_hand_on_the_button() -> None:
    assert advance(HOME._replace(hand=False), facts(), SEEN, LIMITS, 20)[0].hand
    held = facts(buttons={"home": True})
    assert not advance(HOME._replace(hand=False), held, SEEN, LIMITS, 20)[0].hand
    old = HOME._replace(stage=d.AT_REST_WAITING, age_ms=59_990)
    assert advance(old, facts(0), SEEN, LIMITS, 20)[0].age_ms == 60_000
