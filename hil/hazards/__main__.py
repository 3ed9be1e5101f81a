"""`python -m hil.hazards` writes the pages; `--check` compares them and looks for every test they name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from hil.hazards import page, reactions_page
from hil.hazards.table import Broken, hazards
from hil.hazards.trace import ROOT, problems

PAGES: Final[dict[str, Callable[[], str]]] = {
    "docs/hazards.md": page.text,
    "docs/explanation/reactions.md": reactions_page.text,
}


def wrong(root: Path = ROOT) -> Iterator[str]:
    """Everything that is not as the tables say, one sentence each."""
    weak = (root / "docs/explanation/known-weaknesses.md").read_text()
    for row in hazards():
        yield from (f"{row.id}: {what}" for what in problems(row.tests, root))
        if row.open and row.id not in weak:
            yield f"{row.id}: is open, but does not stand in docs/explanation/known-weaknesses.md"
    for reaction in reactions_page.reactions():
        yield from (f"reaction '{reaction.event}': {what}" for what in problems(reaction.tests, root))
    for path, text in PAGES.items():
        if not (root / path).is_file() or (root / path).read_text() != text():
            yield f"{path}: is not its table; run: python -m hil.hazards"


def main(words: list[str]) -> int:
    """Write, or check."""
    try:
        if words == ["--check"]:
            found = list(wrong())
            for line in found:
                print(f"hazards: {line}", file=sys.stderr)
            return int(bool(found))
        for path, text in PAGES.items():
            (ROOT / path).write_text(text())
    except Broken as error:
        print(f"hazards: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
