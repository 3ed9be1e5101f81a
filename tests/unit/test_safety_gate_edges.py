"""The gate's conditions at their numbers: permitted at the limit, refused one unit beyond it."""

from __future__ import annotations

from typing import Any

import pytest

from safety import decision as d
from safety.facts import Facts
from safety.gate import CONDITIONS, Ask, goes_down
from safety.look import look
from safety.observation import DRIVE_ARMED, Observation, Proposal
from safety.permit import Passage, gated
from safety.proof import Proof
from safety.step import boot
from safety.stream import SILENT, Stream
from safety.verdict import ALLOW, Verdict
from tests.safety_rig import FIRST_START, LIMITS, Rig, session_terms

HOLDS = {row.name: row.holds for row in CONDITIONS}
TERMS = session_terms()
STREAM = Stream(True, 1000, 100, 20, 80, 100, 80, 0, 0, 0, 0)


def base() -> tuple[Facts, Observation]:
    """At 10 deg in a session, as the gate sees it."""
    seen = Rig().sense()._replace(a_cdeg=1000, b_cdeg=1000)
    facts = look(boot(LIMITS, FIRST_START), seen, LIMITS, 20, False)
    return facts._replace(mode=d.ACTIVE, terms=TERMS, cdeg=1000, cap_cdeg=3000), seen


FACTS, SEEN = base()


def ask(angle: int = 1002, rate: int = 100, stream: Stream = STREAM, down: bool = True, **facts: Any) -> Ask:
    proposal = Proposal(7, 1, angle, rate, 100)
    return Ask(proposal, stream, down, FACTS._replace(**facts), SEEN, LIMITS, ALLOW, True, 0)


def holds(name: str, question: Ask) -> bool:
    return HOLDS[name](question)


@pytest.mark.parametrize(("lease_ms", "good"), [(0, False), (1, True), (100, True), (101, False)])
def test_a_lease_is_short_and_not_over(lease_ms: int, good: bool) -> None:
    question = ask()
    assert holds("lease", question._replace(proposal=question.proposal._replace(lease_ms=lease_ms))) == good


def test_the_drive_and_the_angle_are_both_fresh() -> None:
    for age_ms, cdeg, good in ((100, 1000, True), (101, 1000, False), (100, None, False), (101, None, False)):
        question = ask(cdeg=cdeg)
        assert holds("fresh", question._replace(observation=SEEN._replace(drive_age_ms=age_ms))) == good


@pytest.mark.parametrize(("angle", "rate", "cdeg", "good"), [
    (1100, 0, 1000, True), (1101, 0, 1000, False), (900, 0, 1000, True), (899, 0, 1000, False),
    (1000, 1, 1000, False), (1000, -1, 1000, False), (1000, 0, None, False),
])  # fmt: skip
def test_a_stream_begins_standing_where_the_table_is(
    angle: int, rate: int, cdeg: int | None, good: bool
) -> None:
    assert holds("start", ask(angle, rate, SILENT, cdeg=cdeg)) == good
    assert holds("start", ask(angle, rate, STREAM, cdeg=cdeg)), "one that lives has begun"


@pytest.mark.parametrize(("rates", "gap_ms", "way", "slack"), [
    ((100, 100), 20, 2, 7), ((100, 200), 20, 3, 11), ((-200, -100), 40, -6, 11), ((0, 0), 20, 0, 3),
    ((300, -100), 60, 6, 15),
])  # fmt: skip
def test_a_stream_goes_on_where_its_rates_lead(
    rates: tuple[int, int], gap_ms: int, way: int, slack: int
) -> None:
    """The mean of both rates for the time between; 0.03 deg and two ticks of the faster one are jitter."""
    stream = STREAM._replace(rate_cdps=rates[0], gap_ms=gap_ms)
    for off, good in ((slack, True), (slack + 1, False), (-slack, True), (-slack - 1, False)):
        assert holds("continuous", ask(1000 + way + off, rates[1], stream)) == good, off
    assert holds("continuous", ask(30_000, 0, stream._replace(live=False)))


def test_it_stays_within_three_degrees_of_the_table() -> None:
    for angle, good in ((1300, True), (1301, False), (700, True), (699, False)):
        assert holds("tracking", ask(angle)) == good
    assert not holds("tracking", ask(0, cdeg=None))


@pytest.mark.parametrize(("mode", "terms", "angle", "rate", "good"), [
    (d.TEST, TERMS, -7000, 100, True), (d.TEST, TERMS, -7000, 101, False), (d.TEST, TERMS, -7000, -100, True),
    (d.TEST, TERMS, -7000, -101, False), (d.ACTIVE, None, 0, 100, True), (d.ACTIVE, None, 0, 101, False),
    (d.ACTIVE, TERMS, 1000, 202, True), (d.ACTIVE, TERMS, 1000, 203, False),
    (d.ACTIVE, TERMS._replace(down_cdps=900), 1000, 302, True),
    (d.ACTIVE, TERMS._replace(down_cdps=900), 1000, 303, False),
    (d.ACTIVE, TERMS._replace(down_cdps=-2), 1000, 0, True),
    (d.ACTIVE, TERMS._replace(down_cdps=-3), 1000, 0, False),
    (d.ACTIVE, TERMS, -100, -202, True), (d.ACTIVE, TERMS, -100, -203, False),
    (d.ACTIVE, TERMS, -101, -152, True), (d.ACTIVE, TERMS, -101, -153, False),
    (d.ACTIVE, TERMS, -101, -1, True), (d.ACTIVE, TERMS._replace(up_cdps=-2), 1000, -1, False),
])  # fmt: skip
def test_each_way_has_its_speed(mode: int, terms: Any, angle: int, rate: int, good: bool) -> None:
    """Down, up to rest, from there to park; in the day's test a degree a second either way."""
    assert holds("rate", ask(angle, rate, mode=mode, terms=terms)) == good


@pytest.mark.parametrize(("ref_ms", "gap_ms", "most"), [(80, 20, 37), (0, 20, 13), (80, 60, 49)])
def test_the_rate_changes_by_three_degrees_a_second_squared(ref_ms: int, gap_ms: int, most: int) -> None:
    stream = STREAM._replace(ref_ms=ref_ms, gap_ms=gap_ms, ref_cdps=10)
    for change, good in ((most, True), (most + 1, False), (-most, True), (-most - 1, False)):
        assert holds("acceleration", ask(1000, 10 + change, stream)) == good, change
    assert holds("acceleration", ask(1000, 900, stream._replace(live=False)))


@pytest.mark.parametrize(("ref_ms", "gap_ms", "accel", "rates"), [
    (80, 20, 0, (-10, 10)), (80, 20, 100, (0, 20)), (160, 40, 0, (-32, 32)), (140, 60, -40, (-40, 24)),
])  # fmt: skip
def test_the_acceleration_changes_no_faster_than_the_hard_jerk(
    ref_ms: int, gap_ms: int, accel: int, rates: tuple[int, int]
) -> None:
    """Over a window of at least 100 ms: 6 deg/s3, and 0.4 deg/s2 for whole numbers and jitter."""
    stream = STREAM._replace(ref_ms=ref_ms, gap_ms=gap_ms, ref_cdps=0, accel_cdps2=accel)
    low, high = rates
    assert [holds("jerk", ask(1000, rate, stream)) for rate in (low - 1, low, high, high + 1)] == [
        False, True, True, False
    ]  # fmt: skip
    assert holds("jerk", ask(1000, 900, stream._replace(ref_ms=79, gap_ms=20))), "too short to say"
    assert holds("jerk", ask(1000, 900, stream._replace(live=False)))


@pytest.mark.parametrize(("angle", "rate", "good"), [
    (3000, 0, True), (3001, 0, False), (2994, 200, True), (2995, 200, False), (2994, -200, True),
    (2995, -200, False),
])  # fmt: skip
def test_it_can_stop_before_the_cap(angle: int, rate: int, good: bool) -> None:
    assert holds("cap", ask(angle, rate)) == good


def test_beside_park_only_in_the_days_test() -> None:
    for angle, good in ((-6700, True), (-6699, False), (-7300, True), (-7301, False)):
        assert holds("test_window", ask(angle, mode=d.TEST)) == good
        assert holds("test_window", ask(angle, mode=d.ACTIVE))
    for angle, rate, good in ((-7100, -1, True), (-7101, -1, False), (-7101, 0, True), (-7101, 1, True)):
        assert holds("park", ask(angle, rate)) == good


def test_beyond_eight_degrees_with_proof_only() -> None:
    for angle, proved, good in ((800, False, True), (801, False, False), (801, True, True)):
        assert holds("proof", ask(angle, proof=Proof(None, None, 0, proved))) == good


@pytest.mark.parametrize(("angle", "in_bout", "bout", "mode", "good"), [
    (500, False, 3, d.ACTIVE, True), (501, False, 3, d.ACTIVE, False), (501, True, 3, d.ACTIVE, True),
    (501, False, 2, d.ACTIVE, True), (501, False, 3, d.TEST, True),
])  # fmt: skip
def test_no_further_bout_begins(angle: int, in_bout: bool, bout: int, mode: int, good: bool) -> None:
    session = FACTS.session._replace(in_bout=in_bout, bout=bout)
    assert holds("bouts", ask(angle, session=session, mode=mode)) == good
    assert holds("bouts", ask(501, session=session, mode=d.ACTIVE, terms=None)) == in_bout


def test_dose_is_left() -> None:
    for used_ms, good in ((TERMS.allowance_ms - 1, True), (TERMS.allowance_ms, False)):
        session = FACTS.session._replace(used_ms=used_ms)
        assert holds("dose", ask(session=session)) == good
        assert holds("dose", ask(session=session, mode=d.TEST))
    assert not holds("dose", ask(terms=None))


@pytest.mark.parametrize(("phase", "age_ms", "good"), [
    (d.CHECK_OFF, 9_999, True), (d.CHECK_COUNTING, 9_999, True), (d.CHECK_ASKED, 4_400, True),
    (d.CHECK_ASKED, 4_401, False), (d.CHECK_LOUD, 0, False),
])  # fmt: skip
def test_a_question_gives_four_seconds_to_stop(phase: int, age_ms: int, good: bool) -> None:
    assert holds("check_in", ask(check=FACTS.check._replace(phase=phase, age_ms=age_ms))) == good


@pytest.mark.parametrize(("mode", "good"), [
    (d.INHIBITED, False), (d.TEST, True), (d.READY, True), (d.ACTIVE, True), (d.RETURNING, False),
    (d.WAITING, False), (d.LATCHED, False),
])  # fmt: skip
def test_three_modes_ask_at_all(mode: int, good: bool) -> None:
    assert holds("mode", ask(mode=mode)) == good


@pytest.mark.parametrize(("angle", "rate", "live", "cdeg", "down"), [
    (1000, 1, True, 1000, True), (1000, 0, True, 1000, False), (1001, 0, True, 1000, True),
    (1001, -9, True, 1000, True), (1000, -9, True, 900, False), (1050, 0, False, 1000, False),
    (1051, 0, False, 1000, True), (0, -9, True, None, True), (0, 0, False, None, True),
])  # fmt: skip
def test_any_growing_angle_is_head_down(
    angle: int, rate: int, live: bool, cdeg: int | None, down: bool
) -> None:
    """Whatever the rate says; where a stream begins, the noise of one reading is no motion."""
    assert goes_down(Proposal(7, 0, angle, rate, 100), STREAM._replace(live=live), cdeg) == down


@pytest.mark.parametrize(("direction", "rate", "command"), [
    (2, 100, d.MOVE), (1, 100, d.HOLD), (0, 100, d.HOLD), (1, -100, d.MOVE), (1, 0, d.MOVE),
    (0, -100, d.HOLD),
    (0, 0, d.HOLD), (1, 1, d.HOLD), (2, 1, d.MOVE), (1, -1, d.MOVE),
])  # fmt: skip
def test_what_is_still_leased_goes_on_as_far_as_the_verdict_allows(
    direction: int, rate: int, command: int
) -> None:
    seen = SEEN._replace(proposal=None)
    stream = STREAM._replace(rate_cdps=rate)
    passage = gated(stream, FACTS, seen, LIMITS, Verdict(direction, 800, 1), True, 0, 20)
    assert passage[1:] == (command, 1000, rate, 0, False, False)
    assert passage.stream.missing_ms == (20 if rate else 0)
    assert passage.stream.live == (direction == 2 or rate <= 0)
    assert SEEN.drive_state == DRIVE_ARMED
    over = gated(stream._replace(lease_ms=20), FACTS, seen, LIMITS, ALLOW, True, 0, 20)
    assert (over.command, over.stream.live) == (d.HOLD, False)


def passed(angle: int, rate: int, phase: int = d.CHECK_COUNTING, live: bool = True,
           pendant: bool | None = True) -> Passage:  # fmt: skip
    """A proposal that every condition holds for, but for what is said here."""
    now = FACTS.buttons.now._replace(ankle_a=True, ankle_b=True, load=True, pendant=pendant)
    facts = FACTS._replace(
        buttons=FACTS.buttons._replace(now=now), check=FACTS.check._replace(phase=phase, age_ms=20),
        proof=Proof(None, None, 0, True),
    )  # fmt: skip
    stream = STREAM._replace(live=live, rate_cdps=rate, ref_cdps=rate, gap_ms=0, refused_ms=100)
    seen = SEEN._replace(proposal=Proposal(7, 1, angle, rate, 100))
    return gated(stream, facts, seen, LIMITS, ALLOW, True, 0, 20)


@pytest.mark.parametrize(("angle", "rate", "down", "moved"), [
    (1002, 100, True, True), (1000, 1, True, True), (1001, 0, True, False), (1000, 0, False, False),
    (998, -100, False, False),
])  # fmt: skip
def test_a_session_departs_with_a_rate_not_with_the_noise_of_an_angle(
    angle: int, rate: int, down: bool, moved: bool
) -> None:
    passage = passed(angle, rate)
    assert (passage.refusal, passage.command) == (0, d.MOVE)
    assert (passage.planned_down, passage.moved_down) == (down, moved)
    assert passage.stream.refused_ms == 95, "a quarter of the time led is forgiven"


@pytest.mark.parametrize(("phase", "pendant", "live", "set_aside"), [
    (d.CHECK_ASKED, True, True, False), (d.CHECK_ASKED, False, True, True), (d.CHECK_ASKED, None, True, True),
    (d.CHECK_ASKED, True, False, True), (d.CHECK_COUNTING, True, True, False),
])  # fmt: skip
def test_who_answers_before_the_table_stands_is_stopped_and_has_not_erred(
    phase: int, pendant: bool | None, live: bool, set_aside: bool
) -> None:
    passage = passed(1002, 100, phase, live, pendant)
    led = (d.MOVE, 1002, 100, 0, True, True)
    assert passage[1:] == ((d.HOLD, 0, 0, 0, False, False) if set_aside else led)
    assert passage.stream.live is not set_aside
    assert passage.stream.refused_ms == (100 if set_aside else 95)


def test_without_a_question_a_released_pendant_refuses() -> None:
    assert passed(1002, 100, pendant=False)[1:] == (d.HOLD, 0, 0, 14, True, False)
    assert passed(998, -100, d.CHECK_ASKED, pendant=False).command == d.MOVE
