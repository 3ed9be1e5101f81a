"""Bodies, bed, lever, S-curve and arms against published numbers and their own derivatives."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.plant.arms import Arms
from simulator.plant.bed import ANKLE_M, EMPTY, RIDER, ankle_setting_m, moments
from simulator.plant.body import ARMS, SEXES, person
from simulator.plant.cascade import Cascade, Gains
from simulator.plant.lever import lever
from simulator.plant.params import GRAVITY
from simulator.plant.scurve import SCurve

DATA = json.loads((Path(__file__).parents[1] / "data/physics/cases.json").read_text())
WORKED: dict[str, dict[str, float]] = DATA["worked_bodies"]
LEVER = lever(0.32, -0.62, -0.16, -0.06)
S7 = next(case for case in DATA["scenarios"] if case["id"] == "S7_arms_raise")["params"]
SWING = Arms(**{key: S7[key] for key in Arms._fields})
PATH = SCurve(math.radians(115.0), math.radians(115.0) / 0.2, 0.2 / 0.15, 0.15 / 0.3, 0.0)


@pytest.mark.parametrize("name", WORKED)
def test_a_body_is_the_published_one(name: str) -> None:
    sex, stature, mass, posture = name.split("_")
    knees = math.radians(float(posture.removeprefix("knees"))) if posture.startswith("knees") else 0.0
    arms = posture if posture in ARMS else "sides"
    found, expected = person(sex, float(stature), float(mass), arms, knees), WORKED[name]
    assert found.mass_kg == pytest.approx(expected["mass"], rel=1e-12)
    assert found.xi_m == pytest.approx(expected["xi_C_from_ankle"], rel=1e-12)
    assert found.eta_m == pytest.approx(expected["eta_C_over_bed"], rel=1e-12)
    assert found.inertia_kgm2 == pytest.approx(expected["J_C"], rel=1e-12)


@pytest.mark.parametrize("row", DATA["balance_table"], ids=lambda row: "-".join(map(str, row.values()))[:40])
def test_the_balance_is_the_published_one(row: dict[str, Any]) -> None:
    rider = None
    if row["arms"] != "no person":
        rider = person(arms=row["arms"], shank_rad=math.radians(row.get("knee_deg", 0.0)))
    found = moments(rider, ANKLE_M + row.get("setting_error_m", 0.0), row["hole"])
    assert found.inertia_kgm2 == pytest.approx(row["J_L"], rel=1e-12)
    assert GRAVITY * found.first_xi_kgm == pytest.approx(row["gS_xi"], rel=1e-10)
    assert GRAVITY * found.first_eta_kgm == pytest.approx(row["gS_eta"], rel=1e-10)


def test_the_named_loads() -> None:
    assert RIDER.inertia_kgm2 == pytest.approx(18.24573451, abs=1e-8)
    assert EMPTY.inertia_kgm2 == pytest.approx(5.670039, abs=1e-6)
    assert ankle_setting_m(1.75) == ANKLE_M


@given(st.sampled_from(sorted(SEXES)), st.floats(1.2, 2.1), st.floats(30.0, 200.0), st.sampled_from(ARMS))
def test_a_body_scales_with_its_stature_and_mass(
    sex: str, stature_m: float, mass_kg: float, arms: str
) -> None:
    found, unit = person(sex, stature_m, mass_kg, arms), person(sex, 1.75, 1.0, arms)
    assert found.mass_kg == pytest.approx(mass_kg)
    assert found.xi_m == pytest.approx(unit.xi_m * stature_m / 1.75)
    if arms != "crossed":  # their height over the body does not scale
        assert found.inertia_kgm2 == pytest.approx(unit.inertia_kgm2 * mass_kg * (stature_m / 1.75) ** 2)


@pytest.mark.parametrize(("degrees", "length", "arm"), [(-72, 0.547213, 0.091194), (0, 0.737564, 0.160529)])
def test_the_lever_stands_where_it_should(degrees: float, length: float, arm: float) -> None:
    reach = LEVER.reach(math.radians(degrees))
    assert (reach.length_m, reach.arm_m) == pytest.approx((length, arm), abs=5e-7)


@given(st.floats(-72.0, 62.0))
def test_the_lever_goes_there_and_back_and_its_slopes_are_derivatives(degrees: float) -> None:
    theta, h = math.radians(degrees), 1e-5
    here, before, after = (LEVER.reach(theta + d) for d in (0.0, -h, h))
    assert LEVER.theta(here.length_m) == pytest.approx(theta, abs=1e-12)
    assert (after.length_m - before.length_m) / (2 * h) == pytest.approx(here.arm_m, abs=1e-9)
    assert (after.arm_m - before.arm_m) / (2 * h) == pytest.approx(here.arm_slope_m, abs=1e-9)


@pytest.mark.parametrize(("t", "angle"), [(0.0, 0.0), (1.0, 0.04375), (2.0, 0.2166666667), (11.0, 1.9768312)])
def test_the_s_curve_passes_its_points(t: float, angle: float) -> None:
    assert PATH.at(t)[0] == pytest.approx(angle, abs=5e-8)


@given(st.floats(0.0, 13.0))
def test_the_rate_of_the_s_curve_is_its_slope(t: float) -> None:
    slope = (PATH.at(t + 1e-5)[0] - PATH.at(t - 1e-5)[0]) / 2e-5
    assert PATH.at(t)[1] == pytest.approx(slope, abs=1e-8)
    assert -1e-12 <= PATH.at(t)[1] <= 0.2 + 1e-12


def test_a_saturated_cascade_does_not_wind_up() -> None:
    gains = Gains(1e-4, 1e-3, 4.0, 0.35, 60.0, 400.0, 30.0, 0.8, 800.0, 23.0)
    cascade = Cascade(gains, PATH, (0.0, 0.0), 7.8)
    held_back = [cascade.voltage(tick, -1.0, 0.0, 0.0) for tick in range(5000)]
    assert held_back[-1] == 23.0
    assert cascade.voltage(5000, 2.0, 0.0, 30.0) < -20.0


@given(st.floats(0.8, 2.4))
def test_the_reaction_of_the_arms_is_the_slope_of_their_momentum(t: float) -> None:
    def inertia(at: float) -> float:
        return SWING.swing(at).inertia

    h = 1e-5
    assert (inertia(t + h) - inertia(t - h)) / (2 * h) == pytest.approx(SWING.swing(t).inertia_rate, abs=1e-6)


def test_the_arms_push_as_hard_as_published() -> None:
    peak = max(abs(SWING.swing(1.0 + 1.2 * n / 1000).reaction) for n in range(1001))
    assert peak == pytest.approx(27.179180, abs=1e-3)
