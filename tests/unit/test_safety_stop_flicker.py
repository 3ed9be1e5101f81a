"""A STOP contact that chatters, hangs or goes unknown keeps nobody from coming home (HZ-44); a press not seen
as an edge stops all the same."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from safety import decision as d
from safety.observation import Wake
from safety.state import boot
from tests.safety_rig import LIMITS, SHORT, Rig, session_terms
from tests.unit.test_safety_stop_by_hand import open_chain, woken

Pattern = Callable[[int], bool | None]
CHATTERS = pytest.mark.parametrize(("on", "off"), [(1, 1), (5, 5), (50, 50), (450, 5)])


def chatter(on: int, off: int) -> Pattern:
    return lambda tick: tick % (on + off) < on


def returning(stop: bool | None = False) -> Rig:
    wake = Wake(session_terms(), 0, True, True, 0)
    rig = Rig(wake, cdeg=3000, limits=SHORT)
    rig.press(ankle_a=True, ankle_b=True, stop=stop)
    rig.state = boot(SHORT, wake)  # with STOP as it is
    return rig


def gone(rig: Rig, stop: Pattern, most_ms: int) -> int:
    """Until it is home: how long that took."""
    start, tick = rig.now_ms, 0
    while rig.decision.mode != d.INHIBITED:
        rig.press(stop=stop(tick))
        rig.tick()
        tick += 1
        assert rig.now_ms - start < most_ms, (rig.plant, rig.decision)
    return rig.now_ms - start


@cache
def usual_ms() -> int:
    plain = returning()
    plain.run(5_000)
    return gone(plain, lambda tick: False, 120_000)


@CHATTERS
def test_a_return_under_a_stop_that_chatters_is_home_a_minute_later(on: int, off: int) -> None:
    rig = returning()
    rig.run(5_000)
    assert gone(rig, chatter(on, off), 200_000) < usual_ms() + LIMITS.freeze_bout_ms + 30_000
    assert rig.state.session.freeze_ms <= LIMITS.freeze_bout_ms


HANGS: tuple[Pattern, ...] = (
    chatter(1, 1), chatter(5, 5), chatter(1, 49), chatter(2_499, 1),
    lambda tick: None if tick % 2_500 == 0 else True,
    lambda tick: None if tick % 10 == 0 else tick % 10 < 5,
)  # fmt: skip


@pytest.mark.parametrize("way", [woken, open_chain])
@pytest.mark.parametrize("stop", HANGS)
def test_by_hand_who_presses_anew_is_led_home_in_spite_of_it(way: Callable[[], Rig], stop: Pattern) -> None:
    rig = way()
    for tick in range(300_000 // 20):
        rig.press(stop=stop(tick), return_a=tick % 233 < 223)
        rig.tick()
        if rig.plant.cdeg < LIMITS.park_cdeg + 250:
            return
    raise AssertionError((rig.plant, rig.decision))


def test_a_stop_used_up_counts_again_after_ten_seconds_without() -> None:
    rig = woken()
    rig.press(stop=True)
    rig.run(LIMITS.freeze_bout_ms)
    for off_ms, moves in ((9_000, True), (11_000, False)):
        rig.press(stop=False, return_a=False)
        rig.run(off_ms)
        rig.press(return_a=True)
        rig.run(1_000)
        rig.press(stop=True)
        rig.tick()
        assert (rig.decision.command == d.MOVE) is moves


def test_a_guard_that_wakes_up_under_a_stop_stands_ten_seconds_of_it() -> None:
    rig = returning(stop=True)
    rig.run(LIMITS.freeze_in_return_ms - 60)
    assert all(decided.command != d.MOVE for _, decided, _ in rig.log)
    rig.run(1_000)
    assert rig.decision.command == d.MOVE
    rig = returning(stop=True)
    rig.run(6_000)
    rig.press(stop=False)
    rig.run(1_000)
    assert rig.decision.command == d.MOVE, "it was let go"
    rig = returning(stop=True)
    rig.run(6_000)
    rig.press(return_b=True)
    rig.run(1_000)
    assert rig.decision.command == d.MOVE, "RETURN ends it"


@pytest.mark.parametrize("unseen", ["gap", "unknown"])
def test_a_stop_pressed_unseen_freezes_a_return(unseen: str) -> None:
    rig = returning()
    rig.run(6_000)
    assert rig.decision.command == d.MOVE
    if unseen == "unknown":
        rig.press(stop=None)
        rig.tick()
    rig.press(stop=True)
    rig.tick(dt_ms=120 if unseen == "gap" else 20)
    assert rig.decision.stage == d.FROZEN
    rig.press(stop=None)
    rig.run(400)
    rig.press(stop=True)
    rig.run(LIMITS.freeze_in_return_ms + 400)
    assert rig.decision.command == d.MOVE, "the same hold is no second press"


def test_with_a_button_stuck_the_other_one_leads_on_after_a_stop() -> None:
    for way in (woken, open_chain):
        rig = way()
        rig.press(return_a=True)
        rig.run(1_000)
        rig.press(stop=True)
        rig.run(200)
        rig.press(stop=False)
        rig.run(1_000)
        assert rig.decision.command != d.MOVE
        rig.press(return_b=True)
        rig.run(1_000)
        assert rig.decision.command == d.MOVE


def test_an_estop_is_no_letting_go_of_return() -> None:
    """A STOP ended hold-to-run; the e-stop that follows begins a return, and gives no torque back."""
    rig = Rig(Wake(session_terms(), 0, False, True, 0), cdeg=3000, limits=SHORT)
    rig.press(ankle_a=True, ankle_b=True)
    rig.run(3_000)
    rig.press(return_a=True)
    rig.run(1_000)
    assert rig.decision.command == d.MOVE, rig.decision
    rig.press(stop=True)
    rig.run(200)
    rig.press(stop=False)
    rig.run(200)
    rig.press(estop_ok=False)
    before = len(rig.log)
    rig.run(3_000)
    assert all(decided.command != d.MOVE for _, decided, _ in rig.log[before:]), rig.decision
    rig.press(return_a=False)
    rig.run(100)
    rig.press(return_a=True)
    rig.run(1_000)
    assert rig.decision.command == d.MOVE
