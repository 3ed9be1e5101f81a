"""Which processes are struck when: drawn from a seed, one plan a session."""

from __future__ import annotations

import random
from typing import Final, NamedTuple

ROLES: Final = ("guard", "controller", "station")
SESSION_S: Final = (4.0, 260.0)  # of a short session: the first blow falls anywhere
NEXT_S: Final = (0.05, 25.0)  # and the others soon after it
STOP_MS: Final = (40.0, 9_000.0)
BLOWS: Final = (1, 8)


class Blow(NamedTuple):
    """One kill -9, or SIGSTOP with its SIGCONT after `for_ms`; at this moment of table time."""

    role: str
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
        stops = dice.random() < 0.4
        low, high = STOP_MS
        for_ms = round(low * (high / low) ** dice.random()) if stops else 0
        blows.append(Blow(dice.choice(ROLES), "stop" if stops else "kill", round(at_s, 2), for_ms))
        at_s += dice.uniform(*NEXT_S)
    return Plan(number, dice.randrange(2**31), dice.choice(drives), dice.choice(("a1", "a2")), tuple(blows))
