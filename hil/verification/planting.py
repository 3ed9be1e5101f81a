"""Each planted bug, in a process of its own, against the search first and then against the tests.

No verdict is a failure: a process that dies or hangs is told as such, never as killed.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from hil.verification.hunt import killed_by
from hil.verification.near import REDUNDANT
from hil.verification.pytest_planted import VARIABLE

ROOT: Final = Path(__file__).parents[2]
SOON_S: Final = 60  # most searches that notice something do so in seconds
SEARCH_S: Final = 600
TESTS_S: Final = 900

# What makes no difference to anybody, and why.
EQUIVALENT: Final[dict[str, str]] = {
    "rule:return_stalled:no_reaction": REDUNDANT["rule:return_stalled:no_reaction"],
    "rule:check_in_missed:no_verdict": REDUNDANT["rule:check_in_missed:no_verdict"],
    "reaction:STAGED:ignored": "a return without any other reaction is a staged one",
}


class Verdict(NamedTuple):
    """What became of one bug. `killer` None = alive, or no verdict."""

    bug: str
    killer: str | None
    words: str


def all_of(bugs: Iterable[str]) -> Iterator[Verdict]:
    """One after the other."""
    for bug in bugs:
        yield one(bug)


def one(bug: str) -> Verdict:
    """What is equivalent; then a short search, tests, and a long search."""
    if bug in EQUIVALENT:
        return Verdict(bug, "equivalent", f"equivalent: {EQUIVALENT[bug]}")
    found = _searched(bug, SOON_S)
    failed = tested(bug) if found is None else None
    if failed is not None:
        return Verdict(bug, "tests", failed)
    found = found or _searched(bug, SEARCH_S)
    if found is not None:
        return Verdict(bug, "search", found)
    return Verdict(bug, None, "ALIVE: neither the search nor a test notices")


def _searched(bug: str, most_s: int) -> str | None:
    context = multiprocessing.get_context("fork")
    answers: Any = context.SimpleQueue()
    process = context.Process(target=lambda: answers.put(killed_by(bug)))
    process.start()
    process.join(most_s)
    if process.is_alive():
        process.kill()
        process.join()
        return None
    if process.exitcode != 0 or answers.empty():
        return None
    answer: str | None = answers.get()
    return answer


def tested(bug: str) -> str | None:
    """The first test of the rules that fails with this bug planted."""
    tests = sorted(str(path) for path in (ROOT / "tests/unit").glob("test_safety_*.py"))
    words = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider"]
    words += ["-p", "hil.verification.pytest_planted", *tests]
    environment = {**os.environ, VARIABLE: bug}
    try:
        done = subprocess.run(
            words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=TESTS_S, check=False
        )
    except subprocess.TimeoutExpired:
        return None
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED ")]
    return failed[0].removeprefix("FAILED ").split(" - ")[0] if done.returncode == 1 and failed else None
