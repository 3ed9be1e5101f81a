"""Everything on the host is killed: the node alone brings the rider home, and the next guard says so.

World, guard, controller and panel on the counted clock (hil.rigs.lockstep); the node runs its real firmware.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any, Literal

import pytest

from hil.rigs.lockstep import PROCESSES, Lockstep, LockstepSetup
from simulator.setup import RiderSetup, WorldSetup
from tests import house

SHORT = (house.ROOT / "tests/data/programmes/short.toml").read_text(encoding="utf-8")
RIDER = RiderSetup(mounted=True, dismounts_after_s=None)
LAST_S = 95.0  # of the way out; later the ride is on its way home anyway
RIDES = ((8, "a1"), (9, "a2"))  # seed, gear; 10 seeds on both gears passed when this was written
STANDS_DPS = 0.05
AT_PARK_DEG = 0.5


class Ride(Lockstep):
    """A short bout of a beginner."""

    def __init__(self, gear: Literal["a1", "a2"], seed: int, folder: Path) -> None:
        world = WorldSetup(gear=gear, rider=RIDER)
        super().__init__(LockstepSetup(SHORT, "beginner", world, seed), folder)

    def until_s(self, t_s: float) -> None:
        """Go on."""
        while self.t_ms < t_s * 1000:
            self.tick()

    def kill_everything(self) -> None:
        """kill -9, and nobody starts anything."""
        for name in PROCESSES:
            self.kill(name, restarts=False)

    def is_at_park(self) -> bool:
        """Standing upright."""
        truth = self.world.truth
        return abs(truth.angle_deg + 70.0) <= AT_PARK_DEG and abs(truth.rate_dps) < STANDS_DPS

    def is_parked(self) -> bool:
        """The same behind a closed brake."""
        return self.is_at_park() and self.world.truth.brake_closed

    def events(self) -> list[dict[str, Any]]:
        """What the guards have written down."""
        text = (self.folder / "guard.events.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]


def time_to_park_s(angle_deg: float) -> float:
    """The design's bound, with the pauses that the node always keeps."""
    down, below = max(0.0, angle_deg), min(0.0, angle_deg)
    pauses = (60.0 if angle_deg > -0.5 else 0.0) + (20.0 if angle_deg > -15.5 else 0.0)
    return 0.3 + down / 2 + (70.0 + below) / 1.5 + pauses + 10.0


@pytest.mark.parametrize(("seed", "gear"), RIDES)
def test_the_node_alone_brings_the_rider_home(seed: int, gear: Literal["a1", "a2"], tmp_path: Path) -> None:
    ride = Ride(gear, seed, tmp_path)
    ride.until_s(random.Random(seed).uniform(8.0, LAST_S))
    killed_ms, angle_deg = ride.t_ms, ride.world.truth.angle_deg
    ride.kill_everything()
    ended_ms, highest_deg, fastest_dps = None, angle_deg, 0.0
    while not ride.is_parked():
        ride.tick()
        truth = ride.world.truth
        highest_deg, fastest_dps = max(highest_deg, truth.angle_deg), max(fastest_dps, abs(truth.rate_dps))
        if truth.rate_dps > STANDS_DPS:
            ended_ms = ride.t_ms - killed_ms  # head-down motion, still
        assert ride.t_ms - killed_ms <= time_to_park_s(angle_deg) * 1000
    assert (ended_ms or 0) <= 300
    assert highest_deg - angle_deg <= 0.6
    assert fastest_dps <= 2.2
    ride.kill("guard")  # that is: a second later there is a new one
    ride.until_s(ride.t_ms / 1000 + 3.0)
    last = [event for event in ride.events() if event["event"] == "end"][-1]
    ride.close()
    assert (last["cause"], last["wrong"]) == ("guard_lost", None)
    assert ride.is_at_park()  # held by now, armed or braked


def test_a_guard_that_wakes_up_on_the_way_takes_over_and_says_why(tmp_path: Path) -> None:
    ride = Ride("a1", 1, tmp_path)
    ride.until_s(60.0)
    assert -20 < ride.world.truth.angle_deg < 0
    ride.kill_everything()
    ride.until_s(64.0)
    ride.kill("guard")
    ride.until_s(66.5)
    modes = [event for event in ride.events() if event["event"] == "mode"]
    assert (modes[-1]["mode"], modes[-1]["cause"]) == ("returning", "guard_lost")
    ride.until_s(240.0)
    last = [event for event in ride.events() if event["event"] == "end"][-1]
    ride.close()
    assert ride.is_at_park()
    assert last["cause"] == "guard_lost"
