"""A drive or a motor that gets hot on the way down: told on its wire, seen by the guard, and home (HZ-50)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hil.campaign.draw import Spec
from hil.campaign.invariants import judge
from hil.campaign.run import Run
from hil.campaign.trace import Ride, value
from hil.rigs.lockstep import Lockstep, LockstepSetup
from safety import modes
from safety.causes import BY_NAME
from simulator.setup import RiderSetup, WorldSetup
from tests import house

SHORT = (house.ROOT / "tests/data/programmes/short.toml").read_text(encoding="utf-8")
RIDER = ("male", 1.75, 80.0)
HOT_DEGC = 82.0  # above 80 per cent of the 85 degC of the demo's table
# The other drives that tell are ridden as far as their reading in tests/contract/test_drive_heat.py.
RIDES = (("blvr", "motor_hot"), ("roboclaw", "drive_hot"))
SOON_MS = 3_500  # each of the drive's temperatures comes once in that time


def ridden(drive: str, fault: str, place: Path) -> Ride:
    """Five seconds into the way from park, so that the way home is short."""
    return Run(
        Spec(0, 1, "dip", drive, "a1", fault, "warming_up", 5.0, None, RIDER, amount=HOT_DEGC), place
    ).ride()


@pytest.mark.parametrize(("drive", "fault"), RIDES)
def test_the_rider_comes_home(drive: str, fault: str, tmp_path: Path) -> None:
    ride = ridden(drive, fault, tmp_path)
    assert ride.injected_ms is not None
    hot = [one for one in ride.samples if one.report is not None and value(one.report, "first_cause")]
    assert hot[0].report is not None
    assert value(hot[0].report, "first_cause") == BY_NAME["too_hot"].number
    assert hot[0].t_ms - ride.injected_ms <= SOON_MS
    assert max(one.angle_deg for one in ride.samples) < -50.0
    assert ride.parked_ms is not None
    assert not ride.completed
    assert judge(ride) == []


def test_on_a_drive_whose_sensor_is_broken_nothing_begins_and_it_is_said(tmp_path: Path) -> None:
    world = WorldSetup(drive="blvr", rider=RiderSetup(mounted=True))
    run = Lockstep(LockstepSetup(SHORT, "beginner", world), tmp_path)
    run.world.warmth.heat("motor", 0.0)
    while run.t_ms < 15_000:
        run.tick()
    told = (tmp_path / "guard.events.jsonl").read_text(encoding="utf-8").splitlines()
    angle_deg = run.world.truth.angle_deg
    run.close()
    refused = [event["why"] for event in map(json.loads, told) if event["event"] == "begin_refused"]
    assert refused[-1] == modes.HOT
    assert angle_deg == pytest.approx(-70.0, abs=0.1)
