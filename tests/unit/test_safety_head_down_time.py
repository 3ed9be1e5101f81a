"""Head-down time counts wherever somebody may hang (HZ-48, I11): in every mode, and without any angle."""

from __future__ import annotations

import pytest

from safety import decision as d
from safety.causes import BY_NAME
from safety.observation import Terms, Wake
from safety.state import boot
from tests.safety_rig import QUIET, Rig, ridden, session_terms

BLIND = {"a_cdeg": None, "b_cdeg": None}
AWAY = QUIET._replace(ankle_a=True, ankle_b=True, at_park=False)


def woken(terms: Terms | None, latched: int = 0, cdeg: int = 1000, same: bool = False) -> Rig:
    """A guard that finds the table away from park, with or without an open session."""
    rig = Rig(Wake(terms, 100_000, same, True, latched), cdeg=cdeg)
    rig.press(ankle_a=True, ankle_b=True)
    return rig


@pytest.mark.parametrize(("latched", "mode"), [("", d.INHIBITED), ("over_angle", d.LATCHED)])
def test_away_from_park_it_counts_whoever_nobody_brings_home(latched: str, mode: int) -> None:
    """As after a restart with another table file; by hand on the way home, too."""
    rig = woken(session_terms(), BY_NAME[latched].number if latched else 0)
    rig.run(10_000)
    assert rig.decision.mode == mode
    assert rig.decision.used_ms == pytest.approx(110_000, abs=40)
    rig.press(return_a=True)
    rig.run(10_000)
    assert rig.plant.cdeg < 0
    used_ms = rig.decision.used_ms
    assert 112_000 < used_ms < 116_000, "down to 3 deg"
    assert rig.run(2_000).used_ms == used_ms


@pytest.mark.parametrize("same", [True, False])
@pytest.mark.parametrize("seen", [True, False])
def test_a_session_found_open_without_any_angle_counts_as_head_down(same: bool, seen: bool) -> None:
    rig = woken(session_terms(), same=same)
    if not seen:
        rig.state = boot(rig.limits, Wake(session_terms(), 100_000, same, True, 0))
    rig.changes = {**BLIND, "inputs": AWAY}
    before = rig.tick().used_ms
    rig.run(60_000)
    assert rig.decision.used_ms - before == 60_000
    assert (rig.decision.mode in (d.RETURNING, d.WAITING)) is same
    assert rig.decision.bout == seen
    rig.changes = {**BLIND, "inputs": AWAY._replace(at_park=True)}
    rig.run(1_000)
    assert rig.decision.used_ms - before == 60_000, "the park switch says that it is over"


def test_an_idle_table_without_any_angle_counts_nothing() -> None:
    rig = Rig()
    for at_park in (True, False, None):
        rig.changes = {**BLIND, "inputs": QUIET._replace(at_park=at_park)}
        assert rig.run(5_000).used_ms == 0


def test_a_ride_that_loses_both_angles_on_the_way_down_counts_from_there() -> None:
    rig = ridden(0)
    assert rig.decision.used_ms == 0
    bouts = rig.decision.bout
    rig.changes = {**BLIND, "inputs": AWAY._replace(past_rest=True)}
    rig.run(20_000)
    assert rig.decision.used_ms == pytest.approx(20_000, abs=150)
    assert rig.decision.bout == bouts, "nobody knows of another bout"
