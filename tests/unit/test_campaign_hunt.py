"""The hunt for planted bugs: every bug has faults to begin with, and the page names bugs that there are."""

from __future__ import annotations

import re
from itertools import islice

import pytest

from hil.campaign.catalogue import CATALOGUE, NOMINAL
from hil.campaign.hunt import OTHERWISE, TOUCH, chosen, specs, touching
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
