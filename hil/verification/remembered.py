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
from typing import Any, Final, NamedTuple

from hil.verification.mutants import GUARD, ROOT, Mutant, changed

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
        self._keys: dict[Mutant, str] = {}

    def still(self, mutant: Mutant, budget_s: float) -> Row | None:
        """What holds without asking again."""
        row = self._rows.get(self._key(mutant))
        if row is None or row.verdict not in DECIDED or row.rests_on != self._basis.of(row):
            return None
        return row if row.verdict != "survived" or row.budget_s >= budget_s else None

    def killer(self, mutant: Mutant) -> str:
        """The test that noticed it once, "" = none."""
        row = self._rows.get(self._key(mutant))
        return row.by if row is not None and row.verdict == "killed" else ""

    def keep(self, said: Iterable[tuple[Mutant, str, str]], budget_s: float) -> None:
        """Appended; for verdicts whose null mutant has passed."""
        with self._path.open("a") as file:
            for mutant, verdict, by in said:
                place = (self._key(mutant), mutant.file, mutant.line, mutant.what)
                row = Row(*place, verdict, by, "", budget_s)
                row = row._replace(rests_on=self._basis.of(row))
                self._rows[row.key] = row
                file.write(json.dumps(row._asdict()) + "\n")

    def _key(self, mutant: Mutant) -> str:
        if mutant not in self._keys:
            self._keys[mutant] = key(mutant)
        return self._keys[mutant]

    def map(self, guard: bool) -> dict[str, Any] | None:
        """Which test runs which line, where rules and tests are still those it was made of."""
        try:
            found = json.loads(self._map_path(guard).read_bytes())
        except (OSError, ValueError):
            return None
        same = isinstance(found, dict) and found.pop("rests_on", "") == self._basis.all(guard)
        return found if same else None

    def keep_map(self, guard: bool, found: dict[str, Any]) -> None:
        """Beside the verdicts: it takes minutes to make."""
        self._map_path(guard).write_text(json.dumps({**found, "rests_on": self._basis.all(guard)}))

    def _map_path(self, guard: bool) -> Path:
        return self._path.with_suffix(".guard.map" if guard else ".map")


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
        folders = {"rules": "safety", "guard": GUARD, "help": "tests"}
        self._common = {
            name: b"".join(_digest(path) for path in sorted((root / folder).glob("*.py")))
            for name, folder in folders.items()
        }
        tests = [*sorted((root / "tests/unit").glob("*.py")), *sorted((root / "tests/scenario").glob("*.py"))]
        self._tests = {path.relative_to(root).as_posix(): _digest(path) for path in tests}

    def of(self, row: Row) -> str:
        """The rules with the test that spoke, or with all that were silent."""
        guard = row.file.startswith(GUARD)
        if row.verdict != "killed":
            return self.all(guard)
        spoke = self._tests.get(row.by.partition("::")[0], b"")
        return sha256(self._rules(guard) + spoke).hexdigest()[:20]

    def all(self, guard: bool) -> str:
        """The rules with all their tests."""
        word = "test_guard_" if guard else "test_safety_"
        silent = b"".join(digest for name, digest in self._tests.items() if word in name)
        return sha256(self._rules(guard) + silent).hexdigest()[:20]

    def _rules(self, guard: bool) -> bytes:
        return self._common["rules"] + (self._common["guard"] if guard else b"") + self._common["help"]


def _digest(path: Path) -> bytes:
    return sha256(path.read_bytes()).digest()
