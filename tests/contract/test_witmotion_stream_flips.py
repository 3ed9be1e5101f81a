"""WitMotion's serial frames: two wrong bits worth the same pass the sum. No angle is far off for that.

Exhaustive: of each of the four frames of a moment, every one with two wrong bits that still adds up comes
once: in the middle of a stream, and as the first thing that is heard.
"""

from __future__ import annotations

import copy

import pytest

from firmware_bridge.sensors.witmotion import frames
from tests.contract.test_sensors import Rig
from tests.line_rig import flips

OFF_CDEG = 12  # two steps of the sensor's own noise; what is worth more is not believed
MOMENT = 4 * frames.SIZE


class Once:
    """Puts a wrong frame in the place of a good one, once; the first moment that comes is kept."""

    def __init__(self, place: int = 0, wrong: bytes = b"") -> None:
        self.place, self.wrong = place, wrong
        self.seen = b""

    def __call__(self, answer: bytes) -> list[tuple[int, bytes]]:
        self.seen = self.seen or answer
        wrong, self.wrong = self.wrong, b""
        if not wrong:
            return [(0, answer)]
        return [(0, answer[: self.place] + wrong + answer[self.place + frames.SIZE :])]


def get_past(frame: bytes) -> list[bytes]:
    """Those with one or two wrong bits that are a frame, of angles, and say something else."""
    found = []
    for wrong in flips(frame):
        if sum(wrong[:-1]) & 0xFF == wrong[-1] and wrong[:2] == bytes([frames.HEAD, frames.ANGLES]):
            found.append(wrong)
    return found


def spoilt(rig: Rig) -> list[tuple[int, bytes]]:
    """All that the next moment can become, each with the place of its frame."""
    look = copy.deepcopy(rig)
    look.line.fault = once = Once()
    look.run(2)
    assert len(once.seen) == MOMENT
    places = range(0, MOMENT, frames.SIZE)
    return [(at, wrong) for at in places for wrong in get_past(once.seen[at : at + frames.SIZE])]


def holds_true(rig: Rig, ticks: int) -> None:
    for _ in range(ticks):
        reading = rig.run(1)
        if reading is not None:
            off = reading.angle_cdeg - rig.track.get(max(0, reading.at_ms), reading.angle_cdeg)
            behind = 2 * 0.02 * abs(rig.shaft.rate_dps) * 100  # it says so old, and is not
            assert abs(off) <= OFF_CDEG + behind


@pytest.mark.parametrize("rate_dps", [0.0, 2.0, -6.0])
@pytest.mark.parametrize("angle_deg", [-70.0, 22.5, 60.123])
def test_no_frame_that_gets_past_the_sum_makes_a_wrong_reading(angle_deg: float, rate_dps: float) -> None:
    rig = Rig("witmotion-stream", angle_deg, rate_dps)
    rig.run(20)
    cases = spoilt(rig)
    assert len(cases) > 30
    for place, wrong in cases:
        hit = copy.deepcopy(rig)
        hit.line.fault = Once(place, wrong)
        try:
            holds_true(hit, 6)
        except AssertionError as error:
            raise AssertionError(f"{wrong.hex(' ')} at {place}") from error
        assert hit.line.now_ms - max(reading.at_ms for reading in hit.readings.values()) <= 80


@pytest.mark.parametrize("angle_deg", [-70.0, 22.5])
def test_nor_does_the_first_one(angle_deg: float) -> None:
    rig = Rig("witmotion-stream", angle_deg)
    for place, wrong in spoilt(rig):
        hit = copy.deepcopy(rig)
        hit.line.fault = Once(place, wrong)
        holds_true(hit, 12)
        assert hit.sensor.read() is not None, wrong.hex(" ")


def test_of_the_worked_frame_114_pairs_get_past_and_39_of_them_change_the_roll() -> None:
    """The figures in docs/explanation/known-weaknesses.md."""
    past = get_past(bytes.fromhex("55 53 00 20 00 F0 00 08 00 00 C0"))
    assert len(past) == 114
    assert sum(frames.Deframer().feed(wrong)[0].words[0] != 0x2000 for wrong in past) == 39
