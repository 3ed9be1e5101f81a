"""STOP stops whoever leads the table home by hand, too (HZ-44), and whoever lets go of it comes home."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from safety import decision as d
from safety.buttons import UNTOUCHED, watch
from safety.causes import BY_NAME
from safety.home_state import by_hand
from safety.limits import Limits
from safety.observation import ORDER_RETURN, Wake
from tests.safety_rig import LIMITS, QUIET, SHORT, Rig, session_terms

RIDER = {"ankle_a": True, "ankle_b": True}


def _woken(latch: str | None = None, **inputs: bool) -> Rig:
    """A guard that finds a table away from park and knows nothing about it."""
    number = BY_NAME[latch].number if latch else 0
    rig = Rig(Wake(None, 0, True, True, number), cdeg=3000, limits=SHORT)
    rig.press(**RIDER, **inputs)
    rig.run(3_000)
    return rig


def woken() -> Rig:
    return _woken()


def latched() -> Rig:
    return _woken("estop", estop_ok=False)


def untrusted() -> Rig:
    return _woken("runaway")


def _returning(limits: Limits = SHORT) -> Rig:
    rig = Rig(Wake(session_terms(), 0, True, True, 0), cdeg=3000, limits=limits)
    rig.press(**RIDER)
    rig.run(5_000)
    assert rig.decision.command == d.MOVE
    return rig


def open_chain() -> Rig:
    rig = _returning()
    rig.press(estop_ok=False)
    rig.run(2_000)
    return rig


def pinched(wait_ms: int = 100_000) -> Rig:
    rig = _returning(SHORT._replace(pinch_wait_ms=wait_ms))
    rig.obeys = False
    while rig.decision.stage != d.PINCHED:
        rig.tick()
    rig.obeys = True
    return rig


def blind() -> Rig:
    rig = Rig(Wake(session_terms(), 0, True, True, 0), cdeg=3000, limits=SHORT)
    rig.press(**RIDER)
    rig.changes = {"a_cdeg": None, "b_cdeg": None}
    rig.run(12_000)
    return rig


WAYS = pytest.mark.parametrize("way", [woken, latched, untrusted, open_chain, pinched, blind])
Way = Callable[[], Rig]


def led(way: Way) -> Rig:
    """RETURN held, and it moves."""
    rig = way()
    rig.press(return_a=True)
    rig.run(1_000)
    assert rig.decision.command == d.MOVE
    return rig


@WAYS
@pytest.mark.parametrize("tap_ms", [20, 15_000])
def test_stop_ends_hold_to_run_in_that_tick_and_its_release_moves_nothing(way: Way, tap_ms: int) -> None:
    rig = led(way)
    rig.press(stop=True)
    before = len(rig.log)
    rig.run(tap_ms)
    rig.press(stop=False)
    rig.run(15_000 if way is blind else 1_000)
    assert all(decided.command != d.MOVE for _, decided, _ in rig.log[before:])
    still = rig.plant.cdeg
    rig.run(1_000)
    assert rig.plant.cdeg == still


@WAYS
def test_return_pressed_anew_after_a_stop_comes_home(way: Way) -> None:
    rig = led(way)
    rig.press(stop=True)
    rig.run(400)
    rig.press(stop=False, return_a=False)
    rig.run(100)
    rig.press(return_a=True)
    waited = 0
    while rig.plant.cdeg > LIMITS.park_cdeg + 200:  # as far as the switch reaches
        rig.tick()
        waited = 0 if rig.decision.command == d.MOVE else waited + 20
        if waited > 20 and rig.state.session.rest_owed_ms == 0:  # blind, at the rest switch
            rig.press(return_a=waited % 400 > 100)
        assert rig.now_ms < 300_000, rig.decision


@pytest.mark.parametrize("way", [latched, untrusted, open_chain])
def test_under_a_chain_or_a_cut_stop_takes_the_torque_as_letting_go_does(way: Way) -> None:
    rig = led(way)
    rig.press(stop=True)
    rig.run(LIMITS.ss1_ms + 20)
    assert rig.decision.command == d.CUT
    assert not rig.decision.enable


@WAYS
def test_a_stop_that_hangs_stops_nobody_for_ever(way: Way) -> None:
    """Held for all that STOP may freeze in a bout it counts no more, for who presses RETURN anew."""
    rig = led(way)
    rig.press(stop=True)
    rig.run(LIMITS.freeze_bout_ms)
    assert rig.decision.command != d.MOVE
    rig.press(return_a=False)
    rig.run(100)
    rig.press(return_a=True)
    rig.run(1_000)
    assert rig.decision.command == d.MOVE


def test_how_long_stop_is_held() -> None:
    seen = Rig().sense()
    pressed = seen._replace(inputs=QUIET._replace(stop=True, pendant=False))
    first = watch(UNTOUCHED, pressed, LIMITS, 20)
    assert (first.stop_press, *first[-2:]) == (True, 20, 1_020), "its tick"
    assert watch(first, pressed, LIMITS, 0)[-2:] == (21, 1_020)
    later = watch(first, pressed, LIMITS, 40)
    assert (later.stop_press, *later[-2:]) == (False, 60, 1_060)
    most = watch(first._replace(stop_ms=59_990, stops_ms=60_990), pressed, LIMITS, 20)
    assert most[-2:] == (60_000, 61_000)
    for other, ages in ((False, (0, 1_018)), (None, (20, 1_020))):
        assert watch(first, seen._replace(inputs=QUIET._replace(stop=other)), LIMITS, 20)[-2:] == ages
    again = watch(first._replace(stop_ms=0, stops_ms=500), pressed, LIMITS, 20)
    assert (again.stop_press, *again[-2:]) == (True, 20, 1_520), "a press anew costs more"
    let_go = seen._replace(inputs=QUIET)
    assert [watch(first._replace(stops_ms=ms), let_go, LIMITS, 9).stops_ms for ms in (0, 1, 30)] == [0, 0, 29]


def test_return_makes_a_stop_that_is_held_one_that_has_had_its_time() -> None:
    seen = Rig().sense()
    held = watch(UNTOUCHED, seen._replace(inputs=QUIET._replace(stop=True)), LIMITS, 20)
    both = QUIET._replace(stop=True, return_b=True)
    for after in (
        watch(held, seen._replace(inputs=both), LIMITS, 20),
        watch(held, seen._replace(inputs=QUIET._replace(stop=True), orders=ORDER_RETURN), LIMITS, 20),
    ):
        assert after[-2:] == (LIMITS.freeze_in_return_ms, 1_040)


def test_each_return_button_has_edges_of_its_own() -> None:
    seen = Rig().sense()
    one = watch(UNTOUCHED, seen._replace(inputs=QUIET._replace(return_a=True)), LIMITS, 20)
    assert not one.home_press, "nothing is pressed by becoming known"
    two = watch(one, seen._replace(inputs=QUIET._replace(return_a=True, return_b=True)), LIMITS, 20)
    assert two.home_press
    assert not watch(two, seen._replace(inputs=two.now), LIMITS, 20).home_press


@pytest.mark.parametrize(
    ("was", "home", "stop", "stops_ms", "may"),
    [
        (True, True, False, 0, True),
        (False, True, False, 0, False),
        (False, False, False, 0, True),
        (True, True, None, 0, True),
        (True, True, True, 0, False),
        (True, False, True, 60_999, False),
        (True, True, True, 61_000, True),
        (False, True, True, 61_000, False),
        (False, False, True, 61_000, True),
    ],
)
def test_who_may_lead_by_hand(was: bool, home: bool, stop: bool | None, stops_ms: int, may: bool) -> None:
    """Let go of RETURN since the last cut or STOP; a STOP that is not known is none (towards park)."""
    buttons = UNTOUCHED._replace(home=home, now=QUIET._replace(stop=stop), stops_ms=stops_ms)
    assert by_hand(was, buttons, LIMITS) is may
    anew = buttons._replace(home_press=home)
    assert by_hand(was, anew, LIMITS) is (stop is not True or stops_ms == 61_000), "either button"


def paused() -> Rig:
    rig = _returning()
    while rig.decision.stage != d.PAUSE_REST:
        rig.tick()
    return rig


def caught() -> Rig:
    return pinched(3_000)


@pytest.mark.parametrize(("way", "stage"), [(paused, d.PAUSE_REST), (caught, d.PINCHED)])
def test_no_pause_ends_in_motion_within_ten_seconds_of_a_stop_that_is_held(way: Way, stage: int) -> None:
    rig = way()
    rig.press(stop=True)
    rig.tick()
    rig.run(LIMITS.freeze_in_return_ms - 20)
    assert (rig.decision.stage, rig.decision.command) == (stage, d.HOLD)
    rig.tick()
    assert rig.decision.stage != stage, "one that hangs keeps nobody"
    rig = way()
    rig.press(stop=True)
    rig.run(5_000)
    rig.press(stop=False)
    rig.tick()
    assert rig.decision.stage != stage, "it was let go"
