"""The fault stage of a sensor's channel: what is wrong with it, applied in the order it went wrong.

Kinds after the physics reference, section 4. It is the last stage before the value is held; a stage without
faults is not asked at all, so it costs nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

GATE_S: Final = 1.0  # of an intermittent channel


@dataclass(slots=True)
class Trouble:
    """One kind of fault at work. `amount` in the unit of the kind."""

    kind: str
    amount: float
    age_s: float = 0.0
    held: float | None = None
    line: deque[tuple[float, float]] = field(default_factory=deque)  # age, value


@dataclass(frozen=True, slots=True)
class Range:
    """What the channel can say: ends of its range, and one step of its raw word of `bits`."""

    low: float
    high: float
    step: float
    bits: int


class Stage:
    """Call it with every fresh value; None: there is no fresh one. `other`: the channel to swap with."""

    def __init__(self, key: tuple[int, int], span: Range, other: Callable[[], float] | None = None) -> None:
        self.on: dict[str, Trouble] = {}
        self.span = span
        self.other = other
        self.spoilt = 0  # values changed or withheld so far
        self._key = key
        self._random: np.random.Generator | None = None

    def switch(self, kind: str, amount: float | None) -> None:
        """Put a kind of fault in with this amount, or take it out (None)."""
        if amount is None:
            self.on.pop(kind, None)
        else:
            self.on[kind] = Trouble(kind, amount)

    @property
    def dice(self) -> np.random.Generator:
        """A stream of its own, made when it is needed first."""
        if self._random is None:
            self._random = np.random.Generator(np.random.Philox(key=list(self._key)))
        return self._random

    def __call__(self, value: float, dt_s: float) -> float | None:
        """The value as the channel gives it, `dt_s` after the one before."""
        seen: float | None = value
        for trouble in self.on.values():
            trouble.age_s += dt_s
            if seen is not None:
                seen = KINDS[trouble.kind](self, trouble, seen)
        self.spoilt += seen is None or seen != value
        return seen


def _stuck(stage: Stage, trouble: Trouble, value: float) -> float | None:
    trouble.held = value if trouble.held is None else trouble.held
    return trouble.held


def _late(stage: Stage, trouble: Trouble, value: float) -> float | None:
    trouble.line.append((trouble.age_s, value))
    while len(trouble.line) > 1 and trouble.line[1][0] <= trouble.age_s - trouble.amount:
        trouble.line.popleft()
    return trouble.line[0][1]


def _dropout(stage: Stage, trouble: Trouble, value: float) -> float | None:
    return None if stage.dice.random() < trouble.amount else value


def _bitflip(stage: Stage, trouble: Trouble, value: float) -> float | None:
    if stage.dice.random() >= trouble.amount:
        return value
    raw = round((value - stage.span.low) / stage.span.step)
    return (raw ^ 1 << int(stage.dice.integers(stage.span.bits))) * stage.span.step + stage.span.low


def _intermittent(stage: Stage, trouble: Trouble, value: float) -> float | None:
    return None if trouble.age_s % GATE_S < trouble.amount * GATE_S else value


def _swap(stage: Stage, trouble: Trouble, value: float) -> float | None:
    return value if stage.other is None else stage.other()


KINDS: Final[dict[str, Callable[[Stage, Trouble, float], float | None]]] = {
    "stuck": _stuck,
    "jump": lambda stage, trouble, value: value + trouble.amount,
    "drift": lambda stage, trouble, value: value + trouble.amount * trouble.age_s,
    "scale": lambda stage, trouble, value: value * trouble.amount,
    "sign": lambda stage, trouble, value: -value,
    "noise": lambda stage, trouble, value: value + trouble.amount * float(stage.dice.standard_normal()),
    "dropout": _dropout,
    "delay": _late,
    "bitflip": _bitflip,
    "railed": lambda stage, trouble, value: stage.span.high,
    "swap": _swap,
    "intermittent": _intermittent,
}
