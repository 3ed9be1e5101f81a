"""A slice of the exhaustive search: it ends, it finds nothing, and it does find what is planted."""

from __future__ import annotations

from fnmatch import fnmatch

import pytest

import safety.rules
from hil.verification import planted
from hil.verification.coarse import LIMITS
from hil.verification.expected import EXPECTED
from hil.verification.faults import CATALOGUE
from hil.verification.hunt import explore, killed_by, likely, nominal, redundant, scenarios
from hil.verification.near import NEAR, REDUNDANT
from hil.verification.reach import Reach, noted
from hil.verification.scenarios import PAIRS, PEOPLE, RIDE, SINGLES, TESTED
from hil.verification.steps import Steps
from hil.verification.world import DOWN, PLAIN, START, sense
from safety.causes import CAUSES
from safety.state import boot
from safety.step import step

SLICE = ("a_stale", "drive_fault", "ankles", "estop", "b_frozen", "rogue")


@pytest.mark.timeout(300)
def test_a_slice_of_the_search_ends_and_nothing_is_broken() -> None:
    chosen = [scenario for scenario in (*SINGLES, *PEOPLE) if scenario.name in SLICE]
    assert len(chosen) >= len(SLICE)
    reach = Reach()
    results = list(explore(chosen, reach))
    assert {result.name for result in results} == set(SLICE)
    for result in results:
        assert result.explored.empty, result.name
        assert result.explored.finds == (), result.explored.finds
        assert result.explored.nodes > 200, result.name
    assert {"mode active", "mode waiting", "command cut", "stage to_park", "cause estop"} <= reach.seen


@pytest.mark.parametrize(
    ("bug", "says"),
    [
        ("rule:estop:removed", "estop"),
        ("rule:ankle_open:late", "not told as ankle_open"),
        ("rule:drive_fault:no_latch", "does not latch"),
        ("rule:supply_low:no_verdict", "cap 800"),
        ("rule:pendant:inverted", "nominal ride"),
        ("rule:pendant:removed", "I23"),
        ("rule:pinched_down:removed", "not told as pinched_down"),
        ("rule:left_alone:removed", "alone: still ACTIVE"),
        ("rule:over_angle_predicted:removed", "ends at"),
        ("gate:pendant:wrong_way", "towards park refused by condition 14"),
        ("gate:acceleration:removed", "a stream jerks"),
        ("gate:lease:removed", "lease of"),
        ("gate:session:removed", "another session"),
        ("stage:pause_rest:skipped", "pause at rest is skipped"),
    ],
)
def test_the_search_notices_what_is_planted(bug: str, says: str) -> None:
    assert says in (killed_by(bug) or "ALIVE")


def test_what_no_search_can_see_is_said_with_its_reason() -> None:
    """Each pattern fits bugs that there are, and names what goes red instead or what says the same."""
    for pattern, why in REDUNDANT.items():
        assert [bug for bug in planted.BUGS if fnmatch(bug, pattern)], pattern
        assert why
    assert redundant("gate:latch:removed")
    assert redundant("rule:estop:removed") is None
    near = {name for names in NEAR.values() for name in names}
    assert near <= {scenario.name for scenario in (*SINGLES, *PEOPLE, RIDE)}


def test_a_ride_without_anything_is_left_alone() -> None:
    assert nominal() is None


def test_each_pair_of_faults_is_searched_and_each_fault_alone() -> None:
    assert len({scenario.name for scenario in (*SINGLES, *PEOPLE, *PAIRS)}) == len(SINGLES + PEOPLE + PAIRS)
    assert len(scenarios(["pairs"])) == len(PAIRS) > 200
    assert len(scenarios(["pairs"], every=10)) == -(-len(PAIRS) // 10)
    assert {scenario.name for scenario in likely("rule:estop:removed")[:2]} >= {"estop"}


def test_every_cause_has_its_expectations() -> None:
    assert {cause.number for cause in CAUSES} == set(EXPECTED)
    assert set(planted.REACTIONS) >= {"STAGED", "ESTOP"}


def test_the_same_question_is_answered_from_memory_and_equal_states_are_one() -> None:
    """What the rules said is kept as it was; another memory of a late row is another question."""
    steps, world = Steps(), START._replace(want=DOWN)
    first = steps.canon(boot(LIMITS, TESTED))
    assert steps.canon(boot(LIMITS, TESTED)) is first
    seen = sense(world, PLAIN, CATALOGUE)
    once = steps(first, 0, seen)
    assert steps(first, 0, sense(world, PLAIN, CATALOGUE)) is once
    assert steps(first, 100, seen) is not once
    assert (once.state, once.decision) == step(first, seen, LIMITS)
    assert once.kept is steps.canon(once.state)
    assert steps.renewed() is steps


def test_a_rule_that_has_spoken_is_listened_to_no_more() -> None:
    reach, rows = Reach(), safety.rules.ROWS
    with noted(reach):
        assert all(now.fires is not row.fires for now, row in zip(safety.rules.ROWS, rows, strict=True))
    reach.seen.add("rule estop")
    with noted(reach):
        plain = [row for now, row in zip(safety.rules.ROWS, rows, strict=True) if now.fires is row.fires]
    assert [row.name for row in plain] == ["estop"]
    assert safety.rules.ROWS is rows
