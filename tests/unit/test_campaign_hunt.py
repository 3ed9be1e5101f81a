"""The hunt for planted bugs: every bug has faults to begin with, and the page names bugs that there are."""

from __future__ import annotations

import re
from itertools import islice

import pytest

import safety.rules
from hil.campaign import hunt
from hil.campaign.catalogue import CATALOGUE, NOMINAL
from hil.campaign.hunt import OTHERWISE, TOUCH, chosen, specs, touching
from hil.campaign.hunt_command import otherwise, page, summed, told
from hil.verification.planted import BUGS
from tests import house

PAGE = house.ROOT / "docs" / "reference" / "planted-bugs.md"


def test_whatever_touches_a_row_is_a_fault_and_a_row() -> None:
    assert {fault for faults in TOUCH.values() for fault in faults} | set(OTHERWISE) < set(CATALOGUE)
    assert set(TOUCH) < {bug.name for bug in BUGS.values()}


def test_the_faults_of_a_row_are_ridden_first_and_the_short_runs_before_the_long_ones() -> None:
    assert touching("rule:supply_low:removed", "node") == ["supply_low", "supply_lost", NOMINAL]
    first = list(islice(specs("rule:supply_low:removed", 1, "node"), 18))
    assert {spec.fault for spec in first} == {"supply_low", "supply_lost", NOMINAL}
    assert first[0].phase == "warming_up"
    assert first == list(islice(specs("rule:supply_low:removed", 1, "node"), 18))
    assert all(touching(bug, "node")[:-1] for bug in BUGS)


def test_bugs_are_chosen_by_table_id_or_pattern() -> None:
    assert chosen("all") == list(BUGS)
    assert chosen("rule:estop:removed") == ["rule:estop:removed"]
    assert {bug.split(":")[0] for bug in chosen("gate")} == {"gate"}
    assert {bug.split(":")[2] for bug in chosen("rule:*:late")} == {"late"}
    with pytest.raises(ValueError, match="no planted bug 'rules'; allowed are all, rule, gate"):
        chosen("rules")


def test_the_page_names_bugs_that_there_are() -> None:
    named = re.findall(r"^\| `([^`]+)` \|", PAGE.read_text(), re.MULTILINE)
    assert set(named) <= set(BUGS)


FOUND = {"bug": "rule:estop:removed", "found": True, "runs": 1, "fault": "estop", "phase": "ready"} | {
    "rule": "I19",
    "what": "a | b",
}
ELSEWHERE = {"bug": "rule:estop:late", "found": False, "runs": 3, "killer": "search", "words": "estop: late"}
SAME = {"bug": "reaction:STAGED:ignored", "found": False, "runs": 3, "killer": "equivalent", "words": "same"}
ALIVE = {"bug": "rule:estop:tenfold", "found": False, "runs": 3, "killer": None, "words": "ALIVE"}


def test_the_page_says_of_each_bug_what_noticed_it() -> None:
    rows = page([FOUND, ELSEWHERE, SAME, ALIVE]).splitlines()[-4:]
    assert rows == [
        "| `rule:estop:removed` | 1 | estop | I19: a / b |",
        "| `rule:estop:late` | 3 |  | search: estop: late |",
        "| `reaction:STAGED:ignored` | 3 |  | same |",
        "| `rule:estop:tenfold` | 3 |  | not found |",
    ]
    assert told(ELSEWHERE) == "rule:estop:late: not in 3 runs; search: estop: late"
    assert told(ALIVE) == "rule:estop:tenfold: not in 3 runs; not found"
    words = summed([FOUND, ELSEWHERE, SAME, ALIVE])
    assert words == "4 planted bugs, noticed by a run: 1, equivalent: 1, nobody: 1, search: 1"


def test_what_no_run_shows_goes_to_the_other_checks() -> None:
    assert otherwise("rule:estop:no_latch")["killer"] == "tests"
    assert otherwise("reaction:STAGED:ignored")["killer"] == "equivalent"


def test_a_run_that_is_broken_anyway_finds_no_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of ours is replaced but the ride itself: which rides are broken is what is asked."""
    broken = [{"rule": "I3", "what": "fast"}]

    def hunted(in_order: bool) -> dict[str, object]:
        def one(spec: object) -> dict[str, object]:
            spoilt = safety.rules.ROWS is not rows
            return {"violations": broken if spoilt or not in_order else []}

        monkeypatch.setattr(hunt, "one", one)
        return hunt.hunt("rule:estop:removed", 1, "node", 3)

    rows = safety.rules.ROWS
    assert hunted(in_order=True)["found"]
    assert not hunted(in_order=False)["found"]
