"""What the exhaustive search found, pinned."""

from __future__ import annotations

from safety import decision as d
from safety.motion import AT_REST, told
from tests.safety_rig import LIMITS, Rig, Shaped


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
