"""Mutation testing itself: mutants are found, one is killed, the null mutant lives, no number is left out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from hil.verification import mutation
from hil.verification.mutants import ROOT, Mutant, _sites, changed, files, of

TABLES = "tests/unit/test_safety_tables.py"
NUMBER = re.compile(r"-?\d+ -> -?\d+( #\d+)?")
NUMBERS = "tests/unit/test_safety_numbers.py"


def test_each_numeric_limit_is_tried_one_unit_up_and_down() -> None:
    """Every whole number of the table of limits, and of every other file of the rules."""
    for path in files():
        numbers = [
            x
            for x in ast.walk(ast.parse(path.read_text()))
            if isinstance(x, ast.Constant) and type(x.value) is int
        ]
        tried = [mutant for mutant in of(path) if NUMBER.fullmatch(mutant.what)]
        assert len(tried) == 2 * len(numbers), path.name


def test_every_mutant_is_another_programme() -> None:
    for path in files()[::2]:
        source = path.read_text()
        plain = ast.unparse(ast.parse(source))
        for mutant in of(path)[::300]:
            assert ast.unparse(changed(source, mutant.number)) != plain, mutant


FLOW = """
def f(home, a_cdeg, facts):
    '''What it does.'''
    home = home._replace(left_ms=1)
    if home and a_cdeg:
        return g(home, facts.at_park)
    tell(home)
    return home
"""


def test_what_is_done_is_changed_too_not_only_how_much() -> None:
    said = {
        (str(what), ast.unparse(changed(FLOW, number)))
        for number, (_, what, _) in enumerate(_sites(ast.parse(FLOW)))
    }
    lines = ast.unparse(ast.parse(FLOW)).splitlines()
    for what, place, line in (
        ("without left_ms=1", 2, "    home = home._replace()"),
        ("without home = home._replace(left_ms=1)", 2, "    pass"),
        ("without home", 3, "    if True and a_cdeg:"),
        ("if x -> if False", 3, "    if False:"),
        ("a_cdeg -> b_cdeg", 3, "    if home and b_cdeg:"),
        ("without return g(home, facts.at_park)", 4, "        pass"),
        ("home, facts.at_park swapped", 4, "        return g(facts.at_park, home)"),
        ("at_park -> past_rest", 4, "        return g(home, facts.past_rest)"),
        ("without tell(home)", 5, "    pass"),
    ):
        other = [*lines]
        other[place] = line
        assert (what, "\n".join(other)) in said, what
    assert len({tree for _, tree in said}) == len(said) == len(list(_sites(ast.parse(FLOW))))
    assert not [what for what, _ in said if "What it does" in what or what == "without return home"]


def found(what: str, text: str, file: str = "safety/limits.py") -> Mutant:
    """The mutant of a line."""
    lines = (ROOT / file).read_text().splitlines()
    return next(m for m in of(ROOT / file) if m.what == what and text in lines[m.line - 1])


@pytest.fixture(scope="module")
def run() -> Iterator[mutation.Run]:
    """The rules with two files of their tests."""
    run = mutation.Run([TABLES, NUMBERS], ridden=())
    yield run
    run.end()


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("mutant", "verdict", "by"),
    [
        (found("Gt -> GtE", "if value > most"), "killed", "one_unit_more"),  # inside a function
        (found("6000 -> 6001", "HARD_CAP_CDEG"), "killed", "each_limit"),  # while a module is loaded
        (found("3 -> 4", "DRIVE_ARMED", "safety/observation.py"), "killed", "each_fixed_number"),
        (found("0 -> 1", 'split(":")[0]', "safety/rules.py"), "killed", "each_rule"),  # only while loading
        (found("14 -> 15", "UNKNOWN_INPUTS", "safety/observation.py"), "stillborn", "TypeError"),
        (found("1000 -> 1001", '"ms"', "safety/bounds.py"), "survived", '"ms": (" s", 1_000)'),
    ],
    ids=lambda value: value.what if isinstance(value, Mutant) else None,
)
def test_each_mutant_has_its_verdict_and_who_gave_it(
    run: mutation.Run, mutant: Mutant, verdict: str, by: str
) -> None:
    """The last one is survived here only: these two files do not read that table."""
    said = run.one(mutant)
    assert (said.verdict, by in said.by) == (verdict, True), said


@pytest.mark.timeout(300)
def test_the_guard_is_changed_too_and_asked_by_its_own_tests() -> None:
    able = "safety/guard/able.py"
    run = mutation.Run(["tests/unit/test_guard_able.py"], guard=True)
    try:
        for mutant in (
            found("Lt -> LtE", "if not 0 < can.watchdog_ms", able),
            found("200 -> 201", "WATCHDOG_MAX_MS", able),
        ):
            said = run.one(mutant)
            assert (said.verdict, "test_guard_able" in said.by) == ("killed", True), said
    finally:
        run.end()


@pytest.mark.timeout(300)
def test_what_noticed_a_mutant_passes_on_the_unchanged_rules(run: mutation.Run) -> None:
    one = mutation.Verdict(
        Mutant("safety/limits.py", 0, 1, "x"), "killed", f"{TABLES}::test_limits_of_a_table"
    )
    run.check([one])
    with pytest.raises(mutation.NullMutantFailed):
        run._nursery_says({"verdict": "killed"})


@pytest.mark.parametrize("name", ["properties", "tables", "numbers"])
def test_the_rules_tests_are_all_there(name: str) -> None:
    assert f"tests/unit/test_safety_{name}.py" in mutation.tests()
