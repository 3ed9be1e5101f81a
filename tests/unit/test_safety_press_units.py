"""Presses and releases of every button from every state before, and what a STOP costs: all of the table."""

from __future__ import annotations

import itertools

import pytest

from safety.buttons import UNTOUCHED, Buttons, used_up_ms, watch
from safety.observation import ORDER_RETURN, ORDER_STOP
from tests.safety_rig import LIMITS, QUIET, Rig

SEEN = Rig().sense()
STATES = (True, False, None)
PAIRS = tuple(itertools.product(STATES, STATES))
MOST_MS = used_up_ms(LIMITS)


def after(was: Buttons, orders: int = 0, dt_ms: int = 20, **now: bool | None) -> Buttons:
    return watch(was, SEEN._replace(inputs=QUIET._replace(**now), orders=orders), LIMITS, dt_ms)


def before(fresh: bool = True, **now: bool | None) -> Buttons:
    held = QUIET._replace(**now)
    home = held.return_a is True or held.return_b is True
    return UNTOUCHED._replace(now=held, fresh=fresh, home=home)


@pytest.mark.parametrize("was", PAIRS)
@pytest.mark.parametrize("now", PAIRS)
def test_return_is_pressed_where_a_button_is_that_was_not(
    was: tuple[bool | None, bool | None], now: tuple[bool | None, bool | None]
) -> None:
    anew = any(one is True and then is not True for one, then in zip(now, was, strict=True))
    seen = after(before(return_a=was[0], return_b=was[1]), return_a=now[0], return_b=now[1])
    assert (seen.home, seen.home_press) == (True in now, anew)
    assert seen.home_release is (True in was and True not in now and False in now)
    unseen = before(fresh=False, return_a=was[0], return_b=was[1])
    assert not after(unseen, return_a=now[0], return_b=now[1]).home_press


@pytest.mark.parametrize("was", STATES)
@pytest.mark.parametrize("now", STATES)
def test_a_pendant_has_an_edge_where_both_sides_were_seen(was: bool | None, now: bool | None) -> None:
    seen = after(before(pendant=was), pendant=now)
    assert seen.pendant_press is (was is False and now is True)
    assert seen.pendant_release is (was is True and now is False)


@pytest.mark.parametrize(("stop", "held_ms", "all_ms", "then"), [
    (True, 0, 0, (20, 1_020)),  # each press costs a second by itself
    (True, 20, 1_020, (40, 1_040)),
    (True, 0, 5_000, (20, 6_020)),
    (True, 59_990, MOST_MS - 10, (60_000, MOST_MS)),
    (True, 0, MOST_MS - 500, (20, MOST_MS)),
    (None, 400, 5_000, (400, 5_000)),  # unknown is neither held on nor let go
    (None, 0, 5_000, (0, 5_000)),
    (False, 400, 5_000, (0, 4_998)),
])  # fmt: skip
def test_what_a_stop_costs(stop: bool | None, held_ms: int, all_ms: int, then: tuple[int, int]) -> None:
    was = before(stop=stop)._replace(stop_ms=held_ms, stops_ms=all_ms)
    seen = after(was, stop=stop)
    assert (seen.stop_ms, seen.stops_ms) == then
    assert seen.stop_press is (stop is True and held_ms == 0)


@pytest.mark.parametrize(("orders", "pressed", "served"), [
    (0, False, False), (ORDER_STOP, False, False), (ORDER_RETURN, False, True), (0, True, True),
    (ORDER_RETURN | ORDER_STOP, True, True),
])  # fmt: skip
def test_return_makes_a_stop_one_that_has_had_its_time(orders: int, pressed: bool, served: bool) -> None:
    was = before(stop=True)._replace(stop_ms=40, stops_ms=1_040)
    seen = after(was, orders, stop=True, return_b=pressed)
    assert seen.stop_ms == (LIMITS.freeze_in_return_ms if served else 60)
    longer = after(was._replace(stop_ms=15_000), orders, stop=True, return_b=pressed)
    assert longer.stop_ms == 15_020
    assert after(before(), orders, stop=False, return_b=pressed).stop_ms == 0


def test_a_tick_without_length_is_a_hold_all_the_same() -> None:
    assert after(before(stop=True), stop=True, dt_ms=0).stop_ms == 1
