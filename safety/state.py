"""Everything `step` remembers: ages that saturate, no absolute time, no sequence numbers."""

from __future__ import annotations

from typing import NamedTuple

from safety.angles import UNSEEN, Angles
from safety.beats import NO_BEATS_TRIED
from safety.brake import NOT_TRIED
from safety.buttons import UNTOUCHED, Buttons
from safety.causes import BY_NAME
from safety.check_in import OFF, CheckIn
from safety.decision import INHIBITED
from safety.home_state import NOT_HOMING, Home
from safety.limits import Limits, bounded
from safety.motion import AT_REST, Motion
from safety.observation import Terms, Wake
from safety.proof import UNPROVED, Proof
from safety.session import FOREVER_MS, NONE, Session
from safety.stream import SILENT, Stream
from safety.trial import NOT_TRYING, Trial


class State(NamedTuple):
    """The core's memory between two ticks."""

    mode: int
    terms: Terms | None
    tested: bool
    first_cause: int
    latched_cause: int
    angles: Angles
    buttons: Buttons
    motion: Motion
    session: Session
    check: CheckIn
    stream: Stream
    home: Home
    trial: Trial
    over_speed_ms: int
    waking: bool  # nobody knows yet where the table is
    wake_ms: int
    resumes: bool  # an open session may be brought home by itself
    proof: Proof


def boot(limits: Limits, wake: Wake) -> State:
    """The first state of a guard, from what lies on its disk."""
    terms = None if wake.open_terms is None else bounded(wake.open_terms, limits)
    return State(
        INHIBITED,
        terms,
        bool(wake.direction_tested),
        0 if terms is None else BY_NAME["guard_lost"].number,  # at park, too: a session was open
        wake.latched_cause,
        UNSEEN,
        UNTOUCHED,
        AT_REST,
        NONE._replace(used_ms=min(max(wake.used_ms, 0), FOREVER_MS)),
        OFF,
        SILENT,
        NOT_HOMING,
        NOT_TRYING,
        0,
        True,
        0,
        terms is not None and bool(wake.same_table) and bool(wake.direction_tested),
        UNPROVED,
    )


def woken(state: State) -> State:
    """The same guard after a gap: what it knew about motion and buttons is old, what it owes is not."""
    buttons = UNTOUCHED._replace(stop_ms=state.buttons.stop_ms, stops_ms=state.buttons.stops_ms)
    home, trial = state.home, state.trial._replace(brake=NOT_TRIED, beats=NO_BEATS_TRIED)
    return state._replace(
        motion=AT_REST,
        buttons=buttons,
        stream=SILENT,
        over_speed_ms=0,
        home=home._replace(watch_ms=0),
        trial=trial,
    )
