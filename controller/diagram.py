"""The page with the controller's states, written from the table: `python -m controller.diagram > PAGE`."""

from __future__ import annotations

from collections.abc import Iterator

from controller.states import CONDITIONS, EVENTS, INITIAL, ROWS, STATES, Row

HEAD = """\
# States of the controller

Written from the table in `controller/states.py` by `python -m controller.diagram`; a test compares.
The number of a state is what telemetry carries. An event that has no row in a state is an error and changes
nothing. Rows that start at "any other" follow what the guard does by itself.
"""
FOLLOWED = ("return_home", "wait", "fault")


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_diagram(), "", *_states(), "", *_events(), "", *_conditions(), ""])


def _diagram() -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"    [*] --> {INITIAL}"
    for row in ROWS:
        if row.event not in FOLLOWED:
            yield f"    {row.source} --> {row.destination}: {_label(row)}"
    for event in FOLLOWED:
        yield f"    any_other --> {next(row.destination for row in ROWS if row.event == event)}: {event}"
    yield "```"


def _label(row: Row) -> str:
    return row.event if row.condition is None else f"{row.event} [{row.condition}]"


def _states() -> Iterator[str]:
    yield "| number | state |"
    yield "|---|---|"
    for number, name in enumerate(STATES):
        yield f"| {number} | {name} |"


def _events() -> Iterator[str]:
    yield "| event | when |"
    yield "|---|---|"
    for name, what in EVENTS.items():
        yield f"| {name} | {what} |"


def _conditions() -> Iterator[str]:
    yield "| condition | holds when |"
    yield "|---|---|"
    for name, what in CONDITIONS.items():
        yield f"| {name} | {what} |"


if __name__ == "__main__":
    print(page(), end="")
