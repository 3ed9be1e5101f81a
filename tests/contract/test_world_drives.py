"""The real drivers move the simulated table where they want it; left alone, each drive keeps its promise."""

from __future__ import annotations

import pytest

from firmware_bridge.readings import ARMED
from simulator.setup import Drive, Gear
from tests.world_host import riding

DRIVES = [("node", "a1"), ("node", "a2"), ("blvr", "a1"), ("blvr", "a2")]


@pytest.mark.parametrize(("drive", "gear"), DRIVES)
def test_the_table_follows_the_host_and_holds(drive: Drive, gear: Gear) -> None:
    host = riding(drive, gear, start_deg=-20.0)
    host.go(10.0)
    assert host.truth.angle_deg == pytest.approx(10.0, abs=0.05)
    host.run(5.0, 10.0)
    truth = host.truth
    assert truth.angle_deg == pytest.approx(10.0, abs=0.05)
    assert truth.rate_dps == pytest.approx(0.0, abs=0.02)
    assert host.drive.angle_cdeg == pytest.approx(1000, abs=3)
    assert host.inclinometer_cdeg == pytest.approx(1000, abs=60)
    host.go(-20.0)
    assert host.truth.angle_deg == pytest.approx(-20.0, abs=0.05)
    assert host.devices.trouble is None


@pytest.mark.parametrize(("drive", "gear"), DRIVES)
def test_on_the_way_it_is_never_far_from_the_setpoint(drive: Drive, gear: Gear) -> None:
    host = riding(drive, gear, start_deg=-20.0)
    fastest = 0.0
    for _ in range(300):
        host.step(-10.0)
        fastest = max(fastest, abs(host.truth.rate_dps))
        if host.at_deg is not None:
            assert host.truth.angle_deg == pytest.approx(host.at_deg, abs=0.15)
    assert fastest == pytest.approx(2.0, abs=0.25)


@pytest.mark.parametrize("gear", ["a1", "a2"])
def test_a_dead_host_and_an_open_session_bring_the_rider_home(gear: Gear) -> None:
    host = riding("node", gear, start_deg=10.0)
    host.run(2.0, 12.0)
    highest = host.truth.angle_deg
    host.silence(1.0)
    assert host.truth.sounder
    assert host.truth.lamp
    for seconds, angle_deg in ((10, 0.0), (49, 0.0), (20, -15.0), (14, -15.0), (46, -70.0)):
        host.silence(seconds)
        assert host.truth.angle_deg <= highest + 0.5
        assert host.truth.angle_deg == pytest.approx(angle_deg, abs=0.4)
    assert host.truth.brake_closed


def test_a_dead_host_and_no_session_just_hold() -> None:
    host = riding("node", start_deg=-20.0)
    host.session_open = False
    host.run(3.0, -10.0)
    host.silence(0.6)
    stopped = host.truth.angle_deg
    host.silence(30.0)
    assert host.truth.angle_deg == pytest.approx(stopped, abs=0.02)
    assert host.truth.brake_closed


@pytest.mark.parametrize("gear", ["a1", "a2"])
def test_a_blvr_without_a_host_stops_and_stays(gear: Gear) -> None:
    host = riding("blvr", gear, start_deg=-20.0)
    host.run(4.0, 10.0)
    assert host.truth.rate_dps == pytest.approx(2.0, abs=0.1)
    host.silence(0.25)
    assert host.truth.rate_dps == pytest.approx(0.0, abs=0.05)
    stopped = host.truth.angle_deg
    host.silence(30.0)
    assert host.truth.angle_deg == pytest.approx(stopped, abs=0.02)
    assert host.truth.brake_closed
    assert not host.truth.relay_closed


@pytest.mark.parametrize(("drive", "gear"), DRIVES)
def test_a_cut_takes_torque_and_the_brake_holds(drive: Drive, gear: Gear) -> None:
    host = riding(drive, gear, start_deg=20.0)
    host.run(3.0, 10.0)
    for _ in range(50):
        host.step(cut=True)
    truth = host.truth
    assert truth.brake_closed
    assert not truth.bridge_on
    assert truth.rate_dps == 0.0


def test_a_host_that_comes_back_takes_over_from_the_own_return() -> None:
    host = riding("node", start_deg=30.0)
    host.run(1.0, 30.0)
    host.silence(3.0)
    going = host.truth
    assert going.rate_dps == pytest.approx(-2.0, abs=0.2)
    host.run(2.0)
    assert host.drive.state == ARMED
    assert host.truth.rate_dps == pytest.approx(0.0, abs=0.05)
    assert host.truth.angle_deg > 20.0


def test_a_reboot_is_seen_and_the_session_mark_survives_it() -> None:
    host = riding("node", start_deg=20.0)
    host.run(1.0, 20.0)
    boots = host.drive.boot_count
    host.world.faults.switch("node_reboot", True)
    host.run(2.0)
    assert host.drive.boot_count == boots + 1
    assert host.world.node.brain.host.session_mark
    host.go(18.0)
    assert host.truth.angle_deg == pytest.approx(18.0, abs=0.05)
