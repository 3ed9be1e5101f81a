"""What every drive of the table must do, the same sentences for all, in memory.

On ptys and TCP ports: test_all_drives_on_wires.py.

Near park, where each drive knows its angle; what only one drive can do stands in a file of its own.
"""

from __future__ import annotations

import pytest

from firmware_bridge.drives import catalogue
from firmware_bridge.ports import ByteLink
from firmware_bridge.readings import ARMED, DISARMED, FAULT, UNPOWERED
from safety.guard import able
from simulator.setup import WorldSetup
from tests.spoilt_link import KINDS, SpoiltLink
from tests.world_host import RIDING, Host

NAMES = sorted(catalogue.DRIVES)
START_DEG = -62.0
TRACKED_DEG, HELD_DEG, SEEN_DEG = 1.5, 0.5, 0.5
OLDEST_MS = 100

ON_A_ROD = "jrk on a rod"  # a slice of the sentences, in the place of the Jrk at the hinge

every_drive = pytest.mark.parametrize("name", NAMES)
every_drive_and_rod = pytest.mark.parametrize("name", [ON_A_ROD if name == "jrk" else name for name in NAMES])


def setup_of(name: str, start_deg: float = START_DEG) -> WorldSetup:
    if name == ON_A_ROD:
        return WorldSetup(gear="b", drive="jrk", rider=RIDING, start_deg=start_deg)
    return WorldSetup(drive=name, rider=RIDING, start_deg=start_deg)


def made(name: str, start_deg: float = START_DEG) -> Host:
    host = Host(setup_of(name, start_deg))
    host.session_open = False  # a node alone stops too, instead of going home
    return host


def armed(name: str, start_deg: float = START_DEG) -> Host:
    host = made(name, start_deg)
    host.start()
    host.run(1.0)
    return host


@every_drive
def test_it_declares_what_the_guard_asks_for(name: str) -> None:
    capabilities = made(name).devices.drive.capabilities
    assert able.why_not(capabilities) is None
    assert capabilities.name


@every_drive
def test_it_moves_nothing_until_it_is_told_to(name: str) -> None:
    host = armed(name)
    start_deg = host.truth.angle_deg
    host.run(3.0)
    assert host.truth.angle_deg == pytest.approx(start_deg, abs=0.1)
    reading = host.drive
    assert (reading.state, reading.fault) == (ARMED, 0)
    tells = host.devices.drive.capabilities.tells_silence
    assert reading.timed_out is (False if tells else None)
    assert reading.angle_cdeg == pytest.approx(host.truth.angle_deg * 100, abs=SEEN_DEG * 100)
    assert host.devices.trouble is None


@every_drive
def test_it_follows_holds_and_stays_fresh(name: str) -> None:
    host = armed(name)
    for target_deg, rate_dps in ((-56.0, 2.0), (-66.0, 4.0)):
        way = abs(host.truth.angle_deg - target_deg)
        for _ in range(round((way / rate_dps + rate_dps + 2.5) * 50)):
            host.step(target_deg, rate_dps)
            if host.at_deg is not None:
                assert host.truth.angle_deg == pytest.approx(host.at_deg, abs=TRACKED_DEG)
            assert host.tick * 20 - host.drive.at_ms <= OLDEST_MS
        for _ in range(100):
            host.step(target_deg)
            assert host.truth.angle_deg == pytest.approx(target_deg, abs=HELD_DEG)


@every_drive_and_rod
def test_a_stop_ends_any_motion_and_holds(name: str) -> None:
    host = armed(name)
    host.run(3.0, -50.0)
    assert host.truth.rate_dps > 1.5
    host.run(0.5)
    stopped = host.truth.angle_deg
    assert abs(host.truth.rate_dps) < 0.5
    host.run(3.0)
    assert host.truth.angle_deg == pytest.approx(stopped, abs=0.2)


@every_drive
def test_without_its_host_it_stands_within_300_ms_and_is_held(name: str) -> None:
    host = armed(name)
    host.run(4.0, -40.0)
    before = host.truth.angle_deg
    host.silence(0.32)  # 20 ms since the last feed have passed already, at most
    assert host.truth.rate_dps == pytest.approx(0.0, abs=0.2)
    assert host.truth.angle_deg - before < 0.8
    host.silence(1.0)
    stopped = host.truth.angle_deg
    host.silence(20.0)
    assert host.truth.angle_deg == pytest.approx(stopped, abs=0.15)


@every_drive_and_rod
def test_it_is_armed_again_after_that_and_leads_back(name: str) -> None:
    host = armed(name)
    host.run(2.0, -50.0)
    host.silence(2.0)
    stood = host.truth.angle_deg
    host.start()
    host.run(1.0)
    assert host.truth.angle_deg == pytest.approx(stood, abs=HELD_DEG)
    host.go(-68.0)
    assert host.truth.angle_deg == pytest.approx(-68.0, abs=HELD_DEG)


@every_drive_and_rod
def test_a_cut_takes_the_torque_and_closes_the_brake(name: str) -> None:
    host = armed(name)
    host.run(3.0, -50.0)
    host.enable = False  # as the guard does; the delay relay follows half a second later
    for _ in range(50):
        host.step(cut=True)
    assert (host.truth.brake_closed, host.truth.bridge_on, host.truth.rate_dps) == (True, False, 0.0)
    assert host.drive.state in (UNPOWERED, FAULT, DISARMED)


@every_drive_and_rod
def test_a_bad_line_never_gives_a_wrong_reading_nor_motion(name: str) -> None:
    host, spoilt = on_a_bad_line(name, KINDS[0])
    spoilt.on = True
    track: dict[int, float] = {}
    for tick in range(100 * len(KINDS)):
        spoilt.tick, spoilt.kind = tick, KINDS[tick // 100]
        target_deg = -60.0 if tick // 100 % 2 else START_DEG
        host.step(target_deg if tick % 100 < 90 else None)
        track[host.tick * 20] = host.truth.angle_deg * 100
        reading = host.drive
        seen = track.get(reading.at_ms - reading.at_ms % 20)
        if seen is not None and reading.angle_cdeg is not None:
            assert reading.angle_cdeg == pytest.approx(seen, abs=SEEN_DEG * 100), spoilt.kind
        assert START_DEG - HELD_DEG <= host.truth.angle_deg <= -60.0 + HELD_DEG, spoilt.kind
    assert spoilt.count > 30


def on_a_bad_line(name: str, kind: str, every: int = 7) -> tuple[Host, SpoiltLink]:
    """Armed, the drive's answers still good."""
    made: list[SpoiltLink] = []

    def wrap(port: str, link: ByteLink) -> ByteLink:
        if port != "drive":
            return link
        made.append(SpoiltLink(link, kind, every))
        return made[0]

    host = Host(setup_of(name), wrap=wrap)
    host.session_open = False
    host.start()
    host.run(1.0)
    return host, made[0]


@every_drive
def test_a_dead_line_is_noticed_within_its_deadline(name: str) -> None:
    host, line = on_a_bad_line(name, "lost", every=1)
    line.on = True
    seen_ms = host.drive.at_ms
    host.run(0.2)
    assert host.drive.at_ms <= seen_ms + OLDEST_MS  # old for the guard by now
    host.run(0.8)
    assert host.devices.trouble is not None
    line.on = False
    host.run(3.0)
    assert host.drive.state == ARMED
