"""By hand between two angles that contradict each other."""

from __future__ import annotations

import pytest

from safety.angles import NEITHER
from safety.home_state import NOT_HOMING
from safety.home_trouble import manual
from safety.look import look
from tests.safety_rig import LIMITS, ridden


@pytest.mark.parametrize(("past_rest", "full_cdps"), [(True, 200), (False, 150)])
@pytest.mark.parametrize("other", [True, False])
def test_by_hand_it_is_led_at_half_the_speed_while_two_angles_are_in_doubt(
    past_rest: bool, full_cdps: int, other: bool
) -> None:
    """HZ-06: the drive may follow the one that says half of the way; with one angle alone nothing says so."""
    rig = ridden(1500)
    rig.inputs = rig.inputs._replace(return_a=True)
    rig.tick()
    inputs = rig.sense().inputs._replace(past_rest=past_rest)
    observation = rig.sense()._replace(b_cdeg=1900 if other else None, inputs=inputs)
    angles = rig.state.angles._replace(doubt=True, cdeg=None, source=NEITHER, b_cdeg=1900, disagree_ms=1_000)
    rig.state = rig.state._replace(angles=angles)
    facts = look(rig.state, observation, LIMITS, 20, False)
    assert (facts.cdeg, facts.buttons.home) == (None, True)
    facts = facts._replace(session=facts.session._replace(rest_owed_ms=0))
    home, rates = NOT_HOMING._replace(hand=True), []
    for _ in range(300):
        home, act = manual(home, facts, observation, LIMITS, 20)
        rates.append(-act.rate_cdps)
        cdeg = home.ramp.pos // 1000
        observation = observation._replace(a_cdeg=cdeg, b_cdeg=cdeg + 400 if other else None)
    assert max(rates) == (full_cdps // 2 if other else full_cdps)
