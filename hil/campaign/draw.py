"""What run number K of a campaign is: a function of the seed, K and the choice of faults, nothing else.

Faults, phases and scenarios go round, so that few runs already visit every corner; moments, severities and
riders are drawn from a counter-based stream (Philox, key = seed and number), so no run depends on another.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from typing import Any, Final, NamedTuple

import numpy as np

from hil.campaign.catalogue import CATALOGUE, NOMINAL, Row
from hil.campaign.scenarios import SCENARIOS
from simulator.fault_record import Severity

AFTER_START_S: Final = 0.5
LEAST_PHASE_S: Final = 0.1
NOMINAL_EVERY: Final = 18  # of a draw with many faults, so that false trips have an occasion, too
WAKE_DEG: Final = (-9.0, 30.0)
# (sex, stature m, mass kg) of people for whom the table is adjusted: the world's is set for 1.75 m, and at
# 1.95 m and 130 kg its rider is so head-heavy (125 N m) that gear a2 cannot lift them out again.
RIDERS: Final = (
    ("male", 1.75, 80.0),
    ("female", 1.55, 48.0),
    ("male", 1.70, 130.0),
    ("female", 1.68, 66.0),
    ("male", 1.85, 110.0),
)


class Spec(NamedTuple):
    """One run."""

    number: int
    seed: int
    scenario: str
    drive: str
    gear: str
    fault: str
    phase: str  # state of the controller in which it happens
    after_s: float  # since the phase began
    lasts_s: float | None  # once it is real
    rider: tuple[str, float, float]
    start_deg: float | None = None
    amount: float | None = None  # severity, None = the usual one


PLAIN: Final = tuple(one.name for one in SCENARIOS if not (one.wakes or one.returns_in))
_PLACES: Final = tuple(
    (scenario.name, phase, most_s) for scenario in SCENARIOS for phase, most_s in scenario.phases
)


def draw(seed: int, number: int, faults: Sequence[str], drive: str, gear: str | None = None) -> Spec:
    """Run `number` of a campaign."""
    dice = np.random.Generator(np.random.Philox(key=[seed, number]))
    fault, turn, first = _fault(faults, number)
    row = CATALOGUE[fault]
    places = _places(row)
    # A step that shares no factor with the number of places visits them all, each fault at its own pace.
    step = next(step for step in (5, 7, 9, 1) if gcd(step, len(places)) == 1)
    scenario, phase, most_s = places[(turn * step + first) % len(places)]
    after_s = round(float(dice.uniform(LEAST_PHASE_S, most_s)), 2)
    lasts_s = None
    if row.lasts_s is not None:
        length_s = round(float(dice.uniform(*row.lasts_s)), 2)
        lasts_s = None if row.may_stay and dice.random() < 0.5 else length_s
    rider = RIDERS[int(dice.integers(len(RIDERS)))]
    start_deg = round(float(dice.uniform(*WAKE_DEG)), 1) if phase == "wake" else None
    drawn_gear = "a2" if dice.random() < 0.25 else "a1"
    return Spec(
        number,
        seed,
        scenario,
        drive,
        gear or drawn_gear,
        fault,
        phase,
        after_s,
        lasts_s,
        rider,
        start_deg,
        _amount(row.severity, dice),
    )


def _fault(faults: Sequence[str], number: int) -> tuple[str, int, int]:
    """(fault, how often it was drawn before, its place among the others) of a run."""
    if NOMINAL not in faults or len(faults) <= NOMINAL_EVERY:
        return faults[number % len(faults)], number // len(faults), number % len(faults)
    before, at = divmod(number, NOMINAL_EVERY)
    if at == NOMINAL_EVERY - 1:
        return NOMINAL, before, 0
    others = [name for name in faults if name != NOMINAL]
    turn, first = divmod(number - before, len(others))
    return others[first], turn, first


def _places(row: Row) -> tuple[tuple[str, str, float], ...]:
    """Where such a fault has an occasion; nothing going wrong needs a ride of its own, not a moment."""
    if row.name == NOMINAL:
        return tuple(place for place in _PLACES if place[0] in PLAIN)
    return tuple(place for place in _PLACES if not row.places or {place[0], place[1]} & set(row.places))


def _amount(severity: Severity | None, dice: np.random.Generator) -> float | None:
    """The usual severity, or every second time any that is allowed."""
    if severity is None or dice.random() < 0.5:
        return None
    return float(f"{dice.uniform(severity.low, severity.high):.3g}")


def as_json(spec: Spec) -> dict[str, Any]:
    """For results and run folders."""
    return {**spec._asdict(), "rider": list(spec.rider)}


def from_json(values: dict[str, Any]) -> Spec:
    """Back again. Raises KeyError, TypeError, ValueError when it is none."""
    sex, stature_m, mass_kg = values["rider"]
    return Spec(**{**values, "rider": (str(sex), float(stature_m), float(mass_kg))})
