"""What is drawn: short rides that are called back, rides head-down, and some in which nothing goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from hil.campaign.catalogue import NOMINAL, choose
from hil.campaign.draw import Spec, draw
from hil.campaign.invariants import judge
from hil.campaign.run import Run
from hil.campaign.scenarios import BY_NAME, SCENARIOS
from hil.campaign.trace import value
from safety.causes import BY_NAME as CAUSES

RIDER = ("male", 1.75, 80.0)
RUNS = 1_500


def test_a_bow_is_called_back_half_way_and_its_fault_falls_on_the_way_home(tmp_path: Path) -> None:
    run = Run(Spec(0, 1, "bow", "node", "a1", "inclinometer_cut", "returning", 2.0, 0.3, RIDER), tmp_path)
    ride = run.ride()
    states = [one.state for one in ride.samples]
    called = states.index("returning", states.index("warming_up"))
    assert -35.0 < ride.samples[called].angle_deg < -34.0
    assert max(one.angle_deg for one in ride.samples) < -33.0
    seen = ride.samples[called + 5].report
    assert seen is not None
    assert value(seen, "first_cause") == CAUSES["return_asked"].number
    assert ride.effect_ms is not None
    assert ride.effect_ms >= ride.samples[called].t_ms + 2_000
    assert ride.parked_ms is not None
    assert not ride.completed
    assert judge(ride) == []


def goes_head_down(spec: Spec) -> bool:
    """Unless its fault ends it before."""
    called_back = bool(BY_NAME[spec.scenario].returns_in)
    return (spec.start_deg or 0.0) > 1.0 if spec.phase == "wake" else not called_back


@pytest.mark.parametrize("drive", ["node", "blvr"])
@pytest.mark.parametrize("seed", [1, 2])
def test_most_runs_of_a_campaign_are_head_down_and_one_in_twenty_has_no_fault(seed: int, drive: str) -> None:
    names = choose(None, drive)
    specs = [draw(seed, number, names, drive) for number in range(RUNS)]
    assert sum(spec.fault == NOMINAL for spec in specs) >= 0.05 * RUNS
    assert sum(goes_head_down(spec) for spec in specs) >= 0.53 * RUNS  # a fault ends some before
    assert all(goes_head_down(spec) for spec in specs if spec.fault == NOMINAL)
    places = {(scenario.name, phase) for scenario in BY_NAME.values() for phase, _ in scenario.phases}
    assert {(spec.scenario, spec.phase) for spec in specs} == places


def test_a_fault_visits_every_place_and_few_faults_are_drawn_as_they_are_named() -> None:
    names = choose(None, "node")
    places = [(one.name, phase) for one in SCENARIOS for phase, _ in one.phases]
    turns = len(places) + len(places) // 10  # every eighteenth run is nominal
    specs = [draw(1, number, names, "node") for number in range(turns * len(names))]
    lost = {(spec.scenario, spec.phase) for spec in specs if spec.fault == "wire_cut"}
    assert lost == set(places)
    few = [draw(1, number, [NOMINAL, "estop"], "node").fault for number in range(4)]
    assert few == [NOMINAL, "estop", NOMINAL, "estop"]
