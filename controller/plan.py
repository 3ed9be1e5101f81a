"""A plan: the segments of one session, worked out to the second before anybody gets on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from controller import profile
from controller.facts import TableFacts
from controller.profile import Shape
from controller.programme import Phase, Programme
from controller.tiers import Tier
from safety.limits import Limits

REST_DEG: Final = 0.0
MID_DEG: Final = -15.0  # second stop of every way up
BOUT_DEG: Final = Limits().inverted_cdeg / 100  # a bout begins above this
BOUT_END_DEG: Final = Limits().upright_again_cdeg / 100  # and ends below this
PROOF_DEG: Final = Limits().proof_cdeg / 100
PROOF_BACK_DEG: Final = Limits().proof_back_cdeg / 100
_STEP_S: Final = 0.1  # of the walk along the plan that measures bouts

_STAY_STATE: Final = {
    "prepare": "warming_up",
    "warm-up": "warming_up",
    "hold": "holding",
    "rest": "resting",
    "recover": "recovering",
}


class Segment(NamedTuple):
    """One motion, or one stay (`shape` None)."""

    phase: int
    state: str
    start_deg: float
    end_deg: float
    time_s: float
    shape: Shape | None = None


class Bout(NamedTuple):
    """One stretch head-down."""

    phase: int  # the one it begins in
    time_s: float
    highest_deg: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What is going to happen, and what it needs."""

    programme: Programme
    tier: str
    segments: tuple[Segment, ...]
    bouts: tuple[Bout, ...]
    cap_deg: float
    allowance_ms: int  # head-down time as planned, the way up to rest included; the guard adds room
    time_s: float
    wall_ms: int  # with room for getting ready
    polyline: tuple[tuple[float, float], ...]  # (t_s, angle_deg), for the chart

    @property
    def head_down_s(self) -> float:
        """Time in bouts as planned."""
        return sum(bout.time_s for bout in self.bouts)


READY_S: Final = 600.0  # between the session's begin and the first motion
WALL_MAX_S: Final = 3_600.0


def build(programme: Programme, tier: Tier, facts: TableFacts) -> Plan:
    """The plan of a programme; it may still break limits, see `controller.plan_check`."""
    segments = tuple(_segments(programme, tier, facts))
    bouts = tuple(_bouts(segments))
    time_s = sum(segment.time_s for segment in segments)
    head_down_s = sum(bout.time_s for bout in bouts)
    return Plan(
        programme=programme,
        tier=tier.name,
        segments=segments,
        bouts=bouts,
        cap_deg=max((segment.end_deg for segment in segments), default=facts.park_deg),
        allowance_ms=round(1_000 * head_down_s),
        time_s=time_s,
        wall_ms=round(1_000 * min(time_s + READY_S, WALL_MAX_S)),
        polyline=tuple(_corners(segments, facts.park_deg)),
    )


def with_room_s(head_down_s: float) -> float:
    """Head-down time with room for answers to check-ins: a tenth and half a minute."""
    return 1.1 * head_down_s + 30.0 if head_down_s else 0.0


def _segments(programme: Programme, tier: Tier, facts: TableFacts) -> Iterator[Segment]:
    """With the proof of return: in each bout a short way back before it goes beyond +8 deg."""
    proved = False
    for segment in _as_written(programme, tier, facts):
        if segment.start_deg <= PROOF_DEG < segment.end_deg and not proved and segment.shape is not None:
            yield from _proof(segment, segment.shape)
            proved = True
        else:
            yield segment
        proved = proved and segment.end_deg > BOUT_END_DEG


def _proof(whole: Segment, shape: Shape) -> Iterator[Segment]:
    corners = [whole.start_deg, PROOF_DEG, PROOF_DEG - PROOF_BACK_DEG, whole.end_deg]
    for start_deg, end_deg in itertools.pairwise(corners):
        if start_deg != end_deg:
            time_s = profile.move(start_deg, end_deg, shape).time_s
            yield whole._replace(start_deg=start_deg, end_deg=end_deg, time_s=time_s)


def _as_written(programme: Programme, tier: Tier, facts: TableFacts) -> Iterator[Segment]:
    angle_deg = facts.park_deg
    for number, phase in enumerate(programme.phases):
        for segment in _of_phase(number, phase, angle_deg, tier, facts):
            yield segment
            angle_deg = segment.end_deg


def _of_phase(
    number: int, phase: Phase, angle_deg: float, tier: Tier, facts: TableFacts
) -> Iterator[Segment]:
    if phase.kind == "oscillate":
        yield from _swings(number, phase, angle_deg, min(tier.down_dps, facts.down_dps))
        return
    end_deg = angle_deg
    if phase.kind in ("warm-up", "lower") and phase.angle_deg is not None:
        end_deg = phase.angle_deg
        down_dps = min(tier.down_dps, facts.down_dps)
        rate_dps = phase.rate_dps or (down_dps if end_deg > angle_deg else upright_dps(tier, facts))
        state = "lowering" if phase.kind == "lower" else "warming_up"
        yield _move(number, state, angle_deg, end_deg, rate_dps)
    elif phase.kind == "rest":
        end_deg = REST_DEG
        if angle_deg != REST_DEG:
            yield _move(number, "raising", angle_deg, end_deg, phase.rate_dps or up_dps(tier, facts))
    elif phase.kind == "recover":
        end_deg = MID_DEG
        yield _move(number, "recovering", angle_deg, end_deg, phase.rate_dps or upright_dps(tier, facts))
    if phase.time_s:
        yield Segment(number, _STAY_STATE.get(phase.kind, "lowering"), end_deg, end_deg, phase.time_s)
    if phase.kind == "recover":
        rate_dps = phase.rate_dps or upright_dps(tier, facts)
        yield _move(number, "recovering", end_deg, facts.park_deg, rate_dps)


def _swings(number: int, phase: Phase, angle_deg: float, down_dps: float) -> Iterator[Segment]:
    swing_deg, half_s = 2 * phase.amplitude_deg, phase.period_s / 2
    # What no gentle shape can do stays in the plan at the tier's speed; the check complains about it.
    shape = profile.swing_shape(swing_deg, half_s, down_dps) or Shape(down_dps)
    time_s = profile.move(angle_deg, angle_deg - swing_deg, shape).time_s
    for _ in range(phase.cycles):
        yield Segment(number, "oscillating", angle_deg, angle_deg - swing_deg, time_s, shape)
        yield Segment(number, "oscillating", angle_deg - swing_deg, angle_deg, time_s, shape)


def up_dps(tier: Tier, facts: TableFacts) -> float:
    """Inverted to rest."""
    return min(tier.up_dps, facts.up_dps)


def upright_dps(tier: Tier, facts: TableFacts) -> float:
    """Rest to park."""
    return min(tier.upright_dps, facts.upright_dps)


def _move(number: int, state: str, start_deg: float, end_deg: float, rate_dps: float) -> Segment:
    shape = Shape(rate_dps)
    return Segment(number, state, start_deg, end_deg, profile.move(start_deg, end_deg, shape).time_s, shape)


def _bouts(segments: tuple[Segment, ...]) -> Iterator[Bout]:
    phase, time_s, highest_deg = 0, 0.0, REST_DEG
    for number, step_s, angle_deg in _walk(segments):
        if angle_deg > (BOUT_END_DEG if time_s else BOUT_DEG):
            phase = number if not time_s else phase
            time_s, highest_deg = time_s + step_s, max(highest_deg, angle_deg)
        elif time_s:
            yield Bout(phase, round(time_s, 1), round(highest_deg, 2))
            time_s, highest_deg = 0.0, REST_DEG
    if time_s:
        yield Bout(phase, round(time_s, 1), round(highest_deg, 2))


def _walk(segments: tuple[Segment, ...]) -> Iterator[tuple[int, float, float]]:
    """(phase, length of the step, greatest angle of its ends); a stay is one step."""
    for segment in segments:
        deepest_deg = max(segment.start_deg, segment.end_deg)
        if segment.shape is None or deepest_deg <= BOUT_END_DEG:
            yield segment.phase, segment.time_s, deepest_deg
            continue
        motion = profile.move(segment.start_deg, segment.end_deg, segment.shape)
        steps = max(1, round(motion.time_s / _STEP_S))
        step_s = motion.time_s / steps
        before_deg = segment.start_deg
        for step in range(1, steps + 1):
            angle_deg = motion.at(step * step_s).angle_deg
            yield segment.phase, step_s, max(before_deg, angle_deg)
            before_deg = angle_deg


def _corners(segments: tuple[Segment, ...], park_deg: float) -> Iterator[tuple[float, float]]:
    time_s = 0.0
    yield 0.0, park_deg
    for segment in segments:
        time_s += segment.time_s
        yield round(time_s, 1), round(segment.end_deg, 2)
