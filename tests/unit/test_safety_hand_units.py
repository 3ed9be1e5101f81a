"""Hold-to-run and what comes after a cut, where one condition decides."""

from __future__ import annotations

import pytest

from safety import decision as d
from safety.angles import BOTH, NEITHER, ONLY_A, ONLY_B
from safety.home_stages import pausing
from safety.home_state import Act, Home
from safety.home_trouble import cut_off, estop, manual
from safety.observation import DRIVE_ARMED, DRIVE_DISARMED
from safety.profile import Ramp
from safety.rules import CREEP, CUT_OFF, ESTOP
from tests.home_facts import HOME, SEEN, facts
from tests.safety_rig import LIMITS

HELD = {"home": True}
STANDS = HOME._replace(stage=d.STOPPING, ramp=Ramp(1_500_000, 0, 0))


def led(home: Home, ticks: int, source: int) -> int:
    """The furthest that the plan goes, in thousandths of a centidegree."""
    furthest = home.ramp.pos
    for _ in range(ticks):
        at = facts(LIMITS.park_cdeg + 150, buttons=HELD, angles={"source": source})
        home, act = manual(home, at, SEEN._replace(a_cdeg=None), LIMITS, 20)
        assert act.command == d.MOVE
        furthest = min(furthest, home.ramp.pos)
    return furthest


@pytest.mark.parametrize("source", [ONLY_A, BOTH, ONLY_B])
def test_by_hand_the_plan_ends_at_park_by_whichever_angle_is_trusted(source: int) -> None:
    """The drive's own scale is added to it; without any angle the switch says where park is."""
    near = STANDS._replace(ramp=Ramp((LIMITS.park_cdeg + 300) * 1000, -100, 0))
    assert led(near, 1_000, source) == LIMITS.park_cdeg * 1000


@pytest.mark.parametrize(("past_rest", "stage"), [(True, d.TO_REST), (None, d.TO_REST), (False, d.TO_PARK)])
def test_without_an_angle_the_rest_switch_says_how_fast(past_rest: bool | None, stage: int) -> None:
    at = facts(None, None, buttons=HELD, now={"past_rest": past_rest}, angles={"source": NEITHER})
    home = STANDS
    for _ in range(400):
        home, act = manual(home, at, SEEN._replace(a_cdeg=None, b_cdeg=None), LIMITS, 20)
    assert act.stage == stage
    assert act.rate_cdps == -(LIMITS.upright_cdps if stage == d.TO_PARK else LIMITS.creep_cdps)


@pytest.mark.parametrize(
    ("cdeg", "owed_ms", "stage"), [(-10, 500, d.PAUSE_REST), (LIMITS.park_cdeg + 100, 0, d.STOPPING)]
)
def test_who_holds_the_button_is_not_called(cdeg: int, owed_ms: int, stage: int) -> None:
    at = facts(cdeg, 500, buttons=HELD, session={"rest_owed_ms": owed_ms})
    assert manual(STANDS, at, SEEN, LIMITS, 20)[1] == Act(sounder=False, mode=d.WAITING, stage=stage)


@pytest.mark.parametrize(
    ("mode", "held", "pauses", "calls"),
    [
        (d.RETURNING, False, False, True),
        (d.WAITING, False, False, True),
        (d.INHIBITED, False, False, False),
        (d.RETURNING, True, False, False),
        (d.RETURNING, False, True, False),
    ],
)
def test_in_a_return_somebody_is_called_to_the_button(
    mode: int, held: bool, pauses: bool, calls: bool
) -> None:
    at = facts(buttons={"home": held}, session={"rest_owed_ms": 1 if pauses else 0})._replace(mode=mode)
    was = STANDS._replace(stage=d.PAUSE_REST if pauses else d.STOPPING, hand=False)
    home, act = manual(was, at, SEEN, LIMITS, 20)
    assert (act.sounder, home.stage) == (calls, d.PAUSE_REST if pauses else d.STOPPING)
    over = manual(was._replace(stage=d.PAUSE_REST), facts(), SEEN, LIMITS, 20)
    assert (over[1].sounder, over[0].stage) == (True, d.PAUSE_REST)


@pytest.mark.parametrize(
    ("cdeg", "hand_cdeg", "leads"),
    [
        (1500, None, True),
        (None, 1500, True),
        (1500 + LIMITS.runaway_cdeg, 1500, True),
        (1501 + LIMITS.runaway_cdeg, 1500, False),
    ],
)
def test_a_table_that_sinks_at_each_try_is_led_no_more(
    cdeg: int | None, hand_cdeg: int | None, leads: bool
) -> None:
    """By hand alone, under an e-stop and after a cut alike."""
    at = facts(cdeg, 0, buttons=HELD, now={"estop_ok": False})
    was = STANDS._replace(hand_cdeg=hand_cdeg)
    assert (manual(was, at, SEEN, LIMITS, 20)[1].command == d.MOVE) is leads
    assert (estop(was._replace(bits=ESTOP), at, SEEN, LIMITS, 20)[1].command == d.MOVE) is leads
    cut = was._replace(bits=CUT_OFF, cuts=1, still_ms=5_000, seen_from=cdeg or 0)
    assert (cut_off(cut, at, SEEN, LIMITS, 20)[1].command == d.MOVE) is leads
    for other in (was._replace(hand=False), was._replace(bits=CREEP, hand=False)):
        assert manual(other, at, SEEN, LIMITS, 20)[1].command != d.MOVE
    off = SEEN._replace(drive_state=DRIVE_DISARMED)
    assert manual(was, at, off, LIMITS, 20)[1].command != d.MOVE


@pytest.mark.parametrize(
    ("cdeg", "at_park", "ends"),
    [
        (None, True, True),
        (None, False, False),
        (None, None, False),
        (1500, True, False),
        (-6900, False, True),
    ],
)
def test_where_it_stands_for_good_is_park_or_blind_on_its_switch(
    cdeg: int | None, at_park: bool | None, ends: bool
) -> None:
    at = facts(cdeg, 0, now={"at_park": at_park})
    cut = STANDS._replace(bits=CUT_OFF, cuts=1, still_ms=5_000, seen_from=cdeg or 0)
    assert cut_off(cut, at, SEEN, LIMITS, 20)[1].done is ends
    assert manual(STANDS, at, SEEN, LIMITS, 20)[1].done is ends


def test_led_by_hand_under_an_estop_its_ramp_begins_anew_each_time() -> None:
    at = facts(1500, 0, buttons=HELD, now={"estop_ok": False})
    was = STANDS._replace(bits=ESTOP, age_ms=400, ramp=Ramp(9, 0, 7))
    home, act = estop(was, at, SEEN._replace(a_cdeg=1500), LIMITS, 20)
    assert (home.age_ms, home.ramp.offset_cdeg, home.ramp.rate_cdps) == (0, 0, -2)
    assert act == Act(d.MOVE, home.ramp.pos // 1000, -2, False, d.WAITING, d.TO_REST)


def test_the_one_attempt_is_announced() -> None:
    cut = STANDS._replace(bits=CUT_OFF, still_ms=5_000, seen_from=1500)
    home, act = cut_off(cut, facts(), SEEN, LIMITS, 20)
    assert (home.stage, act.stage, act.sounder, act.command) == (d.CREEPING_OUT, d.CREEPING_OUT, True, d.STOP)


def test_what_counts_as_standing_is_the_way_of_five_seconds() -> None:
    loose = LIMITS._replace(still_cdps=300)
    cut = STANDS._replace(bits=CUT_OFF, still_ms=100, seen_from=0)
    for cdeg, still_ms in ((1_500, 120), (1_501, 20)):
        assert cut_off(cut, facts(cdeg), SEEN, loose, 20)[0].still_ms == still_ms


@pytest.mark.parametrize(
    ("owed_ms", "state", "command"),
    [
        (1, DRIVE_ARMED, d.CUT),
        (1, DRIVE_DISARMED, d.CUT),
        (0, DRIVE_ARMED, d.MOVE),
        (0, DRIVE_DISARMED, d.STOP),
    ],
)
def test_after_a_cut_a_pause_by_hand_has_no_torque(owed_ms: int, state: int, command: int) -> None:
    """A bridge that runs off kicked head-down at each arming, all through the pause."""
    at = facts(-500, buttons=HELD, session={"rest_owed_ms": owed_ms})
    cut = STANDS._replace(bits=CUT_OFF, cuts=1, still_ms=60_000, seen_from=-500, stage=d.PAUSE_REST)
    home, act = cut_off(cut, at, SEEN._replace(drive_state=state), LIMITS, 20)
    assert act.command == command
    assert act.stage == (d.TO_PARK if command == d.MOVE else d.PAUSE_REST)
    assert home.hand_cdeg == (-500 if state == DRIVE_ARMED else None), "what sinks in the pause counts, too"


@pytest.mark.parametrize(("cdeg", "stage"), [(200, d.PAUSE_REST), (201, d.STOPPING), (None, d.PAUSE_REST)])
def test_a_pause_at_rest_ends_where_another_angle_says_that_it_is_none(cdeg: int | None, stage: int) -> None:
    """From +4.5 deg it went on straight to -15."""
    at = facts(cdeg, session={"rest_owed_ms": 1})
    assert pausing(STANDS._replace(stage=d.PAUSE_REST), at, SEEN, LIMITS, 20)[0].stage == stage
    mid = facts(cdeg, session={"mid_owed_ms": 1})
    assert pausing(STANDS._replace(stage=d.PAUSE_MID), mid, SEEN, LIMITS, 20)[0].stage == d.PAUSE_MID
