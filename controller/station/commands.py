"""What a panel may ask for, and what it is told: the handlers queue a Command, the pump answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from safety.observation import ORDER_CONTINUE, ORDER_RETURN, ORDER_STOP

ORDERS = {"stop": ORDER_STOP, "return": ORDER_RETURN, "continue": ORDER_CONTINUE}  # go to the guard
PROGRAMME = ("load", "start", "unload")  # go to the controller
NEED_SEAT = frozenset({"continue", *PROGRAMME})


class Outcome(NamedTuple):
    """The answer to one command: `code` for programs, `text` and `remedy` for people."""

    accepted: bool
    code: str
    text: str
    remedy: str = ""
    data: dict[str, Any] | None = None


@dataclass(slots=True)
class Command:
    """One request on its way to the pump."""

    kind: str  # a key of ORDERS, one of PROGRAMME, "seat", "leave", "attach", "detach" or "seen"
    answer: Callable[[Outcome], None] = lambda outcome: None
    token: str = ""
    body: dict[str, Any] = field(default_factory=dict)


DONE = Outcome(True, "done", "Done.")
NO_SEAT = Outcome(False, "no_seat", "You are watching; this needs the seat.", "Take the seat first.")
NO_GUARD = Outcome(
    False,
    "no_guard",
    "The guard cannot be reached from here.",
    "Use the STOP or RETURN button at the table.",
)
NO_CONTROLLER = Outcome(
    False,
    "no_controller",
    "The controller cannot be reached.",
    "Wait some seconds; then look at the controller's log.",
)
NO_ANSWER = Outcome(
    False,
    "no_answer",
    "There was no answer within 2 s.",
    "Look at the table. Use the button at the table if it has not obeyed.",
)
