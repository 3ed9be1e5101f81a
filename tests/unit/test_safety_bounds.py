"""Which limit binds: the smallest, whoever's it is; more limits never allow more."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.commands.check import check_table
from safety import bounds as b
from safety.guard import table
from safety.guard.book import within
from safety.limits import TIERS, Tier, terms
from safety.observation import Terms
from tests import house
from tests.safety_rig import LIMITS

EXAMPLE = (house.ROOT / "install/table.toml.example").read_bytes()
numbers = st.integers(1, 10_000)
tables = st.builds(
    b.TableBounds, st.builds(b.Bound, numbers, st.just("t")), numbers, numbers, numbers,
    st.integers(1, 10**6), st.integers(1, 10**7),
)  # fmt: skip


@pytest.mark.parametrize(("file", "stop", "out", "cap", "why"), [
    (6000, 6600, True, 6000, "any table"), (6000, 6599, True, 5999, "room below the upper stop"),
    (5999, 6600, True, 5999, "the table file"), (6000, 6600, False, 3000, "no way out after a cut"),
    (2999, 6600, False, 2999, "the table file"), (10**9, 10**9, True, 6000, "any table"),
])  # fmt: skip
def test_the_cap_of_a_table(file: int, stop: int, out: bool, cap: int, why: str) -> None:
    assert b.cap_of_table(file, stop, out) == (cap, why)


@given(st.sampled_from(TIERS), st.integers(1, 6_000), tables)
def test_a_session_is_inside_every_limit_and_one_of_them_is_met(
    tier: Tier, asked: int, held: b.TableBounds
) -> None:
    found = b.of_session(tier, asked, held, LIMITS)
    assert found.cap_cdeg.value == min(tier.cap_cdeg, asked, held.cap.value)
    assert found.down_cdps.value == min(tier.down_cdps, held.down_cdps, LIMITS.hard_down_cdps)
    assert found.up_cdps.value == min(tier.up_cdps, held.up_cdps, LIMITS.hard_up_cdps)
    assert found.upright_cdps.value == min(tier.upright_cdps, held.upright_cdps, LIMITS.hard_upright_cdps)
    assert found.check_in_every_ms.value == min(tier.check_in_ms, held.check_in_ms, 60_000)
    assert found.day_ms.value == min(tier.day_ms, held.day_ms)
    assert all(bound.why for bound in found)


@given(st.sampled_from(TIERS), tables, tables)
def test_a_stricter_table_never_allows_more(tier: Tier, one: b.TableBounds, other: b.TableBounds) -> None:
    """Holds and bouts apart: they grow longer where a lower cap keeps a rider below 45 deg."""
    both = b.TableBounds(min(one.cap, other.cap), *map(min, one[1:], other[1:]))
    strict = b.of_session(tier, None, both, LIMITS)._asdict()
    for loose in (one, other):
        for name, wide in b.of_session(tier, None, loose, LIMITS)._asdict().items():
            assert name in ("bout_max_ms", "hold_max_ms") or strict[name].value <= wide.value


@pytest.mark.parametrize(("cap", "hold_ms", "bout_ms"), [(4500, 120_000, 300_000), (4501, 60_000, 180_000)])
def test_above_45_deg_the_full_tier_is_held_shorter(cap: int, hold_ms: int, bout_ms: int) -> None:
    found = b.of_session(TIERS[2], cap, table.parse(EXAMPLE).bounds, LIMITS)
    assert (found.hold_max_ms.value, found.bout_max_ms.value) == (hold_ms, bout_ms)
    assert found.hold_max_ms.why == ("above 45 deg" if cap > 4500 else "tier full")


def test_terms_of_a_session_are_its_bounds() -> None:
    for number, tier in enumerate(TIERS):
        held = table.parse(EXAMPLE.replace(b"down_dps = 2.0", b"down_dps = 0.7")).bounds
        made = terms(1, number, tier.cap_cdeg, 60_000, 1, 600_000, 10**9, LIMITS)
        assert isinstance(made, Terms)
        found = b.of_session(tier, tier.cap_cdeg, held, LIMITS)
        inside = within(made, found)
        for name, bound in found._asdict().items():
            if name in Terms._fields and name != "bouts_max":
                assert getattr(inside, name) == bound.value, name
        assert inside.bouts_max == 1
        assert found.down_cdps == (70, "this table")


def test_keel_check_says_which_limit_binds() -> None:
    facts = check_table(EXAMPLE.replace(b"cap_deg = 60.0", b"cap_deg = 40.0"), Path("table.toml"))
    assert facts["cap"] == "40 deg by the table file"
    assert facts["tier beginner"].startswith("to 20 deg by tier beginner, down at 1 deg/s")
    assert facts["tier full"].startswith("to 40 deg by the table file")
