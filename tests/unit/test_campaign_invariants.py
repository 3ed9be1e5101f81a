"""I1 to I26 of the safety notes: each is judged in every run, or held by another check that is there."""

from __future__ import annotations

import re

from hil.campaign.invariants import ELSEWHERE, INVARIANTS
from tests import house


def test_every_invariant_is_judged_or_held_by_a_check_that_exists() -> None:
    judged = {name for row in INVARIANTS for name in re.findall(r"I\d+", f"{row.rule} {row.source}")}
    assert judged | set(ELSEWHERE) == {f"I{number}" for number in range(1, 27)}
    for name, where in ELSEWHERE.items():
        files = re.findall(r"test_\w+\.py", where)
        assert files, name
        assert all(list((house.ROOT / "tests").rglob(file)) for file in files), name
