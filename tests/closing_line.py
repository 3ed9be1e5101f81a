"""Adds up the parts of one ./dev test into a closing line of pytest's own form. It judges nothing."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

# pytest's order of words in its closing line.
WORDS = ("failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "error")
VARIABLE = "KEEL_TEST_TALLY"
STARTED = time.perf_counter()


def record(reporter: Any) -> None:
    """Append the counts of this run to the tally file, when ./dev test asked for one; never from a worker."""
    path = os.environ.get(VARIABLE)
    if path and "PYTEST_XDIST_WORKER" not in os.environ:
        counts = {word: len(reporter.stats.get(word, [])) for word in WORDS}
        line = json.dumps({**counts, "seconds": time.perf_counter() - STARTED})
        with Path(path).open("a") as file:
            file.write(line + "\n")


def selected(part: dict[str, float]) -> float:
    """How many tests a part took."""
    return sum(part[word] for word in WORDS if word not in ("deselected", "error"))


def add_up(parts: list[dict[str, float]]) -> dict[str, float]:
    """Sum the parts.

    Each part deselects the tests of the others, and xdist does not count what it deselects: what is left out
    is read off the last part, which runs without xdist, less what the others took.
    """
    total = {key: sum(part[key] for part in parts) for key in (*WORDS, "seconds")}
    if parts:
        others = sum(selected(part) for part in parts[:-1])
        total["deselected"] = max(0, parts[-1]["deselected"] - others)
    return total


def closing_line(total: dict[str, float], width: int = 80) -> str:
    """`=== 3 failed, 40 passed in 12.34s ===`."""
    counts = [f"{int(total[word])} {plural(word, total[word])}" for word in WORDS if total[word]]
    text = f" {', '.join(counts) or 'no tests ran'} in {total['seconds']:.2f}s "
    return text.center(width, "=")


def plural(word: str, count: float) -> str:
    """Only errors have a plural in pytest's closing line."""
    return "errors" if word == "error" and count != 1 else word


def main(path: str) -> int:
    """Print the closing line; 5 when no part ran a test, as pytest itself would."""
    parts = [json.loads(line) for line in Path(path).read_text().splitlines()]
    total = add_up(parts)
    print(closing_line(total))
    return 0 if selected(total) + total["error"] else 5


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
