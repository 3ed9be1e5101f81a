"""A table that goes on turning though it should long stand (HZ-04): found by its speed, before it is far."""

from __future__ import annotations

from typing import Any

import pytest

from safety import decision as d
from safety.angles import BOTH, NEITHER, ONLY_A, ONLY_B, UNSEEN
from safety.causes import BY_NAME
from safety.motion import AT_REST, Motion, seen, told
from safety.observation import DRIVE_DISARMED
from safety.rules_machine import runaway
from tests.home_facts import QUIET
from tests.safety_rig import DT_MS, LIMITS, Plant, Rig, ridden

SEEN = Rig().sense()
STANDS = AT_REST._replace(
    command=d.HOLD, heading=0, heading_ms=400, due_ms=400, strays_ms=100, strays_cdeg=950
)


def after(was: Motion, cdps: int | None, **changes: Any) -> int:
    angles = UNSEEN._replace(cdeg=1000, cdps=cdps, source=BOTH)
    now = seen(was, angles, SEEN._replace(**changes), LIMITS, 20)
    assert now.strays_cdeg == ((950 if was.strays_ms else 1000) if now.strays_ms else 0)
    return now.strays_ms


@pytest.mark.parametrize(("cdps", "strays_ms"), [(221, 120), (-221, 120), (220, 0), (-220, 0), (None, 0)])
def test_what_turns_faster_than_a_return_though_told_to_stand_is_timed(
    cdps: int | None, strays_ms: int
) -> None:
    assert after(STANDS, cdps) == strays_ms
    assert after(STANDS._replace(strays_ms=0), cdps) == (20 if strays_ms else 0)
    assert after(STANDS._replace(strays_ms=290), cdps) == (300 if strays_ms else 0)
    assert after(STANDS._replace(heading_ms=381), cdps) == strays_ms
    assert after(STANDS._replace(heading_ms=380), cdps) == 0, "the stop may still take its time"
    for led in (-1, 1):
        assert after(STANDS._replace(heading=led), cdps) == 0
    assert after(STANDS._replace(command=d.CUT), cdps) == 0
    assert after(STANDS, cdps, drive_state=DRIVE_DISARMED) == 0


def test_the_same_command_again_goes_on_timing_and_another_one_begins_anew() -> None:
    on = told(STANDS, d.STOP, 0, 0, 300, LIMITS)
    assert (on.strays_ms, on.strays_cdeg) == (100, 950)
    assert told(STANDS, d.MOVE, 0, 100, 300, LIMITS).strays_ms == 0
    assert told(STANDS, d.CUT, 0, 0, 300, LIMITS).strays_ms == 0


@pytest.mark.parametrize(("strays_ms", "back_cdeg", "source", "cdeg", "expected"), [
    (300, 20, BOTH, 1020, True), (300, 20, ONLY_A, 980, True), (299, 20, BOTH, 1020, False),
    (300, 19, BOTH, 1020, False), (300, 20, ONLY_B, 1020, False), (300, 20, NEITHER, 1020, False),
    (300, 20, BOTH, 1019, False), (300, 20, BOTH, 981, False),
])  # fmt: skip
def test_300_ms_of_it_are_a_runaway_where_way_was_made_since(
    strays_ms: int, back_cdeg: int, source: int, cdeg: int, expected: bool
) -> None:
    """A register that repeats its rate is none, however far from where it stopped the table stands."""
    motion = STANDS._replace(
        heading_ms=900, a_ref=1500, b_ref=1500, back_cdeg=back_cdeg, strays_ms=strays_ms, strays_cdeg=1000
    )
    facts = QUIET._replace(motion=motion, cdeg=cdeg, cdps=0)
    seen_by = facts._replace(angles=facts.angles._replace(source=source))
    assert runaway(seen_by, SEEN, LIMITS) == expected


@pytest.mark.parametrize("cdps", [-400, -250, 250, 400])
def test_a_table_that_runs_off_out_of_a_hold_is_cut_before_it_is_far(cdps: int) -> None:
    """A bridge that drives on, a motor that turns the other way; a lean that is over sooner is none."""
    rig = ridden(1500)
    rig.run(1_000)
    rig.obeys = False
    ticks = 0
    while rig.decision.command != d.CUT:
        ticks += 1
        rig.plant = Plant(rig.plant.cdeg + cdps * DT_MS // 1_000, cdps)
        rig.propose(1500, 0)
    assert rig.decision.causes >> BY_NAME["runaway"].number & 1
    assert LIMITS.disobey_ms <= ticks * DT_MS <= LIMITS.disobey_ms + DT_MS


def test_a_lean_that_is_held_within_280_ms_is_none() -> None:
    rig = ridden(1500)
    rig.run(1_000)
    rig.obeys = False
    for cdps in [250] * 14 + [200, *[250] * 14]:
        rig.plant = Plant(rig.plant.cdeg + cdps * DT_MS // 1_000, cdps)
        rig.propose(1500, 0)
    assert rig.decision.first_cause == 0
