"""The controller's states: one table of rows, from which the machine, its tests and the diagram are made.

Flat on purpose: what a person sees on the panel is the state, word for word. The guard is the authority on
where the table is going, so every state has a row for what the guard does by itself.
"""

from __future__ import annotations

from typing import Final, NamedTuple

# The index travels in PROPOSAL.state and REPORT.controller_state: append only.
STATES: Final = (
    "parked",
    "checking",
    "ready",
    "warming_up",
    "lowering",
    "holding",
    "oscillating",
    "raising",
    "resting",
    "recovering",
    "frozen",
    "returning",
    "waiting",
    "faulted",
)
INDEX: Final = {name: number for number, name in enumerate(STATES)}

# Nobody knows at start where the table is: nothing is proposed until a report says "at park".
INITIAL: Final = "returning"

RUNNING: Final = (
    "warming_up",
    "lowering",
    "holding",
    "oscillating",
    "raising",
    "resting",
    "recovering",
)
AWAY: Final = ("frozen", "returning", "waiting", "faulted")

EVENTS: Final = {
    "load": "a programme passed every check of its plan",
    "refused": "the guard refused the session",
    "begun": "the guard opened the session; its dose is written down",
    "unload": "the programme was put away before it was started",
    "warm_up": "the next phase is at park or at small angles",
    "lower": "the next phase goes head-down",
    "hold": "the next phase stands still head-down",
    "oscillate": "the next phase rocks",
    "come_up": "the next phase goes up to rest",
    "rest": "the next phase lies at rest",
    "recover": "the next phase goes up to park, with its pause",
    "completed": "the programme reached its end",
    "stopped": "the guard froze the motion: somebody pressed STOP",
    "return_home": "the guard returns the table, or is not there",
    "wait": "the guard waits at rest for a person",
    "fault": "the guard latched",
    "arrived": "the guard is at park and no longer returning",
}


class Row(NamedTuple):
    """One allowed step of the machine; without its condition it changes nothing."""

    source: str
    event: str
    destination: str
    condition: str | None = None


def _rows(sources: tuple[str, ...], event: str, destination: str, condition: str | None = None) -> list[Row]:
    return [Row(source, event, destination, condition) for source in sources]


def _others(name: str) -> tuple[str, ...]:
    return tuple(state for state in STATES if state != name)


ROWS: Final = (
    *_rows(("parked",), "load", "checking", "at_park"),
    *_rows(("checking",), "refused", "parked"),
    *_rows(("checking",), "begun", "ready"),
    *_rows(("checking", "ready"), "unload", "parked"),
    # The programme's phases, in the order a plan may have them.
    *_rows(("ready", "warming_up"), "warm_up", "warming_up"),
    *_rows(("ready", "warming_up", "lowering", "holding", "oscillating", "resting"), "lower", "lowering"),
    *_rows(("lowering", "holding", "oscillating"), "hold", "holding"),
    *_rows(("lowering", "holding", "oscillating"), "oscillate", "oscillating"),
    *_rows(("warming_up", "lowering", "holding", "oscillating"), "come_up", "raising"),
    *_rows(("warming_up", "raising", "resting"), "rest", "resting"),
    *_rows(("resting", "recovering"), "recover", "recovering"),
    *_rows(("recovering",), "completed", "parked", "at_park"),
    # CONTINUE after a STOP: back to the phase that was frozen.
    *_rows(("frozen",), "warm_up", "warming_up", "permitted"),
    *_rows(("frozen",), "lower", "lowering", "permitted"),
    *_rows(("frozen",), "hold", "holding", "permitted"),
    *_rows(("frozen",), "oscillate", "oscillating", "permitted"),
    *_rows(("frozen",), "come_up", "raising", "permitted"),
    *_rows(("frozen",), "rest", "resting", "permitted"),
    *_rows(("frozen",), "recover", "recovering", "permitted"),
    # What the guard does by itself is followed from everywhere.
    *_rows(("ready", *RUNNING, "returning"), "stopped", "frozen"),
    *_rows(_others("returning"), "return_home", "returning"),
    *_rows(_others("waiting"), "wait", "waiting"),
    *_rows(_others("faulted"), "fault", "faulted"),
    *_rows(AWAY, "arrived", "parked", "at_park"),
)
CONDITIONS: Final = {
    "at_park": "the guard's report says that the table is at park",
    "permitted": "the guard has the session open again and takes proposals",
}
PAIRS: Final = {(row.source, row.event): row for row in ROWS}

# Which event announces a phase that runs in this state.
EVENT_INTO: Final = {
    "warming_up": "warm_up",
    "lowering": "lower",
    "holding": "hold",
    "oscillating": "oscillate",
    "raising": "come_up",
    "resting": "rest",
    "recovering": "recover",
}
