"""Mutation testing: each mutant of the rules in a fresh process against the rules' own tests.

After each batch the null mutant must pass, else nothing before it counts. Killed, survived, timeout, crash
and equivalent together are all that were discovered; no verdict is a failure.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Final, NamedTuple

from hil.verification.mutants import ROOT, Mutant, files, of

BATCH: Final = 25
TIMEOUT_S: Final = 900
# The fast ones first: most mutants die there.
_FIRST: Final = (
    "tables",
    "permits",
    "bounds",
    "corners",
    "found",
    "limits",
    "mended",
    "cut",
    "pinch",
    "proof",
)
_LAST: Final = ("properties", "hazards", "nominal")

# Reviewed: no test can tell these from the original, and why. File: {(line's text, change): reason}.
EQUIVALENT: Final[dict[str, dict[tuple[str, str], str]]] = {}


class Verdict(NamedTuple):
    """What became of one mutant: killed, survived, timeout, crash, equivalent, or null (passed or failed)."""

    mutant: Mutant
    verdict: str
    by: str


class NullMutantFailed(Exception):
    """The unchanged rules do not pass their own tests here: no verdict before this counts."""


def discovered(only: str | None) -> list[Mutant]:
    """All mutants, or those of files whose path contains this."""
    return [mutant for path in files() for mutant in of(path) if only is None or only in mutant.file]


def tests() -> list[str]:
    """The rules' own tests, quick ones first."""

    def place(name: str) -> int:
        word = name.removeprefix("test_safety_").removesuffix(".py")
        if word in _FIRST:
            return _FIRST.index(word)
        return 100 + (_LAST.index(word) if word in _LAST else -1)

    names = sorted((path.name for path in (ROOT / "tests/unit").glob("test_safety_*.py")), key=place)
    return [f"tests/unit/{name}" for name in names]


def run(chosen: list[Mutant]) -> Iterator[Verdict]:
    """One after the other. Raises NullMutantFailed."""
    for place, mutant in enumerate(chosen, start=1):
        yield one(mutant)
        if place % BATCH == 0 or place == len(chosen):
            null = _tried(mutant.file, -1)
            if null.returncode != 0:
                raise NullMutantFailed(null.stdout[-2_000:])


def one(mutant: Mutant, words: list[str] | None = None) -> Verdict:
    """The verdict of one mutant, by these tests or all."""
    line = (ROOT / mutant.file).read_text().splitlines()[mutant.line - 1].strip()
    reason = EQUIVALENT.get(mutant.file, {}).get((line, mutant.what))
    if reason is not None:
        return Verdict(mutant, "equivalent", reason)
    try:
        done = _tried(mutant.file, mutant.number, words)
    except subprocess.TimeoutExpired:
        return Verdict(mutant, "timeout", f"{TIMEOUT_S} s")
    if done.returncode == 0:
        return Verdict(mutant, "survived", line)
    failed = [row for row in done.stdout.splitlines() if row.startswith(("FAILED ", "ERROR "))]
    by = failed[0].split(" - ")[0].split(" ", 1)[1] if failed else done.stdout[-200:]
    return Verdict(mutant, "killed" if done.returncode == 1 else "crash", by)


def _tried(file: str, number: int, words: list[str] | None = None) -> subprocess.CompletedProcess[str]:
    options = ["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-p", "no:randomly"]
    command = [sys.executable, "-m", "hil.verification.mutant_child", file, str(number)]
    words = [*command, *options, *(words or tests())]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
