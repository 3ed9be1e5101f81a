"""Something is in the way: found, stopped, backed off from or given back, and a person helps (design 5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from safety import decision as d
from safety.causes import BY_NAME
from safety.decision import Decision
from safety.limits import Limits
from safety.observation import DRIVE_DISARMED, ORDER_RETURN
from safety.resist import FREE, Resist, felt, led
from tests.safety_rig import LIMITS, SHORT, Plant, Rig, Shaped, cause, ridden

UP = 1 << BY_NAME["pinched_up"].number
WAIT_MS = SHORT.pinch_wait_ms


def blocked(rig: Rig, lowest: float = -9_000, highest: float = 9_000) -> None:
    """From now on the table comes no further than this."""
    free: Callable[[Decision], Plant] = Rig.obeyed.__get__(rig)

    def obeyed(decision: Decision) -> Plant:
        moved = free(decision)
        cdeg = min(max(moved.cdeg, lowest), highest)
        return Plant(cdeg, moved.cdps if cdeg == moved.cdeg else 0.0)

    rig.obeyed = obeyed  # type: ignore[method-assign]


def homewards(begin: int, lowest: float) -> Rig:
    """A return that meets something at `lowest`, to the tick in which it is found."""
    rig = ridden(begin)
    blocked(rig, lowest)
    rig.tick(orders=ORDER_RETURN)
    while not rig.decision.causes & UP:
        rig.tick()
        assert rig.now_ms < 200_000
    return rig


def test_going_down_it_stops_backs_off_and_returns() -> None:
    rig = ridden(1000)
    shaped = Shaped(1000)
    blocked(rig, highest=1500)
    met_ms = 0
    while rig.decision.mode == d.ACTIVE:
        angle, rate, _ = shaped.towards(3000)
        rig.propose(angle, rate)
        met_ms += 20 if rig.plant.cdeg == 1500 else 0
    assert cause(rig) == "pinched_down"
    assert met_ms <= 900
    assert rig.decision.command in (d.STOP, d.HOLD)
    rig.run(2_500)
    assert rig.decision.stage == d.BACKING_OFF
    while rig.decision.stage == d.BACKING_OFF:
        rig.tick()
    assert 1500 - 500 <= rig.plant.cdeg <= 1500 - 300
    assert rig.decision.sounder
    place = rig.plant.cdeg
    rig.run(2_900)
    assert rig.plant.cdeg == place, "whoever was caught gets away first"
    rig.until(d.INHIBITED)


def test_coming_up_it_gives_back_two_degrees_waits_and_tries_once() -> None:
    rig = homewards(3000, 1000)
    assert rig.decision.command in (d.STOP, d.HOLD)
    assert cause(rig) == "return_asked"
    rig.until(d.WAITING)
    assert 1180 <= rig.plant.cdeg <= 1200
    assert rig.decision.stage == d.PINCHED
    fastest = max(x.rate_cdps for _, x, _ in rig.log if x.stage == d.GIVING_BACK)
    assert 0 < fastest <= LIMITS.give_back_cdps
    rig.run(WAIT_MS - 40)
    assert (rig.decision.mode, rig.plant.cdeg) == (d.WAITING, 1200)
    rig.run(200)
    assert rig.decision.sounder
    assert rig.decision.command == d.STOP
    blocked(rig)
    rig.until(d.INHIBITED)
    assert rig.plant.cdeg <= -6900


def test_blocked_again_only_a_held_return_moves() -> None:
    rig = homewards(3000, 1000)
    rig.run(60_000)
    assert sum(bool(x.causes & UP) for _, x, _ in rig.log) == 2
    place = rig.plant.cdeg
    rig.run(100_000)
    assert (rig.decision.mode, rig.plant.cdeg) == (d.WAITING, place)
    blocked(rig)
    rig.press(return_a=True)
    rig.until(d.INHIBITED)


@pytest.mark.parametrize(("began", "met", "back"), [(3000, 2900, 3000), (3000, 2700, 2900)])
def test_nothing_is_given_back_past_where_the_return_began(began: int, met: int, back: int) -> None:
    rig = homewards(began, met)
    rig.log.clear()
    rig.until(d.WAITING)
    assert max(cdeg for _, _, cdeg in rig.log) <= back
    assert rig.plant.cdeg >= back - 20


@pytest.mark.parametrize("lost", ["b_age_ms", "a_age_ms"])
def test_with_one_source_nothing_is_given_back(lost: str) -> None:
    rig = homewards(3000, 1000)
    rig.changes = {lost: 500}
    rig.until(d.WAITING)
    assert rig.plant.cdeg <= 1001


@pytest.mark.parametrize("pressed", ["stop", "return_a", "return_b", "over_angle"])
def test_a_hand_on_a_button_ends_giving_back_at_once(pressed: str) -> None:
    rig = homewards(3000, 1000)
    while rig.decision.command != d.MOVE:
        rig.tick()
    rig.run(1_000)
    place = rig.plant.cdeg
    rig.press(**{pressed: True})
    rig.run(200)
    assert rig.decision.rate_cdps <= 0
    assert rig.plant.cdeg <= place + 2
    rig.press(**{pressed: False})
    blocked(rig)
    rig.until(d.LATCHED if pressed == "over_angle" else d.INHIBITED)


@pytest.mark.parametrize("seen", [{"drive_state": DRIVE_DISARMED}, {"a_cdeg": None, "b_cdeg": None}])
def test_whatever_is_lost_while_giving_back_it_stands_and_comes_home_later(seen: dict[str, Any]) -> None:
    rig = homewards(3000, 1000)
    rig.run(400)
    rig.changes = seen
    rig.run(500)
    assert rig.decision.command != d.MOVE
    rig.changes = {}
    blocked(rig)
    rig.until(d.INHIBITED)


UNSURE: list[dict[str, Any]] = [
    {"ankle_a": False}, {"ankle_b": False}, {"ankle_a": None}, {"ankle_b": None}, {"stop": None},
    {"estop_ok": None},
]  # fmt: skip
LATE: list[dict[str, Any]] = [{"inputs_age_ms": 101}, {"late_ms": 101}, {"dt_ms": 101}, {"drive_age_ms": 101}]


@pytest.mark.parametrize("contacts", UNSURE)
def test_an_open_or_unknown_contact_ends_giving_back_in_that_tick(contacts: dict[str, bool | None]) -> None:
    """It used to go on head-down: only buttons seen pressed ended it (HZ-42)."""
    rig = homewards(3000, 1000)
    rig.run(1_000)
    assert rig.decision.rate_cdps > 0
    rig.press(**contacts)
    assert rig.tick().command != d.MOVE


@pytest.mark.parametrize("late", LATE)
def test_what_is_late_ends_giving_back_in_that_tick(late: dict[str, Any]) -> None:
    rig = homewards(3000, 1000)
    rig.run(1_000)
    assert rig.decision.rate_cdps > 0
    assert rig.tick(**late).command != d.MOVE


def test_a_drive_that_has_relaxed_gives_nothing_more() -> None:
    rig = homewards(3000, 1000)
    rig.changes = {"effort_permille": LIMITS.relaxed_permille}
    rig.until(d.WAITING)
    assert rig.plant.cdeg == 1000


def test_while_it_waits_a_held_return_leads_and_released_it_waits_on() -> None:
    rig = homewards(3000, 1000)
    rig.until(d.WAITING)
    blocked(rig)
    rig.press(return_a=True)
    rig.run(1_500)
    assert (rig.decision.mode, rig.decision.command) == (d.WAITING, d.MOVE)
    rig.press(return_a=False)
    rig.run(400)
    place = rig.plant.cdeg
    rig.run(1_000)
    assert (rig.decision.stage, rig.plant.cdeg) == (d.PINCHED, place)


@pytest.mark.parametrize(("effort", "goes"), [(-500, True), (-501, False), (890, True), (None, True)])
def test_the_one_attempt_may_use_half_of_what_the_drive_has(effort: int | None, goes: bool) -> None:
    rig = homewards(3000, 1000)
    rig.until(d.WAITING)
    blocked(rig)
    rig.changes = {"effort_permille": effort}
    rig.run(20_000)
    assert (rig.plant.cdeg < 900) == goes
    assert (rig.decision.mode == d.WAITING) != goes


def test_led_by_hand_it_stops_until_the_button_is_let_go() -> None:
    rig = homewards(3000, 1000)
    rig.run(60_000)
    rig.press(return_a=True)
    rig.run(10_000)
    assert (rig.decision.mode, rig.decision.command) == (d.WAITING, d.STOP)
    blocked(rig)
    rig.run(1_000)
    assert rig.plant.cdeg >= 1000
    rig.press(return_a=False)
    rig.tick()
    rig.press(return_a=True)
    rig.run(2_000)
    assert rig.plant.cdeg < 1000


def test_at_park_nothing_is_pushed_into_the_stop() -> None:
    """Blocked in the first degrees: backing off ends at park."""
    rig = Rig()
    rig.begin()
    blocked(rig, highest=-6900)
    shaped = Shaped(-7000)
    rig.propose(-7000, 0)
    while rig.decision.mode in (d.READY, d.ACTIVE):
        angle, rate, _ = shaped.towards(0)
        rig.propose(angle, rate)
    rig.until(d.INHIBITED)
    assert min(x.angle_cdeg for _, x, _ in rig.log) >= -7000


def after(told: int, a: int | None, b: int | None, rate: int = 100) -> Resist:
    began = felt(FREE, rate, (0, 0, 0), None, LIMITS, 20)
    return felt(led(began, told), rate, (a, b, 0), None, LIMITS, 20)


@pytest.mark.parametrize(("told", "a", "b", "lags"), [
    (75, 37, 37, True), (75, 38, 37, False), (75, 37, 38, False), (74, 0, 0, False),
    (75, 37, None, True), (75, None, 38, False), (75, None, None, False), (75, -38, -20, False),
    (75, -37, -20, True), (10**30, 0, 0, True), (75, -10**30, 10**30, False),
])  # fmt: skip
def test_half_of_what_was_led(told: int, a: int | None, b: int | None, lags: bool) -> None:
    assert after(told, a, b).lags == lags


@pytest.mark.parametrize(("effort", "cdps", "ticks", "found"), [
    (-900, 30, 15, True), (-900, 30, 14, False), (-899, 30, 40, False), (-900, -30, 15, True),
    (-900, 31, 40, False), (None, 0, 40, False), (-900, None, 40, False), (1_000, 0, 40, False),
])  # fmt: skip
def test_a_drive_that_strains_for_300_ms(
    effort: int | None, cdps: int | None, ticks: int, found: bool
) -> None:
    rig = ridden(1000)
    resist = FREE
    for _ in range(ticks):
        resist = felt(resist, -100, (1000, 1000, cdps), effort, rig.limits, 20)
    assert (resist.strain_ms >= LIMITS.strain_ms) == found


def test_a_drive_that_only_holds_a_load_back_is_led_home() -> None:
    """Knees drawn up: with all it has it holds the foot-heavy table, and coming up it holds it still."""
    rig = ridden(1000)
    rig.changes = {"effort_permille": 1_000}
    rig.tick(orders=ORDER_RETURN)
    rig.until(d.INHIBITED)
    assert cause(rig) == "return_asked"


def test_against_a_closed_brake_it_stops_pushing_and_waits_for_a_person() -> None:
    rig = ridden(1000)
    shaped = Shaped(1000)
    blocked(rig, highest=1000)
    rig.changes = {"effort_permille": 950}
    pushed_ms = 0
    while rig.decision.mode == d.ACTIVE:
        angle, rate, _ = shaped.towards(2000)
        rig.propose(angle, rate)
        pushed_ms += 20 if rig.decision.command == d.MOVE and rig.decision.rate_cdps else 0
    assert cause(rig) == "no_motion"
    assert pushed_ms <= LIMITS.strain_ms + 40
    rig.changes = {}
    rig.until(d.WAITING)
    assert rig.plant.cdeg == 1000, "nothing is given back where the return begins"
    rig.until(d.INHIBITED)


def test_numbers_are_those_of_the_design() -> None:
    limits = Limits()
    assert 300 <= limits.back_off_cdeg <= 500
    assert (limits.give_back_cdeg, limits.pinch_wait_ms, limits.retry_permille) == (200, 60_000, 500)
