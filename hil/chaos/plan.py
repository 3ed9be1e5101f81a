"""Which processes are struck when: drawn from a seed, one plan a session."""

from __future__ import annotations

import math
import random
from typing import Final, NamedTuple

PROCESSES: Final = ("guard", "controller", "station")
HOST: Final = "host"  # all three at one moment
SESSION_S: Final = (4.0, 260.0)  # of a short session: the first blow falls anywhere
NEXT_S: Final = (0.05, 25.0)  # and the others soon after it
STOP_MS: Final = (40.0, 9_000.0)
AWAY_MS: Final = (1_000.0, 150_000.0)  # nobody starts the host again before
BLOWS: Final = (1, 8)


class Blow(NamedTuple):
    """One kill -9, or SIGSTOP with its SIGCONT after `for_ms`; at this moment of table time.

    A host that is killed is not started again for so long; a process alone is, after a second.
    """

    role: str  # a process, or HOST
    how: str  # kill | stop
    at_s: float
    for_ms: int


class Plan(NamedTuple):
    """One session."""

    number: int
    seed: int
    drive: str
    gear: str
    blows: tuple[Blow, ...]


def draw(seed: int, number: int, drives: tuple[str, ...], most: int) -> Plan:
    """The plan of one session, with at most so many blows."""
    dice = random.Random(f"{seed}/{number}")
    at_s = dice.uniform(*SESSION_S)
    blows = []
    for _ in range(min(most, dice.randint(*BLOWS))):
        blow = _blow(dice, round(at_s, 2))
        blows.append(blow)
        at_s += dice.uniform(*NEXT_S) + (blow.for_ms / 1_000 if blow.role == HOST else 0.0)
    return Plan(number, dice.randrange(2**31), dice.choice(drives), dice.choice(("a1", "a2")), tuple(blows))


def _blow(dice: random.Random, at_s: float) -> Blow:
    role = dice.choice((*PROCESSES, HOST))
    if role == HOST:
        return Blow(role, "kill", at_s, _between(dice, AWAY_MS))
    if dice.random() < 0.4:
        return Blow(role, "stop", at_s, _between(dice, STOP_MS))
    return Blow(role, "kill", at_s, 0)


def _between(dice: random.Random, bounds_ms: tuple[float, float]) -> int:
    """Short times as often as long ones."""
    low, high = bounds_ms
    return round(math.exp(dice.uniform(math.log(low), math.log(high))))
