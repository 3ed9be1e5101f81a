"""The player: a plan paused anywhere, any number of times, stays smooth, loses nothing and ends exactly."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller import plan_check
from controller.facts import TableFacts
from controller.plan import Plan
from controller.player import Player
from controller.programme import shipped
from controller.session import test_player as player_of_tests

TICK_MS = 20
PLANS = {
    name: plan_check.load(path.read_bytes(), path.name, TableFacts()) for name, path in shipped().items()
}
# (time to go, time to pause), in ticks; the last one goes on to the end.
SCHEDULES = st.lists(st.tuples(st.integers(1, 4_000), st.integers(1, 400)), max_size=6)


def play(plan: Plan, schedule: list[tuple[int, int]]) -> tuple[Player, list[tuple[int, int]], int]:
    """Play to the end; the player, its stream, and how many ticks began in a pause."""
    player = Player(plan, -70.0)
    stream = [player.setpoint]
    paused = 0
    orders = itertools.chain(
        *(itertools.chain([True] * go, [False] * stop) for go, stop in schedule), itertools.repeat(True)
    )
    for go in orders:
        if player.done:
            return player, stream, paused
        paused += not go
        player.tick(TICK_MS, go)
        stream.append(player.setpoint)
    raise AssertionError("never")


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(sorted(PLANS)), SCHEDULES)
def test_any_pauses_leave_a_smooth_stream(name: str, schedule: list[tuple[int, int]]) -> None:
    plan = PLANS[name]
    player, stream, paused = play(plan, schedule)
    for (angle, rate), (next_angle, next_rate) in itertools.pairwise(stream):
        assert abs(next_rate - rate) <= 3  # 1 deg/s2 in 20 ms, rounded; hard would be 6
        assert abs((next_angle - angle) - (rate + next_rate) / 2 * 0.02) <= 1.1
        assert -200 <= next_rate <= 150
    assert stream[-1] == (-7000, 0)
    assert player.progress == 1.0
    assert max(angle for angle, _ in stream) == round(plan.cap_deg * 100)
    took_s, pauses_s = len(stream) * TICK_MS / 1_000, paused * TICK_MS / 1_000
    # A pause costs itself and one speeding up; a stay goes on in a pause.
    assert plan.time_s - 3 <= took_s <= plan.time_s + pauses_s + 8 * len(schedule) + 3


def test_programme_time_stands_still_in_a_pause() -> None:
    player = Player(PLANS["beginner"], -70.0)
    for _ in range(2_000):
        player.tick(TICK_MS, True)
    moved = not player.still
    for _ in range(200):
        player.tick(TICK_MS, False)
    before = (player.progress, player.phase, player.setpoint)
    assert (moved, player.still, player.setpoint[1]) == (True, True, 0)
    for _ in range(500):
        player.tick(TICK_MS, False)
    assert (player.progress, player.phase, player.setpoint) == before


def test_a_stay_lasts_its_time_even_in_a_pause_but_nothing_goes_down_after_it() -> None:
    player = Player(PLANS["beginner"], -70.0)
    for _ in range(400):  # 5 s at park
        player.tick(TICK_MS, False)
    assert (player.phase.number, player.phase.left_s, player.setpoint) == (0, 0.0, (-7000, 0))
    assert player.tick(TICK_MS, True)
    assert player.phase.kind == "warm-up"


def test_an_anchor_is_where_the_table_really_stands() -> None:
    player = Player(PLANS["beginner"], -69.83)
    assert player.setpoint == (-6983, 0)
    for _ in range(2_000):
        player.tick(TICK_MS, True)
    player.anchor(-33.21)
    assert player.setpoint == (-3321, 0)
    while player.phase.kind == "warm-up" and player.segment.shape is not None:
        player.tick(TICK_MS, True)
    assert player.setpoint == (0, 0)


def test_a_late_tick_is_not_caught_up() -> None:
    player = Player(PLANS["beginner"], -70.0)
    for _ in range(1_000):
        player.tick(TICK_MS, True)
    angle_cdeg, rate_cdps = player.setpoint
    player.tick(5_000, True)
    assert player.setpoint[0] - angle_cdeg <= rate_cdps * 0.04 + 1


@pytest.mark.parametrize("name", sorted(PLANS))
def test_the_phases_of_a_plan_follow_each_other(name: str) -> None:
    plan = PLANS[name]
    player = Player(plan, -70.0)
    seen = [player.phase.kind]
    while not player.done:
        if player.tick(TICK_MS, True) and player.phase.kind != seen[-1]:
            seen.append(player.phase.kind)
    assert seen == [kind for kind, _ in itertools.groupby(phase.kind for phase in plan.programme.phases)]


@pytest.mark.parametrize("start_deg", [-70.0, -70.9, -68.0, -67.1])
def test_the_tests_of_the_day_begin_at_park_wherever_one_was_broken_off(start_deg: float) -> None:
    player = player_of_tests(-70.0, start_deg)
    angles = []
    while not player.done:
        player.tick(20, True)
        angles.append(player.angle_deg)
    lowest = min(range(len(angles)), key=lambda at: abs(angles[at] + 70.0))
    assert max(angles[lowest:]) == pytest.approx(-68.0)
    assert angles[-1] == pytest.approx(-70.0)
