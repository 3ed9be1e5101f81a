"""What a body does beside lying still: circulation, sliding, pushing; and the springs and belts under it."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.plant import backlash, heart, heat, pushes, sliding
from simulator.plant.gas_spring import GasSpring, damper_nm
from simulator.plant.lever import lever
from simulator.plant.streams import stream

CHECKS = json.loads((Path(__file__).parents[1] / "data/physics/checks.json").read_text())
HEARTS = CHECKS["cardiovascular"]
LEVER = lever(0.32, -0.62, -0.16, -0.06)
SPRING = GasSpring(LEVER, 400.0, 1.3, 0.547, 0.860)


def tilt(t: float, return_s: float) -> float:
    """-70 degrees to 60 s, +60 within 13 s, back from 200 s on."""
    down = min(1.0, max(0.0, (t - 60.0) / 13.0))
    back = min(1.0, max(0.0, (t - 200.0) / return_s))
    return math.radians(-70.0 + 130.0 * (down - back))


def course(profile: str, return_s: float) -> list[tuple[float, heart.Heart, heart.Signs]]:
    who, now = heart.PROFILES[profile], heart.settled(tilt(0.0, 5.0))
    rows, h = [(0.0, now, heart.signs(now, tilt(0.0, 5.0), who))], 0.01
    for n in range(30_000):
        now = heart.step(now, tilt((n + 0.5) * h, return_s), who, h)
        if (n + 1) % 10 == 0:
            t = (n + 1) * h
            rows.append((t, now, heart.signs(now, tilt(t, return_s), who)))
    return rows


@pytest.mark.parametrize("profile", heart.PROFILES)
def test_the_heart_follows_the_published_course(profile: str) -> None:
    published: dict[str, Any] = HEARTS["results"][profile]
    rows = {round(t, 1): (now, signs) for t, now, signs in course(profile, 5.0)}
    for n, t in enumerate(HEARTS["t"]):
        now, signs = rows[t]
        assert signs.rate_per_min == pytest.approx(published["HR"][n], abs=2e-2)
        assert signs.pressure_mmhg == pytest.approx(published["MAP"][n], abs=2e-2)
        assert signs.head_mmhg == pytest.approx(published["MAP_head"][n], abs=2e-2)
        assert now.debt == pytest.approx(published["D"][n], abs=1e-3)
    debts = [now.debt for now, _ in rows.values()]
    assert max(debts) == pytest.approx(published["D_max"], abs=1e-3)
    faints = [t for t, (now, _) in rows.items() if now.debt >= heart.SYNCOPE]
    assert bool(faints) is (published["t_loss_of_consciousness"] is not None)
    if faints:
        assert faints[0] == pytest.approx(published["t_loss_of_consciousness"], abs=0.1)


@pytest.mark.parametrize("profile", heart.PROFILES)
def test_nobody_faints_on_a_slow_return(profile: str) -> None:
    slow = HEARTS["results"][profile]["slow_return_40s"]
    assert max(now.debt for _, now, _ in course(profile, 40.0)) == pytest.approx(slow["D_max"], abs=1e-3)


def test_the_oximeter_shows_a_faint_late() -> None:
    rows = course("orthostatic_intolerant", 5.0)
    deepest = max((now for _, now, _ in rows), key=lambda now: now.debt)
    assert deepest.debt > 1.3
    assert deepest.oxygen - (heart.OXYGEN - heart.OXYGEN_LOST * deepest.debt) > 0.2
    assert 95.0 < min(now.oxygen for _, now, _ in rows) < 95.5


def test_a_hot_motor_is_weaker_and_the_drive_counts_its_charge() -> None:
    hot = heat.step(heat.Heat(), 12.0, 0.25, 1200.0)
    assert heat.torque_part(hot) < 0.95 < heat.torque_part(heat.Heat()) == 1.0
    charge, steps = 0.0, 0
    while charge < heat.TRIP_A2S:
        charge, steps = heat.i2t(charge, 30.0, 0.01), steps + 1
    assert steps in (200, 201)  # two seconds
    assert heat.i2t(100.0, 0.0, 10.0) == 0.0
    assert heat.i2t(0.0, heat.CONTINUOUS_A, 100.0) == 0.0


@pytest.mark.parametrize(
    ("theta", "shift_m"),
    [(1.0, 0.010 + 80 * 9.80665 * math.sin(1.0) / 6e4), (-1.2, -80 * 9.80665 * math.sin(1.2) / 2e5)],
)
def test_the_body_slides_into_straps_or_onto_the_plate(theta: float, shift_m: float) -> None:
    slide = sliding.Slide()
    for _ in range(600):
        slide = sliding.step(slide, theta, 80.0, 0.02)
    assert slide.shift_m == pytest.approx(shift_m, rel=1e-6)
    assert slide.rate_m_s == pytest.approx(0.0, abs=1e-9)


def test_inside_the_slack_it_lies_where_it_came_from() -> None:
    slide = sliding.Slide(0.004)
    assert sliding.step(slide, 0.0, 80.0, 1.0).shift_m == 0.004
    assert sliding.first_moment_kgm(sliding.Slide(0.01), 80.0) * 9.80665 == pytest.approx(7.84532)


def test_the_spine_stretches_over_minutes() -> None:
    slide = sliding.Slide()
    for _ in range(30):
        slide = sliding.step(slide, math.pi / 2, 80.0, 10.0)
    assert slide.spine_m == pytest.approx(0.006 * (1 - math.exp(-1.0)), rel=1e-9)


def test_pulses_come_by_the_minute_and_a_longer_row_begins_with_the_shorter() -> None:
    row = pushes.pulses(7, 3, 36_000.0)
    assert len(row) == pytest.approx(600, abs=75)
    assert row[: len(pushes.pulses(7, 3, 600.0))] == pushes.pulses(7, 3, 600.0)
    assert pushes.pulses(7, 4, 600.0) != pushes.pulses(7, 3, 600.0)
    assert {pulse.torque_nm > 0 for pulse in row} == {True, False}
    assert all(10 <= abs(pulse.torque_nm) <= 60 and 0.3 <= pulse.duration_s <= 0.6 for pulse in row)
    first = row[0]
    assert pushes.pulse_nm(row[:1], first.t_s + first.duration_s / 2) == pytest.approx(first.torque_nm)
    assert pushes.pulse_nm(row[:1], first.t_s - 1e-6) == pushes.pulse_nm([], 1.0) == 0.0


def test_a_tremor_has_its_strength_and_its_band() -> None:
    tones = pushes.tremor(1, 0, 2.0)
    values = [pushes.tremor_nm(tones, 0.02 * n) for n in range(30_000)]
    assert math.sqrt(math.fsum(v * v for v in values) / len(values)) == pytest.approx(2.0, rel=0.02)
    assert all(0.5 <= tone.rad_s / (2 * math.pi) <= 3.0 for tone in tones)


def test_panic_swings_and_ends() -> None:
    assert pushes.panic_nm(1 / 6) == pytest.approx(80.0)
    assert pushes.panic_nm(3 / 6) == pytest.approx(-80.0)
    assert pushes.panic_nm(-0.1) == pushes.panic_nm(5.0) == 0.0


def test_the_streams_are_the_published_ones() -> None:
    published = CHECKS["philox_example"]
    key, counter = published["key"], published["counter"]
    draw = stream(key[0], key[1] >> 32, key[1] & 0xFFFFFFFF, counter[2])
    assert [int(draw.bit_generator.random_raw()) for _ in range(4)] == published["random_raw"]
    again = stream(key[0], 3, 5, 1000)
    assert again.standard_normal(3).tolist() == pytest.approx(published["standard_normal"], rel=1e-15)


def test_a_gas_spring_pushes_less_while_it_extends() -> None:
    still, out, back = (SPRING.force_n(0.7, rate) for rate in (0.0, 0.01, -0.01))
    assert still == pytest.approx(400.0 * (1 + 0.3 * 0.16 / 0.313))
    assert out == pytest.approx(still - 30.0 - 20.0)
    assert back == pytest.approx(still + 30.0)
    warm = SPRING._replace(temperature=40.0)
    assert warm.force_n(0.7, 0.0) / still == pytest.approx(1 + 20 / 293)
    assert SPRING.torque_nm(0.0, 0.0) == pytest.approx(SPRING.force_n(0.737564, 0.0) * 0.160529, rel=1e-5)


def test_a_one_way_damper_holds_one_way() -> None:
    assert damper_nm(0.1, 30.0) == pytest.approx(-3.0)
    assert damper_nm(0.1, 30.0, temperature=70.0) == pytest.approx(-2.1)
    assert damper_nm(0.1, 30.0, one_way=-1.0) == 0.0 != damper_nm(-0.1, 30.0, one_way=-1.0)


def test_a_closed_belt_rings_at_its_resonance() -> None:
    belt, inertias = backlash.Belt(damping_nms=0.0, half_gap_rad=0.0), (2.016, 18.2457)
    wanted = backlash.resonance_rad_s(belt, inertias[1], inertias[0])
    ends, crossings, h = backlash.Ends(0.001, 0.0, 0.0, 0.0), [], 1e-5
    for n in range(30_000):
        before = ends.motor_rad - ends.bed_rad
        ends = backlash.step(ends, belt, inertias, (0.0, 0.0), h)
        after = ends.motor_rad - ends.bed_rad
        if before * after < 0.0:
            crossings.append((n + before / (before - after)) * h)
    period = 2 * (crossings[-1] - crossings[0]) / (len(crossings) - 1)
    assert 2 * math.pi / period == pytest.approx(wanted, rel=1e-6)


@given(st.floats(-0.02, 0.02), st.floats(-1.0, 1.0))
def test_a_belt_never_pulls_and_its_gap_is_empty(apart: float, rate: float) -> None:
    belt = backlash.Belt()
    torque = backlash.torque_nm(backlash.Ends(apart, rate, 0.0, 0.0), belt)
    assert torque * apart >= 0.0
    if abs(apart) <= belt.half_gap_rad:
        assert torque == 0.0


def test_the_bed_hangs_back_by_half_the_gap() -> None:
    belt, ends = backlash.Belt(), backlash.Ends(0.0, 0.0, 0.0, 0.0)
    hold = 20.0  # the motor side carries what the bed weighs
    for _ in range(8000):
        damped = (hold - 5.0 * ends.motor_rad_s, -hold - 5.0 * ends.bed_rad_s)
        ends = backlash.step(ends, belt, (2.016, 18.2457), damped, 5e-4)
    apart = ends.motor_rad - ends.bed_rad
    assert apart == pytest.approx(belt.half_gap_rad + hold / belt.stiffness_nm_rad, rel=1e-3)
