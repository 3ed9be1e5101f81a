"""docs/explanation/reactions.md: what happens when, from the tables of reactions, rules and modes."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Final, NamedTuple

from hil.hazards.table import FOLDER, Broken, reaction
from safety.causes import CAUSES
from safety.decision import MODES
from safety.modes import AFTER, BEFORE, SERVICE_CAUSES
from safety.rules import ROWS

_KEYS: Final = {"event", "reaction", "way_out", "causes", "tests", "open"}
_HEAD = """\
# What happens when

Made from `hil/hazards/reactions.toml` and the tables in `safety/` by `python -m hil.hazards`; `./dev check`
compares. The numbers (times, speeds, pauses) stand in `safety/limits.py`. Towards park nothing is ever
refused for want of a permit.
"""
_MODES: Final = {
    "inhibited": "nothing but hold-to-run RETURN",
    "test": "the test of the day: at park, nobody on the table, the pendant held",
    "ready": "a session is debited and open, nothing has moved yet",
    "active": "the controller leads within what the gate permits",
    "returning": "the guard brings the rider home",
    "waiting": "it stands until a person shows",
    "latched": "at park; no session until the latch is reset",
}


class Reaction(NamedTuple):
    """One row."""

    event: str
    reaction: str
    way_out: str
    causes: tuple[str, ...]
    tests: tuple[str, ...]
    open: str


def reactions() -> tuple[Reaction, ...]:
    """All rows. Raises Broken: a cause that stands in no row has no reaction that anybody could read."""
    found = tomllib.loads((FOLDER / "reactions.toml").read_text())["reaction"]
    named = [cause for row in found for cause in row.get("causes", ())]
    names = [cause.name for cause in CAUSES]
    wrong = [f"reactions.toml: unknown key '{key}'" for row in found for key in row if key not in _KEYS]
    wrong += [f"reactions.toml: cause '{name}' stands in {named.count(name)} rows; put it into one"
              for name in names if named.count(name) != 1]  # fmt: skip
    wrong += [f"reactions.toml: there is no cause '{name}'" for name in named if name not in names]
    wrong += [f"reactions.toml: '{row['event']}' names no test" for row in found if not row.get("tests")]
    if wrong:
        raise Broken("\n".join(wrong))
    return tuple(
        Reaction(
            row["event"],
            row["reaction"],
            row["way_out"],
            tuple(row.get("causes", ())),
            tuple(row["tests"]),
            row.get("open", ""),
        )
        for row in found
    )


def text() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_events(), *_modes(), *_rules(), ""])


def _events() -> Iterator[str]:
    yield "| event | reaction | way out | causes | tests |"
    yield "|---|---|---|---|---|"
    for row in reactions():
        said = row.reaction + (f"<br>**not built:** {row.open}" if row.open else "")
        causes = ", ".join(f"`{name}`" for name in row.causes)
        tests = "<br>".join(f"`{test}`" for test in row.tests)
        yield f"| {row.event} | {said} | {row.way_out} | {causes} | {tests} |"


def _modes() -> Iterator[str]:
    yield from ("", "## Modes of the guard", "", "```mermaid", "stateDiagram-v2", "    [*] --> inhibited")
    arrows: dict[tuple[str, str], list[str]] = {}
    for row in (*BEFORE, *AFTER):
        for source in row.sources:
            arrows.setdefault((MODES[source], MODES[row.to]), []).append(row.event)
    yield from (f"    {here} --> {there}: {', '.join(why)}" for (here, there), why in arrows.items())
    yield from ("```", "", "| mode | means |", "|---|---|")
    yield from (f"| {mode} | {_MODES.get(mode, '')} |" for mode in MODES)


def _rules() -> Iterator[str]:
    service = ", ".join(f"`{cause.name}`" for cause in CAUSES if cause.number in SERVICE_CAUSES)
    yield from ("", "## Rules, in the order of first causes", "")
    yield "Verdicts combine by min, reactions by or; neither is ever weakened by another row. A latch is"
    yield f"reset by RETURN held 3 s at park; that of {service} only by a service person."
    yield from ("", "| rule | hazards | cause | reaction |", "|---|---|---|---|")
    names = {cause.number: f"`{cause.name}`" for cause in CAUSES}
    for row in ROWS:
        yield f"| `{row.name}` | {', '.join(row.hazards)} | {names.get(row.cause, '')} | {reaction(row)} |"
