"""What a return remembers, and what it asks for in one tick."""

from __future__ import annotations

from typing import Final, NamedTuple

from safety.angles import ONLY_B, fresh
from safety.buttons import Buttons, used_up_ms
from safety.decision import HOLD, NO_STAGE, RETURNING, STOP, STOPPING
from safety.facts import Facts
from safety.limits import Limits
from safety.motion import stuck
from safety.observation import Observation
from safety.profile import Ramp


class Home(NamedTuple):
    """The state of a return; `NOT_HOMING` outside of one."""

    stage: int
    bits: (
        int  # reactions asked for, safety.rules; never taken back except FREEZE, ESTOP, CUT_OFF at their end
    )
    age_ms: int  # in this stage
    left_ms: int  # of a warning, a freeze, a rest after a stall
    ramp: Ramp
    acknowledged: bool
    pressed: bool  # a local button was pressed after arrival at rest
    let_go: bool  # the pendant was seen released during this freeze
    stalls: int
    cuts: int  # attempts after a CUT that are used up
    still_ms: int  # standing after a CUT
    hand: bool  # hold-to-run may move (its button was seen released since the last CUT or STOP)
    watch_ms: int  # progress window
    plan_from: int  # cdeg
    seen_from: int  # cdeg
    stalled: bool  # found in the tick before
    pinch: int = 0  # what follows the stop
    pinches: int = 0  # on the way up
    began_cdeg: int | None = None  # where this return began
    goal_cdeg: int = 0  # of backing off and giving back
    strain_ms: int = 0  # more effort than the attempt after a pinch may use
    hand_cdeg: int | None = None  # the furthest towards park that hold-to-run has come
    was_armed: bool = False  # the drive, in this attempt to creep out


NO_PINCH: Final = 0
PINCH_DOWN: Final = 1
PINCH_UP: Final = 2

NOT_HOMING: Final = Home(
    NO_STAGE, 0, 0, 0, Ramp(0, 0, 0), False, False, False, 0, 0, 0, False, 0, 0, 0, False
)


class Act(NamedTuple):
    """One tick's doing."""

    command: int = STOP
    angle_cdeg: int = 0
    rate_cdps: int = 0
    sounder: bool = False
    mode: int = RETURNING
    stage: int = STOPPING
    done: bool = False
    resumed: bool = False
    offset_cdeg: int = 0  # of the angle: the drive's own scale


STOP_ACT: Final = Act()
HOLD_ACT: Final = Act(HOLD)


def entered(home: Home, stage: int, left_ms: int = 0) -> Home:
    """The same return in another stage; whatever was planned before, the table is measured anew."""
    return home._replace(
        stage=stage, age_ms=0, left_ms=left_ms, ramp=standing(home), pressed=False, let_go=False, watch_ms=0,
        stalled=False, was_armed=False,
    )  # fmt: skip


def drive_offset(cdeg: int, facts: Facts, observation: Observation, limits: Limits) -> int:
    """The drive follows its own scale: where only B is trusted, what A says more than B.

    An A that stands still while the table is led says nothing about the scale that the drive follows inside.
    """
    a = observation.a_cdeg
    if a is None or facts.angles.source != ONLY_B or stuck(facts.motion, limits):
        return 0
    return a - cdeg if fresh(a, observation.a_cdps, observation.a_age_ms, limits) else 0


def standing(home: Home) -> Ramp:
    """The generator without its motion, so that the next one is anchored on the measured angle."""
    return Ramp(home.ramp.pos, 0, home.ramp.offset_cdeg)


def is_stopped(buttons: Buttons, limits: Limits) -> bool:
    """STOP is held (HZ-44), and counts: what hangs or chatters must keep nobody from coming home."""
    return buttons.now.stop is True and buttons.stops_ms < used_up_ms(limits)


def stands(buttons: Buttons, limits: Limits) -> bool:
    """A return that stands does not begin to move: STOP is held, for less than it may freeze a return."""
    return is_stopped(buttons, limits) and buttons.stop_ms <= limits.freeze_in_return_ms


def by_hand(was: bool, buttons: Buttons, limits: Limits) -> bool:
    """Whether hold-to-run may move: no STOP is held, and RETURN is pressed anew since the last CUT or STOP.

    A STOP that has used up what it may freeze in a whole bout counts no more, for who presses RETURN anew.
    """
    return not is_stopped(buttons, limits) and (was or not buttons.home or buttons.home_press)
