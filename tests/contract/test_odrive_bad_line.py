"""The ODrive driver on a bad line: late, doubled, torn and flipped lines never give a wrong reading."""

from __future__ import annotations

import pytest

from tests.modbus_line import Fault
from tests.odrive_rig import armed


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


def torn(answer: bytes) -> list[tuple[int, bytes]]:
    return [(0, answer[:-7])]


def torn_and_ended(answer: bytes) -> list[tuple[int, bytes]]:
    return [(0, answer[:4] + b"\r\n")]


def flip(answer: bytes) -> list[tuple[int, bytes]]:
    return [(0, bytes([answer[0], answer[1] ^ 0x02]) + answer[2:])]


def two_flips_in_one_column(answer: bytes) -> list[tuple[int, bytes]]:
    """The sum does not see these."""
    return [(0, bytes([answer[0], answer[1] ^ 0x02, answer[2] ^ 0x02]) + answer[3:])]


def noise_before(answer: bytes) -> list[tuple[int, bytes]]:
    return [(0, b"\x00\xff" + answer)]


def an_error_text(answer: bytes) -> list[tuple[int, bytes]]:
    return [(0, b"invalid property\r\n")]


FAULTS = (
    lose,
    late,
    very_late,
    twice,
    again_later,
    again_much_later,
    torn,
    torn_and_ended,
    flip,
    two_flips_in_one_column,
    noise_before,
    an_error_text,
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_no_reading_is_wrong(fault: Fault) -> None:
    """At a steady speed each reading must say where the shaft was at the reading's own time."""
    rig = armed()
    rig.move(200, 3.0)
    count = 0

    def sometimes(answer: bytes) -> list[tuple[int, bytes]]:
        nonlocal count
        count += 1
        return fault(answer) if count % 10 in (4, 9) else [(0, answer)]

    rig.line.fault = sometimes
    track: dict[int, float] = {}
    counters = set()
    setpoint = rig.shaft.angle_deg * 100
    for _ in range(300):
        setpoint += 4
        track[rig.line.now_ms] = rig.shaft.angle_deg * 100
        reading = rig.follow(setpoint, 200)
        assert reading is not None
        if reading.counter not in counters and reading.at_ms in range(min(track), max(track) + 20):
            sent_ms = reading.at_ms - reading.at_ms % 20
            assert reading.angle_cdeg == pytest.approx(track[sent_ms] + 1.2, abs=2.0)
            counters.add(reading.counter)
    assert len(counters) > 80
    assert rig.twin.error == 0
    assert rig.worst_age_ms <= 140
    assert rig.shaft.angle_deg * 100 == pytest.approx(setpoint + 4, abs=20)
