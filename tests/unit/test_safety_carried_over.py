"""What one tick hands on to the next, and what it leaves behind: a session, a test, a return begin afresh."""

from __future__ import annotations

import pytest

from safety import decision as d
from safety.causes import BY_NAME
from safety.check_in import CheckIn
from safety.home_state import NOT_HOMING, Act
from safety.home_trouble import manual
from safety.homecoming import advance
from safety.look import look
from safety.motion import AT_REST
from safety.observation import ORDER_TEST, Wake
from safety.rules import CUT_OFF, ESTOP, STAGED
from safety.session import NONE, Session
from safety.state import boot, woken
from safety.step import _STANDING, Judged, _idle, _settled
from safety.stream import SILENT, Stream
from safety.trial import NOT_TRYING
from safety.verdict import ALLOW
from tests.home_facts import HOME, SEEN, facts
from tests.safety_rig import LIMITS, Rig, cause, ridden, session_terms

PARK = LIMITS.park_cdeg
STOPPED = BY_NAME["return_asked"].number
ESTOPPED = BY_NAME["estop"].number
WORN = Session(1_000, 2, 3_000, False, 4_000, 5_000, 6_000, 7_000, 800, 9_000)
LED = Stream(True, PARK + 40, 0, 0, 100, 0, 0, 0, 0, 0, 0)


def at_park() -> Rig:
    """The day's tests passed, a rider on the table, and much that a session before this one has left."""
    rig = Rig()
    rig.test_direction()
    rig.press(ankle_a=True, ankle_b=True, load=True)
    rig.state = rig.state._replace(session=WORN, first_cause=STOPPED, stream=LED)
    return rig


def test_a_session_begins_with_clocks_of_its_own_and_nothing_permitted() -> None:
    rig = at_park()
    assert rig.tick(begin=session_terms()).mode == d.READY
    assert (rig.state.session, rig.state.first_cause) == (NONE, 0)
    assert (rig.decision.command, rig.state.stream.live) == (d.HOLD, False)


def test_the_very_tick_of_its_begin_may_bring_the_first_proposal() -> None:
    rig = at_park()
    decided = rig.propose(PARK, 0, begin=session_terms())
    assert (decided.mode, decided.refusal, decided.command) == (d.READY, 0, d.MOVE)


def test_tests_begin_with_nothing_passed_and_nothing_of_a_session() -> None:
    rig = at_park()
    rig.press(ankle_a=False, ankle_b=False, load=False)
    rig.state = rig.state._replace(terms=session_terms())
    assert rig.decision.tested
    assert rig.tick(orders=ORDER_TEST).mode == d.TEST
    assert (rig.state.terms, rig.state.session, rig.state.first_cause) == (None, NONE, 0)
    assert not rig.decision.tested


def test_tests_that_are_stopped_leave_nothing_but_what_latched() -> None:
    """STOP comes first in the table of modes; what broke in the same tick is not forgotten by it."""
    rig = Rig()
    rig.tick(orders=ORDER_TEST)
    rig.press(stop=True, estop_ok=False)
    assert rig.tick().mode == d.INHIBITED
    assert (rig.state.latched_cause, rig.state.trial) == (ESTOPPED, NOT_TRYING)
    assert cause(rig) == "estop"
    assert rig.tick().mode in (d.RETURNING, d.WAITING, d.LATCHED)


def test_tests_that_are_stopped_begin_no_session_in_the_same_tick() -> None:
    rig = Rig()
    rig.tick(orders=ORDER_TEST)
    rig.press(stop=True)
    assert rig.tick(begin=session_terms()).mode == d.INHIBITED
    assert (cause(rig), rig.state.terms) == ("stop_pressed", None)


@pytest.mark.parametrize("first", [0, STOPPED])
def test_a_return_out_of_a_restart_is_for_that_or_for_what_was_before_it(first: int) -> None:
    rig = Rig()
    rig.state = boot(LIMITS, Wake(session_terms(), 0, True, True, 0))._replace(first_cause=first)
    rig.press(estop_ok=False)
    rig.plant = rig.plant._replace(cdeg=1000.0)
    rig.tick()
    assert (rig.decision.mode, cause(rig)) == (d.WAITING, "return_asked" if first else "guard_lost")


@pytest.mark.parametrize("cdeg", [PARK, 1000])
def test_with_its_first_angle_a_guard_has_woken_up(cdeg: int) -> None:
    rig = Rig(Wake(session_terms(), 0, True, True, 0), cdeg=cdeg)
    assert (rig.state.waking, rig.state.resumes, rig.state.wake_ms) == (False, False, 0)


def test_after_a_gap_what_was_seen_is_old_and_what_is_owed_is_not() -> None:
    was = ridden().state._replace(session=WORN, over_speed_ms=80, stream=LED, first_cause=STOPPED)
    now = woken(was)
    assert (now.motion, now.stream, now.over_speed_ms) == (AT_REST, SILENT, 0)
    kept = ("mode", "terms", "tested", "first_cause", "latched_cause", "angles", "session", "check", "proof")
    assert [getattr(now, name) for name in kept] == [getattr(was, name) for name in kept]


def test_without_an_angle_a_rider_who_was_head_down_is_still_asked() -> None:
    rig = ridden()
    seen = rig.sense()._replace(a_cdeg=None, b_cdeg=None)
    assert rig.state.check.phase == d.CHECK_COUNTING
    assert look(rig.state, seen, LIMITS, 20, False).check.phase == d.CHECK_COUNTING


def latched(reaction: int = 0, held: bool = False, hand: bool = True, cdeg: int = PARK) -> tuple[object, int]:
    """The return and the command of a tick in LATCHED."""
    state = boot(LIMITS, Wake(None, 0, True, True, 0))._replace(mode=d.LATCHED, waking=False)
    at = facts(cdeg, buttons={"home": held})._replace(at_park=cdeg == PARK, mode=d.LATCHED)
    judged = Judged(d.LATCHED, None, NONE, NOT_HOMING, 0, ESTOPPED, ALLOW, 0, reaction)
    home = HOME._replace(hand=hand, hand_cdeg=500)
    after, act = _idle(state, home, at, judged, SEEN, LIMITS, 20)
    return after, act.command


def test_a_latched_table_that_is_cut_remembers_how_far_a_hand_has_brought_it() -> None:
    assert latched(CUT_OFF, cdeg=1500) == (NOT_HOMING._replace(hand_cdeg=500), d.CUT)


@pytest.mark.parametrize(("held", "hand"), [(True, True), (True, False), (False, True)])
def test_at_park_it_is_still_known_whether_the_button_was_let_go(held: bool, hand: bool) -> None:
    assert latched(held=held, hand=hand)[0] == NOT_HOMING._replace(hand=hand)


def test_an_estop_has_the_word_before_a_cut() -> None:
    """Chain closed and RETURN pressed ends the one; the other has its own way out."""
    was = HOME._replace(bits=ESTOP | CUT_OFF, still_ms=400)
    at = facts(buttons={"home": True, "home_press": True}, now={"estop_ok": True})
    home, _ = advance(was, at, SEEN, LIMITS, 20)
    assert (home.bits, home.stage) == (CUT_OFF | STAGED, d.STOPPING)


def test_a_hand_that_leads_the_table_on_has_left_the_pause() -> None:
    home, act = manual(HOME._replace(stage=d.PAUSE_REST), facts(buttons={"home": True}), SEEN, LIMITS, 20)
    assert (home.stage, act.command, act.stage) == (d.STOPPING, d.MOVE, d.TO_REST)


@pytest.mark.parametrize("wake_ms", [LIMITS.wake_ms - 1, LIMITS.wake_ms])
def test_a_guard_waits_for_its_first_angle_to_the_tick(wake_ms: int) -> None:
    """Until then nothing is led; from then on by the button alone, as in a return."""
    state = boot(LIMITS, Wake(session_terms(), 0, True, True, 0))._replace(wake_ms=wake_ms)
    at = facts(None, None, buttons={"home": True})._replace(mode=d.INHIBITED)
    judged = Judged(d.INHIBITED, None, NONE, NOT_HOMING, 0, 0, ALLOW, 0, 0)
    _, act = _idle(state, HOME, at, judged, SEEN, LIMITS, 20)
    assert act.command == (d.HOLD if wake_ms < LIMITS.wake_ms else d.MOVE)


def test_who_is_led_by_hand_under_a_latch_is_in_no_return() -> None:
    rig = Rig(Wake(None, 0, True, True, ESTOPPED), cdeg=1000)
    assert rig.run(100).mode == d.LATCHED
    rig.press(estop_ok=False)
    rig.tick()
    rig.press(return_a=True)
    assert rig.run(200).command == d.MOVE
    assert (rig.decision.mode, rig.state.home.bits) == (d.LATCHED, 0)


@pytest.mark.parametrize("offset_cdeg", [-7, 0, 7])
def test_the_drives_own_scale_is_no_way_made(offset_cdeg: int) -> None:
    state = boot(LIMITS, Wake(None, 0, True, True, 0))
    judged = Judged(d.RETURNING, None, NONE, HOME, 0, 0, ALLOW, 0, 0)
    act = Act(d.MOVE, 1_500 + offset_cdeg, -100, offset_cdeg=offset_cdeg)
    at = facts(check=CheckIn(d.CHECK_COUNTING, 0, False))
    new, decided = _settled(state, at, judged, LIMITS, 20, (d.RETURNING, HOME, True, act, _STANDING))
    assert (new.motion.angle_cdeg, decided.angle_cdeg) == (1_500, 1_500 + offset_cdeg)
    assert decided.check_in_left_ms == 0, "without terms nobody says how often"
    assert decided.dose_left_ms == 0
    stopped = Act(d.STOP, 1_500, -100)
    _, decided = _settled(state, at, judged, LIMITS, 20, (d.RETURNING, HOME, True, stopped, _STANDING))
    assert (decided.angle_cdeg, decided.rate_cdps) == (0, 0)
