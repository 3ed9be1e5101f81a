"""Setpoints: limits hold in the stream as it travels, motions end exactly, a pause is smooth anywhere."""

from __future__ import annotations

import itertools
import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller import profile
from controller.profile import Moment, Profile, Shape

TICK_S = 0.02
ANGLES = st.integers(-8000, 6000).map(lambda cdeg: cdeg / 100)
SHAPES = st.builds(
    Shape,
    st.sampled_from([0.2, 0.5, 1.0, 1.5, 2.0]),
    st.sampled_from([0.3, 1.0]),
    st.sampled_from([0.2, 1.0]),
)
FRACTIONS = st.floats(0.0, 1.0)
ROUNDING = 1e-6


def stream(motion: Profile) -> list[Moment]:
    return [motion.at(tick * TICK_S) for tick in range(int(motion.time_s / TICK_S) + 3)]


def check_limits(moments: list[Moment], shape: Shape) -> None:
    for moment in moments:
        assert abs(moment.rate_dps) <= shape.rate_dps + ROUNDING
        assert abs(moment.accel_dps2) <= shape.accel_dps2 + ROUNDING
    sent = [profile.quantised(moment) for moment in moments]
    for (angle, rate), (next_angle, next_rate) in itertools.pairwise(sent):
        assert abs(next_rate) <= round(shape.rate_dps * 100)
        assert abs(next_rate - rate) <= shape.accel_dps2 * 100 * TICK_S + 1
        # Both streams tell the same story: the step is the mean of the two rates, but for rounding.
        assert abs((next_angle - angle) - (rate + next_rate) / 2 * TICK_S) <= 1.1


def check_jerk(moments: list[Moment], shape: Shape) -> None:
    for one, other in itertools.pairwise(moments):
        assert abs(other.accel_dps2 - one.accel_dps2) <= shape.jerk_dps3 * TICK_S + ROUNDING


@given(ANGLES, ANGLES, SHAPES)
def test_a_move_stays_within_its_shape_and_ends_exactly(start: float, end: float, shape: Shape) -> None:
    motion = profile.move(start, end, shape)
    moments = stream(motion)
    check_limits(moments, shape)
    check_jerk(moments, shape)
    assert moments[0] == Moment(start, 0.0, 0.0) or start == end
    assert moments[-1] == Moment(end, 0.0, 0.0)
    assert motion.at(motion.time_s - 1e-7).angle_deg == pytest.approx(end, abs=1e-5)


@given(ANGLES, ANGLES, SHAPES)
def test_a_move_never_goes_past_its_ends_nor_back(start: float, end: float, shape: Shape) -> None:
    angles = [moment.angle_deg for moment in stream(profile.move(start, end, shape))]
    steps = [other - one for one, other in itertools.pairwise(angles)]
    assert all(step * (1 if end >= start else -1) >= -ROUNDING for step in steps)


@given(ANGLES, ANGLES, SHAPES, FRACTIONS)
def test_a_stop_anywhere_is_smooth_and_never_passes_the_end(
    start: float, end: float, shape: Shape, fraction: float
) -> None:
    motion = profile.move(start, end, shape)
    at_s = motion.time_s * fraction
    halt = profile.stop(motion.at(at_s), shape)
    moments = stream(halt)
    check_limits(moments, shape)
    check_jerk(moments, shape)
    assert min(start, end) - ROUNDING <= halt.end_deg <= max(start, end) + ROUNDING
    assert halt.at(halt.time_s - 1e-9).rate_dps == pytest.approx(0.0, abs=1e-6)
    # The rounded stream joins without a step where one motion ends and the other begins.
    joined = [motion.at(max(at_s - TICK_S, 0.0)), halt.at(0.0)]
    check_limits(joined, shape)


@given(st.floats(5.0, 10.0), st.floats(10.0, 60.0), st.sampled_from([1.0, 1.5, 2.0]))
def test_a_swing_takes_exactly_its_time_or_is_refused(amplitude: float, half_s: float, rate: float) -> None:
    shape = profile.swing_shape(2 * amplitude, half_s, rate)
    if shape is None:
        # Refused only where the mean speed or a sine's acceleration is near the limits.
        assert 2 * amplitude / half_s > rate * 0.65 or 8 * amplitude / half_s**2 > 0.8 * 0.5
        return
    motion = profile.move(0.0, 2 * amplitude, shape)
    assert motion.time_s == pytest.approx(half_s, abs=1e-6)
    check_limits(stream(motion), shape)


def test_the_way_from_park_to_rest_takes_what_anybody_can_work_out() -> None:
    # 70 degrees at 1 deg/s, plus one second each for the two ends of an S of 1 deg/s2 and 1 deg/s3.
    assert profile.move(-70.0, 0.0, Shape(1.0)).time_s == pytest.approx(72.0)
    assert profile.stop(Moment(0.0, 2.0, 0.0), Shape(2.0)).time_s == pytest.approx(3.0)


def test_a_motion_of_nothing_is_at_its_end() -> None:
    motion = profile.move(-70.0, -70.0, Shape(1.0))
    assert (motion.time_s, motion.at(0.0)) == (0.0, Moment(-70.0, 0.0, 0.0))


@pytest.mark.serial
def test_one_look_costs_less_than_five_microseconds() -> None:
    motion = profile.move(-70.0, 0.0, Shape(1.0))
    best_s = min(timeit.repeat(lambda: motion.at(30.0), number=2_000, repeat=5)) / 2_000
    assert best_s < 5e-6
