"""The detection latency of a run: what counts as the guard's reaction to a fault, and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from hil.campaign.results import Group
from hil.campaign.trace import Ride, Sample
from hil.campaign.words import detection_ms
from safety.causes import BY_NAME
from safety.decision import ACTIVE, INHIBITED, RETURNING
from safety.guard.messages import REPORT_LAYOUT
from safety.guard.report import Report
from safety.verdict import BOTH, TOWARDS_PARK

QUIET: dict[str, Any] = dict.fromkeys((field.name for field in REPORT_LAYOUT.fields), 0)
PLAIN: dict[str, Any] = {"mode": ACTIVE, "direction": BOTH, "speed_cap_cdps": 800, "power": 1}
HOMING: dict[str, Any] = {"mode": RETURNING, "direction": TOWARDS_PARK}
FAULT_MS, EFFECT_MS = 200, 240


def report(*names: str, first: str = "", **values: Any) -> Report:
    """What the guard says, with these causes."""
    mask = sum(1 << BY_NAME[name].number for name in names)
    told = BY_NAME[first].number if first else 0
    return tuple({**QUIET, **PLAIN, "causes": mask, "first_cause": told, **values}.values())


def detected(fault: str, *then: tuple[int, Report | None], let_go: tuple[int, ...] = ()) -> int | None:
    """After a plain ride: reports from these moments on."""
    samples, said = [], report()
    for t_ms in range(20, 1_000, 20):
        said = dict(then).get(t_ms, said)  # type: ignore[assignment]
        pendant = t_ms not in let_go
        samples.append(Sample(t_ms, 5.0, 0.0, 0.0, False, True, pendant, False, False, "", said))
    nobody: Any = (False, None, False, 0, None, "node", False)
    return detection_ms(Ride(samples, fault, True, None, 12.0, FAULT_MS, EFFECT_MS, *nobody))


ASKED = report("return_asked", first="return_asked", **HOMING)
ON_THE_WAY = report(first="return_asked", mode=RETURNING)
HOME = report(first="return_asked", mode=INHIBITED)


@pytest.mark.parametrize("fault", ["leaned_on", "panic", "arms_overhead", "wire_lossy"])
def test_a_return_that_people_ask_for_and_its_end_at_park_detect_nothing(fault: str) -> None:
    assert detected(fault, (400, ASKED), (420, ON_THE_WAY), (800, HOME)) is None
    assert detected(fault, (100, ASKED), (120, ON_THE_WAY), (800, HOME)) is None
    assert detected(fault, (800, report(mode=INHIBITED))) is None


@pytest.mark.parametrize("fault", ["return_button", "return_b_button"])
def test_a_button_that_is_the_fault_is_detected(fault: str) -> None:
    assert detected(fault, (260, ASKED), (280, ON_THE_WAY)) == 20
    assert detected(fault, (100, ASKED), (120, ON_THE_WAY)) is None


def test_a_cause_of_its_own_counts_from_the_moment_the_fault_is_real() -> None:
    stale = report("angle_stale", first="angle_stale", **HOMING)
    assert detected("inclinometer_cut", (300, stale)) == 60
    assert detected("inclinometer_cut", (220, stale)) == 0
    assert detected("inclinometer_cut", (200, stale)) is None


def test_a_second_cause_counts_though_the_table_comes_home_already() -> None:
    both = report("angle_stale", first="return_asked", mode=RETURNING)
    assert detected("inclinometer_cut", (100, ASKED), (120, ON_THE_WAY), (500, both)) == 260
    after = (400, ASKED), (420, ON_THE_WAY), (500, both)
    assert detected("inclinometer_cut", *after) == 260


def test_what_was_told_before_is_no_reaction() -> None:
    low = report("supply_low", first="supply_low", **HOMING)
    both = report("supply_low", "return_asked", first="supply_low", **HOMING)
    assert detected("leaned_on", (100, low), (400, both)) is None
    assert detected("leaned_on", (100, ASKED), (120, ON_THE_WAY), (400, ASKED)) is None


@pytest.mark.parametrize("less", [{"direction": TOWARDS_PARK}, {"speed_cap_cdps": 200}, {"power": 0}])
def test_less_permission_is_a_reaction(less: dict[str, Any]) -> None:
    assert detected("encoder_noisy", (300, report(**less)), (340, report())) == 60
    assert detected("encoder_noisy", (100, report(**less)), (320, report())) is None


def test_the_answer_to_a_check_in_is_none_but_a_pendant_that_is_the_fault_is_one() -> None:
    up = report(direction=TOWARDS_PARK)
    answer = (300, up), (400, report())
    held = tuple(range(280, 400, 20))
    assert detected("leaned_on", *answer, let_go=held) is None
    assert detected("pendant_released", *answer, let_go=held) == 60


def test_a_guard_that_is_away_says_nothing() -> None:
    lost = report("guard_lost", first="guard_lost", **HOMING)
    assert detected("kill_guard", (220, None), (600, lost)) == 360


def test_what_is_not_detected_is_counted_apart() -> None:
    group = Group("leaned_on")
    figures = {"injected_s": 1.0, "effect_s": 1.0, "parked": True, "home_s": 9.0, "worst_deg": 1.0}
    plain: dict[str, Any] = {"violations": [], "first_cause": None, "worst_dps": 2.0, **figures}
    for detected_ms in (None, 40, None):
        group.add({**plain, "detected_ms": detected_ms})
    group.add({**plain, "detected_ms": None, "effect_s": None})
    assert (group.effective, group.undetected, group.detected_ms.quantile(1.0)) == (3, 2, 40)
