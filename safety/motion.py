"""What was commanded against what was seen: the memory behind the rules about motion.

Direction and runaway are judged on both sources where both are there, so one lying source does not hide it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from safety.angles import BOTH, NEITHER, ONLY_A, ONLY_B, Angles, fresh
from safety.decision import CUT, LEAVE, MOVE
from safety.limits import Limits
from safety.observation import AGE_MAX_MS, DRIVE_ARMED, DRIVE_OWN_RETURN, Observation
from safety.resist import FREE, Resist, felt, led


class Motion(NamedTuple):
    """Last command and the travel since."""

    command: int
    angle_cdeg: int
    rate_cdps: int
    heading: int  # -1, 0, +1: where the command goes
    heading_ms: int  # for so long
    due_ms: int  # standing still: a stop must have ended this long after it began
    a_ref: int | None  # furthest point along the heading as A sees it; still: where it stood
    b_ref: int | None
    back_cdeg: int  # moved against the heading, or from where it stood or began to stop, by all good sources
    told_cdeg: int  # travel commanded in this frozen-sensor window
    a_from: int | None
    b_from: int | None
    frozen: int  # source found frozen in this tick; BOTH = the table does not move
    lively_ms: int  # since a command of more than 3 deg/s2
    a_mark: int | None = None  # where A was when it last moved, and the way led since then
    a_told_cdeg: int = 0
    resist: Resist = FREE
    strays_ms: int = 0  # turning faster than a return may, though it should long stand,
    strays_cdeg: int = 0  # since the table was there


TOLD_MAX_CDEG: Final = 36_000
AT_REST: Final = Motion(-1, 0, 0, 0, 0, 0, None, None, 0, 0, None, None, NEITHER, AGE_MAX_MS)


def told(
    was: Motion, command: int, angle_cdeg: int, rate_cdps: int, seen_cdps: int, limits: Limits
) -> Motion:
    """Remember this tick's command; `seen_cdps` sizes how long a stop may take."""
    heading = -1 if command == LEAVE else 0
    if command == MOVE:
        heading = (rate_cdps > 0) - (rate_cdps < 0)
    turned = heading != was[3] or (command == CUT) != (was[0] == CUT)
    travel = angle_cdeg - was[1] if command == MOVE == was[0] else 0
    due_ms = was[5]
    if turned:
        due_ms = limits.disobey_ms + abs(seen_cdps) * 1000 // limits.stop_cdps2
        # The frozen-sensor window goes on over a stop: a return that stalls and stalls would never fill it.
        # An empty window starts anew: travel that was not counted must not be set against travel that is.
        goes_on = was[9] * heading >= 0 and command not in (CUT, LEAVE) and was[0] not in (CUT, LEAVE)
        window = was[9:12] if goes_on and was[9] else (0, None, None)
        return Motion(
            command, angle_cdeg, rate_cdps, heading, 0, due_ms, None, None, 0, *window, NEITHER, was[13],
            was[14], was[15],
        )  # fmt: skip
    return Motion(
        command, angle_cdeg, rate_cdps, heading, was[4], due_ms, was[6], was[7], was[8], was[9] + travel,
        was[10], was[11], NEITHER, was[13], was[14], min(was[15] + abs(travel), TOLD_MAX_CDEG),
        led(was[16], travel), was[17], was[18],
    )  # fmt: skip


def seen(was: Motion, angles: Angles, observation: Observation, limits: Limits, dt_ms: int) -> Motion:
    """Compare what is seen in this tick with the command of the ticks before."""
    state = observation[8]
    obeys = state == DRIVE_ARMED or (state == DRIVE_OWN_RETURN and was[0] == LEAVE)
    heading_ms = min(was[4] + dt_ms, AGE_MAX_MS)
    braking = was[0] != MOVE and was[4] < limits.lively_ms
    lively_ms = 0 if braking else min(was[13] + dt_ms, AGE_MAX_MS)
    if not obeys or angles.cdeg is None or was[0] == CUT:
        mark, way = _stood(was, observation[2], limits)
        return was._replace(
            heading_ms=heading_ms, a_ref=None, b_ref=None, back_cdeg=0, told_cdeg=0, a_from=None, b_from=None,
            frozen=NEITHER, lively_ms=lively_ms, a_mark=mark, a_told_cdeg=way, resist=FREE, strays_ms=0,
            strays_cdeg=0,
        )  # fmt: skip
    stopping = heading_ms < was[5] and (was[3] == 0 or was[0] == LEAVE)
    a_ok = fresh(observation[2], observation[3], observation[4], limits) and not angles.a_bad
    b_ok = fresh(observation[5], observation[6], observation[7], limits) and not angles.b_bad
    # When the time of a stop is over, the way is counted anew: what moves from then on should stand.
    refs = (None, None) if was[3] == 0 and was[4] < was[5] <= heading_ms else was[6:8]
    a_ref, a_back = _back(refs[0], observation[2] if a_ok else None, was[3], stopping)
    b_ref, b_back = _back(refs[1], observation[5] if b_ok else None, was[3], stopping)
    # One source that jumps is no motion of the table; the rule about disagreement deals with it.
    back = min(a_back, b_back) if a_ok and b_ok else max(a_back, b_back)
    a_from, b_from, told_cdeg, frozen = _frozen(was, angles, observation, limits)
    resist = FREE
    if was[0] == MOVE and was[3]:
        saw = (observation[2] if a_ok else None, observation[5] if b_ok else None, angles.cdps)
        resist = felt(was[16], was[2], saw, observation.effort_permille, limits, dt_ms)
    return Motion(
        was[0], was[1], was[2], was[3], heading_ms, was[5], a_ref, b_ref, back, told_cdeg,
        a_from, b_from, frozen, lively_ms, *_stood(was, observation[2], limits),
        resist, *_strays(was, angles, heading_ms, limits, dt_ms),
    )  # fmt: skip


def _strays(was: Motion, angles: Angles, heading_ms: int, limits: Limits, dt_ms: int) -> tuple[int, int]:
    """How long it has turned faster than a return may, though told to stand and the time of that is over."""
    stands = was[3] == 0 and heading_ms > was[5]
    if not stands or angles.cdeg is None or abs(angles.cdps or 0) * 10 <= limits.return_cdps * 11:
        return 0, 0
    return min(was[17] + dt_ms, limits.disobey_ms), was[18] if was[17] else angles.cdeg


def _stood(was: Motion, a: int | None, limits: Limits) -> tuple[int | None, int]:
    """How far the table was led while A stood still."""
    mark = was[14]
    if a is None or mark is None or abs(a - mark) >= limits.frozen_cdeg:
        return a, 0
    return mark, was[15]


def stuck(motion: Motion, limits: Limits) -> bool:
    """Whether A stands still though the table is led: by less than makes two sources disagree."""
    return motion.a_told_cdeg >= limits.stuck_cdeg


def _back(ref: int | None, cdeg: int | None, heading: int, stopping: bool) -> tuple[int | None, int]:
    """The reference point of one source and how far the table is on the wrong side of it."""
    if cdeg is None or ref is None or (stopping and heading):
        return cdeg, 0
    if heading == 0:
        return ref, abs(cdeg - ref)
    along = (cdeg - ref) * heading
    return (cdeg, 0) if along >= 0 else (ref, -along)


def _frozen(
    was: Motion, angles: Angles, observation: Observation, limits: Limits
) -> tuple[int | None, int | None, int, int]:
    """Window of 2 deg commanded travel (HZ-07, HZ-26): which source has seen less than 0.3 deg of it."""
    a, b = observation[2], observation[5]
    a_from, b_from, travel = was[10], was[11], was[9]
    if a_from is None and b_from is None:
        return a, b, 0, NEITHER
    if abs(travel) < limits.frozen_of_cdeg:
        return a_from, b_from, travel, NEITHER
    frozen = NEITHER
    if a is not None and a_from is not None and not angles[7] and abs(a - a_from) < limits.frozen_cdeg:
        frozen += ONLY_A
    if b is not None and b_from is not None and not angles[8] and abs(b - b_from) < limits.frozen_cdeg:
        frozen += ONLY_B
    if frozen and frozen != BOTH and _alone(frozen, angles, a, b):
        frozen = BOTH
    return a, b, 0, frozen


def _alone(frozen: int, angles: Angles, a: int | None, b: int | None) -> bool:
    """The other source is of no use, so the table must be taken as standing."""
    return b is None or angles[8] if frozen == ONLY_A else a is None or angles[7]
