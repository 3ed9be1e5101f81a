"""A whole session and a whole return on the ideal table."""

from __future__ import annotations

import pytest

from safety import decision as d
from safety.causes import BY_NAME
from safety.observation import ORDER_END, ORDER_RETURN
from safety.verdict import ALLOW
from tests.safety_rig import DT_MS, Rig, Shaped


def stages(rig: Rig) -> list[str]:
    """The stages in their order."""
    seen: list[str] = []
    for _, decision, _ in rig.log:
        if not seen or seen[-1] != d.STAGES[decision.stage]:
            seen.append(d.STAGES[decision.stage])
    return seen


def test_a_whole_session_is_never_refused_and_always_allowed() -> None:
    rig = Rig()
    shaped = rig.ride(3000)
    rig.hold(shaped, 90_000)
    rig.follow(shaped, 0)
    rig.hold(shaped, 60_000)
    shaped.speed = 1.4
    for target in (-1500, -7000):
        rig.follow(shaped, target)
        rig.hold(shaped, 20_000)
    assert rig.tick(orders=ORDER_END).mode == d.INHIBITED
    assert rig.refusals() == []
    assert rig.decision.first_cause == 0
    assert [x for _, x, _ in rig.log if x.planned_down and x[8:11] != ALLOW] == []
    assert max(x.check_in for _, x, _ in rig.log) == d.CHECK_ASKED


def test_oscillating_is_never_refused() -> None:
    rig = Rig()
    shaped = rig.ride(2000)
    for _ in range(3):
        rig.follow(shaped, 1500)
        rig.follow(shaped, 2500)
    assert rig.refusals() == []


def test_return_stops_at_rest_and_at_minus_15() -> None:
    rig = Rig()
    rig.ride(3000)
    rig.tick(orders=ORDER_RETURN)
    took_ms = rig.until(d.INHIBITED)
    assert rig.decision.first_cause == BY_NAME["return_asked"].number
    assert round(rig.plant.cdeg) == -7000
    assert stages(rig)[-6:] == ["to_rest", "pause_rest", "to_mid", "pause_mid", "to_park", "none"]
    assert took_ms <= 300 + 15_000 + 60_000 + 7_500 + 20_000 + 36_667 + 10_000  # design 6, time to park


def test_a_new_session_can_begin_after_a_return() -> None:
    rig = Rig()
    rig.ride(500)
    rig.tick(orders=ORDER_RETURN)
    rig.until(d.INHIBITED)
    rig.press(ankle_a=False, ankle_b=False, load=False)
    rig.begin()
    assert rig.decision.first_cause == 0


def test_a_dead_controller_is_a_staged_return() -> None:
    rig = Rig()
    shaped = rig.ride(500)
    rig.hold(shaped, 200)
    for age_ms in range(20, 400, 20):
        rig.tick(controller_age_ms=age_ms)
    assert rig.decision.mode == d.RETURNING
    assert rig.decision.first_cause == BY_NAME["controller_lost"].number


def test_a_streams_missing_tick_goes_on_within_its_lease() -> None:
    rig = Rig()
    rig.begin()
    shaped = Shaped(-7000)
    rig.propose(-7000, 0)
    for _ in range(200):
        angle, rate, _ = shaped.towards(0)
        rig.propose(angle, rate)
    angle, rate, _ = shaped.towards(0)
    assert rig.tick().command == d.MOVE
    angle, rate, _ = shaped.towards(0)
    assert rig.propose(angle, rate).refusal == 0


@pytest.mark.parametrize("waited_ms", [1_000, 9_000, 60_000])
def test_who_waits_at_park_for_a_permission_begins_a_whole_ride(waited_ms: int) -> None:
    """Refused all the while, for a supply that is not good for a return: that takes nothing from the ride."""
    rig = Rig()
    rig.begin()
    rig.press(pendant=True, supply_ok=False)
    for _ in range(waited_ms // DT_MS):
        decision = rig.propose(-7000, 10)
        assert (decision.mode, decision.refusal != 0) == (d.READY, True)
    rig.press(supply_ok=True)
    rig.follow(Shaped(-7000), 0)
    assert (rig.decision.mode, rig.decision.first_cause) == (d.ACTIVE, 0)
