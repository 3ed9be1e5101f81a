"""How hot a drive and its motor are, of the heat at which they give up, as the drive tells it now and then.

Heat changes by the minute, so it is asked for about once a second, in place of another slow question: no
angle and no command waits for it. One that was not told for ten seconds is not known any more, and one that
no working sensor tells never is; what that means is for the guard to say.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

EVERY_MS: Final = 1_000
UNKNOWN_EVERY_MS: Final = 200
OLD_MS: Final = 10_000
FULL_PERMILLE: Final = 1_000


class Part(NamedTuple):
    """What has a sensor: its name, and where it gives up, in the unit in which it is told."""

    name: str
    limit: float  # degC, or per cent of what it bears
    broken_to: float = 0.0  # at this or below it is a broken sensor's; no rider lies in a room so cold


class Heat:
    """`due` before a slow question, `take` with its answer, `permille` for the reading."""

    def __init__(self, *parts: Part) -> None:
        self._parts = parts
        self._told: list[tuple[int, int] | None] = [None] * len(parts)  # time, permille
        self._asked_ms: int | None = None
        self._turn = -1

    def due(self, now_ms: int) -> bool:
        """Whether to ask now; True counts as asked."""
        every_ms = UNKNOWN_EVERY_MS if self.permille(now_ms) is None else EVERY_MS
        if self._asked_ms is not None and now_ms - self._asked_ms < every_ms:
            return False
        self._asked_ms = now_ms
        return True

    def next_part(self) -> int:
        """Whose turn it is where each part is a question of its own."""
        self._turn = (self._turn + 1) % len(self._parts)
        return self._turn

    def take(self, values: Sequence[float], at_ms: int, first: int = 0) -> None:
        """What was told of this part and those after it."""
        for place, value in enumerate(values, first):
            part = self._parts[place]
            if value > part.broken_to:
                self._told[place] = at_ms, math.ceil(value * FULL_PERMILLE / part.limit)

    def permille(self, now_ms: int) -> int | None:
        """Of the hottest part; None while any of them is not known."""
        hottest = 0
        for told in self._told:
            if told is None or now_ms - told[0] > OLD_MS:
                return None
            hottest = max(hottest, told[1])
        return hottest
