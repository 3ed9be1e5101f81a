"""While the drive is fed again and armed anew after its silence: what is fresh is judged (HZ-15)."""

from __future__ import annotations

from typing import Any

import pytest

from safety import decision as d
from safety.beats import COMING_BACK, DUE, LOOKING
from safety.observation import DRIVE_ARMING, DRIVE_FAULT, DRIVE_OFFLINE, DRIVE_OWN_RETURN, ORDER_RETURN
from safety.trial import NOT_TRYING, tried
from tests.safety_rig import LIMITS, Rig, cause
from tests.unit.test_safety_beats import NOBODY, SEEN, Watchdog, at, back_at_park, one

PARK = LIMITS.park_cdeg


def coming_back(phase: int, **rig: Any) -> Watchdog:
    """In this phase, all heard again."""
    made = back_at_park(Watchdog(**rig))
    while made.state.trial.beats.phase != phase or not made.state.trial.beats.heard:
        assert made.decision.mode == d.TEST
        held = {"drive_state": DRIVE_ARMING} if phase == COMING_BACK else {"timed_out": False}
        made.tick(**held)
    return made


@pytest.mark.parametrize("phase", [LOOKING, COMING_BACK])
@pytest.mark.parametrize(("what", "found"), [
    ({"a_cdps": 1_000, "b_cdps": 1_000}, "over_speed"), ({"heat_permille": 800}, "too_hot"),
    ({"drive_age_ms": 101}, "drive_lost"), ({"drive_state": DRIVE_OFFLINE}, "drive_lost"),
    ({"b_age_ms": 101}, "angle_stale"), ({"inputs_age_ms": 101}, "inputs_stale"),
    ({"orders": ORDER_RETURN}, "return_asked"), ({"controller_age_ms": 201}, "controller_lost"),
    ({"station_age_ms": 6_000}, "station_lost"),
])  # fmt: skip
def test_what_is_fresh_is_judged_while_it_is_armed_anew(phase: int, what: dict[str, Any], found: str) -> None:
    """The torque is on again then, and an old target could be run to."""
    rig = coming_back(phase)
    held = {"drive_state": DRIVE_ARMING} if phase == COMING_BACK else {"timed_out": False}
    rig.tick(**{**held, **what})
    assert cause(rig) == found
    assert not rig.decision.tested


def test_a_table_that_runs_away_while_its_drive_is_armed_is_stopped() -> None:
    rig = coming_back(COMING_BACK)
    began_ms, cdeg = rig.now_ms, PARK
    while rig.decision.mode == d.TEST:
        cdeg += 20  # 10 deg/s
        rig.tick(a_cdeg=cdeg, b_cdeg=cdeg, a_cdps=1_000, b_cdps=1_000, drive_state=DRIVE_ARMING)
        assert rig.now_ms - began_ms <= 20
    assert cause(rig) == "over_speed"


@pytest.mark.parametrize("phase", [LOOKING, COMING_BACK])
@pytest.mark.parametrize("state", [DRIVE_FAULT, DRIVE_OWN_RETURN])
def test_what_the_watchdog_did_to_the_drive_is_no_fault_for_as_long_as_arming_takes(
    phase: int, state: int
) -> None:
    rig = coming_back(phase)
    began_ms = rig.now_ms
    while rig.decision.mode == d.TEST:
        rig.tick(drive_state=state, **({"timed_out": False} if phase == LOOKING else {}))
        assert rig.now_ms - began_ms <= 10_020
    left = "watchdog_dead" if phase == LOOKING else "drive_returned"
    assert cause(rig) == ("drive_fault" if state == DRIVE_FAULT else left)
    assert rig.now_ms - began_ms >= (9_900 if phase == COMING_BACK else 900)


def test_a_table_that_both_angles_see_leaving_is_judged_as_ever_at_once() -> None:
    arming: dict[str, Any] = {"drive_state": DRIVE_ARMING}
    assert one(at(COMING_BACK, seen=True), gone=True, **arming) == at(DUE)
    assert one(at(COMING_BACK, seen=True), gone=True) == at(DUE)
    for a_cdeg, b_cdeg, phase in ((301, 301, DUE), (-301, -301, DUE), (300, 900, COMING_BACK),
                                  (900, 300, COMING_BACK)):  # fmt: skip
        angles = Rig().state.angles._replace(a_cdeg=PARK + a_cdeg, b_cdeg=PARK + b_cdeg)
        coming = NOT_TRYING._replace(beats=at(COMING_BACK))
        after = tried(coming, Rig().state.motion, angles, NOBODY, SEEN._replace(**arming), LIMITS, 20)
        assert after.beats.phase == phase
