"""Rules with a number: each fires at its limit and not one unit below."""

from __future__ import annotations

from typing import Any

import pytest

from safety import decision as d
from safety.angles import BOTH, ONLY_A, ONLY_B
from safety.causes import BY_NAME
from safety.facts import Facts
from safety.look import look
from safety.observation import Observation
from safety.rules import ROWS
from tests.safety_rig import LIMITS, SHORT, Plant, Rig, Shaped, cause, ridden, session_terms

FIRES = {row.name: row.fires for row in ROWS}


def seen() -> tuple[Facts, Observation]:
    """Facts of a quiet tick at 15 deg."""
    rig = ridden(1500)
    observation = rig.sense()
    return look(rig.state, observation, LIMITS, 20, False), observation


FACTS, OBSERVATION = seen()


def fires(rule: str, facts: Facts = FACTS, **changes: Any) -> bool:
    return FIRES[rule](facts, OBSERVATION._replace(**changes), LIMITS)


def test_over_angle() -> None:
    cap = FACTS.cap_cdeg
    assert not fires("over_angle", FACTS._replace(cdeg=cap + 100))
    assert fires("over_angle", FACTS._replace(cdeg=cap + 101))
    assert not fires("over_angle", b_cdeg=cap + 300)
    assert fires("over_angle", b_cdeg=cap + 301)
    tripped = FACTS.buttons._replace(now=FACTS.buttons.now._replace(over_angle=True))
    assert fires("over_angle", FACTS._replace(buttons=tripped))


def test_over_angle_is_predicted_with_reaction_time() -> None:
    at = FACTS.cap_cdeg + 100 - 300 * 200 // 1000 - 300 * 300 // 6000
    assert not fires("over_angle_predicted", FACTS._replace(cdeg=at, cdps=300))
    assert fires("over_angle_predicted", FACTS._replace(cdeg=at + 1, cdps=300))
    assert not fires("over_angle_predicted", FACTS._replace(cdeg=at + 200, cdps=-300))


def test_over_speed() -> None:
    assert not fires("over_speed", FACTS._replace(over_speed_ms=80))
    assert fires("over_speed", FACTS._replace(over_speed_ms=100))
    assert not fires("over_speed", FACTS._replace(cdps=880))
    assert fires("over_speed", FACTS._replace(cdps=-881))


@pytest.mark.parametrize(("cdps", "ticks", "tripped"), [(330, 20, False), (331, 4, False), (331, 5, True)])
def test_running_too_fast_trips_after_100_ms(cdps: int, ticks: int, tripped: bool) -> None:
    rig = ridden(1500)
    for _ in range(ticks):
        rig.propose(1500, 0, a_cdps=-cdps)
    assert (rig.decision.first_cause == BY_NAME["over_speed"].number) == tripped


@pytest.mark.parametrize(("rule", "heading", "limit"), [("wrong_direction", -1, 100), ("runaway", 0, 201)])
def test_motion_against_the_command(rule: str, heading: int, limit: int) -> None:
    motion = FACTS.motion._replace(heading=heading, heading_ms=5_000, due_ms=300, a_ref=1500, b_ref=1500)
    assert not fires(rule, FACTS._replace(motion=motion._replace(back_cdeg=limit - 1)))
    assert fires(rule, FACTS._replace(motion=motion._replace(back_cdeg=limit)))


@pytest.mark.parametrize(("changes", "source", "cdps", "expected"), [
    ({}, BOTH, 240, True), ({}, BOTH, 239, False), ({}, ONLY_A, -240, True), ({}, ONLY_B, 240, False),
    ({"heading_ms": 149}, BOTH, 240, False), ({"heading_ms": 399}, BOTH, 240, True),
    ({"back_cdeg": 19}, BOTH, 240, False), ({}, BOTH, None, False), ({"heading": 1}, BOTH, 900, False),
    ({"due_ms": 334}, BOTH, 102, True), ({"due_ms": 333}, BOTH, 900, False),
])  # fmt: skip
def test_a_stop_that_is_not_heeded(
    changes: dict[str, Any], source: int, cdps: int | None, expected: bool
) -> None:
    """Told to stop at 3 deg/s: after 150 ms a drive that heeds it is slower by a fifth at least."""
    begun: dict[str, Any] = {
        "heading": 0,
        "heading_ms": 150,
        "due_ms": 400,
        "a_ref": 1500,
        "b_ref": 1500,
        "back_cdeg": 20,
    }
    motion = FACTS.motion._replace(**{**begun, **changes})
    facts = FACTS._replace(motion=motion, cdps=cdps, angles=FACTS.angles._replace(source=source))
    assert fires("runaway", facts, a_cdps=cdps, a_age_ms=0) == expected
    if expected:  # judged by the reading's own time, and never by a slope, which is late
        assert not fires("runaway", facts, a_cdps=None, a_age_ms=0)
        assert fires("runaway", facts, a_cdps=cdps, a_age_ms=motion.heading_ms - 150)
        assert not fires("runaway", facts, a_cdps=cdps, a_age_ms=motion.heading_ms - 149)


def test_a_stop_that_is_not_obeyed() -> None:
    motion = FACTS.motion._replace(
        heading=0, heading_ms=300, due_ms=300, a_ref=1500, b_ref=1500, back_cdeg=20
    )
    assert not fires("runaway", FACTS._replace(motion=motion, cdps=100))
    assert fires("runaway", FACTS._replace(motion=motion, cdps=101))
    assert not fires("runaway", FACTS._replace(motion=motion._replace(heading_ms=299), cdps=900)), "it stood"
    assert not fires("runaway", FACTS._replace(motion=motion._replace(back_cdeg=19), cdps=900)), "a register"
    only_b = FACTS.angles._replace(source=ONLY_B)
    assert not fires("runaway", FACTS._replace(motion=motion, cdps=900, angles=only_b)), "late and noisy"


@pytest.mark.parametrize(("rule", "field", "limit"), [
    ("dose_over", "used_ms", FACTS.terms.allowance_ms if FACTS.terms else 0),
    ("bout_over", "bout_ms", FACTS.terms.bout_max_ms if FACTS.terms else 0),
    ("bout_over", "hold_ms", FACTS.terms.hold_max_ms + 5_000 if FACTS.terms else 0),
    ("time_over", "wall_ms", FACTS.terms.wall_max_ms if FACTS.terms else 0),
])  # fmt: skip
def test_clocks_of_the_session(rule: str, field: str, limit: int) -> None:
    for value, expected in ((limit - 1, False), (limit, True)):
        session = FACTS.session._replace(**dict[str, Any]([(field, value)]))
        assert fires(rule, FACTS._replace(session=session)) == expected


def test_a_controller_that_lives_but_does_not_lead() -> None:
    assert not fires("lease_lost", FACTS._replace(gap_ms=499, refused_ms=1_999))
    assert fires("lease_lost", FACTS._replace(gap_ms=500))
    assert fires("lease_lost", FACTS._replace(refused_ms=2_000))


@pytest.mark.parametrize(("place", "hurries"), [(2000, False), (2001, True)])
def test_both_ankles_count_above_20_deg(place: int, hurries: bool) -> None:
    buttons = FACTS.buttons._replace(both_open_ms=40)
    assert fires("ankles_open", FACTS._replace(cdeg=place, buttons=buttons)) == hurries
    assert not fires("ankles_open", FACTS._replace(cdeg=6000, buttons=buttons._replace(both_open_ms=39)))


@pytest.mark.parametrize(("off", "ticks", "bad"), [(299, 50, False), (300, 9, False), (300, 10, True)])
def test_disagreement_of_3_deg_for_200_ms(off: int, ticks: int, bad: bool) -> None:
    rig = ridden(1500)
    rig.run(1_000)
    for _ in range(ticks):
        rig.tick(b_cdeg=1500 + off)
    assert (rig.decision.first_cause == BY_NAME["angles_disagree"].number) == bad


@pytest.mark.parametrize(("source", "other"), [("a_cdeg", "b_cdeg"), ("b_cdeg", "a_cdeg")])
def test_a_frozen_source_is_found_before_2_deg_are_missed(source: str, other: str) -> None:
    rig = ridden(1500)
    shaped = Shaped(1500)
    while rig.decision.mode == d.ACTIVE:
        angle, rate, _ = shaped.towards(0)
        rig.propose(angle, rate, **{source: 1500})
        assert rig.plant.cdeg > 1500 - 210
    assert cause(rig) == "angles_disagree"
    assert rig.decision.trusted_cdeg != 1500


def test_a_table_that_does_not_move_is_found_within_a_degree() -> None:
    rig = ridden(1500)
    shaped = Shaped(1500)
    rig.obeys = False
    while rig.decision.mode == d.ACTIVE:
        angle, rate, _ = shaped.towards(0)
        rig.propose(angle, rate)
    assert cause(rig) == "pinched_up"
    assert abs(angle - 1500) <= 100


@pytest.mark.parametrize(("switches", "found"), [
    ({"past_rest": True}, (True, False, False)), ({"past_rest": False}, (False, True, False)),
    ({"past_rest": None}, (False, False, True)),
])  # fmt: skip
def test_the_rest_switch_says_which_source_lies(
    switches: dict[str, bool | None], found: tuple[bool, bool, bool]
) -> None:
    """A drifts below rest while B says above it; without the switch there is a doubt, and no angle."""
    rig = ridden(200)
    rig.run(1_000)
    drift = 0
    while rig.decision.mode == d.ACTIVE or drift < 250:
        drift += 10
        inputs = rig.sense().inputs._replace(**switches)
        rig.tick(a_cdeg=200 - drift * 3, inputs=inputs)
    angles = rig.state.angles
    assert (angles.a_bad, angles.b_bad, angles.doubt) == found
    assert angles.doubt <= (rig.decision.trusted_cdeg is None)


def test_the_gate_refuses_what_a_jerking_controller_asks() -> None:
    for rates, name in (([0, 40], 11), ([0, 5, 10, 15, 20, 26, 32, 38, 44, 50], 12), ([0, -300], 10)):
        rig = Rig(limits=SHORT)
        rig.ride(1000, session_terms())
        at = 1000_000
        for rate in rates:
            at += rate * 20
            rig.propose(at // 1000, rate)
        assert rig.refusals()[:1] == [name], rates


@pytest.mark.parametrize(("changes", "number"), [
    ({"session": 8}, 2), ({"angle_cdeg": 1101}, 8), ({"angle_cdeg": 3001}, 8),
])  # fmt: skip
def test_the_gate_refuses_strangers_and_leaps(changes: dict[str, int], number: int) -> None:
    rig = ridden(1000)
    rig.propose(changes.get("angle_cdeg", 1000), 0, session=changes.get("session", 7))
    assert rig.decision.refusal == number
    assert rig.decision.command == d.HOLD


@pytest.mark.parametrize(("pressed", "number"), [
    ({"pendant": False}, 14), ({"pendant": None}, 14), ({"ankle_b": False}, 15), ({"estop_ok": None}, 18),
    ({"supply_ok": None}, 19), ({"load": False}, 20), ({"stop": None}, 18),
])  # fmt: skip
def test_each_permit_is_needed_on_the_way_down(pressed: dict[str, bool | None], number: int) -> None:
    rig = ridden(1000)
    shaped = Shaped(1000)
    for _ in range(100):
        angle, rate, _ = shaped.towards(2000)
        rig.propose(angle, rate)
    rig.press(**pressed)
    angle, rate, _ = shaped.towards(2000)
    assert rig.propose(angle, rate).refusal == number
    assert rig.decision.command == d.HOLD


def test_the_cap_is_never_passed() -> None:
    rig = ridden(3000)
    rig.propose(3000, 0)
    assert rig.propose(3001, 0).refusal == 26


def test_no_bout_more_than_allowed() -> None:
    rig = Rig(limits=SHORT)
    shaped = rig.ride(600, session_terms(bouts=1))
    rig.follow(shaped, 0)
    for _ in range(2_000):
        angle, rate, _ = shaped.towards(600)
        if rig.propose(angle, rate).refusal:
            break
    assert rig.decision.refusal == 24
    assert rig.plant == Plant(rig.plant.cdeg, rig.plant.cdps)
    assert rig.plant.cdeg <= 500
