"""The tests of the day in lockstep: every drive lets go and is armed again, nothing else passes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hil.rigs.lockstep import Lockstep, LockstepSetup
from safety import decision as d
from safety.causes import name_of
from safety.guard import messages
from safety.observation import DRIVE_ARMED
from simulator.setup import WorldSetup
from tests import house

SHORT = (house.ROOT / "tests/data/programmes/short.toml").read_text(encoding="utf-8")
AT = messages.REPORT_LAYOUT.index
# How somebody else than the guard would feed its watchdog, as a second master on its line.
FEED: dict[str, Callable[[Any], None]] = {
    "node": lambda world: vars(world.node.brain.host._watchdog).update(_fed_ms=world.now_us // 1_000),
    "blvr": lambda world: vars(world.side.drive).update(_heard_us=world.now_us, _lifetime_us=None),
    "jrk": lambda world: vars(world.side.drive).update(_fed_us=world.now_us),
    "odrive": lambda world: vars(world.side.drive).update(_fed_us=world.now_us),
}
CANNOT_SAY = ("atv320", "roboclaw", "zlac8015d", "cia402")
READ = ("stage", "tested", "first_cause", "drive_state")
AT_MOST_MS = 30_000


def begun(folder: Path, drive: str = "node") -> Lockstep:
    return Lockstep(LockstepSetup(SHORT, "beginner", WorldSetup(drive=drive), tested=False), folder)


def until_over(
    run: Lockstep,
    in_silence: Callable[[Any], None] | None = None,
    ticks: int = AT_MOST_MS // 20,
    until_silent: bool = False,
) -> list[dict[str, Any]]:
    """Every report as far as it matters here, until the tests have passed or something was found."""
    told: list[dict[str, Any]] = []
    for _ in range(ticks):
        run.tick()
        assert run.report is not None
        assert run.guard is not None
        assert run.guard.decision is not None
        read = {name: run.report[AT[name]] for name in READ}
        told.append({**read, "fed": run.guard.decision.feed})
        if in_silence is not None and not told[-1]["fed"]:
            in_silence(run.world)
        if told[-1]["tested"] or told[-1]["first_cause"] or (until_silent and not told[-1]["fed"]):
            break
    return told


@pytest.mark.parametrize("drive", [*FEED, *CANNOT_SAY])
def test_every_drive_lets_go_and_is_armed_again(drive: str, tmp_path: Path) -> None:
    """And its own watchdog acts when it is fed no more; of one that cannot say so, that is said."""
    run = begun(tmp_path, drive)
    told = until_over(run)
    run.close()
    assert (told[-1]["tested"], told[-1]["first_cause"]) == (1, 0)
    off = [one for one in told if one["stage"] == d.TRYING_BRAKE]
    assert len(off) * 20 >= 2_000
    assert any(one["drive_state"] != DRIVE_ARMED for one in off)
    silent = [one for one in told if not one["fed"]]
    events = [json.loads(line) for line in (tmp_path / "guard.events.jsonl").read_text().splitlines()]
    untried = [event["why"] for event in events if event["event"] == "not_tried"]
    assert bool(silent) == (drive in FEED)
    assert len(untried) == (drive in CANNOT_SAY)
    assert all(one["stage"] == d.TRYING_BEATS for one in silent)
    assert len(silent) * 20 <= 240


@pytest.mark.parametrize("drive", FEED)
def test_a_drive_whose_watchdog_does_not_act_is_found(drive: str, tmp_path: Path) -> None:
    run = begun(tmp_path, drive)
    told = until_over(run, FEED[drive])
    run.tick()
    assert run.guard is not None
    assert run.guard.decision is not None
    latched = run.guard.decision.latched_cause
    run.close()
    assert (told[-1]["tested"], name_of(told[-1]["first_cause"])) == (0, "watchdog_dead")
    assert name_of(latched) == "watchdog_dead"


@pytest.mark.parametrize(("drive", "cut_ms"), [("blvr", 900), ("jrk", 1_150), ("odrive", 1_300)])
def test_a_wire_that_is_out_says_nothing_of_the_watchdog(drive: str, cut_ms: int, tmp_path: Path) -> None:
    """Neither for it, as the silence was longer than the guard's own, nor against it."""
    run = begun(tmp_path, drive)
    until_over(run, lambda world: world.faults.switch("wire_cut", True), until_silent=True)
    assert not until_over(run, ticks=cut_ms // 20)[-1]["tested"]
    run.world.faults.switch("wire_cut", False)
    told = until_over(run)
    assert run.guard is not None
    assert run.guard.decision is not None
    latched = run.guard.decision.latched_cause
    run.close()
    assert (latched, name_of(told[-1]["first_cause"])) in ((0, None), (0, "drive_lost"))
    assert not told[-1]["tested"] or any(not one["fed"] for one in told), "only after a second silence"


def test_a_welded_enable_relay_is_found(tmp_path: Path) -> None:
    run = begun(tmp_path)
    run.world.faults.switch("enable_welded", True)
    told = until_over(run)
    run.close()
    assert (told[-1]["tested"], name_of(told[-1]["first_cause"])) == (0, "torque_stays")
