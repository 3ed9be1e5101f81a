"""What the design asks of each cause, typed from its table of reactions and not from the rules.

A cause that is told must at least take this away; a cause without a row here is reported by the search.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

from safety.causes import BY_NAME
from safety.decision import ACTIVE, INHIBITED, LATCHED, READY, RETURNING, TEST, WAITING, Decision
from safety.verdict import NO_MOTION, POWER_CUT, POWER_ON, TOWARDS_PARK


class Asked(NamedTuple):
    """At most this direction, speed and power; whether it latches; whether somebody must show at rest."""

    direction: int = TOWARDS_PARK
    speed_cdps: int = 800
    power: int = POWER_ON
    latches: bool = False
    person: bool = False
    hurry: bool = False


_STAGED: Final = Asked()
_CREEP: Final = Asked(speed_cdps=200)
_CREEP_LATCHED: Final = _CREEP._replace(latches=True)
_CUT: Final = Asked(NO_MOTION, 0, POWER_CUT, latches=True)
_BY_NAME: Final = {
    "estop": Asked(NO_MOTION, 0, latches=True),
    "brake_slips": Asked(latches=True),
    "torque_stays": Asked(latches=True),
    "watchdog_dead": Asked(latches=True),
    "wrong_direction": _CUT,
    "runaway": _CUT,
    "drive_fault": _CUT,
    "over_angle": _CREEP_LATCHED,
    "over_angle_predicted": _CREEP_LATCHED,
    "over_speed": _CREEP_LATCHED,
    "angles_disagree": _CREEP,
    "angle_stale": _CREEP,
    "no_angle": _CREEP,
    "no_motion": _CREEP,
    "supply_low": _CREEP,
    "return_stalled": _CREEP,
    "pinched_down": _CREEP,
    "pinched_up": Asked(NO_MOTION, 0),
    "stop_pressed": Asked(NO_MOTION, 0),
    "ankle_open": Asked(person=True),
    "ankles_open": Asked(person=True, hurry=True),
    "check_in_missed": Asked(person=True, hurry=True),
    "panic": Asked(person=True, hurry=True),
}
# All others: a staged return, nothing more.
EXPECTED: Final = {cause.number: _BY_NAME.get(name, _STAGED) for name, cause in BY_NAME.items()}
LATCHING: Final = frozenset(number for number, row in EXPECTED.items() if row.latches)
CUTTING: Final = frozenset(number for number, row in EXPECTED.items() if row.power == POWER_CUT)
_FOUND: Final = ("brake_slips", "torque_stays", "watchdog_dead")  # by the tests of the day, at park
TESTED: Final = frozenset(BY_NAME[name].number for name in _FOUND)
SERVICE: Final = TESTED | {BY_NAME[name].number for name in ("wrong_direction", "runaway")}
MAY_CUT: Final = LATCHING - TESTED  # I10: torque is taken away above park for these causes only
AFTER_A_CAUSE: Final = (RETURNING, WAITING, LATCHED, INHIBITED)

# The only changes of mode there are, design 4 and 7.
MOVES: Final = frozenset(
    {
        (INHIBITED, TEST), (INHIBITED, READY), (INHIBITED, RETURNING), (INHIBITED, LATCHED),
        (INHIBITED, WAITING), (TEST, INHIBITED), (TEST, RETURNING), (TEST, WAITING), (READY, INHIBITED),
        (READY, ACTIVE), (READY, RETURNING), (READY, WAITING), (ACTIVE, INHIBITED), (ACTIVE, RETURNING),
        (ACTIVE, WAITING), (RETURNING, WAITING), (RETURNING, INHIBITED), (RETURNING, LATCHED),
        (WAITING, RETURNING), (WAITING, INHIBITED), (WAITING, LATCHED), (WAITING, ACTIVE),
        (RETURNING, ACTIVE), (LATCHED, INHIBITED), (TEST, LATCHED), (READY, LATCHED), (ACTIVE, LATCHED),
    }
)  # fmt: skip


@cache
def named(causes: int) -> tuple[int, ...]:
    """The causes of a mask."""
    return tuple(number for number in EXPECTED if causes >> number & 1)


def lacking(decision: Decision) -> str | None:
    """What this decision leaves standing though a cause of its own forbids it."""
    for number in named(decision.causes):
        asked = EXPECTED[number]
        if decision.direction > asked.direction or decision.speed_cap_cdps > asked.speed_cdps:
            return f"cause {number}: direction {decision.direction}, cap {decision.speed_cap_cdps}"
        if decision.power > asked.power:
            return f"cause {number}: power stays on"
        if asked.latches and not decision.latched_cause:
            return f"cause {number} does not latch"
        if decision.mode not in AFTER_A_CAUSE:
            return f"cause {number} leaves mode {decision.mode}"
        if not decision.first_cause and decision.mode in (RETURNING, WAITING):
            return f"cause {number} is not kept"
    if decision.causes >> (max(EXPECTED) + 1):
        return f"a cause without a row in the expectations: {decision.causes:#x}"
    return None
