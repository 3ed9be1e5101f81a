"""The state machine, made of the table in `controller.states`; the only importer of `transitions`.

Traps of transitions 0.9.3 that are avoided here: auto_transitions would give every state a way to every other
one; queued=True empties the whole queue when one trigger fails, the emergency among them; an exception in an
`after` callback leaves the state changed. So: no auto transitions, no queue, no callbacks at all.
"""

from __future__ import annotations

from collections.abc import Callable

import transitions

from controller.states import INITIAL, PAIRS, ROWS, STATES


class UnlistedEvent(ValueError):
    """The table has no row for this event in this state; nothing was changed."""


class _Model:
    """What transitions hangs its attributes on."""

    state: str
    trigger: Callable[[str], bool]


class Machine:
    """Where the controller is. `conditions` answers the names in the table's last column."""

    def __init__(self, conditions: Callable[[str], bool], initial: str = INITIAL) -> None:
        self._model = _Model()
        self._machine = transitions.Machine(
            self._model,
            states=list(STATES),
            initial=initial,
            auto_transitions=False,
            queued=False,
            send_event=False,
        )
        for row in ROWS:
            self._machine.add_transition(
                row.event,
                row.source,
                row.destination,
                conditions=None if row.condition is None else _asker(conditions, row.condition),
            )

    @property
    def state(self) -> str:
        """The present state's name."""
        return self._model.state

    def allows(self, event: str) -> bool:
        """Whether the table has a row for this event here; says nothing about the row's condition."""
        return (self.state, event) in PAIRS

    def fire(self, event: str) -> bool:
        """Take one step. False when the row's condition does not hold; the state is then unchanged."""
        if not self.allows(event):
            raise UnlistedEvent(f"the controller has no step {event!r} out of state {self.state!r}")
        return self._model.trigger(event)


def _asker(conditions: Callable[[str], bool], name: str) -> Callable[[], bool]:
    def ask() -> bool:
        return conditions(name)

    return ask
