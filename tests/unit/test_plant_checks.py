"""The validation list of the physics reference, V1 to V18, as a table: number, quantity, tolerance."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import pytest

from simulator.plant import gears, heat
from simulator.plant.bed import RIDER, balance_rad
from simulator.plant.params import A1, A2
from tests import plant_checks as ours
from tests.plant_checks import NUMBERS

LARGE = {float(key): value for key, value in NUMBERS["large_amplitude_period_s"].items()}
FROM_60 = 136.6736009488205  # the amplitude of a swing from +60 degrees
AFTER_600 = NUMBERS["winding_and_case_after_600s_at_10A_degC"]


class Check(NamedTuple):
    """Number in the list, what it is, ours, the published value, how near ours must be."""

    id: str
    what: str
    ours: Callable[[], float]
    published: float
    tolerance: float


CHECKS = [
    Check("V1", "small-angle period s", ours.small_angle_s, 5.863743029167018, 1e-9),
    *(
        Check("V2", f"period at {deg:g} degrees s", partial(ours.period_s, deg, near), near, 1e-8)
        for deg, near in LARGE.items()
    ),
    Check(
        "V3",
        "period from +60 degrees s",
        partial(ours.period_s, 136.6736009488205, 9.084),
        9.084006501703355,
        1e-8,
    ),
    Check("V3", "against the closed form rad", partial(ours.scenario_error, "S1u"), 0.0, 1e-10),
    Check("V4", "drift, RK4 10 ms J", partial(ours.drift_j, ours.rk4, 1e-2), 0.0, 1e-8),
    Check("V4", "drift, RK4 1 ms J", partial(ours.drift_j, ours.rk4, 1e-3), 0.0, 5e-12),
    Check("V4", "drift, Euler 1 ms J", partial(ours.drift_j, ours.euler, 1e-3), 0.015450851, 1e-4),
    Check("V5", "balance, closed form rad", partial(balance_rad, RIDER), -1.3382067859171654, 1e-14),
    Check("V5", "balance, at rest rad", ours.at_rest_rad, -1.3382067859171654, 1e-9),
    Check("V6", "electrical time constant s", ours.electric_s, 1e-3, 1e-9),
    Check("V6", "motor alone s", partial(ours.mechanical_s, None), 0.008284023668639052, 1e-9),
    Check("V6", "a1 with load s", partial(ours.mechanical_s, A1), 0.01128299383806759, 1e-12),
    Check("V6", "a2 with load s", partial(ours.mechanical_s, A2), 0.08325827790435249, 1e-12),
    Check("V7", "no-load a1 rad/s", partial(ours.no_load_rad_s, A1), 0.6116027531956736, 1e-9),
    Check("V7", "no-load a2 rad/s", partial(ours.no_load_rad_s, A2), 3.0580137659783677, 1e-9),
    Check("V7", "no-load a2, formula", partial(gears.no_load_rad_s, A2, 24.0), 3.0580137659783677, 1e-12),
    Check("V8", "stall a2 at 96 A N m", partial(ours.stall_nm, A2, 96.0), 634.44, 1e-9),
    Check("V8", "stall a2 at 30 A N m", partial(ours.stall_nm, A2, 30.0), 196.86, 1e-9),
    Check("V8", "stall a1 at 30 A N m", partial(ours.stall_nm, A1, 30.0), 521.1, 1e-9),
    Check("V8", "stall a1, formula N m", partial(gears.stall_nm, A1, 30.0), 521.1, 1e-9),
    Check("V9", "terminal speed rad/s", partial(ours.terminal_rad_s, 3.0), -0.060179568066003386, 1e-9),
    Check("V9", "terminal speed, Stribeck rad/s", partial(ours.terminal_rad_s, 4.5), -0.0601784, 5e-8),
    Check("V10", "brake slip a2 N m", ours.slip_nm, 329.37804878048786, 1e-9),
    Check("V10", "brake slip a2, formula N m", partial(gears.slip_nm, A2, 2.2), 329.37804878048786, 1e-9),
    Check("V11", "winding for ever at 10 A K", lambda: ours.SETTLED.winding - 25.0, 82.8500414250207, 1e-6),
    Check("V11", "the same, formula K", partial(heat.steady_rise_k, 25.0, 2.5), 82.8500414250207, 1e-9),
    Check("V12", "30 A to 155 degC s", ours.hot_after_s, 27.14435883449635, 1e-6),
    Check("V12", "winding at 600 s degC", lambda: ours.AFTER_600_S.winding, AFTER_600[0], 1e-6),
    Check("V12", "housing at 600 s degC", lambda: ours.AFTER_600_S.housing, AFTER_600[1], 1e-6),
    Check("V13", "lever there and back rad", ours.round_trip_rad, 0.0, 1e-14),
    Check("V13", "lever's arm m", ours.arm_error_m, 0.0, 1e-9),
    Check("V13", "constant rod speed rad", ours.constant_rod_rad, 0.0, 1e-9),
    Check("V14", "S-curve at its end", ours.curve_end, 0.0, 1e-12),
    Check("V14", "S-curve, jumps of p''", ours.curve_jump, 0.0, 1e-12),
    Check("V15", "energy balance, part", ours.energy_left_over, 0.0, 1e-9),
    Check("V16", "the worm holds rad", ours.held_rad, 0.0, 0.0),
    Check("V17", "momentum of the swing N m s", ours.momentum, 0.0, 1e-12),
    Check("V17", "net rotation rad", ours.net_rotation, -0.14299676686412602, 1e-10),
    Check("V18", "felt by the IMU", ours.imu_error, 0.0, 1e-9),
    Check("V18", "felt by the inclinometer rad", ours.inclinometer_error, 0.0, 1e-9),
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.id} {check.what}")
def test_validation(check: Check) -> None:
    assert abs(check.ours() - check.published) <= check.tolerance


def test_no_number_of_the_list_is_missing() -> None:
    assert {check.id for check in CHECKS} == {f"V{n}" for n in range(1, 19)}


def test_the_worm_and_the_screw() -> None:
    worm, screw = NUMBERS["worm_lambda5_mu0.09"], NUMBERS["acme_lead4_d16_mu0.12"]
    assert gears.worm(0.08726646259971647, 0.09) == pytest.approx((worm["eta_f"], worm["eta_b"]), rel=1e-12)
    assert gears.screw(0.004, 0.016, 0.12) == pytest.approx((screw["eta_f"], screw["eta_b"]), rel=1e-12)
