"""The page of hazards is its table, and a test that is renamed, deleted or switched off turns it red."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hil.campaign.catalogue import CATALOGUE
from hil.campaign.invariants import ELSEWHERE, INVARIANTS
from hil.hazards.__main__ import PAGES, wrong
from hil.hazards.reactions_page import reactions
from hil.hazards.table import FOLDER, IDS, Broken, hazards
from hil.hazards.trace import problems
from tests import house

TABLE = (FOLDER / "hazards.toml").read_text()
TESTS = sorted(
    {test for row in hazards() for test in row.tests} | {test for row in reactions() for test in row.tests}
)
NAMED = sorted({test.partition("::")[0] for test in TESTS})


def test_everything_is_as_the_tables_say() -> None:
    assert list(wrong()) == []


def test_every_hazard_is_there_once_and_answered() -> None:
    assert tuple(row.id for row in hazards()) == IDS
    for row in hazards():
        assert row.tests
        assert row.remedy
        assert row.rules or row.gate or row.means


def test_faults_and_invariants_named_as_evidence_exist() -> None:
    invariants = {row.rule for row in INVARIANTS} | set(ELSEWHERE)
    for row in hazards():
        assert set(row.faults) <= set(CATALOGUE), row.id
        assert set(row.invariants) <= invariants, row.id


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The named tests and the pages, where things may be broken."""
    for path in (*NAMED, *PAGES, "docs/explanation/known-weaknesses.md"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(house.ROOT / path, tmp_path / path)
    return tmp_path


def edit(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text()
    after = change(before)
    assert after != before
    path.write_text(after)


VICTIM = "tests/unit/test_safety_limits.py"


def test_the_copy_is_whole(tree: Path) -> None:
    assert list(wrong(tree)) == []


def test_no_test_is_renamed_unseen(tree: Path) -> None:
    """All of them, a file at a time."""
    for path in NAMED:
        text = (tree / path).read_text()
        for name in {test.partition("::")[2].partition("[")[0] for test in TESTS if test.startswith(path)}:
            assert f"def {name}(" in text
            text = text.replace(f"def {name}(", f"def {name}_once(")
        (tree / path).write_text(text)
    assert [line.partition(": ")[0] for line in problems(TESTS, tree)] == TESTS


@pytest.mark.parametrize(
    ("path", "change", "said"),
    [
        (VICTIM, lambda text: text.replace("def test_over_angle()", "def over_angle()"), "no such function"),
        (
            VICTIM,
            lambda text: text.replace("def test_over_angle()", "@pytest.mark.skip\ndef test_over_angle()"),
            "skipped",
        ),
        (VICTIM, lambda text: text + "\npytestmark = pytest.mark.skip\n", "skipped"),
        (
            VICTIM,
            lambda text: text.replace('("wrong_direction", -1, 100), ', ""),
            "no case 'wrong_direction'",
        ),
        (VICTIM, lambda text: text[: text.index("def test_over_angle()")], "no such function"),
        ("docs/hazards.md", lambda text: text.replace("HZ-30", "HZ-31", 1), "is not its table"),
        ("docs/explanation/reactions.md", lambda text: text + "more\n", "is not its table"),
    ],
)
def test_what_is_broken_is_said(tree: Path, path: str, change: Callable[[str], str], said: str) -> None:
    edit(tree / path, change)
    assert any(said in line for line in wrong(tree))


def test_a_deleted_file_is_said(tree: Path) -> None:
    (tree / VICTIM).unlink()
    (tree / "docs/hazards.md").unlink()
    found = list(wrong(tree))
    assert any(VICTIM in line and "not there" in line for line in found)
    assert "docs/hazards.md: is not its table; run: python -m hil.hazards" in found


def test_an_empty_test_is_none(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_x.py").write_text('def test_a() -> None:\n    """Says much."""\n')
    assert list(problems(["tests/test_x.py::test_a"], tmp_path)) == [
        "tests/test_x.py::test_a: it asserts nothing"
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace('id = "HZ-30"', 'id = "HZ-29"'), "missing: ['HZ-30']"),
        (lambda text: text[: text.rindex("[[hazard]]")], "missing: ['HZ-52']"),
        (lambda text: text.replace('gate = ["check_in"]', 'gate = ["check"]'), "no gate condition 'check'"),
        (
            lambda text: text.replace('rules = ["drive_fault"]', 'rules = ["fault"]'),
            "there is no rule 'fault'",
        ),
        (lambda text: text.replace("\ninvariants", "\ninvariant", 1), "unknown key"),
        (
            lambda text: text.replace("tests = [", "faults_ = [", 1),
            "HZ-01: names no test",
        ),
    ],
)
def test_a_broken_table_is_refused(tmp_path: Path, change: Callable[[str], str], said: str) -> None:
    path = tmp_path / "hazards.toml"
    path.write_text(TABLE)
    edit(path, change)
    with pytest.raises(Broken) as refused:
        hazards(path)
    assert said in str(refused.value)
