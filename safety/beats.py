"""The watchdog's test of the day: at park, nobody on the table, the guard falls silent.

The drive must say afterwards, by its own word, that its watchdog has acted (HZ-15, HZ-37). How long to be
silent comes from what the drive declares; one that could not tell what it did is not tried, and that is said.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from safety.brake import empty
from safety.limits import Limits
from safety.observation import AGE_MAX_MS, DRIVE_ARMED, DRIVE_OFFLINE, Inputs, Observation

# Phases.
UNTRIED: Final = 0
DUE: Final = 1  # the way back is made
WITHHELD: Final = 2  # nothing is sent to the drive
LOOKING: Final = 3  # it is fed again, and neither led nor armed
COMING_BACK: Final = 4  # it is armed anew
PROVED: Final = 5
QUIET: Final = (WITHHELD, LOOKING, COMING_BACK)


class Beats(NamedTuple):
    """How far the test has come."""

    phase: int
    phase_ms: int
    seen: bool  # the drive said that its watchdog has acted
    dead: bool  # it said that it has not
    heard: bool = False  # since the silence all was heard again, or was due to be


NO_BEATS_TRIED: Final = Beats(UNTRIED, 0, False, False)


def listened(
    was: Beats,
    stands: bool,
    known: bool,
    away: bool,
    gone: bool,
    now: Inputs,
    observation: Observation,
    limits: Limits,
    dt_ms: int,
) -> Beats:
    """One tick; `stands`: at park, still; `known`: by both angles; `away`, `gone`: not park by one, both."""
    armed, said = observation.drive_state == DRIVE_ARMED, observation.timed_out
    if was.phase == DUE:
        begins = stands and known and armed and empty(now) and said is False
        return Beats(WITHHELD, 0, False, False) if begins else was
    if not is_quiet(was):
        return was
    looks, fresh = was.phase == LOOKING, observation.inputs_age_ms <= limits.stale_ms
    phase_ms = min(was.phase_ms + dt_ms, AGE_MAX_MS)
    heard = was.heard or (was.phase != WITHHELD and _is_heard(observation, limits))
    if was.phase == COMING_BACK:
        seen, back = was.seen and not away, armed and known and fresh
        if back or gone or phase_ms >= limits.arming_ms:  # not armed by then: due, and judged as ever
            proved = seen and back and not gone
            return Beats(PROVED if proved else DUE, 0, proved, False)
        return Beats(COMING_BACK, phase_ms, seen, False, heard)
    # A drive that is not heard in time, or had to be greeted anew, says nothing about the silence: once more.
    unheard = looks and phase_ms > limits.beats_heard_ms and observation.drive_age_ms > limits.stale_ms
    late = phase_ms >= limits.beats_look_ms
    unsaid = unheard or (looks and (observation.drive_state == DRIVE_OFFLINE or (late and said is None)))
    ends = (fresh and not empty(now)) or unsaid or away  # whoever comes to the table ends it
    if ends or (looks and said is True):
        return Beats(COMING_BACK, 0, not ends, False, heard or unheard)
    if looks:
        return Beats(LOOKING, phase_ms, False, late, heard)
    over = phase_ms >= min(observation.silence_ms or 0, limits.silence_max_ms)
    return Beats(LOOKING, 0, False, False) if over else was._replace(phase_ms=phase_ms)


def _is_heard(observation: Observation, limits: Limits) -> bool:
    """All that may share the drive's wire."""
    angles_ms = max(observation.a_age_ms, observation.b_age_ms)
    return max(angles_ms, observation.drive_age_ms, observation.inputs_age_ms) <= limits.stale_ms


def is_quiet(beats: Beats) -> bool:
    """Whether the guard tries the watchdog: nothing is led, and what it did to the drive is no fault."""
    return beats.phase in QUIET and not beats.dead


def is_deaf(beats: Beats, limits: Limits) -> bool:
    """Whether no answer is missed: in the silence, and until all is heard again, which is soon."""
    if beats.phase == WITHHELD:
        return True
    return is_quiet(beats) and not beats.heard and beats.phase_ms <= limits.beats_heard_ms
