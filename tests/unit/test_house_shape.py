"""Short modules, short functions, and no branch that asks whether the table is simulated."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import house

MODULE_LINES = 300
FUNCTION_LINES = 40
EVERYWHERE = [*house.PACKAGES, "tests"]


def name(path: Path) -> str:
    return str(path.relative_to(house.ROOT))


def test_no_module_is_too_long() -> None:
    lengths = {name(path): len(path.read_text().splitlines()) for path in house.python_files(*EVERYWHERE)}
    assert {path: lines for path, lines in lengths.items() if lines > MODULE_LINES} == {}


def test_no_function_is_too_long() -> None:
    found = {
        name(path): house.long_functions(path.read_text(), FUNCTION_LINES)
        for path in house.python_files(*EVERYWHERE)
    }
    assert {path: functions for path, functions in found.items() if functions} == {}


def test_nothing_asks_whether_it_is_simulated() -> None:
    found = {
        name(path): house.simulation_branches(path.read_text())
        for path in house.python_files("firmware_bridge", "safety", "controller")
    }
    assert {path: branches for path, branches in found.items() if branches} == {}


@pytest.mark.parametrize(("body_lines", "caught"), [(39, 0), (40, 1)])
def test_the_length_check_counts_every_line(body_lines: int, caught: int) -> None:
    assert len(house.long_functions("async def f():\n" + "    pass\n" * body_lines, FUNCTION_LINES)) == caught


@pytest.mark.parametrize(
    "planted",
    ["if table.is_simulated:\n    pass", "x = 1 if SIMULATED else 2", "while not f(simulated): pass"],
)
def test_a_planted_branch_is_caught(planted: str) -> None:
    assert len(house.simulation_branches(planted)) == 1


@pytest.mark.parametrize("package", house.PACKAGES)
def test_every_package_says_what_it_is_for_and_is_typed(package: str) -> None:
    assert (house.ROOT / package / "__init__.py").read_text().startswith('"""')
    assert (house.ROOT / package / "py.typed").exists()
