"""Late, doubled, broken and flipped answers of a BLV-R: readings may be missing, never wrong."""

from __future__ import annotations

import pytest

from firmware_bridge.readings import DriveReading
from tests.blvr_rig import armed
from tests.modbus_line import Fault

SPEED_CDPS = 200


def lose(answer: bytes) -> list[tuple[int, bytes]]:
    return []


def late(answer: bytes) -> list[tuple[int, bytes]]:
    return [(20_500, answer)]


def very_late(answer: bytes) -> list[tuple[int, bytes]]:
    return [(41_000, answer)]


def twice(answer: bytes) -> list[tuple[int, bytes]]:
    return [(0, answer + answer)]


def again_later(answer: bytes) -> list[tuple[int, bytes]]:
    return [(0, answer), (19_900, answer)]


def again_much_later(answer: bytes) -> list[tuple[int, bytes]]:
    return [(0, answer), (39_500, answer)]


def again_and_next_lost(answer: bytes) -> list[tuple[int, bytes]]:
    """The copy comes when the next answer is due, which never comes."""
    return [(0, answer), (12_000, answer)]


def late_and_next_lost(answer: bytes) -> list[tuple[int, bytes]]:
    """After the time-out and its quiet tick."""
    return [(52_000, answer)]


def truncate(answer: bytes) -> list[tuple[int, bytes]]:
    return [(0, answer[:-3])]


def flip(answer: bytes) -> list[tuple[int, bytes]]:
    return [(0, answer[:20] + bytes([answer[20] ^ 0x10]) + answer[21:])]


def noise_before(answer: bytes) -> list[tuple[int, bytes]]:
    return [(0, b"\x00\xff" + answer)]


FAULTS = (lose, late, very_late, twice, again_later, again_much_later, truncate, flip, noise_before)
PAIRS = (again_and_next_lost, late_and_next_lost)


class Sometimes:
    """Every tenth status answer is spoilt."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.answers = 0
        self.spoilt = 0

    def __call__(self, answer: bytes) -> list[tuple[int, bytes]]:
        self.answers += 1
        if self.fault in PAIRS and self.answers % 10 == 1:
            return []
        if self.answers % 10 or len(answer) < 30:
            return [(0, answer)]
        self.spoilt += 1
        return self.fault(answer)


@pytest.mark.parametrize("fault", [*FAULTS, *PAIRS], ids=lambda fault: fault.__name__)
def test_no_reading_is_wrong(fault: Fault) -> None:
    """At a steady speed each reading must say where the shaft was at the reading's own time."""
    rig = armed()
    rig.move(SPEED_CDPS, 3.0)
    spoiler = Sometimes(fault)
    rig.line.fault = spoiler
    track: dict[int, float] = {}
    seen: dict[int, DriveReading] = {}
    setpoint = rig.shaft.angle_deg * 100
    for _ in range(300):
        setpoint += SPEED_CDPS * 0.02
        track[rig.line.now_ms] = rig.shaft.angle_deg * 100
        reading = rig.follow(setpoint, SPEED_CDPS)
        assert reading is not None
        seen[reading.counter] = reading
    assert spoiler.spoilt >= 8
    assert len(seen) > 150
    assert rig.shaft.angle_deg > -64
    for reading in list(seen.values())[1:]:
        sent_ms = reading.at_ms - reading.at_ms % 20
        assert reading.angle_cdeg == pytest.approx(track[sent_ms] + 0.002 * SPEED_CDPS, abs=1.5)
    if fault not in PAIRS:  # two lost in a row are more than the watchdog of a moving table forgives
        assert rig.twin.alarm == 0
        assert rig.worst_age_ms <= 100
