"""What campaigns in lockstep have found in the rules, each pinned by the shortest ride that shows it."""

from __future__ import annotations

from typing import Any

import pytest

from safety import decision as d
from safety.angles import ONLY_A, ONLY_B, UNSEEN, liar, see
from safety.observation import DRIVE_ARMED, DRIVE_DISARMED, DRIVE_FAULT, ORDER_RETURN
from tests.safety_rig import LIMITS, Plant, cause, ridden


@pytest.mark.parametrize("source", ["a_cdeg", "b_cdeg"])
def test_a_source_that_answers_without_an_angle_is_silent(source: str) -> None:
    """It used to leave the rider head-down until the dose was over."""
    rig = ridden(1500)
    absent: dict[str, Any] = {source: None}
    rig.propose(1500, 0, **absent)
    assert cause(rig) == "angle_stale"
    assert rig.decision.mode == d.RETURNING


def test_a_drive_fault_is_cut_and_crept_out_of_once() -> None:
    """It used to be armed again every 200 ms, and a bridge that ran away walked down a degree each time."""
    rig = ridden(1500)
    rig.propose(1500, 0, drive_state=DRIVE_FAULT)
    assert (cause(rig), rig.decision.command) == ("drive_fault", d.CUT)
    for _ in range(200):
        rig.tick(drive_state=DRIVE_FAULT)
    assert rig.decision.command == d.CUT
    for _ in range(60):
        rig.tick(drive_state=DRIVE_FAULT)
    assert rig.decision.stage == d.CREEPING_OUT, "a fault that stays does not begin the wait anew"
    rig.until(d.LATCHED)
    assert rig.plant.cdeg <= LIMITS.park_cdeg + LIMITS.there_cdeg


def test_a_drive_that_gives_up_in_the_attempt_to_creep_out_is_not_armed_again() -> None:
    """Seen: a bridge that ran away was armed twelve times in the three seconds of warning, 17 deg down."""
    rig = ridden(1500)
    rig.propose(1500, 0, drive_state=DRIVE_FAULT)
    while rig.decision.stage != d.CREEPING_OUT:
        rig.tick(drive_state=DRIVE_FAULT)
    rig.tick(drive_state=DRIVE_DISARMED)
    rig.tick()
    assert rig.decision.command == d.STOP
    rig.tick(drive_state=DRIVE_FAULT)
    assert (rig.decision.mode, rig.decision.command, rig.decision.sounder) == (d.WAITING, d.CUT, True)
    for state in (DRIVE_DISARMED, DRIVE_FAULT, DRIVE_ARMED):
        for _ in range(1_000):
            rig.tick(drive_state=state)
            assert rig.decision.command == d.CUT, "once per latch"
    rig.press(return_a=True)
    rig.until(d.LATCHED)
    assert rig.plant.cdeg <= LIMITS.park_cdeg + LIMITS.there_cdeg


def test_a_drive_that_stays_faulty_after_a_cut_calls_for_a_person() -> None:
    """A frozen encoder ends in the drive's own alarm; the one attempt used to wait for it for ever."""
    rig = ridden(1500)
    rig.changes = {"drive_state": DRIVE_FAULT}
    rig.run(5_200)
    assert rig.decision.stage == d.CREEPING_OUT
    rig.run(9_700)
    assert (rig.decision.mode, rig.decision.command) == (d.RETURNING, d.STOP)
    rig.run(300)
    assert (rig.decision.mode, rig.decision.command) == (d.WAITING, d.CUT)
    assert rig.decision.sounder
    rig.run(60_000)
    assert rig.decision.command == d.CUT
    rig.changes = {}
    rig.press(return_a=True)
    rig.until(d.LATCHED)


def test_a_return_whose_drive_is_not_armed_calls_for_a_person() -> None:
    rig = ridden(1500)
    rig.changes = {"drive_state": DRIVE_DISARMED}
    rig.tick(orders=ORDER_RETURN)
    assert not rig.run(9_900).sounder
    assert rig.run(200).sounder
    rig.changes = {}
    rig.until(d.INHIBITED)


def test_by_hand_a_drive_that_sinks_is_given_up() -> None:
    rig = ridden(1500)
    rig.obeys = False
    rig.propose(1500, 0, drive_state=DRIVE_FAULT)
    while rig.decision.command != d.MOVE:
        rig.tick()
    rig.tick(drive_state=DRIVE_FAULT)
    start_cdeg = rig.plant.cdeg
    for _ in range(8):  # a degree down at each try, then the fault
        rig.run(5_100)
        rig.press(return_a=True)
        if rig.run(200).command == d.MOVE:
            rig.plant = Plant(rig.plant.cdeg + 100, 0)
        rig.tick(drive_state=DRIVE_FAULT)
        rig.press(return_a=False)
    assert start_cdeg + 200 < rig.plant.cdeg <= start_cdeg + 300
    assert rig.decision.command == d.CUT


@pytest.mark.parametrize(("a_cdeg", "b_cdeg", "wrong"), [(-7000, -6500, ONLY_B), (-6500, -7000, ONLY_A)])
def test_the_park_switch_says_which_source_lies(a_cdeg: int, b_cdeg: int, wrong: int) -> None:
    """5 deg are a slipped mount; believed, the table was never at park again."""
    rig = ridden(1500)
    seen = rig.sense()
    seen = seen._replace(inputs=seen.inputs._replace(at_park=True, past_rest=False))
    assert liar(a_cdeg, b_cdeg, seen, 0, LIMITS) == wrong


def test_a_source_lost_in_an_emergency_return_stops_it_before_it_creeps_on() -> None:
    """The plan used to run on in the drive's scale, the table in the other source's: a false pinch."""
    rig = ridden(2500)
    rig.tick(inputs=rig.inputs._replace(ankle_a=False, ankle_b=False))
    rig.press(ankle_a=False, ankle_b=False)
    rig.run(1_000)
    assert (cause(rig), rig.decision.command) == ("ankles_open", d.MOVE)
    rig.changes = {"a_cdeg": None, "a_cdps": None}
    assert rig.run(40).stage == d.STOPPING
    assert rig.run(1_500).command == d.MOVE
    assert rig.state.home.pinches == 0


def test_who_is_needed_at_the_button_is_called() -> None:
    """Without any angle it used to stand silently and wait for somebody to hold RETURN."""
    rig = ridden(1500)
    rig.changes = {"a_cdeg": None, "b_cdeg": None}
    rig.run(2_000)
    assert (rig.decision.mode, rig.decision.sounder) == (d.WAITING, True)
    rig.press(return_a=True)
    rig.run(200)
    assert not rig.decision.sounder


def test_the_stop_after_a_jump_does_not_make_it_forgotten() -> None:
    """In the stop two sources may differ by 5 deg; after it the other one was called the liar."""
    rig = ridden(1500)
    agree = rig.sense()
    apart = agree._replace(b_cdeg=1900)
    angles = see(UNSEEN, agree, LIMITS, False, 20)
    for lively in [False] + [True] * 15 + [False] * 15:
        angles = see(angles, apart, LIMITS, lively, 20)
    assert (angles.a_bad, angles.b_bad, angles.cdeg) == (False, True, 1500)
