"""The table of rules. Adding one is a function named after its hazard and one row here.

A row says when the rule is asked, what it allows while it fires, and what it starts. Rows without a cause
only take permission away. Verdicts combine by min, reactions by or: neither is ever weakened by another row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from safety import rules_machine as machine
from safety import rules_people as people
from safety.causes import BY_NAME
from safety.facts import ACTING, ALWAYS, AWAY, HOMING, LIVE, RIDE, TRYING, Facts
from safety.limits import Limits
from safety.observation import Observation
from safety.verdict import (
    ALLOW,
    FULL_SPEED_CDPS,
    NO_MOTION,
    POWER_CUT,
    POWER_ON,
    TOWARDS_PARK,
    Verdict,
)

# Reactions, a mask; design 5.
NOTHING: Final = 0
STAGED: Final = 1  # staged return
CREEP: Final = 2  # staged return at <= 2 deg/s
EMERGENCY: Final = 4  # fast to rest, then a person
WAIT: Final = 8  # the return ends at rest until a person acknowledges
FREEZE: Final = 16  # STOP
ESTOP: Final = 32  # SS1-t, then hold-to-run
CUT_OFF: Final = 64  # STO and brake
HALT: Final = 128  # a return under way stops before it goes on
BACK: Final = 256  # pinch going down: stop, back off, then a staged return
GIVE: Final = 512  # pinch coming up: stop, give back, wait, one attempt

UP_ONLY: Final = Verdict(TOWARDS_PARK, FULL_SPEED_CDPS, POWER_ON)
UP_CREEP: Final = Verdict(TOWARDS_PARK, 200, POWER_ON)
STAND: Final = Verdict(NO_MOTION, 0, POWER_ON)
NO_POWER: Final = Verdict(NO_MOTION, 0, POWER_CUT)

Rule = Callable[[Facts, Observation, Limits], bool]


class Row(NamedTuple):
    """One rule."""

    name: str
    hazards: tuple[str, ...]
    when: int
    fires: Rule
    cause: int  # number in safety.causes, 0 = takes permission away, starts nothing
    reaction: int
    verdict: Verdict
    latches: bool


def _row(when: int, fires: Rule, reaction: int, verdict: Verdict, latches: bool, cause: str | None) -> Row:
    name = fires.__name__
    words = (fires.__doc__ or "").split(":")[0]
    number = BY_NAME[cause].number if cause else 0
    return Row(name, tuple(words.split(", ")), when, fires, number, reaction, verdict, latches)


def _rows(*rows: tuple[int, Rule, int, Verdict, bool, str | None]) -> tuple[Row, ...]:
    return tuple(_row(*row) for row in rows)


# The order is the order of first causes within one tick: what a person did, what broke, what follows from it.
ROWS: Final = _rows(
    (ALWAYS, people.estop, ESTOP, STAND, True, "estop"),
    (ALWAYS, machine.wrong_direction, CUT_OFF, NO_POWER, True, "wrong_direction"),
    (ALWAYS, machine.runaway, CUT_OFF, NO_POWER, True, "runaway"),
    (LIVE | AWAY, machine.over_angle, CREEP, UP_CREEP, True, "over_angle"),
    (ACTING, machine.over_angle_predicted, CREEP, UP_CREEP, True, "over_angle_predicted"),
    (LIVE | HOMING | AWAY, machine.over_speed, CREEP | HALT, UP_CREEP, True, "over_speed"),
    (LIVE | HOMING, machine.overrun, STAGED, UP_ONLY, False, "overrun"),
    (LIVE | AWAY, machine.drive_fault, CUT_OFF, NO_POWER, True, "drive_fault"),
    (LIVE, machine.drive_returned, STAGED, UP_ONLY, False, "drive_returned"),
    (LIVE | AWAY, machine.drive_lost, STAGED, UP_ONLY, False, "drive_lost"),
    (LIVE | AWAY, machine.source_frozen, CREEP, UP_CREEP, False, "angles_disagree"),
    (LIVE | AWAY, machine.angle_stale, CREEP, UP_CREEP, False, "angle_stale"),
    (LIVE | AWAY, machine.no_angle, CREEP, UP_CREEP, False, "no_angle"),
    (LIVE, machine.pinched_down, BACK, UP_CREEP, False, "pinched_down"),
    (LIVE | HOMING, machine.pinched_up, GIVE, STAND, False, "pinched_up"),
    (LIVE | HOMING, machine.no_motion, GIVE, STAND, False, "no_motion"),
    (LIVE | AWAY, machine.inputs_stale, STAGED, UP_ONLY, False, "inputs_stale"),
    (LIVE | AWAY, machine.supply_low, CREEP, UP_CREEP, False, "supply_low"),
    (TRYING, machine.brake_slips, STAGED, UP_ONLY, True, "brake_slips"),
    (TRYING, machine.torque_stays, STAGED, UP_ONLY, True, "torque_stays"),
    (TRYING, machine.watchdog_dead, STAGED, UP_ONLY, True, "watchdog_dead"),
    (LIVE, machine.too_hot, STAGED, UP_ONLY, False, "too_hot"),
    (HOMING, machine.return_stalled, CREEP, UP_CREEP, False, "return_stalled"),
    (AWAY, people.ankles_open, EMERGENCY, UP_ONLY, False, "ankles_open"),
    (ACTING | AWAY, people.ankle_open, STAGED | WAIT, UP_ONLY, False, "ankle_open"),
    (RIDE, people.check_in_missed, EMERGENCY, UP_ONLY, False, "check_in_missed"),
    (RIDE, people.panic, EMERGENCY, UP_ONLY, False, "panic"),
    (RIDE, people.stop_pressed, FREEZE, STAND, False, "stop_pressed"),
    (LIVE, people.return_asked, STAGED, UP_ONLY, False, "return_asked"),
    (LIVE, people.controller_lost, STAGED, UP_ONLY, False, "controller_lost"),
    (LIVE, people.station_lost, STAGED, UP_ONLY, False, "station_lost"),
    (LIVE, people.seat_lost, STAGED, UP_ONLY, False, "seat_lost"),
    (ACTING, people.lease_lost, STAGED, UP_ONLY, False, "lease_lost"),
    (ACTING, people.load_lost, STAGED, UP_ONLY, False, "load_lost"),
    (ACTING, people.left_alone, STAGED, UP_ONLY, False, "left_alone"),
    (ACTING, people.dose_over, STAGED, UP_ONLY, False, "dose_over"),
    (ACTING, people.bout_over, STAGED, UP_ONLY, False, "bout_over"),
    (ACTING, people.time_over, STAGED, UP_ONLY, False, "time_over"),
    (RIDE, people.ankle_sample, NOTHING, UP_ONLY, False, None),
    (RIDE, people.pendant, NOTHING, UP_ONLY, False, None),
    (RIDE, people.check_in_open, NOTHING, UP_ONLY, False, None),
    (LIVE, machine.one_source, NOTHING, UP_ONLY, False, None),
    (LIVE, machine.drive_unready, NOTHING, STAND, False, None),
    (ALWAYS, machine.trying_watchdog, NOTHING, STAND, False, None),
)

# After one of these the drive is tried by itself once, and never again (design 5).
CUT_CAUSES: Final = tuple(row.cause for row in ROWS if row.reaction & CUT_OFF)


def judge(facts: Facts, observation: Observation, limits: Limits) -> tuple[Verdict, int, int, int, int]:
    """All rules: the verdict, the causes present, the reactions, the first cause and a latching cause."""
    direction, speed_cdps, power = ALLOW
    present = reaction = first = latch = 0
    scope = facts[0]
    for row in ROWS:
        if row[2] & scope and row[3](facts, observation, limits):
            allowed = row[6]
            direction = min(direction, allowed[0])
            speed_cdps = min(speed_cdps, allowed[1])
            power = min(power, allowed[2])
            cause = row[4]
            if cause:
                present |= 1 << cause
                reaction |= row[5]
                first = first or cause
                latch = latch or (cause if row[7] else 0)
    return Verdict(direction, speed_cdps, power), present, reaction, first, latch
