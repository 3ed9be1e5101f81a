"""Drives that tell their heat: over the wire from the twin, in its turn, and not for ever when it stops."""

from __future__ import annotations

import pytest

from firmware_bridge.drives import catalogue
from firmware_bridge.drives.heat import OLD_MS
from firmware_bridge.readings import ARMED
from simulator.faults import UnknownFault
from simulator.setup import WorldSetup
from simulator.world import World
from tests.world_host import Host, riding

# Of each drive: the faults that make it hot, permille of what it bears usually and at 90 degC or per cent.
TELLS = {
    "blvr": (("drive_hot", "motor_hot"), 502, 1_059),
    "roboclaw": (("drive_hot",), 366, 1_059),
    "odrive": (("drive_hot",), 353, 1_059),
    "atv320": (("drive_hot", "motor_hot"), 350, 900),
    "zlac8015d": (("motor_hot",), 353, 1_059),
}
SILENT = sorted(set(catalogue.DRIVES) - set(TELLS))
FAULTS = [(drive, fault) for drive, (faults, _, _) in TELLS.items() for fault in faults]
KNOWN_AFTER_S = 2.0  # of being armed


def settled(drive: str) -> Host:
    host = riding(drive)
    host.run(KNOWN_AFTER_S)
    return host


@pytest.mark.parametrize(("drive", "fault"), FAULTS)
def test_what_the_twin_feels_reaches_the_reading(drive: str, fault: str) -> None:
    host = settled(drive)
    assert host.devices.drive.capabilities.tells_heat
    assert host.drive.heat_permille == TELLS[drive][1]
    host.world.faults.switch(fault, True, 90.0)
    host.run(3.0, -69.0)
    assert host.drive.heat_permille == TELLS[drive][2]
    host.world.faults.switch(fault, False)
    host.run(3.0, -69.0)
    assert host.drive.heat_permille == TELLS[drive][1]
    assert (host.drive.state, host.devices.trouble) == (ARMED, None)


@pytest.mark.parametrize("drive", ["blvr", "odrive"])
def test_a_heat_that_is_not_told_any_more_is_not_known(drive: str) -> None:
    """The sensor has failed: it tells what only a broken one does."""
    host = settled(drive)
    host.world.warmth.heat(next(iter(host.world.warmth.told_hot)), 0.0)
    host.run(OLD_MS / 1_000 - 3.0)
    assert host.drive.heat_permille == TELLS[drive][1]
    host.run(6.0)
    reading = host.drive
    assert reading.heat_permille is None
    assert reading.state == ARMED


@pytest.mark.parametrize("drive", SILENT)
def test_a_drive_that_does_not_tell_says_so(drive: str) -> None:
    host = riding(drive)
    assert not host.devices.drive.capabilities.tells_heat
    assert host.drive.heat_permille is None
    with pytest.raises(UnknownFault, match="needs a drive that tells how hot it is"):
        World(WorldSetup(drive=drive)).faults.switch("drive_hot", True)


@pytest.mark.parametrize("drive", TELLS)
def test_asking_for_it_leaves_angles_and_commands_their_pace(drive: str) -> None:
    """Between two seconds of a ride no angle gets older than in the rest of it."""
    host = settled(drive)
    ages = []
    for _ in range(150):
        host.step(-66.0)
        ages.append(host.tick * 20 - host.drive.at_ms)
    assert max(ages) <= 60
    assert host.truth.angle_deg == pytest.approx(host.at_deg, abs=0.3)
