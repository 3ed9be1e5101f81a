"""What becomes of this tick's proposal, or of its absence."""

from __future__ import annotations

from typing import NamedTuple

from safety.decision import CHECK_ASKED, HOLD, MOVE, READY
from safety.facts import Facts
from safety.gate import Ask, goes_down, refusal
from safety.limits import Limits
from safety.observation import Observation
from safety.stream import Stream, aged, held, missing, refused, taken
from safety.verdict import Verdict


class Passage(NamedTuple):
    """The gate's outcome in one tick."""

    stream: Stream
    command: int
    angle_cdeg: int
    rate_cdps: int
    refusal: int
    planned_down: bool
    moved_down: bool


def gated(
    was: Stream, facts: Facts, observation: Observation, limits: Limits, verdict: Verdict, tested: bool,
    latched: int, dt_ms: int,
) -> Passage:  # fmt: skip
    """Permit, refuse, or go on with what is still leased."""
    stream, proposal = aged(was, dt_ms), observation.proposal
    if proposal is None:
        leased = stream.live and (stream.rate_cdps <= 0 or verdict.direction == 2)
        command = MOVE if leased and verdict.direction else HOLD
        if not leased:
            stream = stream._replace(live=False)
        return Passage(missing(stream, dt_ms), command, stream.angle_cdeg, stream.rate_cdps, 0, False, False)
    down = goes_down(proposal, stream, facts.cdeg)
    if (
        down
        and proposal.rate_cdps
        and facts.check.phase == CHECK_ASKED
        and not (_held(facts) and stream.live)
    ):
        # The answer to a check-in came before the table stood: the pendant's release stops it, nobody erred.
        return Passage(held(stream), HOLD, 0, 0, 0, False, False)
    number = refusal(Ask(proposal, stream, down, facts, observation, limits, verdict, tested, latched))
    if number:
        # Who waits at park for a permission may be refused for long: that takes nothing from the ride.
        counts_ms = 0 if facts.mode == READY else dt_ms
        return Passage(refused(stream, counts_ms), HOLD, 0, 0, number, down, False)
    moved_down = down and proposal.rate_cdps > 0
    stream = taken(stream, proposal, dt_ms * limits.refused_less_permille // 1000)
    return Passage(stream, MOVE, proposal.angle_cdeg, proposal.rate_cdps, 0, down, moved_down)


def _held(facts: Facts) -> bool:
    return facts.buttons.now.pendant is True
