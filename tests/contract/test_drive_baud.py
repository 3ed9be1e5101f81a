"""Which baud is too slow for which drive: refused before anything moves, ridden where it just suffices."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from firmware_bridge.assembly import open_devices
from firmware_bridge.config import DevicesConfig
from firmware_bridge.drives import catalogue
from firmware_bridge.keys import BAUDS
from firmware_bridge.line_pace import OLDEST_MS, Turn, oldest_ms
from firmware_bridge.link.memory import memory_pair
from simulator.setup import Drive, WorldSetup
from tests.world_host import RIDING, TICK_MS, Host, config_of

SLOWEST: dict[Drive, int] = {
    "node": 38_400,
    "blvr": 57_600,
    "roboclaw": 9_600,
    "atv320": 19_200,
    "zlac8015d": 19_200,
    "cia402": 19_200,
    "jrk": 9_600,
    "odrive": 115_200,
}
AT_ANOTHER: dict[Drive, int] = {"zlac8015d": 115_200}  # the twin's own, which arming compares


def slowed(drive: Drive, baud: int) -> DevicesConfig:
    config = config_of(drive)
    own: Any = config.drive
    return replace(config, drive=replace(own, baud=baud))


def test_every_drive_has_its_slowest_line() -> None:
    assert set(SLOWEST) == set(catalogue.DRIVES)


@pytest.mark.parametrize("drive", SLOWEST)
def test_every_slower_line_is_refused_with_what_to_change(drive: Drive) -> None:
    for baud in BAUDS:
        if baud >= SLOWEST[drive]:
            open_devices(slowed(drive, baud), lambda port, baud, parity: memory_pair()[0])
            continue
        with pytest.raises(ValueError, match=rf"^\[drive\].baud: at {baud} baud .* allowed .*; set "):
            open_devices(slowed(drive, baud), lambda port, baud, parity: memory_pair()[0])


@pytest.mark.parametrize("drive", SLOWEST)
def test_on_its_slowest_line_no_angle_is_too_old_and_the_table_follows(drive: Drive) -> None:
    baud = AT_ANOTHER.get(drive, SLOWEST[drive])
    setup = WorldSetup(drive=drive, rider=RIDING, start_deg=-62.0, node_baud=460_800, drive_baud=baud)
    if drive == "node":
        setup = replace(setup, node_baud=baud)
    host = Host(setup, config=slowed(drive, baud))
    host.start()
    for tick in range(300):
        host.step(-58.0 if tick < 200 else None)
        assert host.tick * TICK_MS - host.drive.at_ms <= OLDEST_MS
        if host.at_deg is not None:
            assert host.truth.angle_deg == pytest.approx(host.at_deg, abs=1.5)
    assert host.truth.angle_deg == pytest.approx(-58.0, abs=0.5)


def test_the_age_of_an_angle_is_counted_over_the_whole_cycle() -> None:
    """By hand: two ticks for the angle, one for the command; 7 ms of the question do not count."""
    angle, command = Turn(20_001, 7_000), Turn(20_000, 12_000, tells=False)
    assert oldest_ms([angle]) == 40 + 40 - 7
    assert oldest_ms([angle, command]) == oldest_ms([command, angle]) == 40 + 20 + 40 - 7
    assert oldest_ms([angle, angle, command, command]) == 40 + 20 + 20 + 40 - 7
