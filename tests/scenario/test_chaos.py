"""Processes of a session over ptys killed and stopped at random: a slice of `keel chaos`, and its judge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hil.chaos.command import plans_of
from hil.chaos.judge import Ended, Open, cause_s, wrong
from hil.chaos.plan import HOST, PROCESSES, Blow, Plan
from hil.chaos.session import ride
from hil.head_down import HeadDown

SPEED = 200.0
BLOWS = (
    Blow("guard", "kill", 104.0, 0),  # going down
    Blow("station", "stop", 116.5, 7_000),
    Blow("controller", "kill", 137.5, 0),
    Blow("guard", "stop", 146.5, 2_000),
    Blow("guard", "kill", 147.5, 0),
)


@pytest.mark.timeout(400)
def test_blow_after_blow_and_the_rider_is_parked(tmp_path: Path) -> None:
    line = ride(Plan(0, 1, "node", "a1", BLOWS), SPEED, tmp_path / "run")
    assert line["wrong"] == []
    assert line["rode"]
    assert [(one["role"], one["hit"]) for one in line["struck"]] == [(one.role, True) for one in BLOWS]
    assert (line["parked"], line["first_cause"]) == (True, "guard_lost")
    assert 103.5 < line["down_s"] < 104.33


def test_one_seed_is_one_list_of_blows_and_gives_them_all_out() -> None:
    plans = plans_of(7, 100, ("node", "blvr"))
    assert plans == plans_of(7, 100, ("node", "blvr"))
    assert plans != plans_of(8, 100, ("node", "blvr"))
    assert sum(len(plan.blows) for plan in plans) == 100
    assert {blow.role for plan in plans for blow in plan.blows} == {*PROCESSES, HOST}


def blow(role: str, how: str, t_s: float, for_ms: int = 0, hit: bool = True) -> dict[str, Any]:
    return {
        "role": role,
        "how": how,
        "t_s": t_s,
        "guard_ms": round(t_s * 1_000),
        "for_ms": for_ms,
        "hit": hit,
    }


def last_down_ms(*ways: tuple[float, int]) -> int:
    """Of a table that starts at 0 deg: to an angle in so many ms, one after the other."""
    seen, now_ms, angle_deg = HeadDown(), 0, 0.0
    for to_deg, took_ms in ways:
        from_deg, began_ms = angle_deg, now_ms
        for now_ms in range(began_ms + 20, began_ms + took_ms + 20, 20):
            angle_deg = from_deg + (to_deg - from_deg) * (now_ms - began_ms) / took_ms
            seen.look(now_ms, angle_deg, (to_deg - from_deg) / took_ms * 1_000)
    return seen.last_ms


@pytest.mark.parametrize(
    ("ways", "last_ms"),
    [
        ([(5.0, 5_000)], 5_000),
        ([(5.0, 5_000), (5.0, 9_000)], 5_000),
        ([(5.0, 5_000), (4.9, 200), (5.0, 200)], 5_000),  # a gear settles
        ([(5.0, 5_000), (4.9, 200), (5.0, 200), (5.0, 20), (5.05, 100)], 5_000),
        ([(5.0, 5_000), (5.0, 20), (5.15, 300), (5.15, 20), (5.3, 300)], 5_640),  # small steps together
        ([(5.0, 5_000), (4.0, 1_000), (4.1, 100), (-9.0, 9_000)], 5_000),
        ([(5.0, 5_000), (4.0, 1_000), (4.3, 300), (-9.0, 9_000)], 6_300),
        ([(-9.0, 9_000), (-8.7, 300)], 9_300),
    ],
)
def test_a_way_down_counts_and_a_gear_that_settles_does_not(
    ways: list[tuple[float, int]], last_ms: int
) -> None:
    assert last_down_ms(*ways) == last_ms


OPENED = [Open(50_000, 200_000)]


@pytest.mark.parametrize(
    ("struck", "wanted"),
    [
        ([blow("guard", "kill", 60.0)], 60.0),
        ([blow("guard", "kill", 40.0)], None),  # before the session
        ([blow("guard", "kill", 60.0, hit=False)], None),
        ([blow("guard", "stop", 60.0, 149)], None),
        ([blow("guard", "stop", 60.0, 150), blow("controller", "kill", 59.0)], 59.0),
        ([blow("station", "kill", 60.0), blow("controller", "stop", 64.0, 300)], 64.0),
        ([blow("station", "kill", 60.0), blow("controller", "stop", 66.0, 300)], 65.0),
    ],
)
def test_the_first_certain_cause_counts(struck: list[dict[str, Any]], wanted: float | None) -> None:
    assert cause_s(struck, OPENED) == wanted


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        (Ended(True, False, -70.0, "guard_lost", 60.32, 9.0), None),
        (Ended(True, False, -70.0, "guard_lost", 60.34, 9.0), "head-down motion 0.34 s after the cause"),
        (Ended(False, False, 3.0, None, 60.0, 9.0), "not parked: 3.0 deg"),
        (Ended(False, True, 0.0, "check_in_missed", 60.0, 9.0), None),
        (Ended(False, True, 0.0, "guard_lost", 60.0, 9.0), "not parked: 0.0 deg"),
        (Ended(True, False, -70.0, None, 60.0, -1.0), "it hung"),
    ],
)
def test_the_judge_says_what_is_wrong(ended: Ended, words: str | None) -> None:
    found = list(wrong([blow("guard", "kill", 60.0)], OPENED, ended))
    assert [one.startswith(words or "") for one in found] == ([True] if words else [])


@pytest.mark.parametrize(
    ("angle_deg", "opened", "fine"), [(-67.1, (), True), (-66.9, (), False), (-68.0, OPENED, False)]
)
def test_only_without_a_session_may_the_table_be_left_where_it_was_tested(
    angle_deg: float, opened: tuple[Open, ...], fine: bool
) -> None:
    ended = Ended(False, False, angle_deg, None, 5.0, 9.0)
    assert (list(wrong([], opened, ended)) == []) == fine
