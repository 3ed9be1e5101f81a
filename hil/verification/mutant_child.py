"""One mutant in a process of its own: the changed file takes the place of the real one, then pytest runs."""

from __future__ import annotations

import sys
from importlib.machinery import SourceFileLoader
from types import CodeType

import pytest

from hil.verification.mutants import ROOT, Mutant, compiled


def main(file: str, number: int, words: list[str]) -> int:
    """Pytest's exit code. Number -1 is the null mutant: nothing is changed."""
    if number >= 0:
        _replace(str(ROOT / file), compiled(Mutant(file, number, 0, "")))
    return int(pytest.main(words))


def _replace(path: str, code: CodeType) -> None:
    usual = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        return code if self.path == path else usual(self, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign,assignment]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
