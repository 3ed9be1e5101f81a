"""The first half of a tick: from the state and the observation to the facts that rules read."""

from __future__ import annotations

from typing import Final

from safety import facts as scopes
from safety.angles import BOTH, ONLY_A, ONLY_B, Angles, distrust, forgive, fresh, see
from safety.buttons import Buttons, watch
from safety.check_in import ask
from safety.decision import (
    ACTIVE,
    CHECK_ASKED,
    FROZEN,
    INHIBITED,
    LATCHED,
    MOVE,
    READY,
    RETURNING,
    TEST,
    TO_MID,
    TO_PARK,
    TO_REST,
    WAITING,
)
from safety.facts import Facts
from safety.limits import CHECK_IN_MAX_MS, Limits
from safety.motion import seen
from safety.observation import AGE_MAX_MS, Observation
from safety.proof import Proof, prove
from safety.rules import CREEP, EMERGENCY
from safety.session import count
from safety.state import State
from safety.trial import NOT_TRYING, tried

_SCOPES: Final = {
    INHIBITED: scopes.ALWAYS,
    TEST: scopes.ALWAYS | scopes.TRYING,
    READY: scopes.ALWAYS,
    ACTIVE: scopes.ALWAYS | scopes.ACTING,
    RETURNING: scopes.ALWAYS | scopes.HOMING,
    WAITING: scopes.ALWAYS | scopes.HOMING,
    LATCHED: scopes.ALWAYS,
}


def look(state: State, observation: Observation, limits: Limits, dt_ms: int, woken: bool) -> Facts:
    """All facts of this tick."""
    mode, home, terms = state.mode, state.home, state.terms
    hurried = home.bits & EMERGENCY and home.ramp.rate_cdps
    lively = state.motion.lively_ms < limits.lively_ms or bool(hurried)
    angles = see(state.angles, observation, limits, lively, dt_ms)
    buttons = watch(state.buttons, observation, limits, dt_ms)
    motion = seen(state.motion, angles, observation, limits, dt_ms)
    if motion.frozen in (ONLY_A, ONLY_B):
        angles = distrust(angles, motion.frozen, observation)
    at_park = _at_park(angles, buttons, limits)
    if at_park and (angles.a_bad or angles.b_bad or angles.doubt) and mode in (INHIBITED, LATCHED):
        angles = _forgiven(angles, observation, limits)
    cdeg = angles.cdeg
    told_to_move = state.motion.command == MOVE and state.motion.rate_cdps != 0
    asked = state.check.phase >= CHECK_ASKED
    stands = limits.park_cdeg if cdeg is None and at_park else cdeg  # by the park switch
    blind = stands is None and terms is not None
    session = count(state.session, mode, home.stage, stands, blind, told_to_move, asked, limits, dt_ms)
    place = angles.last_cdeg if cdeg is None else cdeg
    inverted = place is not None and place > limits.inverted_cdeg and (mode == ACTIVE or home.stage == FROZEN)
    every_ms = CHECK_IN_MAX_MS if terms is None else terms.check_in_every_ms
    speed = _speed(state, limits)
    over_ms = min(state.over_speed_ms + dt_ms, AGE_MAX_MS) if _fast(angles, observation, speed) else 0
    proof = _proof(state, session.in_bout, angles, motion.heading, observation, limits)
    check = ask(state.check, inverted, buttons, every_ms, limits, dt_ms)
    trial = NOT_TRYING
    if mode == TEST:
        trial = tried(state.trial, motion, angles, buttons.now, observation, limits, dt_ms)
    asks = _SCOPES[mode]
    scope = asks | (scopes.AWAY if not at_park and asks & scopes.RIDE else 0)
    cap, stream = limits.cap_cdeg if terms is None else terms.cap_cdeg, state.stream
    return Facts(
        scope, mode, home.stage, at_park, cdeg, angles.cdps, speed, cap, terms, angles, buttons, motion,
        session, check, over_ms, stream.missing_ms, stream.refused_ms, stream.idle_ms, home.stalled, woken,
        proof, trial,
    )  # fmt: skip


def _proof(
    state: State, in_bout: bool, angles: Angles, heading: int, observation: Observation, limits: Limits
) -> Proof:
    seen = (angles.a_cdeg, angles.b_cdeg) if angles.source == BOTH else (None, None)
    return prove(state.proof, in_bout, heading, *seen, observation.effort_permille, limits)


def _at_park(angles: Angles, buttons: Buttons, limits: Limits) -> bool:
    if angles.cdeg is None:
        return buttons.now.at_park is True
    return abs(angles.cdeg - limits.park_cdeg) <= limits.at_park_cdeg


def _forgiven(angles: Angles, observation: Observation, limits: Limits) -> Angles:
    """At park, out of a session: two sources that agree count again."""
    a, b = observation.a_cdeg, observation.b_cdeg
    if a is None or b is None or abs(a - b) >= limits.disagree_cdeg:
        return angles
    both = fresh(a, observation.a_cdps, observation.a_age_ms, limits) and fresh(
        b, observation.b_cdps, observation.b_age_ms, limits
    )
    return forgive(angles) if both else angles


def _speed(state: State, limits: Limits) -> int:
    """The fastest planned speed of what is being done (invariant I3)."""
    home, mode = state.home, state.mode
    if mode == TEST:
        return limits.return_cdps
    if mode not in (RETURNING, WAITING):
        return limits.hard_down_cdps
    hurry = home.bits & EMERGENCY and not home.bits & CREEP
    # By hand after a cut a loop learns its load anew, and falls a little: first it has the speed of a ride.
    learnt = state.motion.heading < 0 and state.motion.heading_ms >= limits.learns_ms
    led = home.ramp.rate_cdps != 0 and (mode == RETURNING or learnt)
    if home.stage in (TO_REST, TO_MID, TO_PARK) or led:
        planned = limits.emergency_cdps if hurry else limits.return_cdps
        return max(planned, abs(home.ramp.rate_cdps))
    return limits.emergency_cdps if home.bits & EMERGENCY else limits.hard_down_cdps


def _fast(angles: Angles, observation: Observation, speed_cdps: int) -> bool:
    """More than planned + 10 %; the second source may be noisier by half a degree a second."""
    most = speed_cdps * 11
    noise_cdps = 50 if angles.source == ONLY_B else 0
    if angles.cdps is not None and (abs(angles.cdps) - noise_cdps) * 10 > most:
        return True
    b_cdps = observation.b_cdps
    return angles.source == BOTH and b_cdps is not None and (abs(b_cdps) - 50) * 10 > most
