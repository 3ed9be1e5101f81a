"""Late, doubled, echoed, merged and flipped answers of ATV320 and ZLAC8015D: never a wrong reading."""

from __future__ import annotations

import pytest

from firmware_bridge import readings
from tests.line_rig import BAD_LINES, armed, ride_on_a_bad_line
from tests.modbus_drive_rig import NAMES, make, reading_of, twin_of
from tests.modbus_line import Fault

SPEED_CDPS = 200


def merged(answer: bytes) -> list[tuple[int, bytes]]:
    """With the beginning of another answer behind it."""
    return [(0, answer + bytes.fromhex("01 03 04 00"))]


def other_function(answer: bytes) -> list[tuple[int, bytes]]:
    """The proper answer to the exchange before: a write's confirmation, or a status."""
    proper = bytes.fromhex("01 06 21 9A 01 2C A3 94")
    return [(0, proper if answer[1] == 0x03 else bytes.fromhex("01 03 04 00 64 00 64 BA 07"))]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fault", [*BAD_LINES, merged, other_function], ids=lambda fault: fault.__name__)
def test_no_reading_is_wrong(name: str, fault: Fault) -> None:
    """At a steady speed each reading must say where the shaft was at the reading's own time, and how fast."""
    rig = armed(make(name))
    seen = ride_on_a_bad_line(rig, fault, SPEED_CDPS)
    assert len(seen) > 80
    for where, reading in seen:
        assert reading.angle_cdeg == pytest.approx(where, abs=3.0)
        assert reading.rate_cdps == pytest.approx(SPEED_CDPS, abs=12)
        assert (reading.state, reading.fault) == (readings.ARMED, 0)
    assert twin_of(rig).fault == 0
    assert rig.worst_age_ms <= 120


@pytest.mark.parametrize("name", NAMES)
def test_an_adapter_that_echoes_is_found_out(name: str) -> None:
    rig = make(name)
    rig.line.fault = lambda answer: [(0, rig.line.asked[-1] + answer)]
    assert not rig.arm(60).armed
    assert "echo" in str(rig.drive.trouble)
    assert not twin_of(rig).excited


@pytest.mark.parametrize("name", NAMES)
def test_a_pure_echo_without_a_drive_never_arms_or_moves(name: str) -> None:
    """A write's confirmation is its echo, so with the drive unplugged each write looks well."""
    rig = armed(make(name))
    rig.move(SPEED_CDPS, 2.0)
    rig.line.fault = lambda answer: [(0, rig.line.asked[-1])]
    before = reading_of(rig)
    for _ in range(20):
        rig.tick(lambda: rig.drive.stop(3_000))
    assert rig.line.now_ms - reading_of(rig).at_ms > 100 or reading_of(rig).state != readings.ARMED
    assert reading_of(rig).counter <= before.counter + 6
    assert not rig.arm(60).armed


@pytest.mark.parametrize("name", NAMES)
def test_a_step_of_arming_that_is_answered_after_a_silence_is_no_status(name: str) -> None:
    """The arming was given up in the tick in which the answer to its last step comes after all."""
    for begins in range(2, 40):
        rig = make(name)
        rig.arm(begins)
        rig.line.fault = lambda answer: []
        rig.arm(9)
        rig.line.fault = lambda answer: [(0, answer)]
        assert rig.arm(100).armed, begins
        assert reading_of(rig).fault == 0


@pytest.mark.parametrize("name", NAMES)
def test_silence_is_reported_within_its_deadline(name: str) -> None:
    rig = armed(make(name))
    rig.line.fault = lambda answer: []
    began_ms = rig.line.now_ms
    while rig.drive.trouble is None and rig.line.now_ms < began_ms + 500:
        rig.tick(lambda: rig.drive.stop(3_000))
    assert rig.line.now_ms - began_ms <= 80
    assert "bytes to function" in str(rig.drive.trouble)
