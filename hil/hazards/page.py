"""docs/hazards.md, made from the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hil.hazards.table import Hazard, hazards, reaction
from safety.gate import CONDITIONS

_HEAD = """\
# Hazards

Made from `hil/hazards/hazards.toml` and the tables in `safety/` by `python -m hil.hazards`; `./dev check`
compares, and is red when a row has no test or names one that pytest would not run.

A row reads: what may happen and from what; what notices it, with the reaction it starts; what else answers
it; what a person does; the tests that go red without the answer; the evidence on plant truth. Faults are
those of `keel campaign --faults`, invariants are judged in every one of its runs. Rules stand in
`safety/rules.py`, gate conditions in `safety/gate.py`: head-down motion needs every one of them. A hazard's
number never changes.
"""


def text() -> str:
    """The whole page."""
    rows = hazards()
    return "\n".join([_HEAD, *_open(rows), *_table(rows), ""])


def _open(rows: Iterable[Hazard]) -> Iterator[str]:
    left = [row for row in rows if row.open]
    if not left:
        yield "Every row has its answer in code. What is known to be weak in it stands in"
        yield "[known weaknesses](explanation/known-weaknesses.md)."
    else:
        yield "**Not built yet**, and listed in [known weaknesses](explanation/known-weaknesses.md):"
        yield ""
        yield from (f"- {row.id}, {row.what}: {row.open}" for row in left)
    yield ""


def _table(rows: Iterable[Hazard]) -> Iterator[str]:
    heads = ("id", "hazard ← cause", "noticed by → reaction", "other means", "remedy", "tests", "evidence")
    yield "| " + " | ".join(heads) + " |"
    yield "|---" * len(heads) + "|"
    for row in rows:
        cells = (
            row.id,
            f"{row.what} ← {row.cause}",
            _answers(row),
            _means(row),
            row.remedy,
            "<br>".join(f"`{test}`" for test in row.tests),
            _evidence(row),
        )
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _answers(row: Hazard) -> str:
    numbers = {condition.name: condition.number for condition in CONDITIONS}
    said = [f"`{rule.name}` → {reaction(rule)}" for rule in row.rules]
    if row.gate:
        said.append("gate " + ", ".join(f"{numbers[name]} `{name}`" for name in row.gate))
    return "<br>".join(said) or "no rule: see right"


def _means(row: Hazard) -> str:
    said = [row.means] if row.means else []
    if row.hardware:
        said.append(f"**hardware:** {row.hardware}")
    if row.open:
        said.append(f"**not built:** {row.open}")
    return "<br>".join(said)


def _evidence(row: Hazard) -> str:
    said = []
    if row.faults:
        said.append("faults " + ", ".join(f"`{name}`" for name in row.faults))
    if row.invariants:
        said.append("invariants " + ", ".join(row.invariants))
    return "<br>".join(said) or "the tests"
