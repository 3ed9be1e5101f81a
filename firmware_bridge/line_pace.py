"""How old an angle gets on a line of some baud: a cycle of exchanges, each a whole number of ticks.

The guard takes no reading older than 100 ms, so a line on which that would happen is refused before anything
moves. Ages are counted to the tick in which the next angle comes: a tick of room for whoever is late.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

TICK_US: Final = 20_000
OLDEST_MS: Final = 100  # the guard's limit


class Pace(NamedTuple):
    """What a line of some baud gives: milliseconds, rounded up; the guard's ticks are 20 ms."""

    baud: int
    exchange_ms: int  # the longest one, from the first bit asked to the last answered
    every_ms: int  # from one angle to the next, at worst
    oldest_ms: int  # an angle when the next one comes

    def __str__(self) -> str:
        return (
            f"exchange {self.exchange_ms} ms, status every {self.every_ms} ms, oldest {self.oldest_ms} ms"
            f" at {self.baud} baud"
        )


class Turn(NamedTuple):
    """One exchange of the cycle."""

    took_us: int  # from the first bit of the question to the last of the answer
    asked_us: int  # the question alone: the device has not looked before it was over
    tells: bool = True  # whether the answer brings an angle

    @property
    def ticks_us(self) -> int:
        """Until the answer is read."""
        return -(-self.took_us // TICK_US) * TICK_US


def oldest_ms(cycle: Sequence[Turn]) -> int:
    """The age of an angle when the next one comes, at worst. Some turn must tell one."""
    twice = [*cycle, *cycle]
    ends_us = list(accumulate(turn.ticks_us for turn in twice))
    told = [place for place, turn in enumerate(twice) if turn.tells]
    ages = [
        ends_us[after] - (ends_us[place] - twice[place].ticks_us + twice[place].asked_us)
        for place, after in pairwise(told)
    ]
    return max(ages) // 1_000


def every_ms(cycle: Sequence[Turn]) -> int:
    """From one angle to the next, at worst."""
    ends_us = list(accumulate(turn.ticks_us for turn in [*cycle, *cycle]))
    told = [end for end, turn in zip(ends_us, [*cycle, *cycle], strict=True) if turn.tells]
    return max(after - before for before, after in pairwise(told)) // 1_000


def refuse_slow_line(baud: int, cycle: Sequence[Turn], remedy: str) -> Pace:
    """The pace of this cycle. Raises ValueError with what to change where it is too slow."""
    oldest = oldest_ms(cycle)
    if oldest > OLDEST_MS:
        raise ValueError(
            f"[drive].baud: at {baud} baud an angle gets {oldest} ms old, allowed {OLDEST_MS} ms; {remedy}"
        )
    longest_us = max(turn.took_us for turn in cycle)
    return Pace(baud, -(-longest_us // 1_000), every_ms(cycle), oldest)
