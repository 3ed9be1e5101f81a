"""The generator of planted bugs: every row of every table gets its own, each is put in and taken out."""

from __future__ import annotations

from collections import Counter

import safety.gate
import safety.look
import safety.modes
import safety.rules
import safety.step
from hil.verification import planted
from safety.decision import ACTIVE, MODES
from tests.safety_rig import Rig


def test_every_row_of_every_table_gets_its_bugs() -> None:
    removed = Counter(bug.table for bug in planted.BUGS.values() if bug.kind == "removed")
    assert removed["rule"] == len(safety.rules.ROWS)
    assert removed["gate"] == len(safety.gate.CONDITIONS)
    assert removed["mode"] == len(safety.modes.BEFORE) + len(safety.modes.AFTER)
    assert removed["service"] == len(safety.modes.SERVICE_CAUSES)
    for table, kinds in (("rule", {"inverted", "late"}), ("gate", {"inverted", "late"})):
        for name in {bug.name for bug in planted.BUGS.values() if bug.table == table}:
            assert kinds <= {
                bug.kind for bug in planted.BUGS.values() if (bug.table, bug.name) == (table, name)
            }
    assert set(planted.REACTIONS) >= {"STAGED", "CREEP", "EMERGENCY", "WAIT", "FREEZE", "ESTOP", "CUT_OFF"}
    scopes = {bug.name for bug in planted.BUGS.values() if bug.table == "scope"}
    assert scopes == set(MODES)


def tables() -> list[object]:
    found = [safety.rules.ROWS, safety.gate.CONDITIONS, safety.look._SCOPES, safety.homecoming._STAGES]
    names = ("BEFORE", "AFTER", "begun", "joined", "SERVICE_CAUSES")
    return [*found, safety.homecoming._FREEZABLE, *(vars(safety.step)[name] for name in names)]


def test_each_bug_is_put_in_and_taken_out() -> None:
    before = tables()
    for bug in planted.BUGS:
        with planted.planted(bug):
            assert any(old is not new for old, new in zip(before, tables(), strict=True)), bug
        assert all(old is new for old, new in zip(before, tables(), strict=True)), bug


def estop_in_a_ride(bug: str | None, ticks: int = 1) -> Rig:
    rig = Rig()
    rig.ride(500)
    undo = planted.plant(bug) if bug else lambda: None
    rig.press(estop_ok=False)
    for _ in range(ticks):
        rig.tick()
    undo()
    return rig


def test_a_removed_rule_is_not_asked_and_a_late_one_speaks_late() -> None:
    assert estop_in_a_ride(None).decision.mode != ACTIVE
    assert estop_in_a_ride("rule:estop:removed").decision.mode == ACTIVE
    assert estop_in_a_ride("rule:estop:late", 25).decision.mode == ACTIVE
    assert estop_in_a_ride("rule:estop:late", 26).decision.mode != ACTIVE
    assert not estop_in_a_ride("rule:estop:no_latch").decision.latched_cause
    assert estop_in_a_ride("rule:estop:no_reaction").decision.mode == ACTIVE


def test_a_condition_off_by_ten_permits_what_it_must_not() -> None:
    rig = Rig()
    rig.begin()
    for bug, refused in ((None, 7), ("gate:start:tenfold", 0)):
        undo = planted.plant(bug) if bug else lambda: None
        assert Rig.propose(rig, rig.limits.park_cdeg + 140, 0).refusal == refused
        undo()
        rig.run(3_000)
