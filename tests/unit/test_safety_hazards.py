"""Hazards that no other test shows by itself: each on the ideal table, from its cause to its reaction."""

from __future__ import annotations

import random
from typing import Any

import pytest

from safety import decision as d
from safety.guard import table
from safety.guard.toml_lines import TomlRefused
from safety.observation import ORDER_TEST, Inputs, Observation
from tests import house
from tests.safety_rig import (
    BRAKE_TEST_MS,
    DT_MS,
    LIMITS,
    SHORT,
    Plant,
    Rig,
    Shaped,
    cause,
    ridden,
    session_terms,
)

EXAMPLE = (house.ROOT / "install/table.toml.example").read_bytes()


class LyingRig(Rig):
    """The table obeys; what A or B says of it is changed by `lies`."""

    lies: Any = staticmethod(lambda rig, seen: seen)

    def sense(self) -> Observation:
        seen: Observation = type(self).lies(self, super().sense())
        return seen


def lying(lies: Any) -> type[LyingRig]:
    return type("Lying", (LyingRig,), {"lies": staticmethod(lies)})


def day_test(rig: Rig) -> bool:
    """The day's test is asked for and led as the controller does; did it pass?"""
    rig.tick(orders=ORDER_TEST)
    shaped = Shaped(rig.limits.park_cdeg, speed_dps=0.9)
    rig.propose(rig.limits.park_cdeg, 0)
    for target in (rig.limits.park_cdeg + 200, rig.limits.park_cdeg):
        arrived, rate = False, 1
        while not arrived or rate:
            angle, rate, arrived = shaped.towards(target)
            rig.propose(angle, rate)
        rig.run(BRAKE_TEST_MS)
    return rig.decision.tested


def began(rig: Rig) -> bool:
    """A fastened rider asks for a session."""
    rig.press(ankle_a=True, ankle_b=True, load=True)
    return rig.tick(begin=session_terms()).mode == d.READY


def scaled(numerator: int, denominator: int) -> Any:
    """A in other units, B as it is."""

    def lies(rig: Rig, seen: Observation) -> Observation:
        assert seen.a_cdeg is not None
        assert seen.a_cdps is not None
        return seen._replace(
            a_cdeg=seen.a_cdeg * numerator // denominator, a_cdps=seen.a_cdps * numerator // denominator
        )

    return lies


def test_the_day_test_of_a_good_table_passes() -> None:
    rig = Rig()
    assert day_test(rig)
    assert began(rig)


def test_a_table_wired_the_wrong_way_passes_no_test_of_the_day() -> None:
    """Both sources see it go the other way: cut within a degree, and no session begins on it."""
    park = LIMITS.park_cdeg

    def lies(rig: Rig, seen: Observation) -> Observation:
        place, rate = 2 * park - round(rig.plant.cdeg), -round(rig.plant.cdps)
        return seen._replace(a_cdeg=place, a_cdps=rate, b_cdeg=place, b_cdps=rate)

    rig = lying(lies)()
    assert not day_test(rig)
    assert cause(rig) == "wrong_direction"
    assert max(abs(cdeg - park) for _, _, cdeg in rig.log) <= LIMITS.against_cdeg + 5
    assert not began(rig)


@pytest.mark.parametrize(("numerator", "denominator"), [(100, 1), (1, 100), (314, 18_000), (18_000, 314)])
def test_a_source_in_wrong_units_passes_no_test_of_the_day(numerator: int, denominator: int) -> None:
    """Degrees for centidegrees, radians for degrees, and back."""
    rig = lying(scaled(numerator, denominator))()
    rig.run(1_000)
    assert not day_test(rig)
    assert not began(rig)
    assert round(rig.plant.cdeg) == LIMITS.park_cdeg, "nothing was moved by a table whose sources differ"


@pytest.mark.parametrize("per_tick", [1, 4, 20])
@pytest.mark.parametrize("source", ["a_cdeg", "b_cdeg"])
def test_a_drift_is_found_at_three_degrees_however_slow(source: str, per_tick: int) -> None:
    rig = ridden(1500)
    for off in (*range(200, 300, per_tick), 299):
        rig.propose(1500, 0, **{source: 1500 + off})
    assert rig.decision.mode == d.ACTIVE
    for _ in range(LIMITS.disagree_ms // DT_MS):
        rig.propose(1500, 0, **{source: 1500 + 300})
    assert cause(rig) == "angles_disagree"
    assert rig.decision.mode == d.RETURNING


def noisy(rig: Rig, dice: random.Random, most: int) -> dict[str, Any]:
    """The inclinometer's sample with noise of up to so many centidegrees."""
    seen = rig.sense()
    assert seen.b_cdeg is not None
    return {"b_cdeg": seen.b_cdeg + dice.randint(-most, most)}


@pytest.mark.parametrize("seed", range(3))
def test_noise_within_the_sensors_document_trips_nothing(seed: int) -> None:
    """WT901C: 0.2 deg static, about 1 deg while it is shaken."""
    dice, rig = random.Random(seed), Rig(limits=SHORT)
    shaped = rig.ride(1000)
    for target in (1500, 800, 1500):
        for _ in range(600):
            angle, rate, _ = shaped.towards(target)
            rig.propose(angle, rate, **noisy(rig, dice, 100))
    assert rig.decision.mode == d.ACTIVE
    assert rig.refusals() == []


@pytest.mark.parametrize("seed", range(3))
def test_noise_of_a_broken_sensor_never_leads_past_the_cap_and_comes_home(seed: int) -> None:
    dice, rig = random.Random(seed), Rig(limits=SHORT)
    shaped = rig.ride(2500)
    for _ in range(1_000):
        angle, rate, _ = shaped.towards(3000)
        rig.propose(angle, rate, **noisy(rig, dice, 3_000))
    assert rig.decision.mode != d.ACTIVE
    while rig.decision.mode == d.RETURNING:
        rig.tick(**noisy(rig, dice, 3_000))
    assert max(cdeg for _, _, cdeg in rig.log) <= 3000
    assert abs(rig.plant.cdeg - LIMITS.park_cdeg) <= LIMITS.at_park_cdeg


def test_both_sources_lie_and_the_switch_catches_it() -> None:
    """Both show four fifths of the way: no comparison sees it, only the switch on the hinge does."""
    rig = ridden(900)
    shaped = Shaped(900)

    def truly() -> float:
        return LIMITS.park_cdeg + (rig.plant.cdeg - LIMITS.park_cdeg) * 5 / 4

    while rig.decision.mode == d.ACTIVE:
        angle, rate, _ = shaped.towards(2900)
        rig.press(over_angle=truly() > 3100)
        rig.propose(angle, rate)
        assert truly() < 3110
    assert cause(rig) == "over_angle"
    rig.press(over_angle=False)
    rig.until(d.LATCHED)


@pytest.mark.parametrize("per_cent", [11, 20, 50])
def test_a_coupling_that_slips_is_found_at_three_degrees(per_cent: int) -> None:
    """A counts the motor's turns, of which the frame follows only a part."""
    rig = ridden()
    shaped, slipped = Shaped(3000), 0
    while rig.decision.mode == d.ACTIVE:
        angle, rate, arrived = shaped.towards(0)
        assert not arrived
        slipped = (3000 - round(rig.plant.cdeg)) * per_cent // 100
        rig.propose(angle, rate, b_cdeg=round(rig.plant.cdeg) + slipped)
    assert cause(rig) == "angles_disagree"
    assert 300 <= slipped <= 300 + 2 * 200 // 5


def test_a_table_that_sinks_while_it_should_stand_is_a_runaway() -> None:
    """A brake that does not hold: 2 deg, then there is nothing left but to cut."""
    rig = ridden(1500)
    rig.run(1_000)
    rig.obeys = False
    while rig.decision.command != d.CUT:
        rig.plant = Plant(rig.plant.cdeg + 1, 50)
        rig.propose(1500, 0)
        assert rig.plant.cdeg <= 1500 + LIMITS.runaway_cdeg + 10
    assert cause(rig) == "runaway"


@pytest.mark.parametrize("at_park", [False, None])
def test_a_park_switch_that_says_no_at_park_starts_nothing(at_park: bool | None) -> None:
    """False = a lie, so nothing starts; unknown = a table without that switch, where two angles must do."""

    def lies(rig: Rig, seen: Observation) -> Observation:
        return seen._replace(inputs=seen.inputs._replace(at_park=at_park))

    rig = lying(lies)()
    assert (rig.tick(orders=ORDER_TEST).mode == d.TEST) == (at_park is None)


def test_a_sagging_supply_is_a_creep_home() -> None:
    rig = ridden()
    rig.press(supply_ok=False)
    rig.propose(3000, 0)
    assert cause(rig) == "supply_low"
    rig.until(d.INHIBITED)
    fastest = max(abs(x.rate_cdps) for _, x, _ in rig.log if x.mode == d.RETURNING)
    assert 0 < fastest <= LIMITS.creep_cdps
    assert abs(rig.plant.cdeg - LIMITS.park_cdeg) <= LIMITS.there_cdeg


@pytest.mark.parametrize(
    ("ankle_a", "ankle_b", "load"),
    [(a, b, load) for a in (True, False, None) for b in (True, False, None) for load in (True, False)],
)
def test_only_a_fastened_rider_goes_head_down(ankle_a: bool | None, ankle_b: bool | None, load: bool) -> None:
    rig = Rig()
    assert day_test(rig)
    began(rig)
    rig.press(ankle_a=ankle_a, ankle_b=ankle_b, load=load)
    shaped = Shaped(LIMITS.park_cdeg)
    rig.propose(LIMITS.park_cdeg, 0)
    for _ in range(150):
        angle, rate, _ = shaped.towards(0)
        rig.propose(angle, rate)
    assert (rig.plant.cdeg > LIMITS.park_cdeg) == (ankle_a is True and ankle_b is True and load)


def test_no_changed_byte_of_a_table_file_goes_unnoticed() -> None:
    """Each byte in turn: refused, or another file by its hash, so its tests of the day are due."""
    good = table.parse(EXAMPLE)
    refused = 0
    for place in range(0, len(EXAMPLE), 7):
        data = bytearray(EXAMPLE)
        data[place] ^= 1
        try:
            found = table.parse(bytes(data))
        except TomlRefused:
            refused += 1
        else:
            assert found.sha256 != good.sha256
            assert found.cap_cdeg <= LIMITS.cap_cdeg
    assert refused > 50


def test_unknown_inputs_are_nobodys_hand() -> None:
    """All contacts unknown is what a dead board of inputs says: nothing moves down, RETURN by panel does."""
    rig = ridden(1500)
    unknown = Inputs(*(None,) * 13)
    for _ in range(30):
        rig.propose(1500, 10, inputs=unknown)
        assert not (rig.decision.command == d.MOVE and rig.decision.rate_cdps > 0)
