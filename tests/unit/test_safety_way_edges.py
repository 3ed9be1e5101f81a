"""Proof of return, something in the way, and the trapezoid that leads home: to the unit."""

from __future__ import annotations

import pytest

from safety.profile import Ramp, anchored, next_ramp
from safety.proof import UNPROVED, Proof, prove
from safety.resist import FREE, Resist, felt, led
from tests.safety_rig import LIMITS


def proved(was: Proof, a: int | None, b: int | None, heading: int = -1, effort: int | None = None) -> Proof:
    return prove(was, True, heading, a, b, effort, LIMITS)


def test_the_proof_of_return_to_the_unit() -> None:
    up = proved(proved(UNPROVED, 700, 701, 1), 800, 790, 1)
    assert up == Proof(800, 790, 0, False)
    assert proved(up, 795, 795, 1) == Proof(800, 795, 0, False), "the highest of each"
    assert not proved(up, 631, 620).proved
    assert not proved(up, 630, 621).proved
    assert proved(up, 630, 620).proved
    assert not proved(up, 630, 620, 0).proved, "it must be led back"
    assert proved(Proof(700, 700, 0, False), 530, 530).proved
    assert not proved(Proof(699, 700, 0, False), 529, 530).proved, "not from high enough"
    assert proved(up, 630, 620, -1, -599).proved
    assert proved(up, 630, 620, -1, 900).proved, "to hold back a foot-heavy table is no lifting"
    assert not proved(up, 630, 620, -1, -600).proved
    strained = proved(up, 700, 700, -1, -600)
    assert (strained.effort_permille, proved(strained, 630, 620, -1, 10).proved) == (600, False)
    assert proved(up, 700, 700, 0, -900).effort_permille == 0
    assert proved(strained, 800, 790, 1).effort_permille == 0, "each way down begins it anew"
    assert prove(up, False, -1, 630, 620, None, LIMITS) == UNPROVED
    assert proved(up, None, 620) == proved(up, 630, None) == up
    done = Proof(800, 790, 0, True)
    assert proved(done, 3000, 3000, 1) == done


def test_something_in_the_way_to_the_unit() -> None:
    def found(told: int, a: int | None, b: int | None, rate: int = 100) -> Resist:
        return felt(Resist(told, 1000, 1000, False, 0), rate, (a, b, 0), None, LIMITS, 20)

    assert found(74, 1000, 1000) == Resist(74, 1000, 1000, False, 0), "0.6 deg and 150 ms of way"
    assert found(75, 1037, 1000) == Resist(0, 1037, 1000, True, 0)
    assert not found(76, 1038, 1000).lags
    assert not found(-76, 1000, 962).lags
    assert found(-76, 1000, 963).lags
    assert not found(75, None, None).lags
    assert found(75, None, 1000).lags
    assert found(59, 1000, 1000, -9).lags is False
    assert found(61, 1000, 1000, -9).lags
    first = felt(FREE, 100, (1000, None, 0), None, LIMITS, 20)
    assert first == Resist(0, 1000, None, False, 0)
    assert led(Resist(10, 1, 2, True, 40), -7) == Resist(3, 1, 2, False, 40)


@pytest.mark.parametrize(("effort", "cdps", "ms"), [
    (900, 0, 120), (900, 30, 120), (899, 0, 0), (None, 0, 0), (900, None, 0), (900, 31, 0), (900, -30, 120),
    (900, -31, 0), (-1_000, 0, 0),
])  # fmt: skip
def test_a_drive_that_strains_while_nothing_moves(effort: int | None, cdps: int | None, ms: int) -> None:
    was = Resist(0, 1000, 1000, False, 100)
    assert felt(was, 100, (1000, 1000, cdps), effort, LIMITS, 20).strain_ms == ms
    towards_park = None if effort is None else -effort
    assert felt(was, -100, (1000, 1000, cdps), towards_park, LIMITS, 20).strain_ms == ms
    assert felt(was._replace(strain_ms=59_990), 1, (1, 1, 0), 900, LIMITS, 20).strain_ms == 60_000


@pytest.mark.parametrize(("rate", "to", "then", "way"), [
    (0, -7000, -2, 40), (-100, -7000, -102, 2_040), (-200, -7000, -200, 4_000), (-300, -7000, -288, 5_760),
    (-210, -7000, -200, 4_000), (-100, 950, -100, 2_000), (-100, 988, -96, 1_920), (-50, 988, -48, 960),
    (-5, 999, -7, 140),
    (0, 1000, 0, 0), (-100, 1001, 0, 0), (-100, 999, 0, 1_000),
])  # fmt: skip
def test_the_trapezoid_tick_by_tick(rate: int, to: int, then: int, way: int) -> None:
    """1 deg/s2 to 2 deg/s; what is too fast is slowed at 6; before the end sqrt(2 a s) is the most."""
    ramp = next_ramp(Ramp(1_000_000, rate, 30), to, 200, 100, 600, 20)
    assert (ramp.rate_cdps, 1_000_000 - ramp.pos, ramp.offset_cdeg) == (then, way, 30)


def test_a_generator_begins_where_the_table_is() -> None:
    assert anchored(1234, 56) == Ramp(1_234_000, 0, 56)
