"""`NAME[=AMOUNT]@T[+LASTS][/EVERY]`: a fault as people write it on a command line, seconds of table time."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from simulator.fault_record import Severity
from simulator.faults import FAULTS, amount_of, unknown

LATEST_S: Final = 36_000.0
TIMES_MOST: Final = 10_000
SHAPE: Final = re.compile(
    r"(?P<name>[^=@+/]+)(=(?P<amount>[^@/]+))?@(?P<at>[^+/]+)(\+(?P<lasts>[^/]+))?(/(?P<every>.+))?"
)
HOW: Final = "write NAME@T, NAME=AMOUNT@T, NAME@T+LASTS or NAME@T+LASTS/EVERY in seconds, as in kill_guard@90"


class Moment(NamedTuple):
    """One fault: which, how much (None: as usual), from when, for how long (None: to the end), how often."""

    name: str
    amount: float | None
    at_s: float
    lasts_s: float | None = None
    every_s: float | None = None


class Switch(NamedTuple):
    """One thing to do at one moment."""

    at_s: float
    name: str
    on: bool
    amount: float | None


def parse(text: str, known: Collection[str], lone: Collection[str] = ()) -> Moment:
    """The fault of one word. `lone` are those that happen once and have no end. Raises ValueError."""
    shape = SHAPE.fullmatch(text)
    name = text.partition("@")[0].partition("=")[0]
    if name not in known:
        raise ValueError(f"--fault {text}: {unknown(name, known)}")
    if shape is None:
        raise ValueError(f"--fault {text}: no moment is named; {HOW}")
    at_s = _seconds(text, "moment", shape["at"], 0.0)
    lasts_s = None if shape["lasts"] is None else _seconds(text, "length", shape["lasts"], 0.02)
    every_s = None if shape["every"] is None else _seconds(text, "period", shape["every"], 0.04)
    if lasts_s is not None and name in lone:
        raise ValueError(f"--fault {text}: {name} happens once; leave out +{shape['lasts']}")
    if every_s is not None and (lasts_s is None or every_s <= lasts_s):
        raise ValueError(f"--fault {text}: it must end before it comes again: LASTS/EVERY, EVERY the longer")
    amount = None if shape["amount"] is None else _number(text, shape["amount"])
    severity: Severity | None = FAULTS[name].severity if name in FAULTS else None
    try:
        amount_of(name, severity, amount)
    except ValueError as error:
        raise ValueError(f"--fault {text}: {error}") from error
    return Moment(name, amount, at_s, lasts_s, every_s)


def _number(text: str, word: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise ValueError(f"--fault {text}: the severity '{word}' is no number") from None


def _seconds(text: str, what: str, word: str, low: float) -> float:
    try:
        value = float(word)
    except ValueError:
        value = -1.0
    if not low <= value <= LATEST_S:
        raise ValueError(f"--fault {text}: the {what} '{word}' must be {low:g} to {LATEST_S:g} s; {HOW}")
    return value


def switches(moments: Collection[Moment]) -> list[Switch]:
    """Everything to do, in its order."""
    return sorted((switch for moment in moments for switch in _of(moment)), key=lambda one: one.at_s)


def _of(moment: Moment) -> Iterator[Switch]:
    at_s = moment.at_s
    for _ in range(TIMES_MOST):
        yield Switch(round(at_s, 3), moment.name, True, moment.amount)
        if moment.lasts_s is not None:
            yield Switch(round(at_s + moment.lasts_s, 3), moment.name, False, None)
        if moment.every_s is None or at_s + moment.every_s > LATEST_S:
            return
        at_s += moment.every_s
