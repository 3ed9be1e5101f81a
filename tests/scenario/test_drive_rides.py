"""A session on drives led by the bridge, at the hinge and on a rod, guard and controller and all.

On the counted clock. The node and the BLV-R do so in tests/scenario/test_demo.py, as processes on real ptys;
any other with `keel demo --drive NAME --speed 20 --headless`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hil.rigs.lockstep import Lockstep, LockstepSetup
from simulator.setup import Drive, Gear, RiderSetup, WorldSetup
from tests import house

SHORT = (house.ROOT / "tests/data/programmes/short.toml").read_text(encoding="utf-8")
RIDES: tuple[tuple[Drive, Gear], ...] = (("odrive", "a1"), ("jrk", "b"))
RIDER = RiderSetup(mounted=True, dismounts_after_s=None)
AT_MOST_MS = 300_000


@pytest.mark.parametrize(("name", "gear"), RIDES)
def test_a_session_without_a_refusal(name: Drive, gear: Gear, tmp_path: Path) -> None:
    world = WorldSetup(gear=gear, drive=name, rider=RIDER)
    run = Lockstep(LockstepSetup(SHORT, "beginner", world), tmp_path)
    events = tmp_path / "guard.events.jsonl"
    highest_deg, end = -90.0, None
    while end is None and run.t_ms < AT_MOST_MS:
        for _ in range(250):
            run.tick()
            highest_deg = max(highest_deg, run.world.truth.angle_deg)
        told = [json.loads(line) for line in events.read_text(encoding="utf-8").splitlines()]
        end = next((event for event in told if event["event"] == "end"), None)
    angle_deg = run.world.truth.angle_deg
    run.close()
    assert end is not None
    assert (end["cause"], end["wrong"], end["refusals"]) == (None, None, 0)
    assert highest_deg == pytest.approx(10.0, abs=0.6)
    assert angle_deg == pytest.approx(-70.0, abs=0.6)
