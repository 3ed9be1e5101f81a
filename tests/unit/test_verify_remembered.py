"""Verdicts kept in a file: what holds is not asked again, and whatever it rested on is looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from hil.verification import mutation, remembered
from hil.verification.equivalent import EQUIVALENT
from hil.verification.mutants import ROOT, Mutant, of
from hil.verification.remembered import Remembered

TEST = "tests/unit/test_safety_limits.py::test_over_angle"
MUTANTS = of(ROOT / "safety/profile.py")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A file with a mutant that was killed and one that survived ten seconds of tests."""
    path = tmp_path / "verdicts.jsonl"
    made = Remembered(path)
    made.keep([mutation.Verdict(MUTANTS[0], "killed", TEST)], 10)
    made.keep([mutation.Verdict(MUTANTS[1], "survived", "its line")], 10)
    made.keep([mutation.Verdict(MUTANTS[2], "timeout", "10 s")], 10)
    return path


def test_each_mutant_of_the_rules_has_a_key_of_its_own() -> None:
    keys = {remembered.key(mutant) for mutant in MUTANTS}
    assert len(keys) == len(MUTANTS)


def test_a_verdict_is_taken_from_the_file_without_a_process(kept: Path) -> None:
    told = list(mutation.run(MUTANTS[:2], 10, Remembered(kept)))
    assert told == [
        mutation.Verdict(MUTANTS[0], "killed", TEST),
        mutation.Verdict(MUTANTS[1], "survived", "its line"),
    ]


def test_what_is_no_verdict_is_asked_again(kept: Path) -> None:
    again = Remembered(kept)
    assert again.still(MUTANTS[2], 10) is None  # a timeout
    assert again.still(MUTANTS[1], 11) is None  # of more tests than it has survived
    assert again.still(MUTANTS[3], 10) is None


@pytest.mark.parametrize(
    ("changed", "holds"),
    [
        ("safety/limits.py", False),
        ("tests/safety_rig.py", False),
        (TEST.partition("::")[0], False),
        ("tests/unit/test_safety_tables.py", True),  # it has said nothing
    ],
)
def test_with_the_rules_or_the_test_a_kill_is_asked_again_of_its_killer_first(
    kept: Path, tmp_path: Path, changed: str, holds: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = tmp_path / "tree"
    for folder in ("safety", "tests", "tests/unit"):
        (tree / folder).mkdir(parents=True, exist_ok=True)
        for path in (ROOT / folder).glob("*.py"):
            (tree / folder / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(remembered, "ROOT", tree)
    assert Remembered(kept).still(MUTANTS[0], 10)
    (tree / changed).write_text((tree / changed).read_text() + "\n")
    assert (Remembered(kept).still(MUTANTS[0], 10) is not None) is holds
    assert Remembered(kept).still(MUTANTS[1], 10) is None  # somebody might notice it now
    assert Remembered(kept).killer(MUTANTS[0]) == TEST


def test_which_test_runs_which_line_is_kept_as_long_as_both_are_the_same(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {"seconds": {"x": 1.5}, "lines": {}, "later": []}
    for guard in (False, True):
        assert Remembered(kept).map(guard) is None
        Remembered(kept).keep_map(guard, made)
        assert Remembered(kept).map(guard) == made
    monkeypatch.setattr(remembered.Basis, "all", lambda *_: "others")
    assert Remembered(kept).map(guard=False) is None


def test_a_line_that_was_cut_off_is_one_verdict_less(kept: Path) -> None:
    kept.write_text(kept.read_text()[:-30])
    again = Remembered(kept)
    assert again.still(MUTANTS[0], 10)
    assert again.still(MUTANTS[2], 10) is None


def test_a_mutant_of_a_changed_file_is_another(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = remembered.key(MUTANTS[0])
    (tmp_path / "safety").mkdir()
    source = (ROOT / "safety/profile.py").read_text()
    monkeypatch.setattr(remembered, "ROOT", tmp_path)
    (tmp_path / "safety/profile.py").write_text(source + "# a comment\n")
    assert remembered.key(MUTANTS[0]) == before
    (tmp_path / "safety/profile.py").write_text(source + "MORE = True\n")
    assert remembered.key(MUTANTS[0]) != before


def test_every_reviewed_mutant_is_still_there() -> None:
    """An entry whose line has changed is none; its mutant must be looked at again."""
    there = {(m.file, m.function, m.what, line(m)) for file in EQUIVALENT for m in of(ROOT / file)}
    for file, entries in EQUIVALENT.items():
        for (function, text, what), reason in entries.items():
            assert (file, function, what, text) in there, (file, function, text)
            assert len(reason) > 20


def line(mutant: Mutant) -> str:
    return (ROOT / mutant.file).read_text().splitlines()[mutant.line - 1].strip()
