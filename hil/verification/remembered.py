"""Verdicts of mutants kept in a file, so that a night of them can be split over many evenings.

One JSON object a line: the mutant's key (the hash of its whole changed file, comments left out), the verdict,
who gave it, and what it rested on: the rules as they were, and the tests. A verdict is taken as it stands
while both are the same; else the mutant is asked again, first by the test that noticed it then.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from hil.verification.mutants import ROOT, Mutant, changed

DECIDED: Final = ("killed", "survived", "stillborn")


class Row(NamedTuple):
    """One line."""

    key: str
    file: str
    line: int
    what: str
    verdict: str
    by: str
    rests_on: str
    budget_s: float  # a survivor of few tests is none of all


class Remembered:
    """The file's rows, the last of each key."""

    def __init__(self, path: Path) -> None:
        self._path, self._basis = path, Basis(ROOT)
        lines = path.read_text().splitlines() if path.exists() else []
        # A line that was cut off by a power cut is one verdict less.
        self._rows = {row.key: row for row in map(_row, lines) if row is not None}

    def still(self, mutant: Mutant, budget_s: float) -> Row | None:
        """What holds without asking again."""
        row = self._rows.get(key(mutant))
        if row is None or row.verdict not in DECIDED or row.rests_on != self._basis.of(row.verdict, row.by):
            return None
        return row if row.verdict != "survived" or row.budget_s >= budget_s else None

    def killer(self, mutant: Mutant) -> str:
        """The test that noticed it once, "" = none."""
        row = self._rows.get(key(mutant))
        return row.by if row is not None and row.verdict == "killed" else ""

    def keep(self, said: Iterable[tuple[Mutant, str, str]], budget_s: float) -> None:
        """Appended; for verdicts whose null mutant has passed."""
        with self._path.open("a") as file:
            for mutant, verdict, by in said:
                place = (key(mutant), mutant.file, mutant.line, mutant.what)
                row = Row(*place, verdict, by, self._basis.of(verdict, by), budget_s)
                self._rows[row.key] = row
                file.write(json.dumps(row._asdict()) + "\n")


def _row(line: str) -> Row | None:
    try:
        return Row(**json.loads(line))
    except (ValueError, TypeError):
        return None


def key(mutant: Mutant) -> str:
    """The same as long as its file says the same."""
    tree = changed((ROOT / mutant.file).read_text(), mutant.number)
    return sha256(f"{mutant.file}\n{ast.unparse(tree)}".encode()).hexdigest()[:20]


class Basis:
    """What verdicts rest on: the rules and all that helps tests, and the tests themselves; read once."""

    def __init__(self, root: Path) -> None:
        common = [*sorted((root / "safety").glob("*.py")), *sorted((root / "tests").glob("*.py"))]
        self._common = b"".join(_digest(path) for path in common)
        tests = sorted((root / "tests/unit").glob("test_safety_*.py"))
        self._tests = {path.relative_to(root).as_posix(): _digest(path) for path in tests}

    def of(self, verdict: str, by: str) -> str:
        """The rules with the test that spoke, or with all that were silent."""
        spoke = self._tests.get(by.partition("::")[0], b"")
        tests = spoke if verdict == "killed" else b"".join(self._tests.values())
        return sha256(self._common + tests).hexdigest()[:20]


def _digest(path: Path) -> bytes:
    return sha256(path.read_bytes()).digest()
