"""How verdicts of rules are put together: part by part the least, reactions added, causes in their order."""

from __future__ import annotations

import pytest

from safety import rules
from safety.facts import ACTING, ALWAYS, Facts
from safety.limits import Limits
from safety.observation import Observation
from safety.rules import CREEP, EMERGENCY, NOTHING, STAGED, WAIT, Row, judge
from safety.rules_machine import over_angle_predicted
from safety.verdict import ALLOW, Verdict
from tests.home_facts import QUIET, SEEN
from tests.safety_rig import LIMITS


def yes(facts: Facts, observation: Observation, limits: Limits) -> bool:
    return True


def no(facts: Facts, observation: Observation, limits: Limits) -> bool:
    return False


def row(cause: int, reaction: int, verdict: tuple[int, int, int], latches: bool = False) -> Row:
    return Row("x", (), ALWAYS, yes, cause, reaction, Verdict(*verdict), latches)


def judged(monkeypatch: pytest.MonkeyPatch, *rows: Row) -> tuple[Verdict, int, int, int, int]:
    monkeypatch.setattr(rules, "ROWS", rows)
    return judge(QUIET._replace(scope=ALWAYS), SEEN, LIMITS)


FREE = row(0, NOTHING, (2, 800, 1))
CASES = [
    ((), (ALLOW, 0, 0, 0, 0)),
    ((FREE,), (ALLOW, 0, 0, 0, 0)),
    ((row(0, STAGED, (1, 800, 1)),), (Verdict(1, 800, 1), 0, 0, 0, 0)),  # permission only
    ((row(3, STAGED, (2, 300, 1)), FREE), (Verdict(2, 300, 1), 8, STAGED, 3, 0)),
    ((FREE, row(3, STAGED, (2, 800, 0))), (Verdict(2, 800, 0), 8, STAGED, 3, 0)),
    ((row(3, STAGED, (0, 800, 1), True), FREE), (Verdict(0, 800, 1), 8, STAGED, 3, 3)),
    (
        (row(5, CREEP, (1, 200, 1)), row(2, WAIT, (2, 100, 1), True), row(4, EMERGENCY, (2, 800, 0), True)),
        (Verdict(1, 100, 0), 1 << 5 | 1 << 2 | 1 << 4, CREEP | WAIT | EMERGENCY, 5, 2),
    ),
    (
        (row(3, STAGED, (1, 800, 1))._replace(fires=no), row(4, CREEP, (1, 800, 1))._replace(when=ACTING)),
        (ALLOW, 0, 0, 0, 0),
    ),
]


@pytest.mark.parametrize(("rows", "wanted"), CASES)
def test_each_part_is_the_least_and_each_cause_is_kept(
    rows: tuple[Row, ...], wanted: tuple[Verdict, int, int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert judged(monkeypatch, *rows) == wanted


@pytest.mark.parametrize("cdps", [100, 299, 5_000])
def test_where_a_table_would_end_is_reckoned_to_the_unit(cdps: int) -> None:
    """200 ms at its rate, and the way of a stop at 30 deg/s2."""
    way = cdps * 200 // 1_000 + cdps * cdps // 6_000
    last = QUIET.cap_cdeg + LIMITS.over_angle_cdeg - way
    assert not over_angle_predicted(QUIET._replace(cdeg=last, cdps=cdps), SEEN, LIMITS)
    assert over_angle_predicted(QUIET._replace(cdeg=last + 1, cdps=cdps), SEEN, LIMITS)
