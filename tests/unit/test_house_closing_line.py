"""The closing line must tell the truth about both parts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import closing_line


def part(**counts: float) -> dict[str, float]:
    return {**dict.fromkeys(closing_line.WORDS, 0), "seconds": 1.0, **counts}


def test_tests_taken_by_the_other_part_do_not_count_as_deselected() -> None:
    total = closing_line.add_up([part(passed=10), part(passed=3, deselected=12)])
    assert closing_line.closing_line(total).strip("= ") == "13 passed, 2 deselected in 2.00s"


def test_a_failure_in_either_part_is_in_the_line() -> None:
    total = closing_line.add_up([part(failed=1, passed=10), part(passed=3, deselected=11)])
    assert " 1 failed, 13 passed in" in closing_line.closing_line(total)


@pytest.mark.parametrize(
    ("counts", "status"), [({"passed": 1}, 0), ({"error": 2}, 0), ({"deselected": 4}, 5)]
)
def test_an_empty_whole_is_told_as_pytest_tells_it(
    tmp_path: Path, counts: dict[str, float], status: int
) -> None:
    tally = tmp_path / "tally"
    tally.write_text(json.dumps(part(**counts)) + "\n")
    assert closing_line.main(str(tally)) == status
