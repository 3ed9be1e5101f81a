"""The third opinion on two angle sources, from what lies on no angle at all (HZ-08, HZ-11).

A switch that changes over tells where the table is: of two sources that are apart, the one that is further
from that place lies. A closed brake tells that the table stands: the source that moves all the same lies,
unless both move, or one faster than anything drifts: then the table itself moves. Neither depends on the
drive, which goes by one of the two and so always agrees with it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from safety.limits import Limits
from safety.observation import Observation

NEITHER: Final = 0
ONLY_A: Final = 1
ONLY_B: Final = 2


class Witness(NamedTuple):
    """What it has seen so far."""

    at_park: bool | None  # the switches in the tick before; None = not known
    past_rest: bool | None
    braked_ms: int  # the brake has been closed for so long since the sources were looked at
    a_cdeg: int | None  # there, once it had settled
    b_cdeg: int | None


NO_WITNESS: Final = Witness(None, None, 0, None, None)


def ask(
    was: Witness, a: int | None, b: int | None, observation: Observation, limits: Limits, dt_ms: int
) -> tuple[Witness, int]:
    """`a` and `b` are this tick's fresh angles; the source that lies is told once, in the tick it shows."""
    known = observation[13] <= limits.stale_ms
    inputs = observation[12]
    at_park, past_rest = (inputs[7], inputs[8]) if known else (None, None)
    if a is None or b is None or not observation.braked:
        now = Witness(at_park, past_rest, 0, None, None)
    elif was[3] is None or was[4] is None:
        settled = was[2] >= limits.settled_ms
        now = Witness(at_park, past_rest, min(was[2] + dt_ms, limits.settled_ms), None, None)
        if settled:
            now = Witness(at_park, past_rest, 0, a, b)
    else:
        now, lies = _stands(was, a, b, limits, dt_ms)
        if lies:
            return now._replace(at_park=at_park, past_rest=past_rest), lies
        now = now._replace(at_park=at_park, past_rest=past_rest)
    if a is None or b is None or abs(a - b) < limits.apart_cdeg:
        return now, NEITHER
    if _changed(was[1], past_rest):
        return now, _further(a, b, limits.rest_switch_cdeg, limits)
    if _changed(was[0], at_park):
        return now, _further(a, b, limits.park_cdeg + limits.park_switch_cdeg, limits)
    return now, NEITHER


def _changed(before: bool | None, now: bool | None) -> bool:
    return before is not None and now is not None and before is not now


def _further(a: int, b: int, place_cdeg: int, limits: Limits) -> int:
    """Which of both is further from where the table is, by more than a switch may be misplaced."""
    a_off, b_off = abs(a - place_cdeg), abs(b - place_cdeg)
    if abs(a_off - b_off) < limits.apart_cdeg or min(a_off, b_off) >= limits.disagree_cdeg:
        return NEITHER  # where neither is near its place, it is the switch that is broken
    return ONLY_A if a_off > b_off else ONLY_B


def _stands(was: Witness, a: int, b: int, limits: Limits, dt_ms: int) -> tuple[Witness, int]:
    """Behind a closed brake: who moves?"""
    if was[3] is None or was[4] is None:
        return was, NEITHER
    a_way, b_way = abs(a - was[3]), abs(b - was[4])
    if max(a_way, b_way) >= limits.disagree_cdeg or min(a_way, b_way) >= limits.frozen_cdeg:
        return was._replace(braked_ms=0, a_cdeg=a, b_cdeg=b), NEITHER  # it is the table that moves
    moved_ms = limits.disagree_ms if abs(a_way - b_way) >= limits.frozen_cdeg else 0  # one sample is none
    now = was._replace(braked_ms=min(was[2] + dt_ms, limits.braked_ms + moved_ms))
    if now[2] < limits.braked_ms + limits.disagree_ms:
        return now, NEITHER
    return now._replace(braked_ms=0, a_cdeg=a, b_cdeg=b), ONLY_A if a_way > b_way else ONLY_B
