"""Every return to park, carried out by the guard alone (design 5 and 6).

Protective stop first, then by stages: to rest, pause, to -15, pause, to park. The stage follows from the
angle and from the pauses still owed, so a second cause, a freeze or a restart joins wherever the table is.
"""

from __future__ import annotations

from typing import Final

from safety import home_stages as stages
from safety.decision import (
    AT_REST_WAITING,
    BACKING_OFF,
    CREEPING_OUT,
    FROZEN,
    GIVING_BACK,
    LEAVE,
    NO_STAGE,
    PAUSE_MID,
    PAUSE_REST,
    PINCHED,
    STOPPING,
    TO_MID,
    TO_PARK,
    TO_REST,
    WAITING,
    WARNING,
)
from safety.facts import Facts
from safety.home_pinch import backing_off, giving_back, pinched, waiting
from safety.home_state import NOT_HOMING, Act, Home, by_hand, entered
from safety.home_trouble import cut_off, estop
from safety.limits import Limits
from safety.observation import AGE_MAX_MS, DRIVE_OWN_RETURN, ORDER_CONTINUE, ORDER_RETURN, Observation
from safety.rules import BACK, CREEP, CUT_OFF, ESTOP, FREEZE, GIVE, HALT, STAGED

_FREEZABLE: Final = (STOPPING, WARNING, TO_REST, TO_MID, TO_PARK, CREEPING_OUT, BACKING_OFF)


def begun(reaction: int, warn: bool, facts: Facts, limits: Limits, hand: bool = True) -> Home:
    """A return begins in this tick. A lone STOP freezes first and may yet be continued."""
    home = NOT_HOMING._replace(bits=reaction, stage=STOPPING, hand=hand, began_cdeg=facts.cdeg)
    if reaction & (BACK | GIVE):
        return pinched(home, reaction, limits)
    if reaction == FREEZE:
        left_ms = min(limits.freeze_ms, _budget_ms(facts, limits))
        return entered(home, FROZEN, left_ms) if left_ms > 0 else home
    return entered(home, WARNING, limits.warning_ms) if warn else home


def _budget_ms(facts: Facts, limits: Limits) -> int:
    """What STOP may still freeze in this bout; what a single tick could use up would never be counted."""
    left_ms = limits.freeze_bout_ms - facts.session.freeze_ms
    return left_ms if left_ms > limits.late_ms else 0


def joined(was: Home, reaction: int, facts: Facts, limits: Limits) -> Home:
    """New causes during a return: reactions only add up."""
    bits = was.bits | (reaction & ~(FREEZE | BACK | GIVE))
    home = was._replace(bits=bits)
    moves = was.ramp.rate_cdps != 0
    is_led = moves and not bits & (CUT_OFF | ESTOP)
    # A fault that stays while the table is cut and stands does not begin the wait anew.
    if reaction & CUT_OFF and (moves or not was.bits & CUT_OFF):
        home = home._replace(still_ms=0, hand=False)
    if reaction & ESTOP and not was.bits & ESTOP:
        home = home._replace(age_ms=0)
    if reaction & HALT and is_led:
        # Faster than it should be: it must show that it can stop before it is led on, by whomever.
        home = entered(home._replace(hand=False), STOPPING)
    elif reaction & HALT and moves:
        # By hand after a cut or under an e-stop: it is let go at once, to be pressed anew.
        home = home._replace(still_ms=0, hand=False)
    elif (
        reaction & CREEP & ~was.bits
        and is_led
        and was.stage in (TO_REST, TO_MID, TO_PARK)
        and facts.motion.back_cdeg < limits.frozen_cdeg
    ):
        # Less can be trusted from here on: stand, then begin anew from what is left. Who already goes against
        # the command is not let off by a stop: the rule about direction is about to speak.
        home = entered(home, STOPPING)
    if reaction & (BACK | GIVE):
        home = pinched(home, reaction, limits)
    budget_ms = _budget_ms(facts, limits)
    # Without torque, or on the way there, STOP has nothing to freeze, and must not bring it back.
    if reaction & FREEZE and was.stage in _FREEZABLE and budget_ms > 0 and not bits & (CUT_OFF | ESTOP):
        home = entered(home, FROZEN, min(limits.freeze_in_return_ms, budget_ms))
    if was.stage == FROZEN and bits != FREEZE:
        home = home._replace(left_ms=min(home.left_ms, limits.freeze_in_return_ms))
    return home


def advance(
    was: Home, facts: Facts, observation: Observation, limits: Limits, dt_ms: int
) -> tuple[Home, Act]:
    """One tick of a return."""
    buttons = facts.buttons
    if was.bits & CUT_OFF and was.still_ms == 0:
        buttons = buttons._replace(home_press=False)  # in the very tick of a cut it is not pressed anew
    hand = by_hand(was.hand, buttons, limits)
    home = was._replace(age_ms=min(was.age_ms + dt_ms, AGE_MAX_MS), hand=hand)
    if home.bits & ESTOP:
        return estop(home, facts, observation, limits, dt_ms)
    if home.bits & CUT_OFF:
        return cut_off(home, facts, observation, limits, dt_ms)
    if home.stage == FROZEN:
        return _frozen(home, facts, observation, limits, dt_ms)
    if observation.drive_state == DRIVE_OWN_RETURN and not facts.at_park:
        # A drive counts its stages from 1 = to rest; ours begin with the protective stop.
        stage = min(max(observation.drive_stage + TO_REST - 1, TO_REST), TO_PARK)
        return entered(home, STOPPING), Act(LEAVE, stage=stage)
    return _STAGES[home.stage](home, facts, observation, limits, dt_ms)


def _frozen(
    home: Home, facts: Facts, observation: Observation, limits: Limits, dt_ms: int
) -> tuple[Home, Act]:
    buttons = facts.buttons
    left_ms = max(home.left_ms - dt_ms, 0)
    let_go = home.let_go or buttons.now.pendant is False
    may_go_on = home.bits == FREEZE and let_go and buttons.now.pendant is True and buttons.now.stop is False
    if may_go_on and observation.orders & ORDER_CONTINUE:
        return NOT_HOMING, Act(resumed=True, stage=NO_STAGE)
    if left_ms == 0 or buttons.home_press or observation.orders & ORDER_RETURN:
        return entered(home._replace(bits=home.bits | STAGED), STOPPING), Act()
    return home._replace(left_ms=left_ms, let_go=let_go), Act(mode=WAITING, stage=FROZEN)


_STAGES: Final = {
    NO_STAGE: stages.stopping,
    STOPPING: stages.stopping,
    WARNING: stages.warning,
    TO_REST: stages.moving,
    TO_MID: stages.moving,
    TO_PARK: stages.moving,
    PAUSE_REST: stages.pausing,
    PAUSE_MID: stages.pausing,
    AT_REST_WAITING: stages.waiting,
    CREEPING_OUT: stages.stopping,
    BACKING_OFF: backing_off,
    GIVING_BACK: giving_back,
    PINCHED: waiting,
}
