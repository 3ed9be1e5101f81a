"""The one angle decisions are made with: A controls, B protects; one bad, the other at creep; none, None.

HZ-07..13: a source is bad for the rest of the ride once it has disagreed or stood still for too long. Which
of two disagreeing sources is bad is said by the rest and park switches, by a closed brake behind which only
one moves, or by which of them jumped. Where nothing says it there is a doubt, and no angle, until something
does: the drive goes by A, so that A alone does what it was told proves nothing.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from safety.limits import Limits
from safety.observation import AGE_MAX_MS, Observation
from safety.witness import NEITHER, NO_WITNESS, ONLY_A, ONLY_B, Witness, ask

__all__ = ["NEITHER", "ONLY_A", "ONLY_B"]

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
    doubt: bool = False  # they disagree, and nothing has said yet which of them lies
    denied_ms: int = 0  # a switch has denied the one source that is left for so long
    witness: Witness = NO_WITNESS


UNSEEN: Final = Angles(None, None, NEITHER, None, AGE_MAX_MS, 0, NEITHER, False, False, None, None, 0, 0, 0)
_SLOPE_MS: Final = 300  # 0.03 deg of noise are 0.1 deg/s
_TURN_CDEG: Final = 18_000
_PARK_SWITCH_CDEG: Final = 400  # the switch closes within 3 deg of park (design 4); and a source's own noise


def see(was: Angles, observation: Observation, limits: Limits, lively: bool, dt_ms: int) -> Angles:
    """Look at both sources."""
    a = observation[2] if fresh(observation[2], observation[3], observation[4], limits) else None
    b = observation[5] if fresh(observation[5], observation[6], observation[7], limits) else None
    witness, lies = ask(was[16], a, b, observation, limits, dt_ms)
    disagree_ms, jumped = _apart(was, a, b, limits, lively, dt_ms)
    a_bad, b_bad, doubt = was[7], was[8], was[14]
    if not lies and disagree_ms >= limits.disagree_ms and (doubt or not (a_bad or b_bad)):
        lies = _liar(a, b, observation, jumped, limits)
        doubt = not lies
    if doubt and b is not None and observation[2] is None and observation[4] <= limits.stale_ms:
        lies = ONLY_A  # the drive answers, and has given up its own angle
    elif doubt and not lies and a is not None and b is not None:
        lies = _jumped(a, b, was, _reach(limits, dt_ms))  # back again, too
    if lies:
        a_bad, b_bad, doubt = lies == ONLY_A, lies == ONLY_B, False
    a_good = a is not None and not (a_bad or doubt) and not (disagree_ms and jumped == ONLY_A)
    b_good = b is not None and not (b_bad or doubt) and not (disagree_ms and jumped == ONLY_B)
    denied_ms = _denied(was, a if a_good else None, b if b_good else None, observation, limits, dt_ms)
    if denied_ms >= limits.disagree_ms:
        a_good = b_good = False
        a_bad, b_bad, doubt = False, False, True
    seen = (a_good, b_good, disagree_ms, jumped, a_bad, b_bad)
    return _choose(was, observation, limits, dt_ms, seen, (a, b))._replace(
        doubt=doubt, denied_ms=denied_ms, witness=witness
    )


def _apart(
    was: Angles, a: int | None, b: int | None, limits: Limits, lively: bool, dt_ms: int
) -> tuple[int, int]:
    """For how long they have disagreed, and which of them jumped when that began."""
    disagree_ms, jumped = was[5], was[6]
    if a is None or b is None:
        return disagree_ms, jumped
    apart = abs(a - b)
    if apart < limits.disagree_cdeg:
        return 0, NEITHER
    if disagree_ms == 0 and not jumped:
        jumped = _jumped(a, b, was, _reach(limits, dt_ms))
    # The stop that a jump brings about is lively: it does not make the jump forgotten.
    if lively and not (jumped and disagree_ms) and apart < limits.disagree_lively_cdeg:
        return 0, jumped
    return min(disagree_ms + dt_ms, AGE_MAX_MS), jumped


def _denied(
    was: Angles, a: int | None, b: int | None, observation: Observation, limits: Limits, dt_ms: int
) -> int:
    """For how long a switch has said that the table is not where the only source left says (HZ-12)."""
    only = b if a is None else a
    if only is None or (a is not None and b is not None) or not contradicted(only, observation, limits):
        return 0
    return min(was[15] + dt_ms, AGE_MAX_MS)


def fresh(cdeg: int | None, cdps: int | None, age_ms: int, limits: Limits) -> bool:
    """Whether a reading is there, young, and one a table can give."""
    if cdeg is None or age_ms > limits.stale_ms or not -_TURN_CDEG <= cdeg <= _TURN_CDEG:
        return False
    return cdps is None or -_TURN_CDEG <= cdps <= _TURN_CDEG


def _reach(limits: Limits, ms: int) -> int:
    """How far a table can have come in this time, and a source's noise."""
    return limits.slew_margin_cdeg + limits.slew_cdps * ms // 1000


def _jumped(a: int, b: int, was: Angles, reach_cdeg: int) -> int:
    """Which source alone has moved further in one tick than any table can; drifts are no jumps."""
    a_far = was.a_cdeg is not None and abs(a - was.a_cdeg) > reach_cdeg
    b_far = was.b_cdeg is not None and abs(b - was.b_cdeg) > reach_cdeg
    if a_far == b_far:
        return NEITHER
    return ONLY_A if a_far else ONLY_B


def _liar(a: int | None, b: int | None, observation: Observation, jumped: int, limits: Limits) -> int:
    return NEITHER if a is None or b is None else liar(a, b, observation, jumped, limits)


def liar(a: int, b: int, observation: Observation, jumped: int, limits: Limits) -> int:
    """Which of two disagreeing sources is wrong (HZ-11); NEITHER where nothing says it."""
    a_lies = contradicted(a, observation, limits)
    b_lies = contradicted(b, observation, limits)
    if a_lies != b_lies:
        return ONLY_A if a_lies else ONLY_B
    return jumped


def contradicted(cdeg: int, observation: Observation, limits: Limits) -> bool:
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
    if (
        cdeg is not None
        and source != BOTH
        and last is not None
        and abs(cdeg - last) > _reach(limits, none_ms)
    ):
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
        return angles._replace(b_bad=True, doubt=False, source=kept if angles.cdeg is not None else NEITHER)
    b = angles.b_cdeg
    if b is None:
        return angles._replace(a_bad=True, source=NEITHER, cdeg=None, cdps=None)
    return angles._replace(
        a_bad=True, doubt=False, source=ONLY_B, cdeg=b, cdps=observation.b_cdps, last_cdeg=b
    )


def forgive(angles: Angles) -> Angles:
    """At park, with both sources agreeing, both count again."""
    return angles._replace(a_bad=False, b_bad=False, doubt=False, disagree_ms=0, jumped=NEITHER)
