"""Single steps of the rules' memory at their edges: one unit more or less changes what they say."""

from __future__ import annotations

from safety import decision as d
from safety.angles import BOTH, ONLY_A
from safety.home_pinch import after_stop
from safety.home_state import NOT_HOMING, PINCH_DOWN, PINCH_UP
from safety.look import look
from safety.motion import Motion, seen
from tests.safety_rig import LIMITS, ridden


def led_up(**changes: int | None) -> Motion:
    """A table that has been led 2 deg towards park while A, the last source, stood still."""
    rig = ridden(1500)
    rig.tick(b_cdeg=None)
    motion = rig.state.motion._replace(
        command=d.MOVE, heading=-1, rate_cdps=-100, told_cdeg=-200, a_from=1500, b_from=1500
    )
    motion = motion._replace(**changes)  # type: ignore[arg-type]
    return seen(motion, rig.state.angles, rig.sense()._replace(a_cdeg=1500, b_cdeg=None), LIMITS, 20)


def test_the_last_source_that_stands_means_a_table_that_stands() -> None:
    """The other one is silent, so there is nobody to say that only the sensor has frozen."""
    assert led_up().frozen == BOTH
    assert led_up(told_cdeg=-199).frozen == 0
    assert led_up(a_from=1530).frozen == 0


def test_beside_a_source_that_moves_only_the_standing_one_is_frozen() -> None:
    rig = ridden(1500)
    motion = rig.state.motion._replace(
        command=d.MOVE, heading=-1, rate_cdps=-100, told_cdeg=-200, a_from=1500, b_from=1700
    )
    assert seen(motion, rig.state.angles, rig.sense(), LIMITS, 20).frozen == ONLY_A


def test_a_pinch_without_an_angle_stands_and_calls_a_person() -> None:
    """Neither backing off nor giving back without knowing where: the minute for a person begins."""
    rig = ridden(1500)
    facts = look(rig.state, rig.sense(), LIMITS, 20, False)._replace(cdeg=None)
    for kind in (PINCH_DOWN, PINCH_UP):
        home, act = after_stop(NOT_HOMING._replace(pinch=kind), facts, rig.sense(), LIMITS)
        assert (home.stage, home.left_ms, home.pinch) == (d.PINCHED, 60_000, 0)
        assert (act.command, act.stage) == (d.HOLD, d.PINCHED)
