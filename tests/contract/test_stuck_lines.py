"""Every drive on a line that is stuck: it brings as many bytes as were due, and all of them are the same."""

from __future__ import annotations

import pytest

from firmware_bridge.drives import catalogue
from firmware_bridge.drives.jrk import commands as jrk
from firmware_bridge.line_port import BadAnswer
from firmware_bridge.ports import ByteLink
from simulator.setup import WorldSetup
from tests.spoilt_link import StuckLink
from tests.world_host import RIDING, Host

START_DEG, FAR_DEG, MOST_CDEG = -62.0, -58.0, 20
OLD_MS = 100  # for the guard; the angle may come from an encoder on another line, and the state be as old


def on_a_line(name: str, byte: int) -> tuple[Host, StuckLink]:
    made: list[StuckLink] = []

    def wrap(port: str, link: ByteLink) -> ByteLink:
        if port != "drive":
            return link
        made.append(StuckLink(link, byte))
        return made[0]

    host = Host(WorldSetup(drive=name, rider=RIDING, start_deg=START_DEG), wrap=wrap)
    host.session_open = False
    return host, made[0]


@pytest.mark.parametrize("byte", [0x00, 0x55, 0x80, 0xFF])
@pytest.mark.parametrize("name", sorted(catalogue.DRIVES))
def test_what_a_stuck_line_brings_is_no_reading(name: str, byte: int) -> None:
    host, line = on_a_line(name, byte)
    host.start()
    host.run(1.0)
    line.on, began_ms = True, host.tick * 20
    for _ in range(60):
        host.step(FAR_DEG, 1.0)
        assert host.drive.at_ms <= began_ms + (OLD_MS if name == "atv320" else 0)
    assert host.devices.trouble is not None


@pytest.mark.parametrize("name", sorted(catalogue.DRIVES))
def test_nor_is_what_it_brings_while_it_is_stuck_at_zeros_now_and_then(name: str) -> None:
    host, line = on_a_line(name, 0)
    host.start()
    host.run(1.0)
    for tick in range(240):
        line.on = tick % 30 < 12  # three or four answers running
        host.step(FAR_DEG, 1.0)
        seen_cdeg = host.drive.angle_cdeg
        if seen_cdeg is not None and host.tick * 20 - host.drive.at_ms <= OLD_MS:
            assert seen_cdeg == pytest.approx(host.truth.angle_deg * 100, abs=MOST_CDEG)


def test_a_jrk_is_not_armed_by_zeros() -> None:
    """Neither its feedback nor its errors can be all zeros; arming makes a target of the feedback."""
    for decode, length in ((jrk.feedback, 4), (jrk.errors, 9)):
        with pytest.raises(BadAnswer, match="not"):
            decode(bytes(length))
    host, line = on_a_line("jrk", 0)
    host.run(0.6)
    line.on = True
    for _ in range(100):
        host.step()
        assert not host.armed
        assert host.truth.angle_deg == pytest.approx(START_DEG, abs=0.2)
