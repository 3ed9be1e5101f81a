"""What the exhaustive search found, pinned."""

from __future__ import annotations

import pytest

from safety import decision as d
from safety.motion import AT_REST, told
from safety.observation import DRIVE_FAULT, Wake
from tests.safety_rig import LIMITS, Rig, Shaped, reset, ridden


def test_nothing_goes_below_park() -> None:
    """The lower stop is 2 deg below park: a controller that goes on upwards is refused 1 deg below it."""
    rig = Rig()
    rig.begin()
    shaped = Shaped(LIMITS.park_cdeg, speed_dps=1.0)
    rig.propose(LIMITS.park_cdeg, 0)
    for _ in range(400):
        angle, rate, _ = shaped.towards(LIMITS.park_cdeg - 400)
        if rig.propose(angle, rate).refusal:
            break
    assert rig.refusals() == [28]
    assert rig.decision.command == d.HOLD
    assert rig.plant.cdeg >= LIMITS.park_cdeg - 110  # one stop later


def test_an_empty_frozen_window_does_not_outlive_a_turn() -> None:
    """Travel that was not counted must not be set against travel that is: no false "no motion"."""
    stood = AT_REST._replace(command=d.HOLD, heading=0, told_cdeg=0, a_from=-7000, b_from=-7000)
    turned = told(stood, d.MOVE, -6_900, -100, 0, LIMITS)
    assert (turned.told_cdeg, turned.a_from, turned.b_from) == (0, None, None)
    kept = told(stood._replace(told_cdeg=-150), d.MOVE, -6_900, -100, 0, LIMITS)
    assert (kept.told_cdeg, kept.a_from, kept.b_from) == (-150, -7000, -7000)


def test_stop_under_an_estop_gives_no_torque_back() -> None:
    """It used to freeze, and freezing began the 500 ms of the ramp anew, under torque."""
    rig = ridden(1500)
    rig.press(estop_ok=False)
    rig.run(600)
    assert rig.decision.command == d.CUT
    rig.press(stop=True)
    assert rig.run(600).command == d.CUT
    assert {x.command for _, x, _ in rig.log[-30:]} == {d.CUT}


def test_stop_after_a_cut_gives_no_torque_back() -> None:
    rig = ridden(1500)
    rig.changes = {"drive_state": DRIVE_FAULT}
    rig.run(200)
    rig.press(stop=True)
    rig.run(1_000)
    assert {x.command for _, x, _ in rig.log[-55:]} == {d.CUT}


def test_an_estop_on_a_drive_that_is_not_to_be_trusted_has_no_ramp() -> None:
    """The drive used to be left under torque for the ramp's 480 ms, and its direction was wrong."""
    rig = ridden(1500)
    rig.press(estop_ok=False)
    assert rig.tick(drive_state=DRIVE_FAULT).command == d.CUT
    for _ in range(50):
        assert rig.tick().command == d.CUT


def test_an_open_chain_takes_the_torque_under_any_latch() -> None:
    """Latched by something else, at park, it used to stand under torque with the e-stop in."""
    rig = Rig(Wake(None, 0, True, True, 16))
    rig.run(100)
    assert (rig.decision.mode, rig.decision.latched_cause) == (d.LATCHED, 16)
    assert rig.run(100).command == d.HOLD
    rig.press(estop_ok=False)
    rig.run(600)
    assert (rig.decision.mode, rig.decision.command, rig.decision.latched_cause) == (d.LATCHED, d.CUT, 16)
    rig.press(estop_ok=True)
    reset(rig)
    assert rig.decision.mode == d.INHIBITED


@pytest.mark.parametrize("latch", [13, 16])
@pytest.mark.parametrize("cdeg", [1500, -7400])
def test_an_open_chain_takes_the_torque_beside_park_too(latch: int, cdeg: int) -> None:
    """After a restart, or blown below park, the table used to stand under torque with the e-stop in."""
    rig = Rig(Wake(None, 0, True, True, latch), cdeg)
    rig.press(estop_ok=False)
    rig.run(100)
    assert (rig.decision.mode, rig.decision.command) == (d.LATCHED, d.CUT)
    rig.press(return_a=True)
    assert rig.run(200).command == (d.MOVE if cdeg == 1500 else d.CUT), "by hand it still comes home"
    rig.press(return_a=False)
    assert rig.run(100).command == d.CUT
