"""What comes after an e-stop, a CUT or a pinch, and what a hand may do: to the unit."""

from __future__ import annotations

from typing import Any

import pytest

from safety import decision as d
from safety.angles import ONLY_A, ONLY_B
from safety.facts import Facts
from safety.home_pinch import after_stop, backing_off, giving_back, pinched
from safety.home_pinch import waiting as pinch_waits
from safety.home_state import PINCH_DOWN, PINCH_UP, Home, drive_offset, entered, standing
from safety.home_trouble import cut_off, estop, manual
from safety.observation import DRIVE_DISARMED
from safety.profile import Ramp
from safety.rules import BACK, CREEP, CUT_OFF, ESTOP, GIVE, STAGED
from tests.home_facts import HOME, QUIET, SEEN, facts
from tests.safety_rig import LIMITS


def shut(home: Home, at: Facts) -> int:
    return estop(home, at, SEEN, LIMITS, 20)[1].command


def test_under_an_estop_torque_ends_when_it_stands_or_after_480_ms() -> None:
    home = HOME._replace(bits=ESTOP, age_ms=479)
    moves, stands = facts(cdps=31, now={"estop_ok": False}), facts(cdps=30, now={"estop_ok": False})
    assert [shut(home._replace(age_ms=ms), moves) for ms in (479, 480)] == [d.STOP, d.CUT]
    assert [shut(home._replace(age_ms=ms), stands) for ms in (20, 21)] == [d.STOP, d.CUT]
    assert shut(home._replace(age_ms=20, bits=ESTOP | CUT_OFF), moves) == d.CUT
    for chain, press, ends in ((True, True, True), (True, False, False), (None, True, False)):
        at = facts(buttons={"home_press": press}, now={"estop_ok": chain})
        assert (estop(home, at, SEEN, LIMITS, 20)[0].bits == STAGED) == ends
    for cdeg, done in ((-6900, True), (-6899, False), (-7100, True)):
        at = facts(cdeg, now={"estop_ok": False})
        assert estop(home, at, SEEN, LIMITS, 20)[1].done == done


def test_after_a_cut_it_stands_five_seconds_within_a_degree_and_a_half() -> None:
    cut = HOME._replace(bits=CUT_OFF, still_ms=4_960, seen_from=1500, ramp=Ramp(0, 0, 0))
    on, act = cut_off(cut, facts(1650), SEEN, LIMITS, 20)
    assert (on.still_ms, act.command, act.sounder) == (4_980, d.CUT, True)
    assert cut_off(cut, facts(1651), SEEN, LIMITS, 20)[0][10] == 20
    assert cut_off(cut, facts(None), SEEN, LIMITS, 20)[0].still_ms == 4_980
    out, act = cut_off(on, facts(1500), SEEN, LIMITS, 20)
    assert (out.stage, out.cuts, out.bits, out.left_ms) == (d.CREEPING_OUT, 1, CREEP, 3_000)
    once, act = cut_off(on._replace(cuts=1), facts(1500), SEEN, LIMITS, 20)
    assert (once.still_ms, act.command) == (5_000, d.CUT)
    assert cut_off(on._replace(cuts=1, still_ms=59_990), facts(1500), SEEN, LIMITS, 20)[0].still_ms == 60_000
    held = facts(1500, buttons={"home": True})
    assert cut_off(on._replace(cuts=1), held, SEEN, LIMITS, 20)[1].command == d.MOVE
    assert cut_off(cut._replace(cuts=1), held, SEEN, LIMITS, 20)[1].command == d.CUT, "not yet"
    assert cut_off(on._replace(cuts=1, hand=False), held, SEEN, LIMITS, 20)[1].command == d.CUT
    at_park = facts(-6900, now={"at_park": False})
    assert cut_off(on._replace(seen_from=-6900), at_park, SEEN, LIMITS, 20)[1].done
    blind = facts(None, now={"at_park": True})
    assert cut_off(on, blind, SEEN, LIMITS, 20)[1].done


@pytest.mark.parametrize(("cdeg", "hand_cdeg", "moves"), [
    (1500, None, True), (1700, 1500, True), (1701, 1500, False), (None, 1500, True),
])  # fmt: skip
def test_by_hand_it_may_not_sink_two_degrees(cdeg: int | None, hand_cdeg: int | None, moves: bool) -> None:
    held = facts(cdeg, buttons={"home": True}, angles={"source": ONLY_B})
    home, act = manual(HOME._replace(ramp=Ramp(0, 0, 0), hand_cdeg=hand_cdeg), held, SEEN, LIMITS, 20)
    assert (act.command == d.MOVE) == moves
    if moves and cdeg is not None:
        assert home.hand_cdeg == (1500 if hand_cdeg is not None else cdeg)


def test_by_hand_each_part_of_the_way_has_its_speed_and_rest_its_pause() -> None:
    def by_hand(cdeg: int, **owed: int) -> Any:
        held = facts(cdeg, buttons={"home": True}, session=owed, now={"at_park": False})
        return manual(HOME._replace(ramp=Ramp(cdeg * 1000, -200, 0)), held, SEEN, LIMITS, 20)

    assert (by_hand(1500)[1].rate_cdps, by_hand(1500)[1].angle_cdeg) == (-200, 1496)
    assert (by_hand(1)[1].stage, by_hand(0)[1].stage) == (d.TO_REST, d.TO_PARK)
    assert by_hand(0)[1].rate_cdps == -188
    assert by_hand(0, rest_owed_ms=1)[0].stage == d.PAUSE_REST
    assert by_hand(1, rest_owed_ms=1)[1].command == d.MOVE
    assert by_hand(-6899)[1].command == d.MOVE
    assert by_hand(-6900)[1].done


def test_the_offset_of_the_drives_own_scale() -> None:
    only_b = facts(1500, angles={"source": ONLY_B})
    seen = SEEN._replace(a_cdeg=1900)
    assert drive_offset(1500, only_b, seen, LIMITS) == 400
    assert drive_offset(1500, facts(angles={"source": ONLY_A}), seen, LIMITS) == 0
    assert drive_offset(1500, only_b, seen._replace(a_cdeg=None), LIMITS) == 0
    assert drive_offset(1500, only_b, seen._replace(a_age_ms=101), LIMITS) == 0
    led = only_b._replace(motion=only_b.motion._replace(a_told_cdeg=150))
    assert drive_offset(1500, led, seen, LIMITS) == 0


def test_what_a_pinch_leaves_to_do() -> None:
    up = pinched(HOME, GIVE, LIMITS)
    assert (up.stage, up.pinch, up.pinches, up.stalls, up.hand) == (d.STOPPING, PINCH_UP, 1, 0, False)
    again = pinched(up._replace(bits=up.bits | GIVE), GIVE, LIMITS)
    assert (again.pinch, again.pinches, again.stalls, again.bits) == (0, 2, 3, STAGED)
    assert pinched(again, GIVE, LIMITS).pinches == 2
    down = pinched(HOME._replace(bits=CREEP), BACK, LIMITS)
    assert (down.pinch, down.pinches, down.bits) == (PINCH_DOWN, 0, STAGED | CREEP)


def test_backing_off_ends_where_it_should_or_where_it_must() -> None:
    home = HOME._replace(stage=d.BACKING_OFF, goal_cdeg=1100, age_ms=100)
    on, act = backing_off(home, facts(), SEEN, LIMITS, 20)
    assert (act.command, act.rate_cdps, act.stage, on.ramp.rate_cdps) == (d.MOVE, -200, d.BACKING_OFF, -200)
    assert act.angle_cdeg == 1496
    there = home._replace(ramp=Ramp(1_100_000, 0, 0))
    assert backing_off(there, facts(), SEEN, LIMITS, 20)[0][:4:3] == (d.STOPPING, 3_000)
    assert backing_off(there._replace(age_ms=20), facts(), SEEN, LIMITS, 20)[0].stage == d.BACKING_OFF
    assert backing_off(home, facts(None), SEEN, LIMITS, 20)[0].stage == d.STOPPING
    unarmed = SEEN._replace(drive_state=DRIVE_DISARMED)
    assert backing_off(home, facts(), unarmed, LIMITS, 20)[0].stage == d.STOPPING
    assert entered(home, d.STOPPING).ramp == standing(home)


GIVES = HOME._replace(stage=d.GIVING_BACK, goal_cdeg=1700, age_ms=8_000, ramp=Ramp(1_600_000, 0, 0))


def test_giving_back_is_slow_short_and_ends_when_nothing_presses() -> None:
    rates = []
    home = GIVES
    for _ in range(27):
        home, act = giving_back(home, facts(), SEEN, LIMITS, 20)
        rates.append(act.rate_cdps)
    assert (rates[:2], rates[-3:]) == ([2, 4], [50, 50, 50])
    for change, gives in (
        ({"age_ms": 8_001}, False), ({"goal_cdeg": 1600}, False), ({"ramp": Ramp(1_699_960, 0, 0)}, True),
        ({"ramp": Ramp(1_699_961, 0, 0)}, False),
    ):  # fmt: skip
        after, _ = giving_back(GIVES._replace(**change), facts(), SEEN, LIMITS, 20)
        assert (after.stage == d.GIVING_BACK) == gives
        assert gives or after.left_ms == 60_000
    for effort, gives in ((101, True), (100, False), (-101, True), (-100, False), (None, True)):
        after, _ = giving_back(GIVES, facts(), SEEN._replace(effort_permille=effort), LIMITS, 20)
        assert (after.stage == d.GIVING_BACK) == gives


@pytest.mark.parametrize(("change", "gives"), [
    ({"drive_age_ms": 100}, True), ({"drive_age_ms": 101}, False), ({"late_ms": 100}, True),
    ({"late_ms": 101}, False), ({"drive_state": DRIVE_DISARMED}, False),
])  # fmt: skip
def test_giving_back_needs_a_drive_in_time(change: dict[str, Any], gives: bool) -> None:
    after, _ = giving_back(GIVES, facts(), SEEN._replace(**change), LIMITS, 20)
    assert (after.stage == d.GIVING_BACK) == gives


@pytest.mark.parametrize("now", [
    {"ankle_a": None}, {"ankle_b": None}, {"ankle_a": False}, {"ankle_b": False}, {"estop_ok": None},
    {"stop": None},
    {"stop": True}, {"over_angle": True},
])  # fmt: skip
def test_giving_back_needs_all_that_head_down_needs(now: dict[str, bool | None]) -> None:
    assert giving_back(GIVES, facts(now=now), SEEN, LIMITS, 20)[0].stage == d.PINCHED
    for other in (
        facts(angles={"source": ONLY_A}), facts(buttons={"fresh": False}), facts(buttons={"home": True}),
        facts()._replace(woken=True),
    ):  # fmt: skip
        assert giving_back(GIVES, other, SEEN, LIMITS, 20)[0].stage == d.PINCHED


def test_a_minute_for_a_person_then_one_attempt() -> None:
    home = HOME._replace(stage=d.PINCHED, left_ms=40)
    on, act = pinch_waits(home, facts(), SEEN, LIMITS, 20)
    assert (on.left_ms, on.stage, act.command, act.mode) == (20, d.PINCHED, d.HOLD, d.WAITING)
    tries, act = pinch_waits(on, facts(), SEEN, LIMITS, 20)
    assert (tries.stage, tries.bits, tries.left_ms, act.sounder) == (d.STOPPING, STAGED | CREEP, 3_000, True)
    by_hand, act = pinch_waits(home, facts(buttons={"home": True}), SEEN, LIMITS, 20)
    assert (by_hand.stage, by_hand.left_ms, act.command) == (d.PINCHED, 40, d.MOVE)
    locked = home._replace(hand=False)
    assert pinch_waits(locked, facts(buttons={"home": True}), SEEN, LIMITS, 20)[1].command == d.HOLD


@pytest.mark.parametrize(("kind", "cdeg", "began", "stage", "goal"), [
    (PINCH_DOWN, 1500, None, d.BACKING_OFF, 1100), (PINCH_DOWN, -6700, 0, d.BACKING_OFF, -7000),
    (PINCH_UP, 1500, 2000, d.GIVING_BACK, 1700), (PINCH_UP, 1500, 1600, d.GIVING_BACK, 1600),
    (PINCH_UP, 1500, None, d.GIVING_BACK, 1500),
])  # fmt: skip
def test_how_far_it_backs_off_or_gives_back(
    kind: int, cdeg: int, began: int | None, stage: int, goal: int
) -> None:
    """Four degrees towards park and not below it; two degrees back and not beyond where the return began."""
    home, act = after_stop(HOME._replace(pinch=kind, began_cdeg=began), facts(cdeg), SEEN, LIMITS)
    assert (home.stage, home.goal_cdeg, home.ramp) == (stage, goal, Ramp(cdeg * 1000, 0, 0))
    assert (act.command, act.stage, home.pinch) == (d.HOLD, stage, 0)


def test_by_hand_the_way_begins_at_the_trusted_angle_in_the_drives_own_scale() -> None:
    """Else where the drive says it is, else where it goes by now, else where it last was."""
    stands = HOME._replace(ramp=Ramp(0, 0, 0))
    stuck = QUIET.motion._replace(a_told_cdeg=150)
    only_b, gone = {"source": ONLY_B}, {"source": 0, "last_cdeg": 1200}
    for at, seen, begins in (
        (facts(1500, angles=only_b), SEEN._replace(a_cdeg=1900), 1900),
        (facts(1500), SEEN._replace(a_cdeg=1900), 1500), (facts(1500), SEEN._replace(a_cdeg=None), 1500),
        (facts(1500, angles=only_b), SEEN._replace(a_cdeg=1900, a_age_ms=101), 1500),
        (facts(1500, angles=only_b, motion=stuck), SEEN._replace(a_cdeg=1900), 1500),
        (facts(None, angles=gone), SEEN._replace(a_cdeg=1900), 1900),
        (facts(None, angles=gone), SEEN._replace(a_cdeg=1900, a_age_ms=101, b_cdeg=1600), 1600),
        (facts(None, angles=gone), SEEN._replace(a_cdeg=None, b_cdeg=1600), 1600),
        (facts(None, angles=gone, motion=stuck), SEEN._replace(a_cdeg=1900, b_cdeg=1600), 1600),
        (facts(None, angles=gone, motion=stuck), SEEN._replace(a_cdeg=1900, b_cdeg=None), 1900),
        (facts(None, angles=gone), SEEN._replace(a_cdeg=None, b_cdeg=None), 1200),
        (facts(None, angles={"source": 0, "last_cdeg": None}), SEEN._replace(a_cdeg=None, b_cdeg=None), 0),
    ):  # fmt: skip
        held = at._replace(buttons=at.buttons._replace(home=True))
        home, act = manual(stands, held, seen, LIMITS, 20)
        assert act.command == d.MOVE
        assert act.angle_cdeg == (begins * 1000 + act.rate_cdps * 20) // 1000
        assert home.ramp.pos // 1000 == act.angle_cdeg - act.offset_cdeg
