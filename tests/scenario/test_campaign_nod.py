"""The ride of half of a campaign: up to rest, and called back; a fault on the way home is one."""

from __future__ import annotations

from pathlib import Path

from hil.campaign.draw import Spec
from hil.campaign.invariants import judge
from hil.campaign.run import Run
from hil.campaign.scenarios import BY_NAME
from hil.campaign.trace import value
from safety.causes import BY_NAME as CAUSES

RIDER = ("male", 1.75, 80.0)


def test_a_nod_is_called_back_as_soon_as_it_lowers_and_its_fault_falls_on_the_way_home(
    tmp_path: Path,
) -> None:
    run = Run(Spec(0, 1, "nod", "node", "a1", "inclinometer_cut", "returning", 2.0, 0.3, RIDER), tmp_path)
    ride = run.ride()
    states = [one.state for one in ride.samples]
    lowering = states.index("lowering")
    called = states.index("returning", lowering)
    assert called - lowering <= 5
    assert max(one.angle_deg for one in ride.samples) < 2.0
    seen = ride.samples[called + 5].report
    assert seen is not None
    assert value(seen, "first_cause") == CAUSES["return_asked"].number
    assert ride.effect_ms is not None
    assert ride.effect_ms >= ride.samples[called].t_ms + 2_000
    assert ride.parked_ms is not None
    assert not ride.completed
    assert judge(ride) == []


def test_half_of_the_moments_of_a_campaign_are_on_such_a_way_home() -> None:
    nod = BY_NAME["nod"]
    assert nod.returns_in == "lowering"
    assert {phase for phase, _ in nod.phases} == {"ready", "warming_up", "returning"}
    places = [place for scenario in BY_NAME.values() for place in scenario.phases]
    assert len(nod.phases) * 2 > len(places)
    assert not any(scenario.returns_in for name, scenario in BY_NAME.items() if name != "nod")
