"""A rod between two pivots: lengths, arms and angles after the physics reference, and what is refused."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from firmware_bridge.drives import catalogue
from firmware_bridge.lever import ARM_LEAST_M, BadLever, Lever, Pivots, lever
from safety.guard import lever_section
from simulator.plant.lever import lever as simulated
from simulator.setup import ON_ROD, WorldSetup

REFERENCE = Pivots(0.32, -0.62, -0.16, -0.06)
LOW, HIGH = -7_600, 6_800
# theta deg, length m, arm m: the table of the physics reference, 3.4.
TABLE = (
    (-72, 0.5472132059661993, 0.09119371173437714),
    (-45, 0.6069234746557829, 0.15425492955631034),
    (-15, 0.6940875832744863, 0.16999163694504618),
    (0, 0.737563556583431, 0.16052853878580559),
    (60, 0.857365, 0.054907),
)
metres = st.floats(-1.2, 1.2)


def reference() -> Lever:
    return lever(REFERENCE, LOW, HIGH)


def good(pivots: Pivots) -> Lever | None:
    try:
        return lever(pivots, LOW, HIGH)
    except BadLever:
        return None


@pytest.mark.parametrize(("deg", "length_m", "arm_m"), TABLE)
def test_it_is_the_reference(deg: int, length_m: float, arm_m: float) -> None:
    tolerance = 1e-12 if len(f"{length_m}") > 10 else 5e-7
    one = reference()
    assert one.length_m(deg * 100) == pytest.approx(length_m, abs=tolerance)
    assert one.arm_m(deg * 100) == pytest.approx(arm_m, abs=tolerance)
    assert one.angle_cdeg(one.length_m(deg * 100)) == pytest.approx(deg * 100, abs=1e-10)


@settings(max_examples=40, suppress_health_check=[HealthCheck.filter_too_much])
@given(metres, metres, metres, metres, st.floats(-74, 66))
def test_any_good_geometry_comes_back_to_where_it_was(
    base_x: float, base_z: float, eye_x: float, eye_z: float, deg: float
) -> None:
    one = good(Pivots(base_x, base_z, eye_x, eye_z))
    assume(one is not None)
    assert one is not None
    back = one.bed_cdeg(one.even_cdeg(deg * 100))
    # As good as the arm: a length of 0.5 m is known to 1e-16 m, which a short arm makes a larger angle of.
    worst_deg = 1e-12 * max(1.0, 0.1 / abs(one.arm_m(deg * 100)))
    assert back is not None
    assert back / 100 == pytest.approx(deg, abs=worst_deg)
    step = 1e-3
    by_hand = (one.even_cdeg(deg * 100 + step) - one.even_cdeg(deg * 100 - step)) / (2 * step)
    assert one.slope(deg * 100) == pytest.approx(by_hand, rel=1e-4)
    assert one.slope(deg * 100) > 0.0  # so the angle grows as the drive counts on
    assert one.shortest_arm[1] >= ARM_LEAST_M


def test_at_horizontal_it_is_even() -> None:
    one = reference()
    assert one.even_cdeg(0.0) == 0.0
    assert one.slope(0.0) == 1.0
    assert one.bed_cdps(100.0, 6_000.0) == pytest.approx(100.0 * 0.16052854 / 0.054907, rel=1e-4)


def test_the_mirrored_rod_grows_the_other_way_and_means_the_same() -> None:
    """Base and eye on the other side: shorter head-down."""
    one, other = reference(), lever(Pivots(-0.32, -0.62, 0.16, -0.06), -HIGH, -LOW)
    assert other.arm_m(0.0) == pytest.approx(-one.arm_m(0.0))
    for cdeg in range(-6_500, 7_000, 500):
        assert other.length_m(cdeg) == pytest.approx(one.length_m(-cdeg))
        assert other.bed_cdeg(other.even_cdeg(cdeg)) == pytest.approx(cdeg, abs=1e-9)


@pytest.mark.parametrize("beyond_m", [-0.4, -0.1, -1e-5, 1e-5, 0.02, 0.2, math.nan, math.inf, -math.inf])
def test_a_length_beyond_the_range_is_no_angle(beyond_m: float) -> None:
    one = reference()
    end_m = one.length_m(HIGH if beyond_m > 0 else LOW)
    assert one.angle_cdeg(end_m + beyond_m) is None
    assert one.bed_cdps(100.0, HIGH + 1.0) is None
    assert one.bed_cdps(100.0, None) is None


def test_no_target_lies_beyond_the_range() -> None:
    one = reference()
    assert one.even_cdeg(HIGH + 1_000.0) == one.even_cdeg(HIGH)
    assert one.even_cdeg(LOW - 1_000.0) == one.even_cdeg(LOW)


@pytest.mark.parametrize(
    ("pivots", "key", "words"),
    [
        (REFERENCE._replace(eye_x_m=0.16, eye_z_m=-0.06), "eye_x_m", r"at 42\.1 deg .* \(a dead point\)"),
        (Pivots(0.01, 0.0, -0.16, -0.06), "base_x_m", "the base is 10 mm from the hinge, allowed from 20 mm"),
        (Pivots(0.32, -0.62, 0.0, 0.0), "eye_x_m", "the eye is 0 mm from the hinge"),
        (Pivots(math.nan, -0.62, -0.16, -0.06), "base_x_m", "allowed from 20 mm"),
    ],
)
def test_what_cannot_lead_is_refused_with_the_place_to_look_at(pivots: Pivots, key: str, words: str) -> None:
    with pytest.raises(BadLever, match=words) as bad:
        lever(pivots, LOW, HIGH)
    assert bad.value.key == key


def test_the_last_good_angle_is_one_arm_before_the_dead_point() -> None:
    """Boundary: one hundredth of a degree further it is refused."""
    high = next(cdeg for cdeg in range(HIGH, 9_000) if reference_arm(cdeg) < ARM_LEAST_M)
    assert lever(REFERENCE, LOW, high - 1).high_cdeg == high - 1
    with pytest.raises(BadLever, match=re.escape("the rod's arm about the hinge is 10.0 mm")):
        lever(REFERENCE, LOW, high)


def reference_arm(cdeg: int) -> float:
    return simulated(*REFERENCE).reach(math.radians(cdeg / 100)).arm_m


@given(st.floats(-75, 67))
def test_bridge_and_simulator_came_to_the_same_by_themselves(deg: float) -> None:
    theirs, ours = simulated(*REFERENCE).reach(math.radians(deg)), reference()
    assert ours.length_m(deg * 100) == pytest.approx(theirs.length_m, abs=1e-12)
    assert ours.arm_m(deg * 100) == pytest.approx(theirs.arm_m, abs=1e-12)


def test_bridge_and_simulator_agree_which_drives_can_be_on_a_rod() -> None:
    assert {name for name in catalogue.known() if lever_section.takes_one(name)} == set(ON_ROD)
    with pytest.raises(ValueError, match="which node cannot drive"):
        WorldSetup(gear="b")
