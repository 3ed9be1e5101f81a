"""Each rule by itself: it fires at its number, not one unit before, and for nothing that is merely near."""

from __future__ import annotations

from typing import Any

import pytest

from safety import decision as d
from safety import facts as scopes
from safety.angles import BOTH, NEITHER, ONLY_A, ONLY_B
from safety.facts import Facts
from safety.look import _fast, _forgiven, _speed, look
from safety.observation import (
    DRIVE_ARMED,
    DRIVE_ARMING,
    DRIVE_DISARMED,
    DRIVE_FAULT,
    DRIVE_OFFLINE,
    DRIVE_OWN_RETURN,
    ORDER_RETURN,
    ORDER_SEAT_LOST,
    ORDER_STOP,
)
from safety.profile import Ramp
from safety.rules import CREEP, EMERGENCY, ROWS, STAGED, judge
from safety.state import State, boot
from safety.step import step
from tests.safety_rig import FIRST_START, LIMITS, Rig, session_terms

FIRES = {row.name: row.fires for row in ROWS}
STATE = boot(LIMITS, FIRST_START)
SEEN = (
    Rig()
    .sense()
    ._replace(
        inputs=Rig().inputs._replace(ankle_a=True, ankle_b=True, load=True, past_rest=True, at_park=False)
    )
)
TERMS = session_terms()
QUIET = look(STATE, SEEN._replace(a_cdeg=1500, b_cdeg=1500), LIMITS, 20, False)._replace(
    terms=TERMS, cap_cdeg=3000, scope=scopes.ALWAYS | scopes.ACTING | scopes.AWAY
)


def fires(name: str, facts: Facts = QUIET, **seen: Any) -> bool:
    return FIRES[name](facts, SEEN._replace(a_cdeg=1500, b_cdeg=1500)._replace(**seen), LIMITS)


def part(name: str, **changes: Any) -> Facts:
    """The quiet facts with something else in one of their parts."""
    return QUIET._replace(**{name: getattr(QUIET, name)._replace(**changes)})


def now(**changes: bool | None) -> Facts:
    return part("buttons", now=QUIET.buttons.now._replace(**changes))


def test_a_quiet_tick_breaks_no_rule() -> None:
    assert [name for name in FIRES if fires(name)] == []


@pytest.mark.parametrize(("name", "field", "limit"), [
    ("inputs_stale", "inputs_age_ms", 100), ("drive_lost", "drive_age_ms", 100),
    ("angle_stale", "a_age_ms", 100), ("angle_stale", "b_age_ms", 100),
    ("overrun", "late_ms", 100), ("controller_lost", "controller_age_ms", 200),
    ("station_lost", "station_age_ms", 4_999), ("too_hot", "heat_permille", 799),
])  # fmt: skip
def test_a_number_that_is_seen(name: str, field: str, limit: int) -> None:
    for value in (limit, limit + 1):
        changes: dict[str, Any] = {field: value}
        assert fires(name, **changes) == (value > limit)


@pytest.mark.parametrize(("name", "place", "field", "last"), [
    ("ankle_open", "buttons", "one_open_ms", 99), ("load_lost", "buttons", "unloaded_ms", 999),
    ("no_angle", "angles", "none_ms", 99), ("over_speed", "", "over_speed_ms", 99),
    ("lease_lost", "", "gap_ms", 499),
    ("lease_lost", "", "refused_ms", 1_999), ("left_alone", "", "idle_ms", 44_999),
])  # fmt: skip
def test_a_time_that_is_remembered(name: str, place: str, field: str, last: int) -> None:
    base = part("angles", source=NEITHER) if name == "no_angle" else QUIET
    for ms, expected in ((last, False), (last + 1, True)):
        within: Any = getattr(base, place) if place else base
        after = within._replace(**{field: ms})
        changes: dict[str, Any] = {place: after}
        assert fires(name, base._replace(**changes) if place else after) == expected


def test_what_is_said_of_the_drive() -> None:
    assert [fires("drive_lost", drive_state=state) for state in range(7)] == [True, *[False] * 6]
    assert [fires("drive_unready", drive_state=state) for state in range(7)] == [
        *[True] * 3,
        False,
        *[True] * 3,
    ]
    assert [fires("drive_fault", drive_state=state) for state in range(7)] == [*[False] * 6, True]
    assert not fires("drive_fault", QUIET._replace(stage=d.CREEPING_OUT), drive_state=DRIVE_FAULT)
    assert fires("drive_returned", drive_state=DRIVE_OWN_RETURN)
    leaving = part("motion", command=d.LEAVE)
    assert not fires("drive_returned", leaving, drive_state=DRIVE_OWN_RETURN)
    assert not fires("drive_returned", drive_state=DRIVE_ARMED)
    assert (DRIVE_OFFLINE, DRIVE_DISARMED, DRIVE_ARMING) == (0, 1, 2)
    assert not fires("too_hot", heat_permille=None)


def test_which_angle_is_missing() -> None:
    assert fires("angle_stale", a_cdeg=None)
    assert fires("angle_stale", b_cdeg=None)
    assert [fires("one_source", part("angles", source=source)) for source in range(4)] == [True] * 3 + [False]
    assert not fires("no_angle", part("angles", source=ONLY_A, none_ms=999))
    assert fires("source_frozen", part("angles", a_bad=True))
    assert fires("source_frozen", part("angles", b_bad=True))


def test_past_the_cap_by_either_source() -> None:
    for cdeg, expected in ((3100, False), (3101, True), (None, False)):
        assert fires("over_angle", QUIET._replace(cdeg=cdeg)) == expected
    assert not fires("over_angle", b_cdeg=3300)
    assert fires("over_angle", b_cdeg=3301)
    assert not fires("over_angle", part("angles", source=ONLY_A), b_cdeg=9000)
    assert fires("over_angle", now(over_angle=True))
    assert not fires("over_angle", now(over_angle=None))


@pytest.mark.parametrize(("cdeg", "cdps", "expected"), [
    (3025, 300, False), (3026, 300, True), (3099, 0, False), (3200, 0, False), (3200, -1, False),
    (3100, 1, False),
    (3101, 1, True), (None, 300, False), (3026, None, False),
])  # fmt: skip
def test_it_could_not_stop_before_the_cap(cdeg: int | None, cdps: int | None, expected: bool) -> None:
    """200 ms on, and the way of a stop at 30 deg/s2."""
    assert fires("over_angle_predicted", QUIET._replace(cdeg=cdeg, cdps=cdps)) == expected


def test_the_hard_speed_at_once() -> None:
    for cdps, expected in ((880, False), (881, True), (-880, False), (-881, True), (None, False)):
        assert fires("over_speed", QUIET._replace(cdps=cdps)) == expected


STANDS = {"heading": 0, "heading_ms": 400, "due_ms": 400, "a_ref": 1500, "b_ref": 1500, "back_cdeg": 20}


@pytest.mark.parametrize(("changes", "source", "cdps", "expected"), [
    ({}, BOTH, 101, True), ({}, BOTH, 100, False), ({}, BOTH, -101, True), ({}, BOTH, None, False),
    ({}, ONLY_A, 101, True), ({}, ONLY_B, 101, False), ({}, NEITHER, 101, False),
    ({"back_cdeg": 19}, BOTH, 900, False),
    ({"heading_ms": 399}, BOTH, 101, False), ({"heading_ms": 799}, BOTH, 101, True),
    ({"heading_ms": 800}, BOTH, 101, False), ({"back_cdeg": 200}, ONLY_B, 0, False),
    ({"back_cdeg": 201}, ONLY_B, 0, True), ({"back_cdeg": 201, "heading": 1}, BOTH, 0, False),
    ({"back_cdeg": 201, "heading": -1}, BOTH, 0, False), ({"back_cdeg": 201, "a_ref": None}, BOTH, 0, True),
    ({"back_cdeg": 201, "a_ref": None, "b_ref": None}, BOTH, 0, False),
    ({"back_cdeg": 201, "heading_ms": 399}, BOTH, 0, False),
])  # fmt: skip
def test_a_table_that_moves_though_told_to_stand(
    changes: dict[str, Any], source: int, cdps: int | None, expected: bool
) -> None:
    facts = part("motion", **{**STANDS, **changes})._replace(cdps=cdps)
    assert fires("runaway", facts._replace(angles=facts.angles._replace(source=source))) == expected


def test_against_the_command() -> None:
    for heading, back_cdeg, expected in ((1, 100, True), (-1, 100, True), (1, 99, False), (0, 100, False)):
        assert fires("wrong_direction", part("motion", heading=heading, back_cdeg=back_cdeg)) == expected


def test_something_in_the_way_has_a_side() -> None:
    for heading, down, up in ((1, True, False), (-1, False, True), (0, False, False)):
        lags = QUIET.motion.resist._replace(lags=True)
        facts = part("motion", heading=heading, resist=lags)
        assert (fires("pinched_down", facts), fires("pinched_up", facts)) == (down, up)
        free = part("motion", heading=heading)
        assert (fires("pinched_down", free), fires("pinched_up", free)) == (False, False)
    for ms, expected in ((299, False), (300, True)):
        strained = QUIET.motion.resist._replace(strain_ms=ms)
        assert fires("no_motion", part("motion", resist=strained)) == expected


def test_what_people_press_and_squeeze() -> None:
    for name, field, value in (
        ("estop", "estop_ok", False), ("pendant", "pendant", False), ("pendant", "pendant", None),
        ("panic", "panic", True), ("ankle_sample", "ankle_a", None), ("ankle_sample", "ankle_b", False),
        ("supply_low", "supply_ok", False),
    ):  # fmt: skip
        assert fires(name, now(**{field: value})), (name, value)
    for name, field, unknown in (
        ("estop", "estop_ok", None),
        ("panic", "panic", None),
        ("supply_low", "supply_ok", None),
    ):
        assert not fires(name, now(**{field: unknown})), name
    assert fires("return_asked", part("buttons", home=True))
    assert fires("return_asked", orders=ORDER_RETURN)
    assert not fires("return_asked", orders=ORDER_STOP)
    assert fires(
        "stop_pressed", part("buttons", stop_press=True)._replace(scope=scopes.ALWAYS | scopes.HOMING)
    )
    assert fires("stop_pressed", orders=ORDER_STOP)
    homing = QUIET._replace(scope=scopes.ALWAYS | scopes.HOMING)
    assert not fires("stop_pressed", homing, orders=ORDER_STOP), "a network stops no return"
    assert fires("seat_lost", orders=ORDER_SEAT_LOST)
    assert not fires("seat_lost", orders=ORDER_RETURN)


def test_clamps() -> None:
    assert not fires("ankle_open", part("buttons", one_open_ms=100, fresh=False))
    for cdeg, last, ms, expected in (
        (2000, 0, 40, False), (2001, 0, 40, True), (2001, 0, 39, False), (None, 2001, 40, True),
        (None, 2000, 40, False), (None, None, 40, False), (2000, 9000, 40, False),
    ):  # fmt: skip
        facts = part("buttons", both_open_ms=ms)._replace(cdeg=cdeg)
        assert fires("ankles_open", facts._replace(angles=facts.angles._replace(last_cdeg=last))) == expected


@pytest.mark.parametrize(("phase", "age_ms", "is_open", "alone"), [
    (d.CHECK_OFF, 9_000, False, True), (d.CHECK_COUNTING, 9_000, False, False),
    (d.CHECK_ASKED, 4_400, False, False),
    (d.CHECK_ASKED, 4_401, True, False), (d.CHECK_LOUD, 0, True, False),
])  # fmt: skip
def test_a_question_that_is_open(phase: int, age_ms: int, is_open: bool, alone: bool) -> None:
    facts = part("check", phase=phase, age_ms=age_ms)._replace(idle_ms=45_000)
    assert (fires("check_in_open", facts), fires("left_alone", facts)) == (is_open, alone)
    assert fires("check_in_missed", part("check", missed=True))


def test_clocks_that_run_out() -> None:
    for name, field, most in (
        ("dose_over", "used_ms", TERMS.allowance_ms), ("bout_over", "bout_ms", TERMS.bout_max_ms),
        ("bout_over", "hold_ms", TERMS.hold_max_ms + 5_000), ("time_over", "wall_ms", TERMS.wall_max_ms),
    ):  # fmt: skip
        for ms, expected in ((most - 1, False), (most, True)):
            facts = part("session", in_bout=True, **{field: ms})
            assert fires(name, facts) == expected
            assert not fires(name, facts._replace(terms=None))
            upright = facts._replace(session=facts.session._replace(in_bout=False))
            assert fires(name, upright) == (expected and name == "time_over")


def test_the_first_of_two_causes_is_the_first_and_the_worst_of_each_part_is_kept() -> None:
    facts = now(estop_ok=False, supply_ok=False)._replace(scope=scopes.ALWAYS | scopes.ACTING | scopes.AWAY)
    verdict, present, reaction, first, latch = judge(facts, SEEN._replace(orders=ORDER_RETURN), LIMITS)
    assert (tuple(verdict), first, latch) == ((0, 0, 1), 13, 13)
    assert present & (1 << 13 | 1 << 28 | 1 << 1) == (1 << 13 | 1 << 28 | 1 << 1)
    assert reaction == 32 | CREEP | STAGED
    latched = judge(QUIET._replace(cdeg=3200, cdps=900), SEEN, LIMITS)
    assert latched[3:] == (14, 14)
    quiet = judge(QUIET, SEEN._replace(a_cdeg=1500, b_cdeg=1500), LIMITS)
    assert quiet == ((2, 800, 1), 0, 0, 0, 0)


@pytest.mark.parametrize(("mode", "stage", "bits", "rate", "speed"), [
    (d.TEST, 0, 0, 0, 200), (d.INHIBITED, 0, 0, 0, 300), (d.ACTIVE, 0, EMERGENCY, 0, 300),
    (d.RETURNING, d.TO_REST, STAGED, -200, 200), (d.RETURNING, d.TO_REST, EMERGENCY, -200, 600),
    (d.RETURNING, d.TO_MID, EMERGENCY, -200, 600), (d.RETURNING, d.TO_PARK, EMERGENCY | CREEP, -200, 200),
    (d.RETURNING, d.TO_REST, STAGED, -201, 201), (d.RETURNING, d.STOPPING, STAGED, 0, 300),
    (d.RETURNING, d.BACKING_OFF, STAGED, -1, 200), (d.WAITING, d.STOPPING, STAGED, -1, 300),
    (d.WAITING, d.STOPPING, EMERGENCY, 0, 600), (d.WAITING, d.STOPPING, EMERGENCY | CREEP, 0, 600),
])  # fmt: skip
def test_the_fastest_that_is_planned(mode: int, stage: int, bits: int, rate: int, speed: int) -> None:
    home = STATE.home._replace(stage=stage, bits=bits, ramp=Ramp(0, rate, 0))
    assert _speed(STATE._replace(mode=mode, home=home), LIMITS) == speed


@pytest.mark.parametrize(("source", "a", "b", "fast"), [
    (BOTH, 220, 0, False), (BOTH, 221, 0, True), (BOTH, -221, 0, True), (BOTH, 0, 270, False),
    (BOTH, 0, 271, True),
    (BOTH, 0, -271, True), (ONLY_A, 0, 999, False), (ONLY_B, 270, 270, False), (ONLY_B, 271, 271, True),
    (BOTH, None, None, False), (BOTH, 0, None, False), (ONLY_A, 221, None, True),
])  # fmt: skip
def test_a_tenth_more_is_too_fast(source: int, a: int | None, b: int | None, fast: bool) -> None:
    """The second source, and the first where only it is left, may be noisier by half a degree a second."""
    angles = QUIET.angles._replace(source=source, cdps=a)
    assert _fast(angles, SEEN._replace(b_cdps=b), 200) == fast


def test_sources_that_agree_at_park_are_forgiven() -> None:
    bad = QUIET.angles._replace(a_bad=True, disagree_ms=300, jumped=ONLY_B)
    for a, b, age_ms, forgiven in ((0, 299, 20, True), (0, 300, 20, False), (None, 0, 20, False),
                                   (0, None, 20, False), (0, 0, 101, False)):  # fmt: skip
        for field in ("a_age_ms", "b_age_ms"):
            changes: dict[str, Any] = {"a_cdeg": a, "b_cdeg": b, field: age_ms}
            seen = SEEN._replace(**changes)
            after = _forgiven(bad, seen, LIMITS)
            assert after == (QUIET.angles._replace(a_bad=False, disagree_ms=0, jumped=0) if forgiven else bad)


def tick(state: State = STATE, dt_ms: int = 20, **seen: Any) -> tuple[State, d.Decision]:
    return step(state, SEEN._replace(dt_ms=dt_ms, **seen), LIMITS)


def test_a_gap_of_more_than_100_ms_is_a_waking() -> None:
    """Up to it a tick is as long as it was; after it, it counts as one."""
    for dt_ms, waking_ms in ((-5, 0), (0, 0), (100, 100), (101, 20), (10**9, 20)):
        state, _ = tick(dt_ms=dt_ms, a_cdeg=None, b_cdeg=None)
        assert state.wake_ms == waking_ms
        assert state.waking
    assert tick(STATE._replace(wake_ms=59_990), a_cdeg=None, b_cdeg=None)[0].wake_ms == 60_000
    assert not tick(a_cdeg=1500, b_cdeg=1500)[0].waking
    park = SEEN.inputs._replace(at_park=True)
    assert not tick(a_cdeg=None, b_cdeg=None, inputs=park)[0].waking
