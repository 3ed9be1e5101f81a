"""The tests of the day in lockstep: every drive lets go and is armed again, nothing else passes."""

from __future__ import annotations

from pathlib import Path

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
DRIVES = ("node", "blvr", "roboclaw", "jrk", "atv320", "odrive", "zlac8015d", "cia402")
READ = ("stage", "tested", "first_cause", "drive_state")
AT_MOST_MS = 30_000


def until_over(run: Lockstep) -> list[dict[str, object]]:
    """Every report as far as it matters here, until the tests have passed or something was found."""
    told: list[dict[str, object]] = []
    while run.t_ms < AT_MOST_MS:
        run.tick()
        assert run.report is not None
        told.append(
            {name: run.report[AT[name]] for name in ("stage", "tested", "first_cause", "drive_state")}
        )
        if told[-1]["tested"] or told[-1]["first_cause"]:
            break
    return told


@pytest.mark.parametrize("drive", DRIVES)
def test_every_drive_lets_go_and_is_armed_again(drive: str, tmp_path: Path) -> None:
    run = Lockstep(LockstepSetup(SHORT, "beginner", WorldSetup(drive=drive), tested=False), tmp_path)
    told = until_over(run)
    run.close()
    assert (told[-1]["tested"], told[-1]["first_cause"]) == (1, 0)
    off = [one for one in told if one["stage"] == d.TRYING_BRAKE]
    assert len(off) * 20 >= 2_000
    assert any(one["drive_state"] != DRIVE_ARMED for one in off)


def test_a_welded_enable_relay_is_found(tmp_path: Path) -> None:
    run = Lockstep(LockstepSetup(SHORT, "beginner", WorldSetup(), tested=False), tmp_path)
    run.world.faults.switch("enable_welded", True)
    told = until_over(run)
    run.close()
    assert (told[-1]["tested"], name_of(int(str(told[-1]["first_cause"])))) == (0, "torque_stays")
