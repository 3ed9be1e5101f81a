"""A process with pytest loaded and nothing of the rules: for mutants that matter while a module is loaded.

`python -m hil.verification.cradle` reads {"file", "number", "groups"} a line, answers a verdict a line. Each
mutant is a fork: the changed file takes the place of the real one, all of safety is loaded, then pytest runs
one group of tests after the other. A mutant that cannot be loaded is no kill: no test has looked at it.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Final

import pytest

from hil.verification.mutants import Mutant
from hil.verification.nursery import OPTIONS, Answer, born, loaded, quiet_settings

WARM: Final = "tests/unit/test_house_shape.py"  # needs nothing of the rules
SECONDS: Final = 900


class Heard:
    """What pytest says: tests that fail, and files that cannot be collected."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.broken: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test."""
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file."""
        if report.failed:
            self.broken.append(report.nodeid)


def verdict(mutant: Mutant, groups: list[list[str]]) -> Answer:
    """In a child: does it load, does a test notice? Number -1 is the null mutant."""
    said = loaded(mutant)
    if said is not None:
        return {"verdict": "stillborn", "by": said}
    heard = Heard()
    for group in groups:
        pytest.main([*OPTIONS, "-x", "--continue-on-collection-errors", *group], plugins=[heard])
        if heard.failed:
            return {"verdict": "killed", "by": heard.failed[0]}
    if heard.broken:
        return {"verdict": "uncollected", "by": heard.broken[0]}
    return {"verdict": "survived", "by": ""}


def main() -> int:
    """Answer until nobody asks any more."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    quiet_settings()
    pytest.main([*OPTIONS, "--collect-only", WARM])
    assert not [name for name in sys.modules if name.split(".")[0] == "safety"]
    for line in sys.stdin:
        asked = json.loads(line)
        mutant = Mutant(asked["file"], asked["number"], 0, "")
        # The child has its values from now on; mypy knows no lambda with defaults.
        answer = born(lambda m=mutant, g=asked["groups"]: verdict(m, g), SECONDS)  # type: ignore[misc]
        print(json.dumps(answer), file=answers, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
