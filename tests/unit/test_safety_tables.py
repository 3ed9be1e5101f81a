"""The tables are whole: every cause has a rule, every rule a hazard, every number is used once."""

from __future__ import annotations

import pytest

from firmware_bridge import readings
from safety import decision as d
from safety import observation as o
from safety.causes import CAUSES
from safety.gate import CONDITIONS
from safety.limits import TIERS, Limits, for_table, terms
from safety.modes import AFTER, BEFORE
from safety.observation import Terms
from safety.rules import NOTHING, ROWS
from safety.verdict import ALLOW, BOTH, Verdict, combine
from tests.safety_rig import LIMITS

WITHOUT_RULE = {"guard_lost"}  # found by the mode table, at the start


def test_every_cause_has_exactly_one_rule() -> None:
    ruled = [row.cause for row in ROWS if row.cause]
    assert sorted(ruled) == sorted(cause.number for cause in CAUSES if cause.name not in WITHOUT_RULE)


def test_every_rule_names_its_hazards_and_takes_something_away() -> None:
    for row in ROWS:
        assert row.hazards, row.name
        assert all(hazard.startswith("HZ-") for hazard in row.hazards), row.name
        assert row.verdict != ALLOW, row.name
        assert row.verdict.direction < BOTH, row.name
        assert bool(row.cause) == (row.reaction != NOTHING), row.name


def test_conditions_are_numbered_in_their_order() -> None:
    assert [row.number for row in CONDITIONS] == list(range(1, len(CONDITIONS) + 1))
    assert len({row.name for row in CONDITIONS}) == len(CONDITIONS)


def test_every_mode_can_be_entered_and_left() -> None:
    rows = BEFORE + AFTER
    modes = set(range(len(d.MODES)))
    assert {row.to for row in rows} == modes
    assert {mode for row in rows for mode in row.sources} == modes
    assert {row.to for row in rows if d.ACTIVE in row.sources} == {d.RETURNING, d.INHIBITED}
    assert {mode for row in rows if row.to == d.ACTIVE for mode in row.sources} == {
        d.READY, d.RETURNING, d.WAITING
    }  # fmt: skip


def test_the_drives_states_are_numbered_as_the_bridge_has_them() -> None:
    for name in ("OFFLINE", "DISARMED", "ARMED", "OWN_RETURN", "UNPOWERED", "FAULT"):
        assert getattr(o, f"DRIVE_{name}") == getattr(readings, name)


def test_limits_of_a_table() -> None:
    assert for_table(-7000, -7400, 6600, 6000) == Limits()
    assert for_table(-7000, -7400, 5000, 6000) == Limits(cap_cdeg=4400)
    for wrong in ((-8001, -9000, 6600, 6000), (-5999, -9000, 6600, 6000), (-7000, -7199, 6600, 6000)):
        assert isinstance(for_table(*wrong), str)
    assert isinstance(for_table(-7000, -7200, 600, 6000), str)


@pytest.mark.parametrize(("table", "words"), [
    ((-8001, -9000, 6600, 6000), "park is -80.01 deg; allowed -80 deg to -60 deg; move the park position"),
    ((-7000, -7199, 6600, 6000), "park -70 deg is 1.99 deg from the lower stop; allowed 2 deg or more; raise "
     "park or lower the stop"),
    ((-7000, -7200, 600, 6000), "the cap is 0 deg; allowed above 0 deg; move the upper stop (6 deg)"),
])  # fmt: skip
def test_a_table_that_is_refused_says_by_how_much(table: tuple[int, int, int, int], words: str) -> None:
    assert for_table(*table) == words


@pytest.mark.parametrize("place", range(3))
def test_two_verdicts_are_the_less_of_both_in_each_part(place: int) -> None:
    high, low = Verdict(2, 800, 1), Verdict(*(0 if part == place else (2, 800, 1)[part] for part in range(3)))
    assert combine(high, low) == combine(low, high) == low


def asked(tier: int, numbers: list[int]) -> Terms | str:
    cap_cdeg, allowance_ms, bouts, wall_ms = numbers
    return terms(7, tier, cap_cdeg, allowance_ms, bouts, wall_ms, 10**9, LIMITS)


def test_each_limit_refuses_one_unit_more() -> None:
    for number, tier in enumerate(TIERS):
        most = [tier.cap_cdeg, tier.day_ms, tier.bouts, 3_600_000]
        assert not isinstance(asked(number, most), str)
        for place in range(4):
            more = [value + (place == at) for at, value in enumerate(most)]
            assert isinstance(asked(number, more), str), (tier.name, place)
    assert isinstance(terms(7, 3, 0, 0, 0, 0, 0, LIMITS), str)
    assert isinstance(terms(0, 0, 0, 0, 0, 0, 0, LIMITS), str)
