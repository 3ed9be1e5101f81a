"""Each planted bug, in processes of its own: against the tests that name its row, the search, all tests.

No verdict is a failure: a process that dies or hangs is told as such, never as killed.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Final, NamedTuple

from hil.verification.hunt import killed_by
from hil.verification.near import REDUNDANT
from hil.verification.planted import BUGS
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
    """What is equivalent; then tests of its row, a short search, all other tests, a long search."""
    if bug in EQUIVALENT:
        return Verdict(bug, "equivalent", f"equivalent: {EQUIVALENT[bug]}")
    about, others = _tests(BUGS[bug].name)
    looks: tuple[tuple[str, Callable[[], str | None]], ...] = (
        ("tests", lambda: tested(bug, about)),
        ("search", lambda: _searched(bug, SOON_S)),
        ("tests", lambda: tested(bug, others)),
        ("search", lambda: _searched(bug, SEARCH_S)),
    )
    for killer, look in looks:
        found = look()
        if found is not None:
            return Verdict(bug, killer, found)
    return Verdict(bug, None, "ALIVE: neither the search nor a test notices")


def _tests(name: str) -> tuple[list[str], list[str]]:
    """The files of the rules' tests: those in which the row's name stands, and the others."""
    files = sorted((ROOT / "tests/unit").glob("test_safety_*.py"))
    about = [str(path) for path in files if name in path.read_text()]
    return about, [str(path) for path in files if str(path) not in about]


def _answer(bug: str, answers: Any) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    answers.put(killed_by(bug))


def _end_with_parent() -> None:
    """A search whose asker has been killed would go on for an hour."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _searched(bug: str, most_s: int) -> str | None:
    context = multiprocessing.get_context("spawn")  # whoever asks has threads
    answers: Any = context.SimpleQueue()
    process = context.Process(target=_answer, args=(bug, answers))
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


def tested(bug: str, tests: list[str]) -> str | None:
    """The first of these tests that fails with this bug planted. RuntimeError where they cannot be run."""
    if not tests:
        return None
    planted = ["-p", "hil.verification.pytest_planted"]
    try:
        done = _pytest([*planted, *tests], {**os.environ, VARIABLE: bug})
    except subprocess.TimeoutExpired:
        return None
    told = [line.partition(" ") for line in done.stdout.splitlines()]
    red = [name.split(" - ")[0] for word, _, name in told if word in ("FAILED", "ERROR")]
    if done.returncode == 0:
        return None
    # A file of tests may not even load with the bug; without it, it has to.
    broken = done.returncode != 1 and _pytest(["--collect-only", *tests], dict(os.environ)).returncode != 0
    if broken or not red:
        raise RuntimeError(f"the tests cannot be run: {done.stdout[-300:]}{done.stderr[-300:]}")
    return red[0]


def _pytest(words: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    begin = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*begin, *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TESTS_S,
        check=False,
    )
