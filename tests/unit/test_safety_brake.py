"""The brake test of the day: torque off beside park, nobody on the table: does it hold? (HZ-23, HZ-04)"""

from __future__ import annotations

from typing import Any

import pytest

from safety import decision as d
from safety.brake import HELD, NOT_TRIED, TORQUE_BACK, TORQUE_OFF, Brake, braked, empty
from safety.observation import DRIVE_ARMED, DRIVE_UNPOWERED, ORDER_END, ORDER_TEST, Inputs, Wake
from safety.trial import Trial, tried
from safety.verdict import TOWARDS_PARK
from tests.safety_rig import LIMITS, Plant, Rig, Shaped, cause, session_terms

PARK = LIMITS.park_cdeg
SEEN = Rig().sense()._replace(a_cdeg=-6800, b_cdeg=-6810, drive_state=DRIVE_UNPOWERED)
OFF = Brake(TORQUE_OFF, 1_000, -6800, -6810, False, False)


NOBODY = SEEN.inputs._replace(enabled=False)


def one(was: Brake, stands: bool = False, now: Inputs = NOBODY, **seen: Any) -> Brake:
    return braked(was, stands, now, SEEN._replace(**seen), LIMITS, 20)


def raised(rig: Rig | None = None) -> Rig:
    """The table has come up in the test of the day, stands, and is without torque."""
    rig = rig or Rig()
    rig.tick(orders=ORDER_TEST)
    shaped = Shaped(PARK, speed_dps=0.9)
    rig.propose(PARK, 0)
    while rig.decision.stage != d.TRYING_BRAKE:
        angle, rate, _ = shaped.towards(PARK + 200)
        rig.propose(angle, rate)
        assert rig.now_ms < 20_000
    return rig


def test_it_begins_where_the_table_has_come_up_and_stands() -> None:
    assert one(NOT_TRIED) == NOT_TRIED
    assert one(NOT_TRIED, True) == Brake(TORQUE_OFF, 0, -6800, -6810, False, False)


@pytest.mark.parametrize(("a", "b", "slips"), [
    (-6830, -6780, False), (-6831, -6810, True), (-6769, -6810, True), (-6800, -6841, True),
    (None, None, False),
])  # fmt: skip
def test_more_than_three_tenths_of_a_degree_by_either_source_is_a_slip(
    a: int | None, b: int | None, slips: bool
) -> None:
    assert one(OFF, a_cdeg=a, b_cdeg=b).slips == slips
    assert one(OFF._replace(slips=True)).slips, "what slipped once has slipped"


@pytest.mark.parametrize(("phase_ms", "state", "stays"), [
    (479, DRIVE_ARMED, False), (480, DRIVE_ARMED, True), (480, DRIVE_UNPOWERED, False),
])  # fmt: skip
def test_the_torque_is_gone_after_half_a_second(phase_ms: int, state: int, stays: bool) -> None:
    assert one(OFF._replace(phase_ms=phase_ms), drive_state=state).torque_stays == stays
    assert one(OFF._replace(torque_stays=True)).torque_stays
    welded = one(OFF._replace(phase_ms=phase_ms), now=NOBODY._replace(enabled=True))
    assert welded.torque_stays == (phase_ms >= 480), "the relay's own contact says so"
    assert not one(OFF._replace(phase_ms=480), now=NOBODY._replace(enabled=None)).torque_stays


@pytest.mark.parametrize(("phase_ms", "more", "phase"), [
    (1_979, {}, TORQUE_OFF), (1_980, {}, TORQUE_BACK), (1_980, {"slips": True}, TORQUE_OFF),
    (1_980, {"torque_stays": True}, TORQUE_OFF),
])  # fmt: skip
def test_it_must_hold_for_two_seconds(phase_ms: int, more: dict[str, bool], phase: int) -> None:
    assert one(OFF._replace(phase_ms=phase_ms, **more)).phase == phase


@pytest.mark.parametrize("change", [
    {"ankle_a": True}, {"ankle_b": None}, {"load": True}, {"pendant": False}, {"stop": True}, {"stop": None},
    {"estop_ok": None},
])  # fmt: skip
def test_whoever_comes_to_the_table_has_its_torque_back(change: dict[str, bool | None]) -> None:
    somebody = NOBODY._replace(**change)
    assert one(NOT_TRIED, True, somebody) == NOT_TRIED
    for phase in (TORQUE_OFF, TORQUE_BACK):
        assert one(OFF._replace(phase=phase), now=somebody) == NOT_TRIED
    assert one(OFF, now=somebody, a_cdeg=-6900).slips, "what was found stays found"
    assert not empty(somebody)
    rig = raised()
    rig.press(**change)
    assert rig.tick().command != d.CUT
    rig.run(60_000)
    assert not rig.decision.tested


def test_no_load_contact_is_nobody_and_a_table_that_feels_somebody_begins_no_test() -> None:
    assert empty(NOBODY._replace(load=None))
    rig = Rig()
    rig.press(load=True)
    assert rig.tick(orders=ORDER_TEST).mode == d.INHIBITED


def test_while_the_torque_comes_back_a_slip_is_still_one() -> None:
    back = OFF._replace(phase=TORQUE_BACK)
    assert one(back, a_cdeg=-6831).slips
    assert one(back, a_cdeg=-6831, drive_state=DRIVE_ARMED).phase == TORQUE_BACK


def test_what_it_sank_without_torque_is_no_way_back() -> None:
    up = Trial(2_000, -6800, -6800, True, False, OFF._replace(phase=TORQUE_BACK, a_held=-6800, b_held=-6800))
    seen = SEEN._replace(a_cdeg=-6829, b_cdeg=-6829, drive_state=DRIVE_ARMED)
    angles, motion = raised().state.angles, raised().state.motion._replace(heading=-1)
    held = tried(up, motion, angles, NOBODY, seen, LIMITS, 20)
    assert (held.brake.phase, held.a_turn, held.b_turn) == (HELD, -6829, -6829)
    for cdeg, passed in ((-6928, False), (-6929, True)):
        after = tried(held, motion, angles, NOBODY, seen._replace(a_cdeg=cdeg, b_cdeg=cdeg), LIMITS, 20)
        assert after.passed == passed


def test_a_test_that_fails_takes_the_one_before_with_it() -> None:
    _, rig = sinking(-20, Rig(Wake(None, 0, True, True, 0)))
    rig.until(d.LATCHED)
    assert not rig.decision.tested


def test_after_a_day_they_are_due_again_but_not_in_a_session() -> None:
    rig = Rig(Wake(None, 0, True, True, 0))
    assert rig.tick().tested
    rig.press(ankle_a=True, ankle_b=True, load=True)
    rig.tick(begin=session_terms())
    assert rig.tick(test_due=True).tested
    assert rig.decision.mode == d.READY
    rig.tick(orders=ORDER_END)
    assert rig.decision.mode == d.INHIBITED
    assert not rig.tick(test_due=True).tested
    assert rig.tick(begin=session_terms()).mode == d.INHIBITED


def test_beside_park_the_return_button_brings_it_there() -> None:
    """Where a test of the day was broken off, by a guard that was restarted."""
    rig = Rig(cdeg=PARK + 200)
    rig.press(return_a=True)
    for _ in range(200):
        rig.tick()
    assert rig.plant.cdeg == pytest.approx(PARK, abs=LIMITS.there_cdeg)


def test_an_estop_in_the_middle_gives_no_ramp() -> None:
    rig = raised()
    assert rig.tick().command == d.CUT
    rig.press(estop_ok=False)
    for _ in range(20):
        assert rig.tick().command == d.CUT


def test_it_is_over_when_the_drive_is_armed_again() -> None:
    back = OFF._replace(phase=TORQUE_BACK)
    assert one(back).phase == TORQUE_BACK
    assert one(back, drive_state=DRIVE_ARMED).phase == HELD
    assert one(one(back, drive_state=DRIVE_ARMED)).phase == HELD


def test_a_good_brake_passes_and_nobody_may_lead_meanwhile() -> None:
    rig = raised()
    began_ms, height = rig.now_ms, round(rig.plant.cdeg)
    while rig.decision.stage == d.TRYING_BRAKE:
        off = rig.now_ms - began_ms < LIMITS.brake_ms
        assert rig.decision.command == (d.CUT if off else d.HOLD)
        assert rig.decision.enable == (not off)
        rig.propose(height + 50, 50)
        assert rig.decision.refusal == 0 or rig.decision.stage != d.TRYING_BRAKE
        assert not rig.decision.tested
    assert LIMITS.brake_ms <= rig.now_ms - began_ms <= LIMITS.brake_ms + 100
    assert rig.decision.mode == d.TEST


def sinking(cdps: int, rig: Rig | None = None) -> tuple[int, Rig]:
    rig = raised(rig)
    height = round(rig.plant.cdeg)
    while rig.decision.mode == d.TEST and rig.now_ms < 60_000:
        rig.plant = Plant(rig.plant.cdeg + cdps * 0.02, float(cdps))
        rig.obeys = False
        rig.tick()
    rig.obeys = True
    return height, rig


@pytest.mark.parametrize("cdps", [-20, 20, -200])
def test_a_table_that_sinks_or_rises_is_led_to_park_and_nobody_lies_down(cdps: int) -> None:
    height, rig = sinking(cdps)
    assert abs(rig.plant.cdeg - height) < 40
    assert (rig.decision.mode, cause(rig)) == (d.RETURNING, "brake_slips")
    assert rig.decision.command != d.CUT
    rig.until(d.LATCHED)
    assert not rig.decision.tested
    assert rig.plant.cdeg == pytest.approx(PARK, abs=20)


def test_a_drive_that_does_not_let_go_is_found_out() -> None:
    rig = raised()
    began_ms = rig.now_ms
    while rig.decision.mode == d.TEST:
        assert rig.now_ms < 60_000
        rig.torque = True
        rig.tick()
    assert rig.now_ms - began_ms <= LIMITS.torque_off_ms + 20
    assert (cause(rig), rig.decision.direction) == ("torque_stays", TOWARDS_PARK)
    rig.until(d.LATCHED)
    assert not rig.decision.tested


def test_without_the_brake_test_the_way_back_proves_nothing() -> None:
    """A controller that does not wait at the top: no pass, and no session."""
    rig = Rig()
    rig.tick(orders=ORDER_TEST)
    shaped = Shaped(PARK, speed_dps=0.9)
    rig.propose(PARK, 0)
    for target in (PARK + 200, PARK):
        arrived, rate = False, 1
        while not arrived or rate:
            angle, rate, arrived = shaped.towards(target)
            rig.propose(angle, rate)
    assert not rig.decision.tested
    assert rig.decision.mode == d.TEST


def test_a_restart_in_the_brake_test_begins_anew() -> None:
    rig = raised()
    assert rig.tick(dt_ms=500).stage != d.TRYING_BRAKE
    assert not rig.decision.tested
