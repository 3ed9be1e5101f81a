"""Recorded reports through today's rules: where would this guard decide otherwise than the one that rode?

A report tells what was seen and what was done, not everything that was asked: proposals that were refused,
who ordered what, and a session's terms are put together from their traces. So a difference is a question, not
a verdict; a recording replayed by the rules that made it shows few.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from safety import limits as rules
from safety.causes import BY_NAME, name_of
from safety.decision import (
    ACTIVE,
    COMMANDS,
    INHIBITED,
    LEAVE,
    MODES,
    MOVE,
    READY,
    TEST,
    TRYING_BEATS,
    Decision,
)
from safety.guard.messages import REPORT_LAYOUT
from safety.limits import TICK_MS, Limits
from safety.observation import (
    ORDER_END,
    ORDER_RETURN,
    ORDER_SEAT_LOST,
    ORDER_STOP,
    ORDER_TEST,
    Inputs,
    Observation,
    Proposal,
    Terms,
    Wake,
)
from safety.state import State
from safety.step import boot, step

AT: Final = REPORT_LAYOUT.index
LEASE_MS: Final = 100
HARD: Final = Limits()
_ORDERS: Final = (
    ("return_asked", ORDER_RETURN),
    ("seat_lost", ORDER_SEAT_LOST),
    ("stop_pressed", ORDER_STOP),
)

Report = tuple[Any, ...]


class Difference(NamedTuple):
    """One tick in which the rules of today decide otherwise."""

    tick: int
    now_ms: int
    what: str
    recorded: str
    today: str


def replay(reports: Iterable[Report], park_cdeg: int, cap_cdeg: int) -> Iterator[Difference]:
    """Every difference in mode, command and first cause; after one the rules go on from their own state."""
    limits = Limits(park_cdeg=park_cdeg, cap_cdeg=cap_cdeg)
    state: State | None = None
    before: Report | None = None
    for report in reports:
        if before is None or report[AT["boot_id"]] != before[AT["boot_id"]] or state is None:
            state, before = _woken(report, limits), None
        state, decided = step(state, observed(report, before), limits)
        yield from _differences(report, decided)
        before = report


def _woken(report: Report, limits: Limits) -> State:
    tested = bool(report[AT["tested"]])
    terms = _terms(report) if report[AT["session"]] else None
    return boot(limits, Wake(terms, report[AT["used_ms"]], True, tested, 0))


def observed(report: Report, before: Report | None) -> Observation:
    """What the guard must have seen for this report."""
    dt_ms = TICK_MS if before is None else report[AT["now_ms"]] - before[AT["now_ms"]]
    a_cdeg, b_cdeg = report[AT["a_cdeg"]], report[AT["b_cdeg"]]
    return Observation(
        dt_ms,
        report[AT["late_ms"]],
        a_cdeg,
        report[AT["a_cdps"]],
        report[AT["a_age_ms"]],
        b_cdeg,
        report[AT["b_cdps"]],
        report[AT["b_age_ms"]],
        report[AT["drive_state"]],
        report[AT["drive_stage"]],
        report[AT["drive_fault"]],
        report[AT["a_age_ms"]],
        _inputs(report),
        report[AT["inputs_age_ms"]],
        _proposal(report),
        _begin(report, before),
        _orders(report, before),
        report[AT["controller_age_ms"]],
        report[AT["station_age_ms"]],
        timed_out=_timed_out(report, before),
        silence_ms=None if _passed_untried(report, before) else 0,
    )


def _tries(report: Report) -> bool:
    """The watchdog's test of the day is made in this tick."""
    return bool(report[AT["stage"]] == TRYING_BEATS)


def _timed_out(report: Report, before: Report | None) -> bool:
    """Once the drive has said that its watchdog has acted it is armed again."""
    looked = before is not None and _tries(before) and before[AT["command"]] == LEAVE
    return looked and _tries(report) and report[AT["command"]] != LEAVE


def _passed_untried(report: Report, before: Report | None) -> bool:
    """The tests have passed on the way back: this drive could not say what its watchdog does."""
    fresh = before is not None and not before[AT["tested"]] and not _tries(before)
    return fresh and bool(report[AT["tested"]])


def _inputs(report: Report) -> Inputs:
    true, known = report[AT["inputs"]], report[AT["inputs_known"]]
    values = (bool(true >> bit & 1) if known >> bit & 1 else None for bit in range(len(Inputs._fields)))
    return Inputs(*values)


def _proposal(report: Report) -> Proposal | None:
    if report[AT["command"]] != MOVE or report[AT["mode"]] not in (READY, ACTIVE, TEST):
        return None
    angle_cdeg, rate_cdps = report[AT["setpoint_cdeg"]], report[AT["setpoint_cdps"]]
    seq = report[AT["proposal_seq"]]
    return Proposal(report[AT["session"]], seq, angle_cdeg, rate_cdps, LEASE_MS)


def _begin(report: Report, before: Report | None) -> Terms | None:
    began = before is not None and before[AT["mode"]] == INHIBITED and report[AT["mode"]] == READY
    return _terms(report) if began else None


def _terms(report: Report) -> Terms:
    """A session's terms as far as a report shows them; what it does not show is the widest."""
    full = rules.TIERS[-1]
    return Terms(
        report[AT["session"]],
        report[AT["cap_cdeg"]],
        full.down_cdps,
        full.up_cdps,
        full.upright_cdps,
        report[AT["used_ms"]] + report[AT["dose_left_ms"]],
        full.bout_ms,
        full.bouts,
        full.hold_ms,
        report[AT["check_in_left_ms"]] or full.check_in_ms,
        rules.WALL_MAX_MS,
    )


def _orders(report: Report, before: Report | None) -> int:
    """What must have been ordered: causes that are present, a test that began, a session that ended."""
    causes = report[AT["causes"]]
    orders = sum(order for name, order in _ORDERS if causes >> BY_NAME[name].number & 1)
    was = INHIBITED if before is None else before[AT["mode"]]
    mode = report[AT["mode"]]
    if mode == TEST and was == INHIBITED:
        orders |= ORDER_TEST
    if mode == INHIBITED and was in (ACTIVE, READY, TEST):
        orders |= ORDER_END
    return orders


def _differences(report: Report, decided: Decision) -> Iterator[Difference]:
    tick, now_ms = report[AT["tick"]], report[AT["now_ms"]]
    pairs = (
        ("mode", MODES[report[AT["mode"]]], MODES[decided.mode]),
        ("command", COMMANDS[report[AT["command"]]], COMMANDS[decided.command]),
        ("first cause", str(name_of(report[AT["first_cause"]])), str(name_of(decided.first_cause))),
    )
    for what, recorded, today in pairs:
        if recorded != today:
            yield Difference(tick, now_ms, what, recorded, today)
