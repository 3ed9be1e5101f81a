"""Every drive on a line that does anything: random sequences, each a seed; KEEL_LINE_SEEDS says how many."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from firmware_bridge.drives import catalogue
from firmware_bridge.ports import ByteLink
from firmware_bridge.readings import ARMED
from simulator.setup import WorldSetup
from tests.spoilt_link import RandomLink
from tests.world_host import RIDING, Host

SEEDS = range(int(os.environ.get("KEEL_LINE_SEEDS", "1")))
START_DEG, LOWEST_DEG = -62.0, -60.0
SEEN_CDEG, RATE_CDPS, MOVED_DEG = 30, 80, 0.4
OLD_MS = 100  # for the guard
DEADLINE_MS = 240  # within which a silent line is called one


def on_a_line(name: str, link_of: Callable[[ByteLink], RandomLink]) -> tuple[Host, RandomLink]:
    made: list[RandomLink] = []

    def wrap(port: str, link: ByteLink) -> ByteLink:
        if port != "drive":
            return link
        made.append(link_of(link))
        return made[0]

    host = Host(WorldSetup(drive=name, rider=RIDING, start_deg=START_DEG), wrap=wrap)
    host.session_open = False
    host.start()
    host.run(1.5)
    return host, made[0]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", sorted(catalogue.DRIVES))
def test_no_reading_is_wrong_and_nothing_moves_by_itself(name: str, seed: int) -> None:
    host, line = on_a_line(name, lambda link: RandomLink(link, seed, 0.1 + 0.2 * (seed % 3)))
    line.on = True
    angles: dict[int, float] = {}
    rates: dict[int, float] = {}
    before = host.drive
    for tick in range(450):
        line.tick = tick
        holds = tick % 150 >= 100
        target_deg = None if holds else LOWEST_DEG if tick // 150 % 2 == 0 else START_DEG
        host.step(target_deg, 1.0)
        now_ms = host.tick * 20
        angles[now_ms], rates[now_ms] = host.truth.angle_deg * 100, host.truth.rate_dps * 100
        reading = host.drive
        assert before.at_ms <= reading.at_ms <= now_ms
        before = reading
        seen_ms = reading.at_ms - reading.at_ms % 20
        if seen_ms in angles and reading.angle_cdeg is not None:
            assert reading.angle_cdeg == pytest.approx(angles[seen_ms], abs=SEEN_CDEG), line.done[-3:]
        around = [rates[at] for at in range(seen_ms - 100, seen_ms + 40, 20) if at in rates]
        if len(around) == 7 and reading.rate_cdps is not None:
            assert min(around) - RATE_CDPS <= reading.rate_cdps <= max(around) + RATE_CDPS, line.done[-3:]
        assert START_DEG - MOVED_DEG <= host.truth.angle_deg <= LOWEST_DEG + MOVED_DEG
        if tick % 150 == 130:
            stood = host.truth.angle_deg
        if tick % 150 > 130:
            assert host.truth.angle_deg == pytest.approx(stood, abs=MOVED_DEG / 2)
    assert len(set(line.done)) > 5


@pytest.mark.parametrize("name", sorted(catalogue.DRIVES))
@pytest.mark.parametrize("kind", ["lost", "torn", "echoed", "noise"])
def test_a_line_that_brings_nothing_good_is_called_so_within_its_deadline(name: str, kind: str) -> None:
    """Or it brings something good all the same: between the node's frames noise costs nothing."""
    host, line = on_a_line(name, lambda link: RandomLink(link, 1, 1.0))
    line.on, line.kinds = True, (kind,)
    began_ms = host.tick * 20
    while host.devices.trouble is None and host.tick * 20 < began_ms + 600:
        line.tick += 1
        host.step()
        fresh = host.tick * 20 - host.drive.at_ms <= OLD_MS
        assert fresh or host.tick * 20 - began_ms <= DEADLINE_MS
    assert host.drive.state == ARMED or host.devices.trouble is not None
