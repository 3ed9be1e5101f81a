"""The one angle decisions are made with: A controls, B protects; one bad, the other at creep; none, None.

HZ-07..13: a source is bad for the rest of the ride once it has disagreed or stood still for too long. Which
of two disagreeing sources is bad is said by the rest and park switches, else by which of them jumped, else
the absolute one (B, on the frame) is kept.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from safety.limits import Limits
from safety.observation import AGE_MAX_MS, Observation

NEITHER: Final = 0
ONLY_A: Final = 1
ONLY_B: Final = 2
BOTH: Final = 3


class Angles(NamedTuple):
    """What is known about the angle after this tick."""

    cdeg: int | None
    cdps: int | None
    source: int
    last_cdeg: int | None  # the last angle ever trusted
    none_ms: int  # since then
    disagree_ms: int
    jumped: int  # the source that left the last trusted angle when the disagreement began
    a_bad: bool
    b_bad: bool
    a_cdeg: int | None  # what each source said in this tick, if it was fresh
    b_cdeg: int | None
    slope_cdeg: int  # where the slope window began, for a source without a rate
    slope_ms: int
    slope_cdps: int


UNSEEN: Final = Angles(None, None, NEITHER, None, AGE_MAX_MS, 0, NEITHER, False, False, None, None, 0, 0, 0)
_SLOPE_MS: Final = 300  # 0.03 deg of noise are 0.1 deg/s
_TURN_CDEG: Final = 18_000
_PARK_SWITCH_CDEG: Final = 400  # the switch closes within 3 deg of park (design 4); and a source's own noise


def see(was: Angles, observation: Observation, limits: Limits, lively: bool, dt_ms: int) -> Angles:
    """Look at both sources."""
    a, b = observation[2], observation[5]
    a_fresh = fresh(a, observation[3], observation[4], limits)
    b_fresh = fresh(b, observation[6], observation[7], limits)
    disagree_ms, jumped, a_bad, b_bad = was[5], was[6], was[7], was[8]
    if a is not None and b is not None and a_fresh and b_fresh:
        # The stop that a jump brings about is lively: it does not make the jump forgotten.
        wide = lively and not jumped
        if abs(a - b) >= (limits.disagree_lively_cdeg if wide else limits.disagree_cdeg):
            if disagree_ms == 0:
                reach = limits.slew_margin_cdeg + limits.slew_cdps * dt_ms // 1000
                jumped = _jumped(a, b, was, reach)
            disagree_ms = min(disagree_ms + dt_ms, AGE_MAX_MS)
            if disagree_ms >= limits.disagree_ms and not (a_bad or b_bad):
                a_bad = liar(a, b, observation, jumped, limits) == ONLY_A
                b_bad = not a_bad
        else:
            disagree_ms, jumped = 0, NEITHER
    a_good = a_fresh and not a_bad and not (disagree_ms and jumped == ONLY_A)
    b_good = b_fresh and not b_bad and not (disagree_ms and jumped == ONLY_B)
    said = (a if a_fresh else None, b if b_fresh else None)
    return _choose(was, observation, limits, dt_ms, (a_good, b_good, disagree_ms, jumped, a_bad, b_bad), said)


def fresh(cdeg: int | None, cdps: int | None, age_ms: int, limits: Limits) -> bool:
    """Whether a reading is there, young, and one a table can give."""
    if cdeg is None or age_ms > limits.stale_ms or not -_TURN_CDEG <= cdeg <= _TURN_CDEG:
        return False
    return cdps is None or -_TURN_CDEG <= cdps <= _TURN_CDEG


def _jumped(a: int, b: int, was: Angles, reach_cdeg: int) -> int:
    """Which source alone has moved further in one tick than any table can; drifts are no jumps."""
    a_far = was.a_cdeg is not None and abs(a - was.a_cdeg) > reach_cdeg
    b_far = was.b_cdeg is not None and abs(b - was.b_cdeg) > reach_cdeg
    if a_far == b_far:
        return NEITHER
    return ONLY_A if a_far else ONLY_B


def liar(a: int, b: int, observation: Observation, jumped: int, limits: Limits) -> int:
    """Which of two disagreeing sources is wrong (HZ-11)."""
    a_lies = _contradicted(a, observation, limits)
    b_lies = _contradicted(b, observation, limits)
    if a_lies != b_lies:
        return ONLY_A if a_lies else ONLY_B
    return jumped if jumped else ONLY_A


def _contradicted(cdeg: int, observation: Observation, limits: Limits) -> bool:
    """Whether a switch says the table is elsewhere. The rest switch changes over at -2 deg (design 8)."""
    if observation[13] > limits.stale_ms:
        return False
    inputs = observation[12]
    at_park, past_rest = inputs[7], inputs[8]
    if past_rest is not None and (cdeg < -500 if past_rest else cdeg > 100):
        return True
    off_park = abs(cdeg - limits.park_cdeg)
    return at_park is not None and (off_park > _PARK_SWITCH_CDEG if at_park else off_park < 50)


def _choose(
    was: Angles,
    observation: Observation,
    limits: Limits,
    dt_ms: int,
    seen: tuple[bool, bool, int, int, bool, bool],
    said: tuple[int | None, int | None],
) -> Angles:
    a_good, b_good, disagree_ms, jumped, a_bad, b_bad = seen
    none_ms = min(was[4] + dt_ms, AGE_MAX_MS)
    source = (ONLY_A if a_good else NEITHER) + (ONLY_B if b_good else NEITHER)
    cdeg = observation[2] if a_good else observation[5] if b_good else None
    last = was[3]
    reach = limits.slew_margin_cdeg + limits.slew_cdps * none_ms // 1000
    if cdeg is not None and source != BOTH and last is not None and abs(cdeg - last) > reach:
        cdeg = None  # alone, a source is believed only where the table can have come to since (HZ-10)
    if cdeg is None:
        return Angles(None, None, NEITHER, last, none_ms, disagree_ms, jumped, a_bad, b_bad, *said, 0, 0, 0)
    cdps = observation[3] if a_good else observation[6]
    start, slope_ms, slope = was[11], was[12] + dt_ms, was[13]
    if was[0] is None:
        start, slope_ms, slope = cdeg, 0, 0
    elif slope_ms >= _SLOPE_MS:
        start, slope_ms, slope = cdeg, 0, (cdeg - start) * 1000 // slope_ms
    rate = slope if cdps is None else cdps
    return Angles(
        cdeg, rate, source, cdeg, 0, disagree_ms, jumped, a_bad, b_bad, *said, start, slope_ms, slope
    )


def distrust(angles: Angles, source: int, observation: Observation) -> Angles:
    """A source that stood still while the other moved is not looked at again in this ride (HZ-07)."""
    if source == ONLY_B:
        kept = ONLY_A if angles.a_cdeg is not None else NEITHER
        return angles._replace(b_bad=True, source=kept if angles.cdeg is not None else NEITHER)
    b = angles.b_cdeg
    if b is None:
        return angles._replace(a_bad=True, source=NEITHER, cdeg=None, cdps=None)
    return angles._replace(a_bad=True, source=ONLY_B, cdeg=b, cdps=observation.b_cdps, last_cdeg=b)


def forgive(angles: Angles) -> Angles:
    """At park, with both sources agreeing, both count again."""
    return angles._replace(a_bad=False, b_bad=False, disagree_ms=0, jumped=NEITHER)
