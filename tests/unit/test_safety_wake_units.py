"""What a guard that wakes up begins with, and what a decision says of it."""

from __future__ import annotations

import pytest

from safety import decision as d
from safety import limits
from safety.causes import BY_NAME
from safety.guard import messages
from safety.observation import DRIVE_DISARMED, DRIVE_FAULT, DRIVE_OFFLINE, Wake
from safety.rules import CREEP, CUT_CAUSES, ESTOP, STAGED
from safety.session import FOREVER_MS
from safety.step import _homewards, _stage_left_ms, boot
from tests.home_facts import HOME, QUIET, facts
from tests.safety_rig import LIMITS, Plant, Rig, session_terms
from tests.unit.test_guard_store import report

WOKE = boot(LIMITS, Wake(session_terms(), 0, True, True, 0))
LOST = BY_NAME["guard_lost"].number
CUT = CUT_CAUSES[0]


@pytest.mark.parametrize("used_ms", [-1, 0, FOREVER_MS - 1, FOREVER_MS, FOREVER_MS + 1, 2**32, 2**63])
def test_time_used_saturates_whatever_a_mark_says(used_ms: int) -> None:
    """Seen: after 50 days the first report could not be packed, and the guard died at each start."""
    wake = Wake(session_terms(), used_ms, True, True, 0)
    used_ms = Rig(wake, cdeg=-7_000).decision.used_ms
    assert used_ms == min(max(wake.used_ms, 0), FOREVER_MS)
    assert len(report(1, used_ms=used_ms)) == messages.REPORT_LAYOUT.size


@pytest.mark.parametrize(
    ("latched", "bits", "cuts"),
    [
        (0, STAGED, 0),
        (BY_NAME["over_angle"].number, STAGED | CREEP, 0),
        (BY_NAME["estop"].number, STAGED | CREEP | ESTOP, 0),
        *((number, STAGED | CREEP, 1) for number in CUT_CAUSES),
    ],
)
def test_a_return_after_a_restart_is_announced_and_as_careful_as_its_latch(
    latched: int, bits: int, cuts: int
) -> None:
    home, session, cause = _homewards(WOKE, facts(), 0, latched, LIMITS, True)
    assert (home.bits, home.cuts, home.hand, home.stage) == (bits, cuts, not cuts, d.WARNING)
    assert (cause, session.rest_owed_ms, session.mid_owed_ms) == (LOST, 60_000, 20_000)
    assert _homewards(WOKE, facts(), CREEP, latched, LIMITS, True)[0].bits == bits | CREEP


@pytest.mark.parametrize(
    ("resumes", "at_park", "waking"), [(False, False, True), (True, True, True), (True, False, False)]
)
def test_any_other_return_begins_at_once(resumes: bool, at_park: bool, waking: bool) -> None:
    cdeg = LIMITS.park_cdeg + LIMITS.there_cdeg if at_park else 1500
    state, at = WOKE._replace(resumes=resumes), facts(cdeg)._replace(at_park=at_park)
    home, session, cause = _homewards(state, at, 0, CUT, LIMITS, waking)
    assert (home.bits, home.cuts, home.stage, cause) == (STAGED, 0, d.STOPPING, 0)
    assert session == at.session
    assert _homewards(state, at, CREEP, CUT, LIMITS, waking)[0].bits == CREEP


@pytest.mark.parametrize(
    ("cdeg", "rest_ms"), [(-101, 0), (-6_850, 0), (-100, 60_000), (4_501, 120_000), (None, 120_000)]
)
def test_after_a_restart_no_pause_is_owed_at_a_rest_that_lies_behind(cdeg: int | None, rest_ms: int) -> None:
    """By hand it was made where the table stood: 60 s at -68 deg, with RETURN held."""
    session = _homewards(WOKE, facts(cdeg), 0, 0, LIMITS, True)[1]
    assert (session.rest_owed_ms, session.mid_owed_ms) == (rest_ms, 20_000)


@pytest.mark.parametrize("latched", [CUT, BY_NAME["runaway"].number, BY_NAME["estop"].number])
def test_who_holds_return_beside_park_is_led_at_once(latched: int) -> None:
    rig = Rig(Wake(session_terms(), 0, True, True, latched), LIMITS.park_cdeg + 200)
    rig.run(10_000)
    rig.press(return_a=True)
    assert rig.until(d.LATCHED) < 5_000


@pytest.mark.parametrize("state", [DRIVE_DISARMED, DRIVE_FAULT, DRIVE_OFFLINE])
def test_a_drive_that_does_not_arm_keeps_nobody_from_being_cranked_home(state: int) -> None:
    """The return had no end, and the session none either."""
    rig = Rig(Wake(session_terms(), 0, True, True, 0), LIMITS.park_cdeg + 200)
    rig.changes = {"drive_state": state}
    rig.run(15_000)
    assert rig.decision.mode == d.RETURNING
    rig.plant = Plant(float(LIMITS.park_cdeg + LIMITS.there_cdeg), 0.0)
    assert rig.until(d.INHIBITED) < 2_000


@pytest.mark.parametrize(
    ("stage", "left_ms"),
    [
        (d.PAUSE_REST, 11),
        (d.PAUSE_MID, 12),
        (d.WARNING, 13),
        (d.FROZEN, 13),
        (d.TO_REST, 13),
        (d.NO_STAGE, 0),
    ],
)
def test_what_is_left_is_that_of_the_stage(stage: int, left_ms: int) -> None:
    session = QUIET.session._replace(rest_owed_ms=11, mid_owed_ms=12)
    assert _stage_left_ms(stage, HOME._replace(left_ms=13), session) == left_ms


@pytest.mark.parametrize("tier", range(len(limits.TIERS)))
def test_steep_bouts_and_holds_are_the_shorter_of_two(tier: int) -> None:
    row = limits.TIERS[tier]
    for bout_ms, hold_ms in ((1_000, 2_000), (limits.STEEP_BOUT_MS * 3, limits.STEEP_HOLD_MS * 3)):
        asked = row._replace(bout_ms=bout_ms, hold_ms=hold_ms)
        steep = limits._terms(7, asked, limits.STEEP_CDEG + 1, 60_000, 1, 600_000)
        assert steep[6] == min(bout_ms, limits.STEEP_BOUT_MS)
        assert steep[8] == min(hold_ms, limits.STEEP_HOLD_MS)
        flat = limits._terms(7, asked, limits.STEEP_CDEG, 60_000, 1, 600_000)
        assert (flat[6], flat[8]) == (bout_ms, hold_ms)
    last = len(limits.TIERS) - 1
    assert f"allowed 0 to {last};" in str(limits.terms(7, last + 1, 2_000, 1, 1, 1, 1, LIMITS))
