"""Drives on a linear actuator or spindle: the whole way, the dead host, and angles beyond the geometry."""

from __future__ import annotations

import pytest

from firmware_bridge.drives.position_loop import PositionLoop
from firmware_bridge.lever import Pivots, lever
from firmware_bridge.readings import ARMED, AngleReading
from simulator.setup import Drive, WorldSetup
from simulator.world_jrk import JrkSide
from tests.world_host import RIDING, Host

TRACKED_DEG, HELD_DEG, SEEN_DEG = 1.5, 0.5, 0.5
ROD = lever(Pivots(0.32, -0.62, -0.16, -0.06), -7_600, 6_800)
# Of a Jrk on the simulated rod, standing at these angles: golden, by the physics reference.
FEEDBACK = {-70: 527, -45: 1_092, 0: 2_398, 45: 3_408, 60: 3_596}


def on_a_rod(name: Drive, start_deg: float) -> Host:
    host = Host(WorldSetup(gear="b", drive=name, rider=RIDING, start_deg=start_deg))
    host.session_open = False
    return host


def armed(name: Drive, start_deg: float) -> Host:
    host = on_a_rod(name, start_deg)
    host.start()
    host.run(1.0)
    return host


# zlac8015d and cia402 are led by the same loop and origin; a quick way of each near park.
@pytest.mark.parametrize(
    ("name", "start_deg", "targets"),
    [
        ("jrk", -62.0, ((-56.0, 4.0),)),
        ("jrk", 56.0, ((60.0, 2.0), (56.0, 4.0))),
        ("atv320", 57.0, ((60.0, 2.0),)),
        ("zlac8015d", -68.0, ((-66.0, 2.0),)),
        ("cia402", -68.0, ((-66.0, 2.0),)),
    ],
)
def test_it_follows_and_holds(
    name: Drive, start_deg: float, targets: tuple[tuple[float, float], ...]
) -> None:
    host = armed(name, start_deg)
    for target_deg, rate_dps in targets:
        way = abs(host.truth.angle_deg - target_deg)
        for _ in range(round((way / rate_dps + rate_dps + 2.5) * 50)):
            host.step(target_deg, rate_dps)
            if host.at_deg is not None:
                assert host.truth.angle_deg == pytest.approx(host.at_deg, abs=TRACKED_DEG)
            if host.drive.angle_cdeg is not None:
                assert host.drive.angle_cdeg / 100 == pytest.approx(host.truth.angle_deg, abs=SEEN_DEG)
        for _ in range(50):
            host.step(target_deg)
            assert host.truth.angle_deg == pytest.approx(target_deg, abs=HELD_DEG)
    assert host.drive.state == ARMED


@pytest.mark.parametrize("deg", FEEDBACK)
def test_the_feedback_is_the_rods_length(deg: int) -> None:
    host = on_a_rod("jrk", float(deg))
    side = host.world.side
    assert isinstance(side, JrkSide)
    assert side.drive.feedback == pytest.approx(FEEDBACK[deg], abs=1)
    host.start()
    assert host.drive.angle_cdeg == pytest.approx(deg * 100, abs=10)


def test_where_the_arm_is_short_a_dead_host_is_stood_still_all_the_same() -> None:
    host = armed("jrk", 50.0)
    host.run(3.0, 62.0)
    before = host.truth.angle_deg
    host.silence(0.32)
    assert host.truth.rate_dps == pytest.approx(0.0, abs=0.2)
    assert host.truth.angle_deg - before < 0.8


@pytest.mark.parametrize("counts", [400, 3_700])
def test_a_length_beyond_the_geometry_is_no_angle_and_moves_nothing(counts: int) -> None:
    """Not so far that the Jrk's own limits of its feedback would say so."""
    host = armed("jrk", -68.0)
    side = host.world.side
    assert isinstance(side, JrkSide)
    host.run(0.5, -60.0)
    side.drive.zero_counts += counts - side.drive.feedback
    host.run(0.5, -60.0)
    stood_deg = host.truth.angle_deg
    host.run(1.0, -60.0)
    assert host.drive.angle_cdeg is None
    assert host.truth.angle_deg == pytest.approx(stood_deg, abs=0.05)


def test_the_loop_turns_a_drive_slower_where_the_arm_is_short() -> None:
    def told(angle_cdeg: int, other: AngleReading | None = None) -> float:
        loop, even = PositionLoop(lever=ROD), PositionLoop()
        for one in (loop, even):
            one.move(angle_cdeg + 10, 200)
        at = AngleReading(1_000, 1, angle_cdeg, None)
        return loop.speed_cdps(at, 1_000, other) / even.speed_cdps(at, 1_000)

    assert told(0) == 1.0
    assert told(6_000) == pytest.approx(0.054907 / 0.16052854, rel=1e-4)
    assert told(-1_500) == pytest.approx(0.16999164 / 0.16052854, rel=1e-4)
    slowest = ROD.slope(float(ROD.shortest_arm[0]))
    assert slowest == min(ROD.slope(float(cdeg)) for cdeg in range(ROD.low_cdeg, ROD.high_cdeg + 1, 50))
    assert told(ROD.high_cdeg + 1) == pytest.approx(slowest)
    assert told(ROD.low_cdeg - 1) == pytest.approx(slowest)
    # An encoder that says what no bed can be, while the guard leads by the inclinometer.
    assert told(18_000, AngleReading(1_000, 1, -1_500, None)) == pytest.approx(told(-1_500))
    assert told(6_000, AngleReading(1_000, 1, -1_500, None)) == pytest.approx(told(6_000))
    assert told(18_000, AngleReading(1_000, 1, 18_000, None)) == pytest.approx(slowest)


def test_a_stop_slows_down_by_the_arm_seen_last() -> None:
    loop = PositionLoop(lever=ROD)
    loop.move(6_000, 200)
    assert loop.speed_cdps(AngleReading(0, 1, 6_000, None), 0) > 0.0
    loop.stop(3_000)
    assert 0.0 < loop.speed_cdps(None, 20) < 200 * ROD.slope(6_000.0)
