"""The table of invariants that every run is judged by, and where the others are.

Numbers and sentences are those of the safety notes, section 4. A row is a name, its source and a function
that yields one sentence for each thing that is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from hil.campaign import judge_guard as guard
from hil.campaign import judge_motion as motion
from hil.campaign.reactions import react
from hil.campaign.trace import Ride

SAID_MOST: Final = 3  # sentences of one rule and run


class Row(NamedTuple):
    """One invariant."""

    rule: str
    source: str
    broken: Callable[[Ride], Iterator[str]]


INVARIANTS: Final = (
    Row("I1", "safety notes 4, I1", motion.setpoint_within_cap),
    Row("I2", "safety notes 4, I2; design 6", motion.angle_within_soft_limit),
    Row("I3", "safety notes 4, I3; design 6: returns", motion.speed_within_limit),
    Row("I4", "safety notes 4, I4; design 6: planned motion", motion.smooth_when_nothing_is_wrong),
    Row("I5", "safety notes 4, I5; design 4: head-down motion needs", guard.down_needs_every_permission),
    Row("I5", "safety notes 4, asymmetry rule; design 5: pendant", guard.hand_on_the_pendant),
    Row("I6", "safety notes 4, I6; design 6: ended <= 300 ms", motion.down_ends_in_time),
    Row("I7", "safety notes 4, I7; design 5: reset of a latch", guard.latched_until_reset),
    Row("I8", "safety notes 4, I8; design 6: time to park", guard.home_in_time),
    Row("I5", "design 5: pinch coming up", motion.little_is_given_back),
    Row("I9", "safety notes 4, I9; design 6: progress in a return", motion.a_return_gets_on),
    Row("I10", "safety notes 4, I10; design 5: runaway", motion.power_is_cut_only_for_cause),
    Row("I11", "safety notes 4, I11 and I12; design 6: dose", guard.dose_is_counted),
    Row("I14", "safety notes 4, I14; design 5: RETURN", guard.return_is_obeyed),
    Row("I17", "safety notes 4, I17; design 6: two angle sources", guard.trusted_is_true),
    Row("I18", "safety notes 4, I18; design 6: direction", motion.never_far_against_its_command),
    Row("I19", "safety notes 4, I19; design 5: guard wakes up", guard.boots_inhibited),
    Row("I21", "safety notes 4, I21", motion.the_brake_is_not_fought),
    Row("I24", "safety notes 4, I24", guard.stands_when_idle),
    Row("I25", "safety notes 4, I25; design 6: drive action", guard.processes_are_missed),
    Row("I26", "safety notes 4, I26", guard.one_first_cause),
    Row("reaction", "design 5: what happens when; design 6: numbers", react),
    Row("false trip", "design 6: direction", motion.who_heeds_a_stop_is_not_cut),
    Row("false trip", "safety notes 4, verification plan; design 4: gate", guard.nothing_trips_without_cause),
)
# What a run cannot show is held by other checks.
ELSEWHERE: Final = {
    "I13": "one lease holder: tests/unit/test_guard_channel.py",
    "I15": "bad frames change counters only: tests/contract/test_node_bad_wire.py, test_blvr_bad_line.py",
    "I16": "doubled and late frames: tests/contract/test_node_bad_wire.py; here by I17 under wire_doubled",
    "I20": "config read back: tests/contract/test_node_drive.py, test_blvr_drive.py",
    "I22": "step is total: tests/unit/test_safety_properties.py; here every run that raises is one",
    "I23": "constraints only tighten: tests/unit/test_safety_properties.py",
}


def judge(ride: Ride) -> list[dict[str, str]]:
    """Everything that is wrong with a run, in the order of the table."""
    found = []
    for row in INVARIANTS:
        for number, what in enumerate(row.broken(ride)):
            if number >= SAID_MOST:
                break
            found.append({"rule": row.rule, "what": what, "source": row.source})
    return found
