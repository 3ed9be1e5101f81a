"""Jrk G2: its answers have no check. Whatever single and double flips pass, nothing wrong is read.

Of all answers with one or two wrong bits only those with the same bit wrong in both copies of the feedback
are feedback at all (test_jrk.py), so every pair of those, in answers running, stands for every pair of flips.
"""

from __future__ import annotations

import copy
from functools import lru_cache
from itertools import product
from random import Random

import pytest

from firmware_bridge.readings import ARMED
from tests.contract.test_jrk import reading_of, rig
from tests.line_rig import PARK_CDEG, Rig, armed

SMALL_CDEG = 20  # of bits worth up to 0.15 deg: less than the table moves in two ticks
BITS = range(12)


class Running:
    """Spoils so many feedbacks running, each with a bit of its own; errors go through as they are."""

    def __init__(self, *bits: int) -> None:
        self.bits = list(bits)

    def __call__(self, answer: bytes) -> list[tuple[int, bytes]]:
        if not self.bits or len(answer) not in (4, 6, 8):
            return [(0, answer)]
        bit = self.bits.pop(0)
        value = int.from_bytes(answer, "little") ^ (1 << bit | 1 << bit + 16)
        return [(0, value.to_bytes(len(answer), "little"))]


def go_on(one: Rig, speed_cdps: int, ticks: int = 8) -> None:
    """Each reading says where the shaft was at its time, and the drive stays armed."""
    setpoint, track = one.shaft.angle_deg * 100, {}
    for _ in range(ticks):
        setpoint += speed_cdps * 0.02
        track[one.line.now_ms] = one.shaft.angle_deg * 100
        one.follow(setpoint, speed_cdps)
        reading = reading_of(one)
        assert reading.state == ARMED
        assert one.line.now_ms - reading.at_ms <= 140
        if reading.at_ms - reading.at_ms % 20 in track:
            where = track[reading.at_ms - reading.at_ms % 20] + reading.at_ms % 20 * speed_cdps / 1_000
            assert reading.angle_cdeg == pytest.approx(where, abs=SMALL_CDEG)


@lru_cache
def under_way(speed_cdps: int) -> Rig:
    """Armed, at this speed for 3 s. A copy of it is as good, and quicker."""
    one = armed(rig())
    if speed_cdps:
        one.move(speed_cdps, 3.0)
    return one


def armed_at(speed_cdps: int) -> Rig:
    return copy.deepcopy(under_way(speed_cdps))


class Noisy:
    """A potentiometer whose wiper chatters: each answer so many counts off, drawn anew."""

    def __init__(self, sigma_counts: float, seed: int) -> None:
        self.off = Random(seed)
        self.sigma_counts = sigma_counts

    def __call__(self, answer: bytes) -> list[tuple[int, bytes]]:
        if len(answer) not in (4, 6, 8):
            return [(0, answer)]
        value = int.from_bytes(answer, "little")
        counts = max(0, min(4_095, (value & 0xFFF) + round(self.off.gauss(0, self.sigma_counts))))
        value = value & ~(0xFFF | 0xFFF << 16) | counts | counts << 16
        return [(0, value.to_bytes(len(answer), "little"))]


@pytest.mark.parametrize("speed_cdps", [0, 200])
@pytest.mark.parametrize("seed", range(2))
def test_a_noisy_potentiometer_is_heard_all_the_same(speed_cdps: int, seed: int) -> None:
    """Seen: with two counts of noise nothing was believed for up to 300 ms, and the session ended."""
    one = armed_at(speed_cdps)
    one.line.fault = Noisy(2, seed)
    setpoint, ages = one.shaft.angle_deg * 100, []
    for _ in range(600):
        setpoint += speed_cdps * 0.02
        one.follow(setpoint, speed_cdps)
        reading = reading_of(one)
        ages.append(one.line.now_ms - reading.at_ms)
        assert reading.angle_cdeg == pytest.approx(one.shaft.angle_deg * 100, abs=60)
    assert sorted(ages)[-1] <= 140, sorted(ages)[-20:]


@pytest.mark.parametrize("seed", range(3))
def test_noise_lets_no_high_bit_pass(seed: int) -> None:
    """However noisy, what is said once and lies 1 deg off is not read."""
    one = armed_at(0)
    noise = Noisy(2, seed)
    one.line.fault = noise
    for _ in range(60):
        one.follow(PARK_CDEG, 0)
    for bit in range(5, 12):
        wrong = Running(bit)

        def both(answer: bytes, wrong: Running = wrong) -> list[tuple[int, bytes]]:
            return wrong(noise(answer)[0][1])

        one.line.fault = both
        for _ in range(8):
            one.follow(PARK_CDEG, 0)
            assert reading_of(one).angle_cdeg == pytest.approx(PARK_CDEG, abs=60), bit


@pytest.mark.parametrize("speed_cdps", [0, 200])
@pytest.mark.parametrize("later", range(4))
def test_no_two_feedbacks_running_with_wrong_bits_are_read(speed_cdps: int, later: int) -> None:
    """Whichever bits, whichever of the four turns is the first."""
    one = armed_at(speed_cdps)
    go_on(one, speed_cdps, later)
    for bits in product(BITS, BITS):
        hit = copy.deepcopy(one)
        hit.line.fault = Running(*bits)
        try:
            go_on(hit, speed_cdps)
        except AssertionError as wrong:
            raise AssertionError(f"bits {bits}") from wrong


@pytest.mark.parametrize("bits", [(11, 10, 9), (3, 4, 3), (4, 3, 5), (11, 4, 5), (5, 11, 5)])
def test_nor_are_three_whose_bits_differ(bits: tuple[int, int, int]) -> None:
    one = armed_at(0)
    one.line.fault = Running(*bits)
    go_on(one, 0, 12)


@pytest.mark.parametrize("bit", BITS)
def test_nor_is_the_very_first(bit: int) -> None:
    """Before there is a way, nothing that is said once is believed."""
    one = rig()
    one.line.fault = Running(bit)
    for _ in range(12):
        one.hold(1)
        reading = one.drive.read()
        assert reading is None or reading.angle_cdeg == pytest.approx(PARK_CDEG, abs=4)
    reading_of(one)


@pytest.mark.parametrize("bit", [4, 8, 11])
def test_nor_is_one_while_it_is_armed(bit: int) -> None:
    """Where arming puts the target is asked twice: whichever answer is wrong, the motor stays."""
    for at in range(40, 66):  # in the end of arming; before, it asks for settings
        one = rig()
        answers: list[bytes] = []

        def spoil(answer: bytes, at: int = at, answers: list[bytes] = answers) -> list[tuple[int, bytes]]:
            answers.append(answer)
            return Running(*([bit] if len(answers) == at else []))(answer)

        one.line.fault = spoil
        for _ in range(90):
            one.drive.arm(one.line.now_ms)
            one.hold(1)
            assert one.shaft.angle_deg * 100 == pytest.approx(PARK_CDEG, abs=14), at
        assert len(answers) > 70
        assert reading_of(one).state == ARMED


def test_a_table_that_was_moved_in_a_short_silence_is_believed_where_it_is() -> None:
    """It says so again and again; and the drive has to prove itself anew."""
    one = armed(rig())
    good, one.line.fault = one.line.fault, lambda answer: []
    for _ in range(5):
        one.tick(one.drive.release)
    one.shaft.angle_deg += 7.0
    one.line.fault = good
    for _ in range(8):
        one.tick(one.drive.release)
    assert reading_of(one).angle_cdeg == pytest.approx(PARK_CDEG + 700, abs=4)
    assert reading_of(one).state != ARMED
