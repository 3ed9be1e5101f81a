"""A world is a function of its setup, its seed and what is done to it; time is what it is told."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from typing import Any

import pytest

from simulator.rider import RiderSetup
from simulator.setup import Drive, WorldSetup
from simulator.world import World
from tests import house
from tests.world_host import TICK_MS, Host


def trace(drive: Drive, seed: int, seconds: float = 20.0, spoilt: bool = True) -> str:
    """Hash of all a run shows: wire bytes on their way to the host, and the truth on a 0.1 mdeg grid."""
    host = Host(WorldSetup(drive=drive, rider=RiderSetup(mounts_after_s=2.0)), seed)
    if spoilt:
        host.world.faults.switch("wire_lossy", True)
    found = hashlib.sha256()
    for tick in range(round(seconds * 50)):
        host.lamp = tick > 400
        host.step(-60.0 if tick > 150 else None)
        truth = host.truth
        found.update(f"{truth.angle_deg:.4f} {truth.current_a:.3f} {truth.pendant}".encode())
        found.update(repr(host.devices.drive.read()).encode())
        found.update(repr(host.devices.inclinometer.read()).encode())
    return found.hexdigest()


@pytest.mark.parametrize("drive", ["node", "blvr"])
def test_one_seed_one_run(drive: Drive) -> None:
    assert trace(drive, 1) == trace(drive, 1)
    assert trace(drive, 1) != trace(drive, 2)


def test_a_run_does_not_depend_on_the_hash_seed_of_the_interpreter() -> None:
    code = "from tests.unit.test_world_runs import trace; print(trace('node', 3, 8.0))"
    hashes = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": number, "PYTHONPATH": str(house.ROOT)},
            cwd=house.ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for number in ("0", "4711")
    }
    assert hashes == {trace("node", 3, 8.0) + "\n"}


def test_the_size_of_the_steps_changes_nothing() -> None:
    def at_end(step_us: int) -> tuple[object, ...]:
        world = World(WorldSetup(rider=RiderSetup(mounts_after_s=0.5)), 5)
        for now_us in range(step_us, 6_000_001, step_us):
            world.advance(now_us)
        return world.truth

    assert at_end(20_000) == at_end(1_000_000) == at_end(500)


@pytest.mark.parametrize("drive", ["node", "blvr"])
def test_a_table_that_moves_does_not_feel_how_time_is_cut(drive: Drive) -> None:
    def ridden(step_us: int) -> tuple[object, ...]:
        setup = WorldSetup(drive=drive, rider=RiderSetup(mounted=True, dismounts_after_s=None))
        host = Host(setup, 5)
        for tick in range(400):
            for part in range(step_us, TICK_MS * 1000, step_us):
                host.world.advance(tick * TICK_MS * 1000 + part)
            host.step(-66.0 if tick > 100 else None)
        return host.world.truth

    assert ridden(1_000) == ridden(7_000) == ridden(20_000)
    assert ridden(20_000)[1] != -70.0, "it has moved"


def test_less_than_a_millisecond_is_kept() -> None:
    world = World(WorldSetup())
    world.advance(1_700)
    assert world.now_us == 1_700
    world.advance(1_200)
    assert world.now_us == 1_700


def test_the_empty_table_is_lighter_than_the_loaded_one() -> None:
    world = World(WorldSetup(rider=RiderSetup(mounts_after_s=1.0)))
    seen = []
    for now_us in (900_000, 2_000_000):
        world.advance(now_us)
        seen.append((world.truth.on_table, round(world.table.plant._inertia, 2)))
    assert seen == [(False, 5.67), (True, 18.25)]  # physics reference 2.3


def test_a_node_world_has_one_wire_and_a_blvr_world_three() -> None:
    assert set(World(WorldSetup()).wires) == {"drive"}
    assert set(World(WorldSetup(drive="blvr")).wires) == {"drive", "inclinometer", "inputs"}


@pytest.mark.parametrize(
    ("rider", "text"),
    [
        (
            {"mass_kg": 0.0},
            "mass_kg: must be a finite number, at least 20 kg and at most 300 kg",
        ),
        (
            {"stature_m": 3.0},
            "stature_m: must be a finite number, at least 1 m and at most 2.5 m",
        ),
        ({"stature_m": 175.0}, "give metres"),
        ({"mass_kg": float("nan")}, "this is nan"),
        ({"mass_kg": 25.0, "stature_m": 2.4}, "check mass_kg and stature_m"),
        ({"sex": "child"}, "there are male, female"),
        ({"mounts_after_s": -1.0}, "mounts_after_s: must be a finite number, at least 0 s"),
        ({"dismounts_after_s": float("inf")}, "dismounts_after_s"),
        ({"answers_after_s": (3.0, 1.0)}, "first <= last"),
    ],
)
def test_an_impossible_rider_is_refused(rider: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        RiderSetup(**rider)


@pytest.mark.parametrize(
    ("setup", "text"),
    [
        ({"gear": "a3"}, "gear 'a3': there are a1, a2"),
        ({"drive": "nod"}, "drive 'nod': there are node, blvr"),
        ({"park_deg": -120.0}, "park_deg: must be a finite number, at least -90 deg and at most 90 deg"),
        ({"start_deg": float("nan")}, "start_deg"),
        ({"node_baud": 0}, "node_baud: must be a finite number, at least 300 baud"),
    ],
)
def test_an_impossible_table_is_refused(setup: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        World(WorldSetup(**setup))


def test_an_unknown_fault_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean jammed"):
        World(WorldSetup()).faults.switch("jamed", True)
