"""Mutation testing itself: mutants are found, one is killed, the null mutant lives, no number is left out."""

from __future__ import annotations

import ast

import pytest

from hil.verification import mutation
from hil.verification.mutants import ROOT, Mutant, changed, files, of

QUICK = ["tests/unit/test_safety_tables.py"]


def test_each_numeric_limit_is_tried_one_unit_up_and_down() -> None:
    """Every whole number of the table of limits, and of every other file of the rules."""
    for path in files():
        numbers = [
            x
            for x in ast.walk(ast.parse(path.read_text()))
            if isinstance(x, ast.Constant) and type(x.value) is int
        ]
        tried = [mutant for mutant in of(path) if mutant.what.split(" ")[0].lstrip("-").isdigit()]
        assert len(tried) == 2 * len(numbers), path.name


def test_every_mutant_is_another_programme() -> None:
    for path in files():
        source = path.read_text()
        plain = ast.unparse(ast.parse(source))
        for mutant in of(path)[::40]:
            assert ast.unparse(changed(source, mutant.number)) != plain, mutant


def found(what: str, text: str) -> Mutant:
    """The mutant of a line of the limits."""
    path = ROOT / "safety/limits.py"
    lines = path.read_text().splitlines()
    return next(m for m in of(path) if m.what == what and text in lines[m.line - 1])


@pytest.mark.timeout(300)
def test_a_wrong_limit_is_killed_in_its_own_process() -> None:
    verdict = mutation.one(found("6000 -> 6001", "HARD_CAP_CDEG"), QUICK)
    assert verdict.verdict == "killed", verdict
    assert "test_safety_tables" in verdict.by


@pytest.mark.timeout(300)
def test_the_null_mutant_passes() -> None:
    assert mutation._tried("safety/limits.py", -1, QUICK).returncode == 0


@pytest.mark.parametrize("name", ["properties", "tables"])
def test_the_rules_tests_are_all_there(name: str) -> None:
    assert f"tests/unit/test_safety_{name}.py" in mutation.tests()
