"""plot.svg of a kept run: what can be read off it is what was ridden."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from hil.replay import Point
from hil.replay_plot import ANGLES, svg
from safety.causes import BY_NAME
from safety.decision import ACTIVE, PAUSE_REST, RETURNING

SVG = "{http://www.w3.org/2000/svg}"
STALE = BY_NAME["angle_stale"].number
OUTCOME: dict[str, Any] = {
    "number": 7,
    "spec": {"seed": 1, "fault": "inclinometer_cut", "scenario": "dip"},
    "injected_s": 40.0,
    "effect_s": 40.1,
    "violations": [],
}


def point(tick: int) -> Point:
    """Down at 1 deg/s for 80 s, then still; no guard in the 11th second, a cause from the 51st on."""
    t_s = tick / 50
    angle_deg, rate_dps = (-70.0 + t_s, 1.0) if t_s < 80.0 else (10.0, 0.0)
    if 10.0 <= t_s < 20.0:
        return Point(t_s, angle_deg, rate_dps, None, None, None, "lowering")
    cause = t_s >= 50.0
    mode, stage = (RETURNING, PAUSE_REST) if cause else (ACTIVE, 0)
    return Point(t_s, angle_deg, rate_dps, mode, stage, STALE if cause else 0, "lowering")


@pytest.fixture(scope="module")
def picture() -> ElementTree.Element:
    return ElementTree.fromstring(svg([point(tick) for tick in range(5_001)], OUTCOME))


def words(picture: ElementTree.Element) -> dict[str, ElementTree.Element]:
    return {one.text or "": one for one in picture.iter(f"{SVG}text")}


def curve(picture: ElementTree.Element, kind: str) -> list[tuple[float, float]]:
    path = next(one for one in picture.iter(f"{SVG}polyline") if one.get("class") == kind).get("points", "")
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in path.split())]


def number(one: ElementTree.Element, key: str) -> float:
    return float(one.get(key, "nan"))


def test_the_curves_meet_the_ticks_of_their_axes(picture: ElementTree.Element) -> None:
    told = words(picture)
    across = {t_s: number(told[str(t_s)], "x") for t_s in (10, 50, 100)}
    begin = across[10] - (across[50] - across[10]) / 4
    up = {angle_deg: number(told[text], "y") - 4 for angle_deg, text in ANGLES}
    assert up[60.0] < up[0.0] < up[-15.0] < up[-70.0]
    angle = curve(picture, "angle")
    assert angle[0] == pytest.approx((begin, up[-70.0]), abs=0.1)
    at_50_s = min(angle, key=lambda one: abs(one[0] - across[50]))[1]
    assert at_50_s == pytest.approx(up[-15.0] + (up[-70.0] - up[-15.0]) * 5 / 55, abs=1.0)
    assert angle[-1][0] == pytest.approx(across[100], abs=0.1)
    speed = curve(picture, "speed")
    assert speed[0][1] == pytest.approx(number(told["+2"], "y") / 2 + number(told["0"], "y") / 2 - 4, abs=0.1)
    assert speed[-1][1] == pytest.approx(number(told["0"], "y") - 4, abs=0.1)


def test_fault_cause_modes_and_stages_are_told(picture: ElementTree.Element) -> None:
    told = words(picture)
    assert {
        "Run 7 of seed 1: inclinometer_cut in dip, every invariant held",
        "fault: inclinometer_cut, 40.00 s",
        "first cause: angle_stale, 50.00 s",
        "angle, deg (head-down is up)",
        "speed, deg/s",
        "table time, s",
        "no guard",
        "returning",
        "pause rest",
    } <= told.keys()
    marks = {one.get("class"): number(one, "x1") for one in picture.iter(f"{SVG}line")}
    assert marks["fault"] == number(told["40"], "x")
    assert marks["fault"] < marks["effect"] < marks["cause"]


def test_it_keeps_its_shape(picture: ElementTree.Element) -> None:
    """No distortion: the drawing's units are its pixels, and nothing is told outside of them."""
    _, _, wide, high = map(float, (picture.get("viewBox") or "").split())
    assert (wide, high) == (number(picture, "width"), number(picture, "height"))
    assert picture.get("preserveAspectRatio") is None
    for one in picture.iter(f"{SVG}text"):
        assert 0 <= number(one, "x") <= wide
        assert 0 <= number(one, "y") <= high


@pytest.mark.parametrize("ticks", [1, 2, 60])
def test_a_short_or_wild_run_has_a_picture_too(ticks: int) -> None:
    wild = [point(tick)._replace(rate_dps=-50.0, angle_deg=-90.0) for tick in range(ticks)]
    outcome = {**OUTCOME, "injected_s": None, "effect_s": None, "violations": [{"rule": "I3", "what": "<"}]}
    told = words(ElementTree.fromstring(svg(wild, outcome)))
    assert any("broken: I3" in one for one in told)
    assert not any(one.startswith("fault") for one in told)
