"""Every drive on a line on which everything is late by the same time: no old answer passes for a new one."""

from __future__ import annotations

from typing import Final

import pytest

from firmware_bridge.drives import catalogue
from firmware_bridge.ports import ByteLink
from simulator.setup import WorldSetup
from tests.spoilt_link import LateLink
from tests.world_host import RIDING, Host

START_DEG, FAR_DEG, FAST_DPS = -62.0, -40.0, 2.0
SEEN_CDEG: Final = 4


@pytest.mark.parametrize("late_ms", [20, 40, 80, 120, 140, 160, 240, 280, 320, 400])
@pytest.mark.parametrize("name", sorted(catalogue.DRIVES))
def test_what_is_always_late_is_no_reading(name: str, late_ms: int) -> None:
    """Up and down at 2 deg/s; whatever is read says where the table was at the reading's own time."""
    made: list[LateLink] = []

    def wrap(port: str, link: ByteLink) -> ByteLink:
        if port != "drive":
            return link
        made.append(LateLink(link, late_ms // 20))
        return made[0]

    host = Host(WorldSetup(drive=name, rider=RIDING, start_deg=START_DEG), wrap=wrap)
    host.session_open = False
    host.start()
    for _ in range(100):
        host.step(FAR_DEG, FAST_DPS)
    made[0].on, truth = True, dict[int, float]()
    for tick in range(160):
        made[0].tick = tick
        host.step(FAR_DEG if tick < 80 else START_DEG, FAST_DPS)
        truth[host.tick * 20] = host.truth.angle_deg * 100
        at_ms = host.drive.at_ms - host.drive.at_ms % 20
        if tick > 3 and at_ms in truth and host.drive.angle_cdeg is not None:
            assert host.drive.angle_cdeg == pytest.approx(truth[at_ms], abs=SEEN_CDEG)
