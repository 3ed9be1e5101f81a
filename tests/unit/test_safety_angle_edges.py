"""Which angle is believed, and what motion says: at each number, and one unit beside it."""

from __future__ import annotations

from typing import Any

import pytest

from safety import decision as d
from safety.angles import BOTH, NEITHER, ONLY_A, ONLY_B, UNSEEN, Angles, distrust, fresh, liar, see
from safety.motion import AT_REST, Motion, seen, stuck, told
from safety.observation import DRIVE_ARMED, DRIVE_DISARMED, DRIVE_OWN_RETURN, Observation
from safety.resist import FREE, Resist
from tests.safety_rig import LIMITS, Rig

SEEN = Rig().sense()
STOOD = Angles(1000, 0, BOTH, 1000, 0, 0, NEITHER, False, False, 1000, 1000, 1000, 0, 0)


def look(was: Angles = STOOD, a: int | None = 1000, b: int | None = 1000, lively: bool = False,
         **changes: Any) -> Angles:  # fmt: skip
    return see(was, observed(a, b, **changes), LIMITS, lively, 20)


def observed(a: int | None = 1000, b: int | None = 1000, **changes: Any) -> Observation:
    inputs = SEEN.inputs._replace(at_park=None, past_rest=None)
    return SEEN._replace(**{"a_cdeg": a, "b_cdeg": b, "inputs": inputs, **changes})


@pytest.mark.parametrize(("cdeg", "cdps", "age_ms", "good"), [
    (0, 0, 100, True), (0, 0, 101, False), (None, 0, 0, False), (18_000, 0, 0, True), (18_001, 0, 0, False),
    (-18_000, 0, 0, True), (-18_001, 0, 0, False), (0, None, 0, True), (0, 18_000, 0, True),
    (0, 18_001, 0, False), (0, -18_000, 0, True), (0, -18_001, 0, False),
])  # fmt: skip
def test_a_reading_is_there_young_and_possible(
    cdeg: int | None, cdps: int | None, age_ms: int, good: bool
) -> None:
    assert fresh(cdeg, cdps, age_ms, LIMITS) == good


@pytest.mark.parametrize(("off", "lively", "ms"), [
    (299, False, 0), (300, False, 20), (-300, False, 20), (300, True, 0), (499, True, 0), (500, True, 20),
])  # fmt: skip
def test_disagreement_counts_from_three_degrees_and_from_five_in_lively_motion(
    off: int, lively: bool, ms: int
) -> None:
    now = look(b=1000 + off, lively=lively)
    assert now.disagree_ms == ms
    assert look(now, b=1000 + off, lively=lively).disagree_ms == 2 * ms
    assert look(now).disagree_ms == 0
    assert look(now._replace(disagree_ms=59_990), b=1600).disagree_ms == 60_000


def test_after_200_ms_one_of_two_is_given_up_for_the_ride() -> None:
    was = STOOD._replace(disagree_ms=160, jumped=ONLY_A)
    waits = look(was, b=1400)
    assert (waits.a_bad, waits.b_bad, waits.source) == (False, False, NEITHER)
    bad = look(waits, b=1400)
    assert (bad.a_bad, bad.b_bad, bad.source, bad.cdeg) == (True, False, NEITHER, None), (
        "too far to be believed yet"
    )
    again = look(bad, b=1000)
    assert (again.a_bad, again.disagree_ms, again.source) == (True, 0, ONLY_B)
    other = look(was._replace(disagree_ms=180, b_bad=True, jumped=ONLY_A), b=1400)
    assert (other.a_bad, other.b_bad) == (False, True), "who is bad already stays the only one"


@pytest.mark.parametrize(("a", "b", "jumped", "source", "cdeg"), [
    (1000, 1174, NEITHER, BOTH, 1000), (1000, 1475, ONLY_B, ONLY_A, 1000), (1475, 1000, ONLY_A, ONLY_B, 1000),
    (1174, 800, ONLY_B, ONLY_A, 1174), (1175, 600, NEITHER, BOTH, 1175), (1174, 826, NEITHER, BOTH, 1174),
    (1174, 825, ONLY_B, ONLY_A, 1174), (1175, 826, ONLY_A, ONLY_B, 826),
])  # fmt: skip
def test_a_source_that_alone_leaps_is_set_aside_at_once(
    a: int, b: int, jumped: int, source: int, cdeg: int
) -> None:
    """1.5 deg and 12 deg/s are more than a table does; where both leap, neither is known to lie."""
    now = look(a=a, b=b)
    assert (now.jumped, now.source, now.cdeg) == (jumped, source, cdeg)


def test_what_was_not_seen_before_has_not_leapt() -> None:
    assert look(STOOD._replace(b_cdeg=None), b=1600).jumped == NEITHER
    assert look(STOOD._replace(a_cdeg=None), a=1600).jumped == NEITHER
    assert look(STOOD._replace(a_cdeg=None, b_cdeg=900), a=1000, b=1500).jumped == ONLY_B


@pytest.mark.parametrize(("a", "b", "at_park", "past_rest", "lies"), [
    (0, 600, None, None, NEITHER), (-500, 0, None, True, NEITHER), (-501, 0, None, True, ONLY_A),
    (0, -501, None, True, ONLY_B), (0, -500, None, True, NEITHER), (-200, 101, None, False, ONLY_B),
    (-200, 100, None, False, NEITHER), (101, -200, None, False, ONLY_A),
    (-7000, -6599, True, None, ONLY_B), (-7000, -6600, True, None, NEITHER),
    (-7000, -7401, True, None, ONLY_B),
    (-6000, -7049, False, None, ONLY_B), (-6000, -7050, False, None, NEITHER),
    (-6000, -6951, False, None, ONLY_B),
    (-6000, -6950, False, None, NEITHER), (-7000, 900, True, False, ONLY_B),
    (900, -7000, True, False, ONLY_A),
])  # fmt: skip
def test_switches_say_which_source_lies(
    a: int, b: int, at_park: bool | None, past_rest: bool | None, lies: int
) -> None:
    """The park switch within 4 deg, the rest switch at -2 with 3 deg to spare; else nobody is."""
    seen = observed(a, b, inputs=SEEN.inputs._replace(at_park=at_park, past_rest=past_rest))
    assert liar(a, b, seen, NEITHER, LIMITS) == lies
    silent = seen._replace(inputs_age_ms=101)
    assert liar(a, b, silent, NEITHER, LIMITS) == NEITHER
    assert liar(a, b, silent, ONLY_A, LIMITS) == ONLY_A
    assert liar(a, b, silent, ONLY_B, LIMITS) == ONLY_B
    assert liar(a, b, seen._replace(inputs_age_ms=100), NEITHER, LIMITS) == lies


def test_alone_a_source_is_believed_only_where_the_table_can_be() -> None:
    """1.5 deg and 12 deg/s since the last angle that was trusted."""
    assert look(b=None, a=1174).cdeg == 1174
    lost = look(b=None, a=1175)
    assert (lost.cdeg, lost.source, lost.none_ms, lost.last_cdeg) == (None, NEITHER, 20, 1000)
    assert look(lost, b=None, a=1198).cdeg == 1198
    assert look(lost, b=None, a=1199).cdeg is None
    assert look(lost, b=None, a=802).cdeg == 802
    assert look(lost, b=None, a=801).cdeg is None
    assert look(a=5000, b=5000).cdeg == 5000, "two that agree are the truth"
    assert look(UNSEEN, b=None, a=5000).cdeg == 5000, "the first angle ever"
    assert look(lost._replace(none_ms=59_990), a=None, b=None).none_ms == 60_000


def test_a_source_without_a_rate_gets_its_slope_over_300_ms() -> None:
    was = STOOD._replace(slope_cdeg=970, slope_ms=280, slope_cdps=7)
    on = look(was, a_cdps=None)
    assert (on.cdps, on.slope_cdeg, on.slope_ms, on.slope_cdps) == (100, 1000, 0, 100)
    waits = look(was._replace(slope_ms=279), a_cdps=None)
    assert (waits.cdps, waits.slope_cdeg, waits.slope_ms, waits.slope_cdps) == (7, 970, 299, 7)
    fresh_again = look(was._replace(cdeg=None), a_cdps=None)
    assert (fresh_again.cdps, fresh_again.slope_cdeg, fresh_again.slope_ms) == (0, 1000, 0)
    assert look(was, a_cdps=55).cdps == 55
    assert look(a=None, b_cdps=66).cdps == 66


def test_a_frozen_source_is_not_looked_at_again() -> None:
    both = STOOD._replace(b_cdeg=1100)
    gone_a = distrust(both, ONLY_A, observed(b_cdps=-40))
    assert (gone_a.a_bad, gone_a.source, gone_a.cdeg, gone_a.cdps, gone_a.last_cdeg) == (
        True, ONLY_B, 1100, -40, 1100
    )  # fmt: skip
    blind = distrust(both._replace(b_cdeg=None), ONLY_A, observed())
    assert (blind.a_bad, blind.source, blind.cdeg, blind.cdps) == (True, NEITHER, None, None)
    gone_b = distrust(both, ONLY_B, observed())
    assert (gone_b.b_bad, gone_b.source, gone_b.cdeg) == (True, ONLY_A, 1000)
    assert distrust(both._replace(a_cdeg=None), ONLY_B, observed()).source == NEITHER
    assert distrust(both._replace(cdeg=None), ONLY_B, observed()).source == NEITHER


LED = Motion(d.MOVE, 990, -100, -1, 500, 300, 1000, 1000, 0, -150, 1100, 1100, NEITHER, 400, 1020, 40)


@pytest.mark.parametrize(("command", "rate", "heading"), [
    (d.MOVE, 1, 1), (d.MOVE, 0, 0), (d.MOVE, -1, -1), (d.HOLD, -100, 0), (d.STOP, 100, 0), (d.CUT, 100, 0),
    (d.LEAVE, 0, -1),
])  # fmt: skip
def test_where_a_command_goes(command: int, rate: int, heading: int) -> None:
    assert told(AT_REST, command, 1000, rate, 0, LIMITS).heading == heading


def test_a_command_that_goes_on_adds_its_way() -> None:
    on = told(LED, d.MOVE, 980, -120, 0, LIMITS)
    assert on == LED._replace(
        angle_cdeg=980, rate_cdps=-120, told_cdeg=-160, a_told_cdeg=50, resist=FREE._replace(told_cdeg=-10)
    )
    assert told(LED._replace(a_told_cdeg=35_995), d.MOVE, 980, -120, 0, LIMITS).a_told_cdeg == 36_000


@pytest.mark.parametrize(("command", "rate", "cdps", "due_ms"), [
    (d.STOP, 0, -300, 400), (d.HOLD, 0, 299, 399), (d.MOVE, 100, 0, 300), (d.CUT, 0, -30, 310),
])  # fmt: skip
def test_a_turn_gives_a_stop_its_time(command: int, rate: int, cdps: int, due_ms: int) -> None:
    """300 ms, and the speed that was seen at 30 deg/s2; what was measured begins anew."""
    now = told(LED, command, 980, rate, cdps, LIMITS)
    assert (now.heading_ms, now.due_ms, now.a_ref, now.b_ref, now.back_cdeg) == (0, due_ms, None, None, 0)
    assert (now.lively_ms, now.a_mark, now.a_told_cdeg, now.frozen) == (400, 1020, 40, NEITHER)


def test_the_frozen_window_outlives_a_stop_but_no_turn_and_no_cut() -> None:
    window = (-150, 1100, 1100)
    assert told(LED, d.STOP, 0, 0, 0, LIMITS)[9:12] == window
    assert told(LED, d.MOVE, 1000, 100, 0, LIMITS)[9:12] == (0, None, None)
    assert told(LED, d.CUT, 0, 0, 0, LIMITS)[9:12] == (0, None, None)
    assert told(LED._replace(heading=1), d.LEAVE, 0, 0, 0, LIMITS)[9:12] == (0, None, None)
    for old in (d.CUT, d.LEAVE):
        assert told(LED._replace(command=old, heading=0), d.MOVE, 980, -9, 0, LIMITS)[9:12] == (0, None, None)
    cut = LED._replace(command=d.CUT, heading=0)
    assert told(cut, d.HOLD, 0, 0, 0, LIMITS).heading_ms == 0, "out of a CUT is a turn though it stands"
    assert told(cut, d.CUT, 0, 0, 0, LIMITS).heading_ms == 500


def watched(was: Motion, a: int | None = 1000, b: int | None = 1000, angles: Angles = STOOD,
            **changes: Any) -> Motion:  # fmt: skip
    return seen(was, angles, observed(a, b, **changes), LIMITS, 20)


@pytest.mark.parametrize(("a", "b", "back", "a_ref"), [
    (995, 990, 0, 995), (1000, 1000, 0, 1000), (1007, 1005, 5, 1000), (1007, 999, 0, 1000),
    (1007, None, 7, 1000), (None, 1005, 5, None),
])  # fmt: skip
def test_the_way_back_is_what_every_good_source_sees(
    a: int | None, b: int | None, back: int, a_ref: int | None
) -> None:
    now = watched(LED._replace(a_from=None, b_from=None), a, b)
    assert (now.back_cdeg, now.a_ref) == (back, a_ref)
    bad = STOOD._replace(a_bad=True)
    assert watched(LED, 1300, b, bad).back_cdeg == max((b or 0) - 1000, 0)


def test_standing_every_way_is_away() -> None:
    stands = LED._replace(command=d.HOLD, heading=0, rate_cdps=0, heading_ms=300)
    assert watched(stands, 993, 994).back_cdeg == 6
    assert watched(stands, 1007, 1006).back_cdeg == 6
    early = watched(stands._replace(heading_ms=279), 993, 994)
    assert (early.back_cdeg, early.a_ref) == (6, 1000), "the way of the stop"
    over = watched(stands._replace(heading_ms=280), 993, 994)
    assert (over.back_cdeg, over.a_ref, over.b_ref) == (0, 993, 994), "a stop may take its time"
    assert watched(over, 986, 988).back_cdeg == 6
    assert watched(LED._replace(heading_ms=0), 1007, 1007).back_cdeg == 7, "who is led has none"
    leaving = LED._replace(command=d.LEAVE, heading_ms=0)
    assert watched(leaving, 1007, 1007, drive_state=DRIVE_OWN_RETURN).back_cdeg == 0


@pytest.mark.parametrize(("was", "angles", "state", "kept"), [
    (LED, STOOD, DRIVE_ARMED, True), (LED, STOOD, DRIVE_DISARMED, False),
    (LED, STOOD, DRIVE_OWN_RETURN, False),
    (LED._replace(command=d.LEAVE), STOOD, DRIVE_OWN_RETURN, True),
    (LED._replace(command=d.LEAVE), STOOD, DRIVE_DISARMED, False),
    (LED, STOOD._replace(cdeg=None), DRIVE_ARMED, False), (LED._replace(command=d.CUT),
    STOOD, DRIVE_ARMED, False),
])  # fmt: skip
def test_only_a_drive_that_obeys_is_held_against_its_command(
    was: Motion, angles: Angles, state: int, kept: bool
) -> None:
    now = watched(was._replace(told_cdeg=-150), angles=angles, drive_state=state)
    assert (now.told_cdeg, now.a_ref is None, now.heading_ms) == (-150 if kept else 0, not kept, 520)
    assert kept or now.resist == FREE


@pytest.mark.parametrize(("command", "heading_ms", "lively_ms"), [
    (d.STOP, 299, 0), (d.STOP, 300, 420), (d.MOVE, 0, 420), (d.HOLD, 299, 0),
])  # fmt: skip
def test_braking_is_lively_for_300_ms(command: int, heading_ms: int, lively_ms: int) -> None:
    assert watched(LED._replace(command=command, heading_ms=heading_ms)).lively_ms == lively_ms
    old = LED._replace(lively_ms=59_990, heading_ms=59_990)
    assert (watched(old).lively_ms, watched(old).heading_ms) == (60_000, 60_000)


@pytest.mark.parametrize(("a", "b", "frozen"), [
    (1071, 1070, NEITHER + ONLY_A), (1070, 1070, NEITHER), (1130, 1130, NEITHER), (1129, 1130, ONLY_A),
    (1130, 1071, ONLY_B), (1071, 1071, BOTH), (1071, None, BOTH), (None, 1071, BOTH), (None, 1070, NEITHER),
])  # fmt: skip
def test_who_sees_less_than_a_third_of_a_degree_of_two_is_frozen(
    a: int | None, b: int | None, frozen: int
) -> None:
    now = watched(LED._replace(told_cdeg=-200), a, b)
    assert now.frozen == frozen
    assert (now.told_cdeg, now.a_from, now.b_from) == (0, a, b), "a new window"
    early = watched(LED._replace(told_cdeg=-199), a, b)
    assert (early.frozen, early.told_cdeg, early.a_from) == (NEITHER, -199, 1100)


def test_a_window_begins_with_what_is_there() -> None:
    none = LED._replace(a_from=None, b_from=None, told_cdeg=-300)
    assert watched(none)[9:13] == (0, 1000, 1000, NEITHER)
    bad = STOOD._replace(a_bad=True)
    assert watched(LED._replace(told_cdeg=-200), 1100, 1000, bad).frozen == NEITHER
    assert watched(LED._replace(told_cdeg=-200), 1100, 1100, bad).frozen == BOTH


def test_how_far_the_table_was_led_while_a_stood() -> None:
    still = watched(LED, 1049)
    assert (still.a_mark, still.a_told_cdeg) == (1020, 40)
    moved = watched(LED, 1050)
    assert (moved.a_mark, moved.a_told_cdeg) == (1050, 0)
    assert (watched(LED, 991).a_mark, watched(LED, 990).a_mark) == (1020, 990)
    assert watched(LED, None).a_told_cdeg == 0
    assert [stuck(LED._replace(a_told_cdeg=told_cdeg), LIMITS) for told_cdeg in (149, 150)] == [False, True]


def test_only_a_led_table_can_have_something_in_its_way() -> None:
    pushed = LED._replace(resist=Resist(-200, 1000, 1000, False, 0))
    assert watched(pushed).resist.lags
    assert watched(pushed._replace(command=d.HOLD, heading=0)).resist == FREE
    assert watched(pushed._replace(heading=0)).resist == FREE
    assert not watched(pushed, 1000, 900).resist.lags
    assert watched(pushed, 1000, 900, STOOD._replace(b_bad=True)).resist.lags
