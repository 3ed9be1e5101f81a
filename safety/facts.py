"""What every rule may read besides the observation: this tick's derived facts, built once."""

from __future__ import annotations

from typing import Final, NamedTuple

from safety.angles import Angles
from safety.buttons import Buttons
from safety.check_in import CheckIn
from safety.limits import Limits
from safety.motion import Motion
from safety.observation import Terms
from safety.proof import Proof
from safety.session import Session
from safety.trial import Trial

# When a rule is asked, a mask.
ALWAYS: Final = 1
ACTING: Final = 2  # ACTIVE
TRYING: Final = 4  # TEST
HOMING: Final = 8  # a return, frozen or waiting
AWAY: Final = 16  # ACTIVE or homing, and not at park: somebody may hang there
LIVE: Final = ACTING | TRYING
RIDE: Final = ACTING | HOMING


class Facts(NamedTuple):
    """One tick, digested."""

    scope: int
    mode: int
    stage: int
    at_park: bool
    cdeg: int | None
    cdps: int | None
    speed_cdps: int  # the fastest planned speed of what is being done
    cap_cdeg: int
    terms: Terms | None
    angles: Angles
    buttons: Buttons
    motion: Motion
    session: Session
    check: CheckIn
    over_speed_ms: int
    gap_ms: int  # in motion without a proposal
    refused_ms: int  # proposals refused, less a part of those permitted
    idle_ms: int  # nothing permitted
    stalled: bool  # the return has just been found without progress
    woken: bool  # this tick came after a gap
    proof: Proof
    trial: Trial


def near_park(facts: Facts, limits: Limits) -> bool:
    """Known to be within a degree above park, or below it: there is nothing left to be led."""
    return facts.cdeg is not None and facts.cdeg - limits.park_cdeg <= limits.there_cdeg
