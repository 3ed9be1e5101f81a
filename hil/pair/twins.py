"""Whether the key tells enough: states that share one, but came there differently, must go on alike.

Of each so many states that are met again, every choice is tried from both; keys and verdicts are compared.
What is left out of the key although it matters shows here.
"""

from __future__ import annotations

from typing import Any

from hil.pair.pair import Pair
from hil.pair.parts import Saved
from hil.pair.walk import Scenario, Walk


class Twins(Walk):
    """A walk that remembers how it came to a state first, and compares when it comes there again."""

    def __init__(self, scenario: Scenario, every: int = 1) -> None:
        super().__init__(scenario)
        self.every = every
        self.compared = 0
        self.unlike: list[tuple[tuple[str, ...], tuple[str, ...], str]] = []
        self._first: dict[int, Saved] = {}
        self._met = 0

    def _reached(self, key: Any, parent: int, act: str) -> int:
        known = len(self.parents)
        number = super()._reached(key, parent, act)
        if number == known:
            self._first[number] = self.pair.save()
            return number
        self._met += 1
        if self._met % self.every == 0:
            self._compare(number, (*self.way(parent), act))
        return number

    def _compare(self, number: int, way: tuple[str, ...]) -> None:
        pair, here = self.pair, self.pair.save()
        choices = self.choices()
        for act, left in choices:
            ends = [self._after(pair, saved, act, left) for saved in (here, self._first[number])]
            self.compared += 1
            if ends[0] != ends[1]:
                self.unlike.append((way, self.way(number), act))
        pair.load(here)

    def _after(self, pair: Pair, saved: Saved, act: str, left: tuple[int, ...]) -> tuple[Any, str | None]:
        pair.load(saved)
        pair.clock.spend(left, self.scenario.within_ticks)
        wrong = pair.tick(act)
        return self.key(), wrong
