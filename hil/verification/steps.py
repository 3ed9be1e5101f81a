"""The real `step` for the search: the same state and observation are asked once, and the answer is kept.

`step` is pure, so asking again would say the same; a planted late row's memory is part of the question.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from hil.verification.canon import Canon
from hil.verification.coarse import LIMITS
from hil.verification.planted import MEMORY
from safety.decision import Decision
from safety.observation import Observation
from safety.state import State
from safety.step import step

KEPT_MAX: Final = 100_000  # answers, some 200 MB; then it begins anew, which costs time and nothing else
STATES_MAX: Final = 200_000  # canonical ones kept from one scenario to the next, some 100 MB


class Stepped(NamedTuple):
    """What came of one question."""

    state: State
    decision: Decision
    kept: State  # canonical
    memory: int


class Steps:
    """Asks; as long as the rules stay the same."""

    def __init__(self) -> None:
        self.canon = Canon()
        self._known: dict[tuple[State, int, Observation], Stepped] = {}

    def renewed(self) -> Steps:
        """These, or new ones where they have grown large: few come back to states of long ago."""
        return self if len(self.canon) <= STATES_MAX else Steps()

    def __call__(self, state: State, memory: int, seen: Observation) -> Stepped:
        """One tick."""
        key = (state, memory, seen)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._asked(state, memory, seen)
        return known

    def _asked(self, was: State, memory: int, seen: Observation) -> Stepped:
        if len(self._known) >= KEPT_MAX:
            self._known.clear()
        MEMORY[0] = memory
        state, decision = step(was, seen, LIMITS)
        return Stepped(state, decision, self.canon(state), MEMORY[0])
