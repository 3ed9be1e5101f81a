"""The safety case speaks of what exists, and says first what is not claimed."""

from __future__ import annotations

import re

import pytest

from controller.cli import COMMANDS
from hil.campaign.invariants import ELSEWHERE, INVARIANTS
from tests import house

PAGE = (house.ROOT / "docs/safety-case.md").read_text()
DEV = (house.ROOT / "dev").read_text()


def test_what_is_not_claimed_comes_first() -> None:
    headings = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    assert headings[0] == "What is not claimed"


def test_every_invariant_stands_there_once_and_says_campaign_where_one_judges_it() -> None:
    rows = dict(re.findall(r"^\| (I\d+) \|(.+)\|$", PAGE, re.MULTILINE))
    assert list(rows) == [f"I{number}" for number in range(1, 27)]
    judged = {row.rule for row in INVARIANTS}
    for name, words in rows.items():
        assert ("campaign" in words.split("|")[-1]) == (name in judged), name
    assert set(ELSEWHERE) <= set(rows)


def test_every_file_it_names_exists() -> None:
    named = re.findall(r"`((?:tests|safety|hil|docs)/[\w/.-]+)`", PAGE)
    assert named
    assert [path for path in named if not (house.ROOT / path).exists()] == []


@pytest.mark.parametrize("line", re.findall(r"`((?:keel|\./dev) [^`]+)`", PAGE))
def test_every_command_it_names_exists(line: str) -> None:
    program, verb = line.split()[:2]
    assert verb in COMMANDS if program == "keel" else re.search(rf"^    {verb}\) ", DEV, re.MULTILINE)
