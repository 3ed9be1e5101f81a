"""The third opinion on two sources: a switch that changes over, a closed brake; each to the unit."""

from __future__ import annotations

import pytest

from safety import decision as d
from safety.angles import BOTH, NEITHER, ONLY_A, ONLY_B, Angles, see
from safety.look import look
from safety.observation import Observation
from safety.witness import NO_WITNESS, Witness, _stands, ask
from tests.home_facts import SEEN
from tests.safety_rig import LIMITS, Rig, ridden


def seen(braked: bool | None = None, **switches: bool | None) -> Observation:
    """A tick with these switches; a switch that is not named is not known."""
    inputs = SEEN.inputs._replace(at_park=None, past_rest=None)._replace(**switches)
    return SEEN._replace(braked=braked, inputs=inputs)


def told(was: Witness, a: int | None, b: int | None, observation: Observation) -> int:
    return ask(was, a, b, observation, LIMITS, 20)[1]


@pytest.mark.parametrize(("a", "b", "lies"), [
    (-250, -351, ONLY_B), (-250, -350, ONLY_B), (-250, -349, NEITHER), (-350, -250, ONLY_A),
    (-100, -250, NEITHER), (-50, -250, ONLY_A), (-51, -250, NEITHER), (-250, 50, ONLY_B),
    (-150, -250, NEITHER), (-300, -100, NEITHER), (99, 250, ONLY_B), (100, 250, NEITHER),
    (-500, -650, NEITHER), (-499, -650, ONLY_B),
])  # fmt: skip
@pytest.mark.parametrize("before", [True, False])
def test_at_the_edge_of_the_rest_switch_the_further_source_lies(
    a: int, b: int, lies: int, before: bool
) -> None:
    """HZ-08: it changes over at -2 deg; the one that is further from there by 1 deg lies (HZ-11)."""
    was = NO_WITNESS._replace(past_rest=before)
    assert told(was, a, b, seen(past_rest=not before)) == lies
    assert told(was, a, b, seen(past_rest=before)) == NEITHER, "no edge"
    assert told(was, a, b, seen(past_rest=None)) == NEITHER
    assert told(NO_WITNESS, a, b, seen(past_rest=not before)) == NEITHER, "becoming known is no edge"
    assert told(was, a, b, seen(past_rest=not before)._replace(inputs_age_ms=101)) == NEITHER


@pytest.mark.parametrize(("a", "b", "lies"), [
    (-6900, -6800, ONLY_B), (-6900, -6801, NEITHER), (-7050, -6900, ONLY_A), (-6900, -7200, ONLY_B),
    (-6615, -6875, ONLY_A),
])  # fmt: skip
def test_at_the_edge_of_the_park_switch_too(a: int, b: int, lies: int) -> None:
    """It closes 1 deg above park."""
    was = NO_WITNESS._replace(at_park=False)
    assert told(was, a, b, seen(at_park=True)) == lies
    assert told(was, None, b, seen(at_park=True)) == NEITHER
    assert told(was, a, None, seen(at_park=True)) == NEITHER


def braked(a_way: int, b_way: int, ms: int = 1_700) -> list[int]:
    """Who is called a liar while the brake is closed and the sources go so far in `ms`, evenly."""
    was, lies = NO_WITNESS, []
    for at_ms in range(0, ms, 20):
        way = max(0, at_ms - 400)
        was, liar = ask(was, a_way * way // 1_000, b_way * way // 1_000, seen(braked=True), LIMITS, 20)
        lies += [liar] if liar else []
    return lies


@pytest.mark.parametrize(("a_way", "b_way", "lies"), [
    (40, 0, [ONLY_A]), (0, -40, [ONLY_B]), (25, 0, []), (0, 25, []), (40, 15, []), (40, 40, []),
    (200, 0, [ONLY_A]), (-200, 0, [ONLY_A]), (0, 400, []), (0, 0, []),
])  # fmt: skip
def test_behind_a_closed_brake_who_moves_alone_lies(a_way: int, b_way: int, lies: list[int]) -> None:
    """HZ-08: 0.3 deg in a second; both, or faster than anything drifts, and it is the table that moves."""
    assert braked(a_way, b_way, 1_700) == lies


def test_a_closed_brake_must_have_settled_and_be_watched() -> None:
    assert braked(60, 0, 1_500) == []
    assert braked(60, 0, 1_520) == [ONLY_A]
    was = NO_WITNESS._replace(braked_ms=300)
    opened, _ = ask(was, 0, 0, seen(braked=False), LIMITS, 20)
    unknown, _ = ask(was, 0, 0, seen(braked=None), LIMITS, 20)
    silent, _ = ask(was, None, 0, seen(braked=True), LIMITS, 20)
    assert opened == unknown == silent == NO_WITNESS
    looks, _ = ask(was, 5, 6, seen(braked=True), LIMITS, 20)
    assert (looks.braked_ms, looks.a_cdeg, looks.b_cdeg) == (0, 5, 6)
    waits, _ = ask(was._replace(braked_ms=279), 5, 6, seen(braked=True), LIMITS, 20)
    assert (waits.braked_ms, waits.a_cdeg, waits.b_cdeg) == (299, None, None)


def test_one_sample_behind_a_closed_brake_is_no_motion() -> None:
    """Whoever shifts on the bed shakes an inclinometer; it goes back."""
    was = NO_WITNESS._replace(braked_ms=1_000, a_cdeg=0, b_cdeg=0)
    for _ in range(5):
        for tick in range(10):
            was, lies = ask(was, 0, 0 if tick == 9 else 40, seen(braked=True), LIMITS, 20)
            assert lies == NEITHER
    for _ in range(9):
        was, lies = ask(was, 0, 40, seen(braked=True), LIMITS, 20)
    assert (ask(was, 0, 40, seen(braked=True), LIMITS, 20)[1], lies) == (ONLY_B, NEITHER)


@pytest.mark.parametrize(("a", "b", "lies"), [
    (29, 0, NEITHER), (30, 0, ONLY_A), (0, -29, NEITHER), (0, -30, ONLY_B), (29, 29, NEITHER),
    (-29, 1, NEITHER), (-29, -1, NEITHER), (299, 29, ONLY_A), (299, 30, NEITHER), (300, 0, NEITHER),
])  # fmt: skip
def test_three_tenths_of_a_degree_more_than_the_other_is_motion(a: int, b: int, lies: int) -> None:
    """For 200 ms after the second; 3 deg, or both by three tenths, and it is the table."""
    was, told_by = NO_WITNESS._replace(braked_ms=1_000, a_cdeg=0, b_cdeg=0), []
    for _ in range(11):
        was, liar = ask(was, a, b, seen(braked=True), LIMITS, 20)
        told_by += [liar] if liar else []
    assert told_by == ([lies] if lies else [])


def apart(was: Angles, a: int | None, b: int | None, braked: bool | None = None, **switches: bool) -> Angles:
    """One tick more of both sources."""
    observation = seen(braked, **switches)._replace(a_cdeg=a, b_cdeg=b)
    return see(was, observation, LIMITS, False, 20)


def doubted(a: int = 1000, b: int = 1400) -> Angles:
    """Two sources that came apart slowly, far from any switch."""
    rig = ridden(a)
    was = rig.state.angles
    for way in (*range(0, b - a, 10), *[b - a] * 12):
        was = apart(was, a, a + way)
    return was


def test_where_nothing_says_who_lies_there_is_no_angle() -> None:
    """HZ-12: the drive goes by A, so that A goes as told proves nothing; hold-to-run, design 5."""
    was = doubted()
    assert (was.doubt, was.a_bad, was.b_bad, was.source, was.cdeg) == (True, False, False, NEITHER, None)
    agree = was
    for a in range(1000, 1401, 100):
        agree = apart(agree, a, 1400)
    assert (agree.doubt, agree.cdeg) == (True, None), "agreeing again is no opinion"


def test_a_doubt_ends_with_the_third_opinion() -> None:
    """By a switch's edge, its level, the brake, or because the drive gives its own angle up."""
    was = doubted(-500, -200)._replace(none_ms=1_000)
    edge = apart(apart(was, -500, -200, past_rest=True), -500, -200, past_rest=False)
    assert (edge.a_bad, edge.doubt, edge.source, edge.cdeg) == (True, False, ONLY_B, -200)
    level = apart(was, -501, -200, past_rest=True)
    assert (level.a_bad, level.doubt, level.cdeg) == (True, False, -200)
    given_up = apart(was, None, -200)
    assert (given_up.a_bad, given_up.doubt, given_up.cdeg) == (True, False, -200)
    late = see(was, seen()._replace(a_cdeg=-500, a_age_ms=101, b_cdeg=-200), LIMITS, False, 20)
    lost = see(was, seen()._replace(a_cdeg=None, a_age_ms=101, b_cdeg=-200), LIMITS, False, 20)
    for silent in (late, lost, apart(was, -500, None), apart(was, None, None)):
        assert (silent.doubt, silent.cdeg) == (True, None), "a wire that is late says nothing of an angle"
    stands = was
    for ms in range(0, 1_700, 20):
        stands = apart(stands, -500 + ms // 25, -200, braked=True)
    assert (stands.a_bad, stands.doubt, stands.cdeg) == (True, False, -200)


def test_in_a_doubt_the_source_that_leaps_alone_lies() -> None:
    """An encoder that held its last value comes back at once: two that agree again say who it was."""
    was = doubted()._replace(none_ms=1_000)
    back = apart(was, 1400, 1400)
    assert (back.a_bad, back.doubt, back.cdeg) == (True, False, 1400)
    other = apart(was, 1000, 1000)
    assert (other.b_bad, other.doubt, other.cdeg) == (True, False, 1000)
    slow = apart(was, 1174, 1400)
    assert (slow.doubt, apart(slow, 1348, 1400).doubt) == (True, True), "12 deg/s and 1.5 deg are no leap"


def test_a_later_opinion_overrules_an_earlier_one() -> None:
    was = doubted(-500, -210)._replace(doubt=False, b_bad=True)
    edge = apart(apart(was, -500, -210, past_rest=True), -500, -210, past_rest=False)
    assert (edge.a_bad, edge.b_bad) == (True, False)


@pytest.mark.parametrize(("at", "switches", "denied"), [
    (101, {"past_rest": False}, True), (100, {"past_rest": False}, False), (-501, {"past_rest": True}, True),
    (-6599, {"at_park": True}, True), (-6600, {"at_park": True}, False), (-7000, {"at_park": False}, True),
])  # fmt: skip
@pytest.mark.parametrize("alone", [ONLY_A, ONLY_B])
def test_the_last_source_is_not_believed_against_a_switch(
    at: int, switches: dict[str, bool], denied: bool, alone: int
) -> None:
    """HZ-12: only a switch catches that the wrong one was kept; 200 ms, then no angle."""
    was = doubted()._replace(doubt=False, last_cdeg=at, none_ms=60_000)
    was = was._replace(a_bad=alone == ONLY_B, b_bad=alone == ONLY_A, disagree_ms=0)
    a, b = (at, None) if alone == ONLY_A else (None, at)
    for _ in range(9):
        was = apart(was, a, b, **switches)
    assert (was.cdeg, was.doubt, was.denied_ms) == (at, False, 180 * denied)
    assert apart(was, a, b).denied_ms == 0
    was = apart(was, a, b, **switches)
    assert (was.cdeg, was.doubt) == ((None, True) if denied else (at, False))


def test_two_that_agree_are_believed_against_a_switch() -> None:
    """A broken switch is one fault, and takes nothing away."""
    was = ridden(1000).state.angles
    for _ in range(30):
        was = apart(was, 1000, 1010, past_rest=False)
    assert (was.source, was.denied_ms) == (BOTH, 0)


def test_a_doubt_returns_by_hand_and_goes_on_by_itself_when_it_is_over() -> None:
    """Design 5: no trusted angle. HZ-08: A drifts; behind the brake it shows, and B brings it home."""
    rig = ridden(1500)
    drift = 0.0
    while rig.decision.mode == d.ACTIVE:
        drift += 0.5
        rig.tick(a_cdeg=round(rig.plant.cdeg + drift))
    assert rig.decision.first_cause == 22
    place = rig.plant.cdeg
    for _ in range(300):
        rig.tick(a_cdeg=round(rig.plant.cdeg + drift))
    assert (rig.decision.trusted_cdeg, rig.decision.sounder, rig.plant.cdeg) == (None, True, place)
    for _ in range(120):
        drift += 0.5
        rig.tick(a_cdeg=round(rig.plant.cdeg + drift), braked=True)
        if rig.decision.trusted_cdeg is not None:
            break
    assert abs((rig.decision.trusted_cdeg or 0) - place) <= 2
    rig.tick(a_cdeg=round(rig.plant.cdeg + drift))
    assert rig.decision.stage == d.TO_REST


def test_a_drive_whose_scale_drifts_is_led_by_the_trusted_angle() -> None:
    """HZ-08: the setpoint goes along with what its encoder says more, tick by tick."""
    rig = ridden(1500)
    drift = 500
    rig.obeys = False
    while rig.decision.mode != d.RETURNING or rig.decision.command != d.MOVE:
        rig.tick(a_cdeg=round(rig.plant.cdeg) + drift)
    for _ in range(100):
        drift += 1
        trusted = rig.plant.cdeg
        rig.tick(a_cdeg=round(rig.plant.cdeg) + drift)
        assert abs(rig.decision.angle_cdeg - drift - trusted) < 60
        rig.plant = type(rig.plant)(rig.decision.angle_cdeg - drift, rig.decision.rate_cdps)


def test_a_doubt_is_forgiven_at_park_where_both_agree() -> None:
    rig = Rig()
    rig.run(200)
    doubt = rig.state._replace(angles=rig.state.angles._replace(doubt=True, cdeg=None, source=NEITHER))
    facts = look(doubt, rig.sense(), LIMITS, 20, False)
    assert (facts.angles.doubt, facts.at_park) == (False, True)


def test_by_hand_in_a_doubt_each_press_begins_where_the_drive_is() -> None:
    """HZ-12: it began where the angle was last trusted, and led 14 deg head-down under a held RETURN."""
    rig = ridden(1500)
    angles = rig.state.angles._replace(doubt=True, cdeg=None, source=NEITHER, b_cdeg=1900, disagree_ms=1_000)
    rig.state = rig.state._replace(angles=angles)
    furthest = rig.plant.cdeg
    for press in range(8):
        for tick in range(150):
            rig.inputs = rig.inputs._replace(return_a=tick < 100)
            rig.tick(b_cdeg=round(rig.plant.cdeg) + 400)
            assert rig.plant.cdeg <= furthest + 1, f"press {press}"
            furthest = min(furthest, rig.plant.cdeg)
    assert (rig.state.angles.doubt, furthest < 900) == (True, True)


def test_switches_that_are_silent_deny_nothing() -> None:
    """The rest switch says that the table is not there; but who is silent says nothing."""
    alone = doubted()._replace(doubt=False, last_cdeg=1000, none_ms=60_000, b_bad=True, disagree_ms=0)
    for age_ms, denied_ms in ((LIMITS.stale_ms, 20), (LIMITS.stale_ms + 1, 0)):
        observation = seen(past_rest=False)._replace(a_cdeg=1000, b_cdeg=None, inputs_age_ms=age_ms)
        assert see(alone, observation, LIMITS, False, 20).denied_ms == denied_ms


@pytest.mark.parametrize("half", [(None, None), (1000, None), (None, 1000)])
def test_before_both_have_settled_nobody_is_said_to_move(half: tuple[int | None, int | None]) -> None:
    was = NO_WITNESS._replace(a_cdeg=half[0], b_cdeg=half[1])
    assert _stands(was, 1000, 1900, LIMITS, 20) == (was, 0)
