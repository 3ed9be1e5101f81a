"""The guard's own small mode table: rows of (from, event, condition, to). The first row that holds is taken.

Rows of the first table are looked at before the gate or the return acts in a tick, those of the second after.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from safety.angles import BOTH
from safety.brake import empty
from safety.causes import BY_NAME
from safety.decision import ACTIVE, INHIBITED, LATCHED, READY, RETURNING, TEST, WAITING
from safety.facts import Facts, near_park
from safety.home_state import Act
from safety.limits import Limits
from safety.observation import DRIVE_ARMED, ORDER_END, ORDER_RETURN, ORDER_STOP, ORDER_TEST, Observation
from safety.rules_people import controller_lost, station_lost
from safety.state import State

HEAT_PERMILLE: Final = Limits().heat_permille
HOT: Final = "the drive is too hot, or does not say how hot; let it cool, check its sensor and wire"


class Turn(NamedTuple):
    """All a condition may look at."""

    state: State
    facts: Facts
    observation: Observation
    limits: Limits
    reaction: int
    latched: int  # cause of the latch, this tick's included
    present: int
    act: Act | None  # second table only
    moved_down: bool  # second table only: a head-down proposal was permitted


def _tripped(turn: Turn) -> bool:
    return turn.reaction != 0


def _woke_away(turn: Turn) -> bool:
    """The first known place of a restarted guard with an open session is not park."""
    state = turn.state
    placed = turn.facts.cdeg is not None or state.wake_ms >= turn.limits.wake_ms
    return state.waking and state.resumes and placed and not_home(turn.facts, turn.limits)


def _latched(turn: Turn) -> bool:
    """A latch alone leaves nobody hanging: a restarted guard first brings the open session home."""
    state = turn.state
    still_to_come = state.waking and state.resumes and not_home(turn.facts, turn.limits)
    return turn.latched != 0 and not still_to_come


def _asks_test(turn: Turn) -> bool:
    asked = bool(turn.observation.orders & ORDER_TEST)
    # After a STOP in the tests somebody first brings the table to park, by RETURN in the hand, which
    # leads towards park only: from below it the tests themselves are the way.
    left = turn.state.first_cause == STOPPED and _above_park(turn)
    return asked and empty(turn.facts.buttons.now) and _healthy(turn) and not turn.latched and not left


def stopped(turn: Turn) -> bool:
    """STOP, at the table or over a network, ends the tests of the day where the table is."""
    buttons = turn.facts.buttons
    local = buttons.fresh and buttons.now.stop is not False
    return local or bool(turn.observation.orders & ORDER_STOP)


def _healthy(turn: Turn) -> bool:
    return not why_not(turn.facts.angles.source, turn.facts, turn.observation)


def _asks_begin(turn: Turn) -> bool:
    return (
        turn.observation.begin is not None and turn.state.tested and not turn.latched and _healthy(turn)
        and not dropped(turn)
    )  # fmt: skip


def why_dropped(turn: Turn) -> str | None:
    """READY at park: whatever ends a session just drops it. The cause, "" = its own end, None = goes on."""
    facts, observation, limits = turn.facts, turn.observation, turn.limits
    for ends, cause in (
        (controller_lost(facts, observation, limits), "controller_lost"),
        (station_lost(facts, observation, limits), "station_lost"),
        (facts.buttons.now.stop is True or observation.orders & ORDER_STOP, "stop_pressed"),
        (facts.buttons.home or observation.orders & ORDER_RETURN, "return_asked"),
        (observation.orders & ORDER_END, ""),
    ):
        if ends:
            return cause
    return None


def dropped(turn: Turn) -> bool:
    """A session that has not moved yet ends where it began."""
    return why_dropped(turn) is not None


def not_home(facts: Facts, limits: Limits) -> bool:
    """Whether a session found open has still a way to go: at park, but beside it, nobody else would lead."""
    beside = facts.cdeg is not None and not near_park(facts, limits)
    return not facts.at_park or beside


def _ended(turn: Turn) -> bool:
    return bool(turn.observation.orders & ORDER_END) and turn.facts.at_park


def _off_park(turn: Turn) -> bool:
    cdeg = turn.facts.cdeg
    return cdeg is None or abs(cdeg - turn.limits.park_cdeg) > turn.limits.there_cdeg


def _above_park(turn: Turn) -> bool:
    return not near_park(turn.facts, turn.limits)


def _ended_off_park(turn: Turn) -> bool:
    return _ended(turn) and _off_park(turn)


def _test_over(turn: Turn) -> bool:
    trial, limits = turn.state.trial, turn.limits
    standing = turn.facts.motion.heading == 0
    return (
        _ended(turn) or trial.age_ms >= limits.test_ms or (trial.passed and standing and not _off_park(turn))
    )


def _test_over_off_park(turn: Turn) -> bool:
    return _test_over(turn) and _off_park(turn)


def _reset(turn: Turn) -> bool:
    """RETURN held 3 s at park, on its release: the cause is gone, both sources agree, nothing is proposed."""
    facts, angles = turn.facts, turn.facts.angles
    held = facts.buttons.home_release and facts.buttons.home_ms >= turn.limits.reset_ms
    calm = turn.observation.proposal is None and turn.observation.begin is None
    agree = angles.source == BOTH and angles.disagree_ms == 0
    return (
        held
        and calm
        and agree
        and facts.at_park
        and not turn.present & 1 << turn.latched
        and turn.latched not in SERVICE_CAUSES
    )


STOPPED: Final = BY_NAME["stop_pressed"].number
# Not reset by a button (design 5: `keel latch`, local only): a drive that is not to be trusted, and what a
# test of the day has found, which a test that passes later by luck does not mend.
_SERVICE: Final = ("wrong_direction", "runaway", "brake_slips", "torque_stays", "watchdog_dead")
SERVICE_CAUSES: Final = tuple(BY_NAME[name].number for name in _SERVICE)


def heavier(before: int, latch: int) -> int:
    """What stays latched: the first, but what needs a service person hides behind nothing else."""
    if latch in SERVICE_CAUSES and before not in SERVICE_CAUSES:
        return latch
    return before or latch


def _done_latched(turn: Turn) -> bool:
    return _done(turn) and turn.latched != 0


def _done(turn: Turn) -> bool:
    return turn.act is not None and turn.act.done


def _resumed(turn: Turn) -> bool:
    return turn.act is not None and turn.act.resumed


def _departs(turn: Turn) -> bool:
    return turn.moved_down


def _waits(turn: Turn) -> bool:
    return turn.act is not None and turn.act.mode == WAITING


def _goes_on(turn: Turn) -> bool:
    return turn.act is not None and turn.act.mode == RETURNING


class Row(NamedTuple):
    """One transition."""

    sources: tuple[int, ...]
    event: str
    holds: Callable[[Turn], bool]
    to: int


BEFORE: Final = (
    Row((TEST,), "tests stopped", stopped, INHIBITED),
    Row((INHIBITED, TEST, READY, ACTIVE), "a rule trips", _tripped, RETURNING),
    Row((INHIBITED,), "woke up away from park", _woke_away, RETURNING),
    Row((INHIBITED,), "latched", _latched, LATCHED),
    Row((INHIBITED,), "tests asked for", _asks_test, TEST),
    Row((INHIBITED,), "session begins", _asks_begin, READY),
    Row((TEST,), "test over, not at park", _test_over_off_park, RETURNING),
    Row((TEST,), "test over", _test_over, INHIBITED),
    Row((READY,), "dropped at park", dropped, INHIBITED),
    Row((ACTIVE,), "session ends beside park", _ended_off_park, RETURNING),
    Row((ACTIVE,), "session ends", _ended, INHIBITED),
    Row((LATCHED,), "latch reset", _reset, INHIBITED),
)
AFTER: Final = (
    Row((READY,), "first permitted motion", _departs, ACTIVE),
    Row((RETURNING, WAITING), "home, latched", _done_latched, LATCHED),
    Row((RETURNING, WAITING), "home", _done, INHIBITED),
    Row((RETURNING, WAITING), "continued after a STOP", _resumed, ACTIVE),
    Row((RETURNING,), "waits for a person", _waits, WAITING),
    Row((WAITING,), "goes on", _goes_on, RETURNING),
)


def next_mode(rows: tuple[Row, ...], mode: int, turn: Turn) -> int:
    """The mode after this turn."""
    for row in rows:
        if mode in row.sources and row.holds(turn):
            return row.to
    return mode


def is_hot(observation: Observation) -> bool:
    """HZ-50: nothing starts on a drive that would have to end it."""
    return (observation.heat_permille or 0) >= HEAT_PERMILLE


def why_not(source: int, facts: Facts, observation: Observation) -> str | None:
    """Why nothing may start at this moment, in words for a person."""
    now = facts.buttons.now
    for bad, text in (
        (not facts.at_park, "the table is not at park; bring it there with RETURN"),
        (source != BOTH, "the two angle sources are not both there; check both sensors"),
        (observation.drive_state != DRIVE_ARMED, "the drive is not armed; wait, or see its page"),
        (not facts.buttons.fresh, "buttons and contacts are silent; check their wire"),
        (now.estop_ok is not True, "the e-stop chain is open; release it"),
        (now.stop is not False, "STOP is pressed or unknown; release it"),
        (now.supply_ok is not True, "the supply is not good; charge or check it"),
        (now.at_park is False, "the park switch does not say park; check it"),
        (now.over_angle is True, "the over-angle switch has tripped; have the table inspected"),
        (now.panic is True, "the pendant is squeezed through; hold it lightly"),
        (is_hot(observation), HOT),
    ):
        if bad:
            return text
    return None
