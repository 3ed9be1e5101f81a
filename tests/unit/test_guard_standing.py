"""What a rider's past allows, on and beside each boundary of the therapy notes, section 5."""

from __future__ import annotations

from pathlib import Path

import pytest

from hil.known_rider import acquaint
from safety.guard.spent import Spent
from safety.guard.standing import DAY_MS, why_not
from safety.limits import APART_MS, TIERS
from tests.guard_rig import MOUNTED, Rig

BEGINNER, INTERMEDIATE, FULL = range(3)
HOUR_MS = 3_600_000
NOW_MS = 400 * DAY_MS


def past(count: int, first_days: int, last_ms: int = 2 * DAY_MS, used_ms: int = 60_000) -> list[Spent]:
    """So many sessions: the first so many days ago, the last so many milliseconds."""
    moments = [NOW_MS - first_days * DAY_MS] * (count - 1) + [NOW_MS - last_ms] if count > 1 else []
    moments = moments or [NOW_MS - first_days * DAY_MS] * count
    return [Spent(number, used_ms, at_ms, False) for number, at_ms in enumerate(moments)]


@pytest.mark.parametrize(
    ("sessions", "tier", "cap_cdeg", "words"),
    [
        ([], BEGINNER, 1_500, None),
        ([], BEGINNER, 1_501, "a first session goes to 15 deg; this one to 15.01"),
        (past(1, 3, used_ms=0), BEGINNER, 1_501, "a first session"),  # given back whole: none was ridden
        (past(1, 3), BEGINNER, 2_000, None),
        ([], INTERMEDIATE, 1_000, "intermediate needs 6 sessions over 7 days; there are 0 over 0"),
        (past(5, 7), INTERMEDIATE, 2_000, "there are 5 over 7; ride as beginner"),
        (past(6, 6), INTERMEDIATE, 2_000, "there are 6 over 6; ride as beginner"),
        (past(6, 7), INTERMEDIATE, 2_000, None),
        (past(6, 27), FULL, 2_000, "full needs 6 sessions over 28 days; there are 6 over 27; ride as inter"),
        (past(6, 28), FULL, 2_000, None),
    ],
)
def test_promotion(sessions: list[Spent], tier: int, cap_cdeg: int, words: str | None) -> None:
    said = why_not(sessions, tier, cap_cdeg, NOW_MS)
    assert said is None if words is None else words in (said or "")
    assert len((said or "").encode()) <= 160


def test_a_session_of_today_that_nobody_rode_is_none() -> None:
    """Given back whole, it takes the place of no other and keeps nobody waiting."""
    unridden = Spent(99, 0, NOW_MS - 1_000, False)
    assert why_not([*past(1, 3), unridden], BEGINNER, 2_000, NOW_MS) is None


@pytest.mark.parametrize("tier", [BEGINNER, INTERMEDIATE, FULL])
def test_sessions_of_a_day_by_tier(tier: int) -> None:
    most = TIERS[tier].sessions_a_day
    long_ago = past(6, 30)
    ridden = [Spent(9, 1, NOW_MS - DAY_MS + 1 + n * HOUR_MS, False) for n in range(most)]
    assert "sessions in 24 h; come again in 1 min" in (why_not(long_ago + ridden, tier, 1_000, NOW_MS) or "")
    assert why_not(long_ago + ridden, tier, 1_000, NOW_MS + 1) is None
    assert why_not(long_ago + ridden[1:], tier, 1_000, NOW_MS) is None


def test_three_hours_between_two_sessions() -> None:
    ridden = past(6, 30, last_ms=APART_MS - 1)
    said = why_not(ridden, INTERMEDIATE, 1_000, NOW_MS)
    assert said == "sessions are 3 h 0 min apart; come again in 1 min"
    assert why_not(ridden, INTERMEDIATE, 1_000, NOW_MS + 1) is None


def test_a_stranger_is_held_to_the_first_session_by_the_guard(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.arm_and_test()
    rig.inputs = MOUNTED
    assert rig.begin(20, BEGINNER, "nobody")[2].startswith("a first session goes to 15 deg; this one to 20;")
    assert rig.begin(15, INTERMEDIATE, "nobody")[2].startswith("intermediate needs 6 sessions")
    assert rig.ledger() == []
    assert rig.begin(15, BEGINNER, "nobody")[1]
    rig.kill_guard()


def test_a_past_is_put_into_a_new_folder_only(tmp_path: Path) -> None:
    acquaint(tmp_path, "ab", "a")
    data = (tmp_path / "ledger.jsonl").read_bytes()
    acquaint(tmp_path, "ab", "b")
    assert (tmp_path / "ledger.jsonl").read_bytes() == data
