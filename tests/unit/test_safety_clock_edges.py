"""What the rules remember from tick to tick, at its edges: each age to the millisecond."""

from __future__ import annotations

from typing import Any

import pytest

from safety import decision as d
from safety.buttons import UNTOUCHED, Buttons, watch
from safety.check_in import OFF, CheckIn, ask, left_ms
from safety.observation import Proposal
from safety.session import NONE, Session, count, pauses
from safety.stream import SILENT, Stream, aged, held, missing, refused, taken
from tests.safety_rig import LIMITS, QUIET, Rig

SEEN = Rig().sense()
LIVE = Stream(True, 1000, 100, 0, 100, 90, 80, 7, 11, 13, 17)


def test_a_permitted_proposal_is_the_stream() -> None:
    proposal = Proposal(7, 1, 1002, 120, 95)
    assert taken(SILENT, proposal, 5) == Stream(True, 1002, 120, 0, 95, 120, 0, 0, 0, 0, 0)
    on = LIVE._replace(gap_ms=19)
    assert taken(on, proposal, 5) == Stream(True, 1002, 120, 0, 95, 90, 99, 7, 6, 0, 0)
    whole = LIVE._replace(gap_ms=20)
    assert taken(whole, proposal, 11) == Stream(True, 1002, 120, 0, 95, 120, 0, 300, 0, 0, 0), (
        "a window has ended"
    )
    quiet = on._replace(idle_ms=0)
    assert taken(quiet, proposal, 5) == taken(on, proposal, 5)
    assert taken(SILENT._replace(idle_ms=9), proposal, 5) == taken(SILENT, proposal, 5)
    longer = LIVE._replace(gap_ms=120)
    assert taken(longer, proposal, 5).accel_cdps2 == 150
    for less_ms, rest_ms in ((10, 1), (11, 0), (12, 0)):
        assert taken(SILENT._replace(refused_ms=11), proposal, less_ms).refused_ms == rest_ms
        assert taken(LIVE, proposal, less_ms).refused_ms == rest_ms


def test_a_stream_ages_and_its_lease_runs_out() -> None:
    assert aged(LIVE, 20) == LIVE._replace(gap_ms=20, lease_ms=80, idle_ms=37)
    assert aged(LIVE._replace(lease_ms=21), 20).live
    assert not aged(LIVE._replace(lease_ms=20), 20).live
    assert not aged(LIVE._replace(live=False), 20).live
    assert aged(LIVE._replace(lease_ms=10), 20).lease_ms == 0
    old = aged(LIVE._replace(gap_ms=59_990, idle_ms=59_990), 20)
    assert (old.gap_ms, old.idle_ms) == (60_000, 60_000)


def test_what_is_refused_begins_anew_and_is_counted() -> None:
    assert refused(LIVE, 20) == SILENT._replace(refused_ms=31, idle_ms=17)
    assert refused(LIVE._replace(refused_ms=59_990), 20).refused_ms == 60_000
    assert held(LIVE) == SILENT._replace(refused_ms=11, idle_ms=17)


def test_silence_counts_in_motion_only() -> None:
    assert missing(LIVE, 20) == LIVE._replace(missing_ms=33)
    assert missing(LIVE._replace(rate_cdps=-1), 20).missing_ms == 33
    assert missing(LIVE._replace(rate_cdps=0), 20) == LIVE._replace(rate_cdps=0)
    assert missing(LIVE._replace(missing_ms=59_990), 20).missing_ms == 60_000


def pressed(was: Buttons, age_ms: int = 20, **now: Any) -> Buttons:
    return watch(was, SEEN._replace(inputs=QUIET._replace(**now), inputs_age_ms=age_ms), LIMITS, 20)


def test_an_edge_needs_both_sides_seen() -> None:
    up = pressed(UNTOUCHED)
    assert pressed(UNTOUCHED, stop=True).stop_press, "but STOP: its press may have begun unseen"
    assert (up.home_press, up.stop_press, up.pendant_press) == (False,) * 3, (
        "nothing is pressed by becoming known"
    )
    down = pressed(up, return_b=True, stop=True, pendant=False)
    assert (down.home, down.home_press, down.stop_press, down.pendant_release) == (True, True, True, True)
    still = pressed(down, return_b=True, stop=True, pendant=False)
    assert (still.home, still.home_press, still.stop_press, still.pendant_release) == (True, *[False] * 3)
    gone = pressed(still)
    assert (gone.home, gone.home_release, gone.pendant_press) == (False, True, True)
    assert not pressed(gone).home_release


@pytest.mark.parametrize("clamps", [True, False, None])
def test_a_release_is_one_tick_of_a_button_that_was_seen_pressed(clamps: bool | None) -> None:
    found = [pressed(UNTOUCHED, ankle_a=clamps, ankle_b=clamps)]
    for home in (False, True, True, False, False):
        found.append(pressed(found[-1], return_a=home, ankle_a=clamps, ankle_b=clamps))
    assert [one.home_release for one in found] == [False] * 4 + [True, False]
    unseen = pressed(found[3]._replace(fresh=False), ankle_a=clamps, ankle_b=clamps)
    assert not unseen.home_release, "who did not see it does not know when it was let go"


@pytest.mark.parametrize(("dt_ms", "less_ms"), [(1, 1), (20, 2), (100, 10), (999, 99), (1_000, 100)])
def test_a_stop_that_was_let_go_fades_by_a_tenth_of_the_time(dt_ms: int, less_ms: int) -> None:
    was = pressed(UNTOUCHED)._replace(stops_ms=5_000, stop_ms=400)
    now = watch(was, SEEN._replace(inputs=QUIET), LIMITS, dt_ms)
    assert (now.stop_ms, now.stops_ms) == (0, 5_000 - less_ms)
    assert watch(was._replace(stops_ms=less_ms - 1), SEEN._replace(inputs=QUIET), LIMITS, dt_ms).stops_ms == 0


def test_stale_buttons_are_unknown_buttons() -> None:
    was = pressed(UNTOUCHED, return_a=True)
    assert pressed(was, 100, return_a=True).fresh
    stale = pressed(was, 101, return_a=True)
    assert (stale.fresh, stale.home, stale.home_release, stale.now.pendant) == (False, False, False, None)
    back = pressed(stale, return_a=True)
    assert (back.home, back.home_press) == (True, False), "it may have been held all the while"


def test_one_return_button_unknown_is_still_a_button() -> None:
    was = pressed(UNTOUCHED, return_a=None)
    assert pressed(was, return_a=None, return_b=True).home_press
    assert not pressed(was, return_a=None, return_b=None).home_release
    held = pressed(was, return_b=True)
    assert pressed(held, return_a=None, return_b=False).home_release
    assert not pressed(held, return_a=None, return_b=None).home_release, "both unknown is no release"


def test_how_long_a_button_is_held_and_a_pendant_released() -> None:
    was = pressed(pressed(UNTOUCHED), return_a=True, pendant=False)
    assert (was.home_ms, was.released_ms) == (0, 0)
    on = pressed(was, return_a=True, pendant=False)
    assert (on.home_ms, on.released_ms) == (20, 20)
    end = pressed(on)
    assert (end.home_ms, end.released_ms) == (40, 20), (
        "of the hold that has just ended, and before this press"
    )
    assert (pressed(end).home_ms, pressed(end).released_ms) == (40, 0)
    assert pressed(end, return_a=True).home_ms == 0
    old = on._replace(home_ms=59_990, released_ms=59_990, one_open_ms=59_990, both_open_ms=59_990)
    old = pressed(old._replace(unloaded_ms=59_990), return_a=True, pendant=False)
    assert (*old[2:4], old.home_ms, old.released_ms, old.unloaded_ms) == (60_000,) * 5


@pytest.mark.parametrize(("a", "b", "one", "both"), [
    (True, True, 0, 0), (False, True, 120, 0), (True, None, 120, 0), (False, False, 120, 70),
    (False, None, 120, 0), (None, None, 120, 0), (None, False, 120, 0), (True, False, 120, 0),
])  # fmt: skip
def test_unknown_clamps_count_as_one_open_but_never_as_both(
    a: bool | None, b: bool | None, one: int, both: int
) -> None:
    was = UNTOUCHED._replace(one_open_ms=100, both_open_ms=50)
    now = pressed(was, ankle_a=a, ankle_b=b)
    assert (now.one_open_ms, now.both_open_ms) == (one, both)


@pytest.mark.parametrize(("load", "ms"), [(True, 0), (None, 0), (False, 120)])
def test_only_a_contact_that_says_so_says_nobody_is_there(load: bool | None, ms: int) -> None:
    assert pressed(UNTOUCHED._replace(unloaded_ms=100), load=load).unloaded_ms == ms


ANSWER = UNTOUCHED._replace(pendant_press=True, released_ms=100)


@pytest.mark.parametrize(("was", "buttons", "then"), [
    (CheckIn(d.CHECK_OFF, 500, True), UNTOUCHED, CheckIn(d.CHECK_COUNTING, 0, False)),
    (CheckIn(d.CHECK_COUNTING, 29_979, False), UNTOUCHED, CheckIn(d.CHECK_COUNTING, 29_999, False)),
    (CheckIn(d.CHECK_COUNTING, 29_980, False), UNTOUCHED, CheckIn(d.CHECK_ASKED, 0, False)),
    (CheckIn(d.CHECK_COUNTING, 0, False), ANSWER, CheckIn(d.CHECK_COUNTING, 20, False)),
    (CheckIn(d.CHECK_ASKED, 9_979, False), UNTOUCHED, CheckIn(d.CHECK_ASKED, 9_999, False)),
    (CheckIn(d.CHECK_ASKED, 9_980, False), UNTOUCHED, CheckIn(d.CHECK_LOUD, 0, False)),
    (CheckIn(d.CHECK_ASKED, 500, False), ANSWER, CheckIn(d.CHECK_COUNTING, 0, False)),
    (CheckIn(d.CHECK_ASKED, 500, False), ANSWER._replace(released_ms=99), CheckIn(d.CHECK_ASKED, 520, False)),
    (CheckIn(d.CHECK_ASKED, 500, False), ANSWER._replace(pendant_press=False),
    CheckIn(d.CHECK_ASKED, 520, False)),
    (CheckIn(d.CHECK_LOUD, 9_979, False), UNTOUCHED, CheckIn(d.CHECK_LOUD, 9_999, False)),
    (CheckIn(d.CHECK_LOUD, 9_980, False), UNTOUCHED, CheckIn(d.CHECK_LOUD, 10_000, True)),
    (CheckIn(d.CHECK_LOUD, 10_000, True), UNTOUCHED, CheckIn(d.CHECK_LOUD, 10_000, True)),
    (CheckIn(d.CHECK_LOUD, 10_000, True), ANSWER, CheckIn(d.CHECK_COUNTING, 0, False)),
])  # fmt: skip
def test_lamp_sounder_missed(was: CheckIn, buttons: Buttons, then: CheckIn) -> None:
    assert ask(was, True, buttons, 30_000, LIMITS, 20) == then
    assert ask(was, False, buttons, 30_000, LIMITS, 20) == OFF


def test_an_interval_as_long_as_an_age_can_be_ends_too() -> None:
    assert (
        ask(CheckIn(d.CHECK_COUNTING, 59_980, False), True, UNTOUCHED, 60_000, LIMITS, 20).phase
        == d.CHECK_ASKED
    )
    assert (
        ask(CheckIn(d.CHECK_COUNTING, 60_000, False), True, UNTOUCHED, 60_020, LIMITS, 20).phase
        == d.CHECK_ASKED
    )


def test_what_is_left_of_a_check_in() -> None:
    for phase, age_ms, left in (
        (0, 500, 0),
        (1, 500, 29_500),
        (1, 40_000, 0),
        (2, 500, 9_500),
        (3, 10_001, 0),
    ):
        assert left_ms(CheckIn(phase, age_ms, False), 30_000, LIMITS) == left


def counted(was: Session = NONE, mode: int = d.ACTIVE, stage: int = 0, cdeg: int | None = 0,
            moving: bool = False, asked: bool = False, blind: bool = False) -> Session:  # fmt: skip
    return count(was, mode, stage, cdeg, blind, moving, asked, LIMITS, 20)


@pytest.mark.parametrize("mode", [d.INHIBITED, d.LATCHED, d.READY, d.TEST])
def test_outside_of_a_session_only_head_down_time_counts(mode: int) -> None:
    was = NONE._replace(used_ms=100, wall_ms=30, hold_ms=40, rest_owed_ms=50, mid_owed_ms=60)
    assert counted(was, mode, cdeg=0, stage=d.FROZEN) == was
    on = counted(was, mode, cdeg=2000, stage=d.FROZEN)
    assert on == was._replace(used_ms=120, bout=1, bout_ms=20, in_bout=True, top_cdeg=2000)


@pytest.mark.parametrize("mode", range(len(d.MODES)))
def test_in_an_open_session_an_unknown_angle_is_head_down_but_begins_no_bout(mode: int) -> None:
    was = NONE._replace(used_ms=100, bout=1, bout_ms=30)
    on = counted(was, mode, cdeg=None, blind=True)
    assert (on.used_ms, on.bout, on.bout_ms, on.in_bout) == (120, 1, 30, False)
    assert counted(was, mode, cdeg=None).used_ms == 100
    inverted = was._replace(in_bout=True)
    for blind in (True, False):
        assert counted(inverted, mode, cdeg=None, blind=blind)[:3] == (120, 1, 50)


def test_a_bout_begins_above_5_deg_and_ends_at_3() -> None:
    assert not counted(cdeg=500).in_bout
    begun = counted(NONE._replace(bout=1, bout_ms=999, top_cdeg=4000, freeze_ms=99, used_ms=100), cdeg=501)
    assert begun[:5] == (120, 2, 20, True, 20)
    assert (begun.top_cdeg, begun.freeze_ms) == (501, 0)
    assert counted(begun, cdeg=301).in_bout
    assert not counted(begun, cdeg=300).in_bout
    assert counted(begun, cdeg=None).in_bout, "without an angle nobody is upright again"
    assert counted(begun, cdeg=None).top_cdeg == 501
    assert counted(NONE._replace(bout=255), cdeg=501).bout == 255


def test_the_clocks_of_a_session() -> None:
    was = Session(1_000, 1, 500, True, 300, 700, 0, 0, 800, 0)
    on = counted(was, cdeg=900)
    assert (on.used_ms, on.bout_ms, on.hold_ms, on.wall_ms, on.top_cdeg) == (1_020, 520, 320, 720, 900)
    assert counted(was, cdeg=900, moving=True).hold_ms == 0
    assert counted(was, cdeg=900, asked=True).hold_ms == 300, "who answers a check-in holds still"
    assert counted(was, cdeg=200).hold_ms == 0
    home = counted(was, d.RETURNING, cdeg=700)
    assert (home.used_ms, home.bout_ms, home.hold_ms, home.wall_ms) == (1_020, 520, 300, 700)
    full = Session(86_399_990, 1, 86_399_990, True, 86_399_990, 86_399_990, 0, 0, 800, 59_990)
    most = counted(full, stage=d.FROZEN, cdeg=900)
    assert {most.used_ms, most.bout_ms, most.hold_ms, most.wall_ms} == {86_400_000}
    assert (most.freeze_ms, counted(was, stage=d.FROZEN, cdeg=900).freeze_ms) == (60_000, 20)


def test_pauses_are_owed_above_rest_and_run_down_where_the_table_stands() -> None:
    was = NONE._replace(rest_owed_ms=500, mid_owed_ms=400)

    def owed(cdeg: int | None, moving: bool = False, stage: int = 0) -> tuple[int, int]:
        now = counted(was, d.RETURNING, stage, cdeg, moving)
        return now.rest_owed_ms, now.mid_owed_ms

    assert owed(101) == (60_000, 20_000)
    assert owed(100) == owed(-100) == (480, 400)
    assert owed(100, True) == owed(-101) == owed(None) == owed(-1399) == owed(-1601) == (500, 400)
    assert owed(-1400) == owed(-1600) == (500, 380)
    assert owed(-1500, True) == (500, 400)
    assert owed(None, True, d.PAUSE_REST) == owed(-1500, True, d.PAUSE_REST) == (480, 400)
    assert owed(-1500, stage=d.PAUSE_REST) == (480, 400), "one pause at a time"
    assert owed(200, stage=d.PAUSE_REST) == owed(101, True, d.PAUSE_REST) == (480, 400), "once begun"
    assert owed(201, stage=d.PAUSE_REST) == (60_000, 20_000), "not where another angle says"
    assert owed(101, stage=d.PAUSE_MID) == owed(101, stage=d.AT_REST_WAITING) == (60_000, 20_000)
    assert owed(None, True, d.PAUSE_MID) == (500, 380)
    for top_cdeg, bout_ms, rest_ms in ((4_501, 1_000, 120_000), (4_500, 10_000, 60_000)):
        above = counted(was._replace(top_cdeg=top_cdeg, bout_ms=bout_ms), d.RETURNING, cdeg=101)
        assert above.rest_owed_ms == rest_ms
    elsewhere = LIMITS._replace(rest_cdeg=400, mid_cdeg=-1000)
    for cdeg, then in ((400, (480, 400)), (-1000, (500, 380)), (0, (500, 400)), (-400, (500, 400))):
        now = count(was, d.RETURNING, 0, cdeg, False, False, False, elsewhere, 20)
        assert (now.rest_owed_ms, now.mid_owed_ms) == then
    short = counted(NONE._replace(rest_owed_ms=10, mid_owed_ms=10), d.RETURNING, d.PAUSE_REST, 0)
    assert short.rest_owed_ms == 0
    assert counted(NONE._replace(mid_owed_ms=10), d.RETURNING, d.PAUSE_MID, -1500).mid_owed_ms == 0


def test_long_or_steep_bouts_cost_a_long_pause() -> None:
    assert pauses(180_000, 4500, LIMITS) == (60_000, 20_000)
    assert pauses(180_001, 0, LIMITS) == pauses(0, 4501, LIMITS) == (120_000, 20_000)
