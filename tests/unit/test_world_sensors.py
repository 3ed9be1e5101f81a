"""The sensors' errors are those of the physics reference, and come from streams of their own."""

from __future__ import annotations

import math
import statistics

import pytest

from simulator.sensors import (
    AngleSwitch,
    CurrentSense,
    Encoder,
    Inclinometer,
    InclinometerKind,
    Noise,
    apparent_deg,
)


def test_the_apparent_vertical_is_that_of_the_reference() -> None:
    # physics reference section 4: at (0.5, -0.05), in rad; rate, acceleration, angle -> error in mrad
    kind = InclinometerKind(xi_m=0.5, eta_m=-0.05)
    for rate, accel, angle, error_mrad in (
        (0.35, 0, 0, 6.242),
        (0.35, 1, 0.5, 35.460),
        (-0.2, -3, -1.2, 128.472),
    ):
        seen = apparent_deg(math.degrees(angle), math.degrees(rate), math.degrees(accel), kind)
        assert (math.radians(seen) - angle) * 1e3 == pytest.approx(error_mrad, abs=1e-3)


def test_a_moving_bed_hardly_shifts_a_sensor_near_the_hinge() -> None:
    assert abs(apparent_deg(0.0, 6.0, 30.0, InclinometerKind())) < 0.2


def test_encoder_counts_and_takes_its_rate_from_them() -> None:
    encoder = Encoder(ratio=600.0)
    count_deg = 360 / 2000 / 600
    angles = [-70 + 0.02 * tick for tick in range(100)]  # 2 deg/s at 100 Hz
    rates = []
    for angle in angles:
        encoder.sample(angle, 0.01)
        assert 0 <= angle - encoder.angle_deg < count_deg + 1e-9
        rates.append(encoder.rate_dps)
    assert rates[0] == 0
    assert all(abs(rate - 2.0) <= count_deg / 0.01 + 1e-6 for rate in rates[1:])


def test_a_frozen_encoder_stands_and_a_slipped_one_is_off() -> None:
    encoder = Encoder(ratio=600.0)
    encoder.sample(-70.0, 0.01)
    encoder.stage.switch("stuck", 1.0)
    encoder.sample(-70.0, 0.01)
    encoder.sample(-60.0, 0.01)
    assert encoder.angle_deg == pytest.approx(-70.0, abs=0.001)
    assert encoder.rate_dps == 0.0
    encoder.stage.switch("stuck", None)
    encoder.stage.switch("jump", 4.0)
    encoder.sample(-60.0, 0.01)
    assert encoder.angle_deg == pytest.approx(-56.0, abs=0.001)


def standing(kind: InclinometerKind, seed: int, count: int) -> list[float]:
    sensor = Inclinometer(Noise(seed, 2), kind)
    sensor.start(-70.0)
    seen = []
    for _ in range(count):
        sensor.sample(-70.0, 0.0)
        seen.append(sensor.angle_deg)
    return seen


def test_inclinometer_noise_offset_and_resolution() -> None:
    kind = InclinometerKind(noise_deg=0.05, offset_deg=0.0)
    seen = standing(kind, 3, 4_000)
    assert statistics.fmean(seen) == pytest.approx(-70.0, abs=0.005)
    assert statistics.stdev(seen) == pytest.approx(0.05, rel=0.1)
    assert all(abs(value / 0.0025 - round(value / 0.0025)) < 1e-6 for value in seen)
    offsets = [statistics.fmean(standing(InclinometerKind(), seed, 50)) + 70 for seed in range(60)]
    assert statistics.stdev(offsets) == pytest.approx(0.1, rel=0.4)


def test_inclinometer_lags_and_is_ten_hertz_wide() -> None:
    sensor = Inclinometer(Noise(1, 2), InclinometerKind(noise_deg=0, offset_deg=0, xi_m=0, eta_m=0))
    sensor.start(0.0)
    seen = []
    for tick in range(200):
        sensor.sample(0.06 * tick, 6.0)
        seen.append(sensor.angle_deg)
    lag_s = (0.06 * 199 - seen[-1]) / 6.0
    assert 0.04 < lag_s < 0.06  # 30 ms of delay, two poles of 10 ms less what a discrete filter saves


def test_frozen_and_shifted_inclinometer() -> None:
    sensor = Inclinometer(Noise(1, 2))
    sensor.start(-70.0)
    sensor.stage.switch("stuck", 1.0)
    sensor.sample(-70.0, 0.0)
    before = sensor.angle_deg
    for _ in range(50):
        sensor.sample(-60.0, 1.0)
    assert sensor.angle_deg == before
    sensor.stage.switch("stuck", None)
    sensor.stage.switch("jump", 5.0)
    sensor.sample(-60.0, 0.0)
    assert sensor.angle_deg == pytest.approx(-55.0, abs=0.6)


def test_streams_do_not_disturb_each_other() -> None:
    alone, first, other = Noise(7, 1), Noise(7, 1), Noise(7, 2)
    wanted = [alone.draw() for _ in range(600)]
    got = []
    for _ in range(600):
        got.append(first.draw())
        other.draw()
    assert got == wanted
    assert wanted != [Noise(8, 1).draw() for _ in range(600)]


def test_current_is_twelve_bits_and_saturates() -> None:
    sense = CurrentSense(Noise(1, 3))
    assert abs(statistics.fmean(sense.milliamperes(5.0) for _ in range(500)) - 5_000) < 400
    assert sense.milliamperes(100.0) == 40_000


def test_switch_has_hysteresis_on_its_own_side() -> None:
    rest = AngleSwitch(-2.0, above=True)
    assert [rest.sample(a) for a in (-3, -2.1, -2.0, -2.4, -2.6, -2.1)] == [
        False,
        False,
        True,
        True,
        False,
        False,
    ]
    park = AngleSwitch(-69.0, above=False)
    assert [park.sample(a) for a in (-68, -69, -68.6, -68.4, -68.9)] == [False, True, True, False, False]
