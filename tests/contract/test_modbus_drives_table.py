"""ATV320 and ZLAC8015D turn the simulated table: loaded, on both gears, with and without their host.

Near park, where counts from the inclinometer become an angle of their own (drives/origin.py).
"""

from __future__ import annotations

import pytest

from firmware_bridge.readings import ARMED
from simulator.setup import Gear
from tests.modbus_drive_rig import NAMES
from tests.world_host import riding

HELD_DEG, TRACKED_DEG = 0.5, 1.5  # what a speed drive must keep
GEARS: tuple[Gear, ...] = ("a1", "a2")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("gear", GEARS)
def test_it_tracks_and_holds(name: str, gear: Gear) -> None:
    host = riding(name, gear, start_deg=-62.0)
    for target_deg, rate_dps in ((-52.0, 2.0), (-68.0, 6.0)):
        way = abs(host.truth.angle_deg - target_deg)
        for _ in range(round((way / rate_dps + rate_dps + 2.5) * 50)):
            host.step(target_deg, rate_dps)
            if host.at_deg is not None:
                assert host.truth.angle_deg == pytest.approx(host.at_deg, abs=TRACKED_DEG)
        for _ in range(100):
            host.step(target_deg)
            assert host.truth.angle_deg == pytest.approx(target_deg, abs=HELD_DEG)
            assert host.tick * 20 - host.drive.at_ms <= 60
    assert host.drive.state == ARMED
    assert host.devices.trouble is None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("gear", GEARS)
def test_without_a_host_it_stops_and_the_brake_holds(name: str, gear: Gear) -> None:
    host = riding(name, gear, start_deg=-62.0)
    host.run(4.0, -40.0)
    assert host.truth.rate_dps == pytest.approx(2.0, abs=0.15)
    host.silence(0.3)
    assert host.truth.rate_dps == pytest.approx(0.0, abs=0.05)
    stopped = host.truth.angle_deg
    host.silence(30.0)
    assert host.truth.angle_deg == pytest.approx(stopped, abs=0.1)
    assert host.truth.brake_closed
    host.start()
    host.run(1.0)
    host.go(-62.0)
    assert host.truth.angle_deg == pytest.approx(-62.0, abs=HELD_DEG)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("gear", GEARS)
def test_a_cut_takes_torque_and_the_brake_holds(name: str, gear: Gear) -> None:
    host = riding(name, gear, start_deg=-62.0)
    host.run(3.0, -50.0)
    for _ in range(50):
        host.step(cut=True)
    assert host.truth.brake_closed
    assert not host.truth.bridge_on
    assert host.truth.rate_dps == 0.0
