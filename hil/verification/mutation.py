"""Mutation testing: each mutant of the rules in a process of its own against the rules' own tests.

A change inside a function is made in a fork of the nursery, where only tests that run the changed line are
asked, those first that noticed a neighbour. A change of code that runs while a module is loaded is made in a
fork of the cradle, before anything of safety is loaded. After each batch the tests that noticed something
must pass on the unchanged rules, else nothing before it counts; only then a verdict is remembered. No verdict
is a failure.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, Final, NamedTuple

from hil.verification.equivalent import EQUIVALENT
from hil.verification.mutants import GUARD, ROOT, Mutant, files, of
from hil.verification.remembered import Remembered

BATCH: Final = 50
_NUMBERS: Final = "test_safety_numbers.py"
_QUICK: Final = ("tables", "bounds", "limits")  # asked first where a whole file must be loaded
_LAST: Final = ("properties", "hazards", "nominal", "machine")
LATER_S: Final = 900
_GUARDS: Final = ["tests/unit/test_drive_map.py", "tests/scenario/test_guard_attendant.py"]
RIDDEN: Final = (200, 500, 800, 900, 1000, 1500, 3000)  # where many tests begin, in cdeg
# Verdicts that need nobody's review.
GOOD: Final = ("killed", "equivalent", "stillborn")


class Verdict(NamedTuple):
    """What became of one mutant. killed: by a test; equivalent: reviewed; stillborn: the rules do not load;
    survived, uncollected (only a test file's own loading failed), timeout, crash: somebody must look."""

    mutant: Mutant
    verdict: str
    by: str


class NullMutantFailed(Exception):
    """The unchanged rules do not pass their own tests here: no verdict before this counts."""


def discovered(only: str | None) -> list[Mutant]:
    """All mutants, or those of files whose path contains one of these words, in the order of the words.

    The guard's come last: their tests are others.
    """
    words = [""] if only is None else only.split(",")
    chosen = {path: None for word in words for path in files() if word in path.relative_to(ROOT).as_posix()}
    return [mutant for path in chosen for mutant in of(path)]


def guard_tests() -> list[str]:
    """The guard's own tests."""
    found = (ROOT / "tests/unit").glob("test_guard_*.py")
    return _GUARDS + sorted(f"tests/unit/{path.name}" for path in found)


def tests() -> list[str]:
    """The rules' own tests, quick ones first."""

    def place(name: str) -> tuple[int, str]:
        word = name.removeprefix("test_safety_").removesuffix(".py")
        if word in _QUICK:
            return _QUICK.index(word), name
        return 100 + (_LAST.index(word) + 1 if word in _LAST else 0), name

    names = sorted((path.name for path in (ROOT / "tests/unit").glob("test_safety_*.py")), key=place)
    return [f"tests/unit/{name}" for name in names]


class Child:
    """The nursery or the cradle: one question, one answer."""

    def __init__(self, module: str, words: list[str]) -> None:
        command = [sys.executable, "-m", f"hil.verification.{module}", *words]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
        )

    def ask(self, **words: Any) -> dict[str, Any]:
        """Raises NullMutantFailed where the child is gone."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        print(json.dumps(words), file=process.stdin, flush=True)
        line = process.stdout.readline()
        if not line:
            raise NullMutantFailed(f"the process with the tests ended by itself: {process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> None:
        """It ends when nobody asks any more."""
        with self._process:  # closes both pipes, then waits
            pass


class Run:
    """All verdicts of some mutants."""

    def __init__(
        self,
        files: list[str] | None = None,
        ridden: tuple[int, ...] = RIDDEN,
        budget_s: float = 10**9,
        guard: bool = False,
        remembered: Remembered | None = None,
    ) -> None:
        self._files, self._budget_s = files or (guard_tests() if guard else tests()), budget_s
        self._nursery = Child("nursery", self._files)
        self._cradle = Child("cradle", [])
        self._nursery.ask(do="settle", ridden=() if guard else ridden)
        where = GUARD if guard else "safety/"
        kept = remembered.map(guard) if remembered and files is None else None
        null = kept or self._null("map", where=where, later=[f"_{word}.py" for word in _LAST])
        if remembered and files is None:
            remembered.keep_map(guard, null)
        self._seconds: dict[str, float] = null["seconds"]
        self._lines: dict[str, dict[str, list[str]]] = null["lines"]
        self._later: list[str] = null["later"]
        self._killers: dict[tuple[str, str], list[str]] = {}

    def _null(self, what: str, **words: Any) -> dict[str, Any]:
        answer = self._nursery.ask(do=what, **words)
        if answer.get("failed") or "verdict" in answer:
            raise NullMutantFailed(str(answer.get("failed") or answer))
        return answer

    def one(self, mutant: Mutant, first: str = "") -> Verdict:
        """The verdict of one mutant, asked first of the test that noticed it another time."""
        line = (ROOT / mutant.file).read_text().splitlines()[mutant.line - 1].strip()
        chosen = self.chosen(mutant, first)
        answer = self._asked(mutant, chosen, first)
        if answer["verdict"] == "killed" and chosen:
            killers = self._killers.setdefault((mutant.file, mutant.function), [])
            killers[:] = [answer["by"], *(test for test in killers if test != answer["by"])]
        return Verdict(mutant, answer["verdict"], answer["by"] or line)

    def _asked(self, mutant: Mutant, chosen: list[str], first: str) -> dict[str, Any]:
        """Random tests and long ones are asked last: few mutants get that far."""
        if not mutant.function:
            return self._loaded(mutant, first)
        answer = self._tried(mutant, chosen) if chosen else {"verdict": "survived", "by": ""}
        if answer["verdict"] != "survived" or self._budget_s < LATER_S:
            return answer
        later = sorted(self._later, key=lambda test: test != first)
        return self._nursery.ask(
            do="try", file=mutant.file, number=mutant.number, function=mutant.function, tests=later,
            seconds=LATER_S,
        )  # fmt: skip

    def _tried(self, mutant: Mutant, chosen: list[str]) -> dict[str, Any]:
        return self._nursery.ask(
            do="try", file=mutant.file, number=mutant.number, function=mutant.function, tests=chosen,
            seconds=10 + 5 * sum(self._seconds[test] for test in chosen),
        )  # fmt: skip

    def _loaded(self, mutant: Mutant, first: str) -> dict[str, Any]:
        """Code that runs while a module is loaded: the tests of the numbers first, then all others."""
        numbers = [test for test in self._seconds if _NUMBERS in test]
        answer = self._tried(mutant._replace(function=""), sorted(numbers, key=lambda test: test != first))
        if answer["verdict"] != "survived":
            return answer
        quick = [file for file in self._files if any(f"_{word}.py" in file for word in _QUICK)]
        quick = quick or self._files
        groups = [[first] if first else [], quick]
        if self._budget_s >= LATER_S:
            groups.append([file for file in self._files if file not in quick])
        return self._cradle.ask(file=mutant.file, number=mutant.number, groups=[g for g in groups if g])

    def chosen(self, mutant: Mutant, first: str = "") -> list[str]:
        """The tests that run this line, in the order in which they are asked; none = it runs at loading."""
        if not mutant.function:
            return []
        # A line inside a longer expression has no trace of its own: the function's have.
        lines = self._lines.get(mutant.file, {})
        near = [mutant.line] if str(mutant.line) in lines else self._near(mutant)
        asked = {test for line in near for test in lines.get(str(line), ()) if test}
        killers = [first, *self._killers.get((mutant.file, mutant.function), [])]
        ranks = {test: rank for rank, test in reversed(list(enumerate(killers)))}
        order = sorted(asked, key=lambda test: (ranks.get(test, len(ranks)), self._seconds[test]))
        return self._within_budget(order)

    def _within_budget(self, tests: list[str]) -> list[str]:
        spent = list(accumulate(self._seconds[test] for test in tests))
        return [test for test, so_far in zip(tests, spent, strict=True) if so_far <= self._budget_s] or tests[
            :1
        ]

    def _near(self, mutant: Mutant) -> list[int]:
        return [other.line for other in of(ROOT / mutant.file) if other.function == mutant.function]

    def check(self, verdicts: list[Verdict]) -> None:
        """The null mutant: who noticed something passes on the unchanged rules. Raises NullMutantFailed."""
        killers = sorted({verdict.by for verdict in verdicts if verdict.verdict == "killed"})
        known = [test for test in killers if test in self._seconds or test in self._later]
        answer = self._nursery.ask(
            do="try", file="", number=-1, function="", tests=known, seconds=900,
        )  # fmt: skip
        self._nursery_says(answer)

    def _nursery_says(self, answer: dict[str, Any]) -> None:
        if answer["verdict"] != "survived":
            raise NullMutantFailed(str(answer))

    def end(self) -> None:
        """Both processes end."""
        self._nursery.end()
        self._cradle.end()


def equivalent(mutant: Mutant) -> str | None:
    """Why nobody can tell it from the rules, where somebody has looked."""
    line = (ROOT / mutant.file).read_text().splitlines()[mutant.line - 1].strip()
    return EQUIVALENT.get(mutant.file, {}).get((mutant.function, line, mutant.what))


def run(
    chosen: list[Mutant], budget_s: float = 10**9, remembered: Remembered | None = None
) -> Iterator[Verdict]:
    """One after the other, each by as many tests as take so long. Raises NullMutantFailed."""
    trial: Run | None = None
    at_guard = False
    batch: list[Verdict] = []
    for place, mutant in enumerate(chosen, start=1):
        row = remembered.still(mutant, budget_s) if remembered else None
        if (reason := equivalent(mutant)) is not None:
            yield Verdict(mutant, "equivalent", reason)
        elif row is not None:
            yield Verdict(mutant, row.verdict, row.by)
        else:
            if trial is not None and at_guard != mutant.file.startswith(GUARD):
                _checked(trial, batch, remembered, budget_s)
                trial.end()
                trial = None
            at_guard = mutant.file.startswith(GUARD)
            trial = trial or Run(budget_s=budget_s, guard=at_guard, remembered=remembered)
            batch.append(trial.one(mutant, remembered.killer(mutant) if remembered else ""))
            yield batch[-1]
        if trial is not None and (len(batch) == BATCH or place == len(chosen)):
            _checked(trial, batch, remembered, budget_s)
    if trial is not None:
        trial.end()


def _checked(trial: Run, batch: list[Verdict], remembered: Remembered | None, budget_s: float) -> None:
    """The null mutant, then the verdicts are kept. Raises NullMutantFailed."""
    trial.check(batch)
    if remembered is not None:
        remembered.keep(batch, budget_s)
    batch.clear()
