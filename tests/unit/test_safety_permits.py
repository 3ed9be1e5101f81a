"""Truth tables of the compound permits: each condition alone decides, shown by n + 1 vectors (MC/DC).

The first vector of a table has every condition hold; each of the others breaks exactly one of them, which the
test asserts, so each pair shows that this condition by itself changes the outcome.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from safety import decision as d
from safety.angles import ONLY_A
from safety.gate import CONDITIONS, Ask, refusal
from safety.look import look
from safety.modes import Turn, _asks_begin, _reset, why_not
from safety.observation import DRIVE_ARMED, DRIVE_DISARMED, ORDER_STOP, Observation, Proposal
from safety.proof import UNPROVED
from safety.stream import SILENT, aged
from safety.verdict import ALLOW, NO_MOTION, TOWARDS_PARK
from tests.safety_rig import DT_MS, LIMITS, Rig, Shaped, session_terms

NUMBERS = {row.name: row.number for row in CONDITIONS}
Change = Callable[[Ask], Ask]


def led(target: int) -> Ask:
    """In a ride at 10 deg, led on at a steady rate: the next proposal as the gate sees it."""
    rig = Rig()
    shaped = rig.ride(1000)
    rate = 0
    while abs(rate) < 100:
        angle, rate, _ = shaped.towards(target)
        rig.propose(angle, rate)
    for _ in range(100):
        rig.propose(*shaped.towards(target)[:2])
    angle, rate, _ = shaped.towards(target)
    seen = rig.sense()._replace(proposal=Proposal(7, 0, angle, rate, 100))
    return asked(rig, seen, target > 1000)


def trying() -> Ask:
    """In the day's test, on the way up to two degrees from park."""
    rig = Rig()
    rig.tick(orders=8)
    shaped = Shaped(LIMITS.park_cdeg, speed_dps=0.9)
    rig.propose(LIMITS.park_cdeg, 0)
    for _ in range(100):
        rig.propose(*shaped.towards(LIMITS.park_cdeg + 200)[:2])
    angle, rate, _ = shaped.towards(LIMITS.park_cdeg + 200)
    return asked(rig, rig.sense()._replace(proposal=Proposal(0, 0, angle, rate, 100)), True)


def asked(rig: Rig, seen: Observation, down: bool) -> Ask:
    facts = look(rig.state, seen, LIMITS, DT_MS, False)
    assert seen.proposal is not None
    stream = aged(rig.state.stream, DT_MS)
    return Ask(seen.proposal, stream, down, facts, seen, LIMITS, ALLOW, rig.state.tested, 0)


DOWN, UP, TEST = led(2900), led(-500), trying()


def facts(**changes: Any) -> Change:
    return lambda ask: ask._replace(facts=ask.facts._replace(**changes))


def now(**changes: bool | None) -> Change:
    def change(ask: Ask) -> Ask:
        buttons = ask.facts.buttons
        return facts(buttons=buttons._replace(now=buttons.now._replace(**changes)))(ask)

    return change


def part(name: str, **changes: Any) -> Change:
    """A part of the facts."""
    return lambda ask: facts(**{name: getattr(ask.facts, name)._replace(**changes)})(ask)


def other(name: str, **changes: Any) -> Change:
    """A part of the question itself."""
    return lambda ask: ask._replace(**{name: getattr(ask, name)._replace(**changes)})


def jerking(ask: Ask) -> Ask:
    stream = ask.stream._replace(ref_ms=200, ref_cdps=ask.proposal.rate_cdps, accel_cdps2=-400)
    return ask._replace(stream=stream)


def leaping(ask: Ask) -> Ask:
    return ask._replace(stream=ask.stream._replace(ref_ms=20, ref_cdps=ask.proposal.rate_cdps - 40))


BREAKS: list[tuple[str, Ask, Change]] = [
    ("mode", UP, facts(mode=d.RETURNING)),
    ("session", UP, other("proposal", session=8)),
    ("lease", UP, other("proposal", lease_ms=0)),
    ("lease", UP, other("proposal", lease_ms=101)),
    ("fresh", UP, other("observation", drive_age_ms=101)),
    ("drive", UP, other("observation", drive_state=DRIVE_DISARMED)),
    ("motion", UP, other("verdict", direction=NO_MOTION)),
    ("start", UP, lambda ask: ask._replace(stream=SILENT)),
    ("continuous", UP, other("proposal", angle_cdeg=UP.proposal.angle_cdeg + 60)),
    ("tracking", UP, facts(cdeg=(UP.facts.cdeg or 0) + 400)),
    ("tracking", UP, facts(cdeg=(UP.facts.cdeg or 0) - 400)),
    ("rate", UP, part("terms", up_cdps=100)),
    ("rate", DOWN, part("terms", down_cdps=100)),
    ("acceleration", DOWN, leaping),
    ("jerk", DOWN, jerking),
    ("test_window", TEST, other("limits", at_park_cdeg=50)),
    ("pendant", DOWN, now(pendant=False)),
    ("pendant", DOWN, now(pendant=None)),
    ("ankles", DOWN, now(ankle_a=False)),
    ("ankles", DOWN, now(ankle_b=None)),
    ("ankles", TEST, now(ankle_a=True)),
    ("ankles", TEST, now(ankle_b=None)),
    ("sources", DOWN, part("angles", source=ONLY_A)),
    ("inputs", DOWN, part("buttons", fresh=False)),
    ("switches", DOWN, now(estop_ok=None)),
    ("switches", DOWN, now(stop=True)),
    ("switches", DOWN, now(over_angle=True)),
    ("supply", DOWN, now(supply_ok=None)),
    ("load", DOWN, now(load=False)),
    ("tested", DOWN, lambda ask: ask._replace(tested=False)),
    ("latch", DOWN, lambda ask: ask._replace(latched=14)),
    ("dose", DOWN, part("session", used_ms=10**6)),
    ("bouts", DOWN, part("session", in_bout=False, bout=3)),
    ("check_in", DOWN, part("check", phase=d.CHECK_LOUD)),
    ("check_in", DOWN, part("check", phase=d.CHECK_ASKED, age_ms=4_401)),
    ("cap", DOWN, facts(cap_cdeg=1000)),
    ("verdict", DOWN, other("verdict", direction=TOWARDS_PARK)),
    ("pendant", DOWN, now(panic=True)),
    ("proof", DOWN, facts(proof=UNPROVED)),
    ("park", UP, other("limits", park_cdeg=UP.proposal.angle_cdeg + 101)),
]  # fmt: skip


@pytest.mark.parametrize("base", [DOWN, UP, TEST])
def test_with_every_condition_it_is_permitted(base: Ask) -> None:
    assert [row.name for row in CONDITIONS if not row.holds(base)] == []
    assert refusal(base) == 0


def test_every_condition_has_a_vector() -> None:
    assert {name for name, _, _ in BREAKS} == set(NUMBERS)


@pytest.mark.parametrize(("name", "base", "change"), BREAKS, ids=[name for name, _, _ in BREAKS])
def test_each_condition_alone_refuses(name: str, base: Ask, change: Change) -> None:
    ask = change(base)
    asked = [row for row in CONDITIONS if ask.down or not row.head_down_only]
    assert [row.name for row in asked if not row.holds(ask)] == [name]
    assert refusal(ask) == NUMBERS[name]


@pytest.mark.parametrize(
    ("name", "change"),
    [(row.name, change) for row in CONDITIONS for name, base, change in BREAKS
     if row.name == name and row.head_down_only and base is DOWN],
)  # fmt: skip
def test_towards_park_no_head_down_condition_is_asked(name: str, change: Change) -> None:
    ask = change(UP)
    assert refusal(ask) == 0, name


@cache
def parked() -> Turn:
    """At park with nothing against a session."""
    rig = Rig()
    rig.test_direction()
    rig.press(ankle_a=True, ankle_b=True, load=True)
    seen = rig.sense()._replace(begin=session_terms())
    return turn(rig, seen)


def turn(rig: Rig, seen: Observation, latched: int = 0) -> Turn:
    digest = look(rig.state, seen, LIMITS, DT_MS, False)
    return Turn(rig.state, digest, seen, LIMITS, 0, latched, 0, None, False)


@cache
def to_reset() -> Turn:
    """The very tick in which RETURN is let go at park after three seconds."""
    rig = Rig()
    rig.tick(a_cdps=-900, b_cdps=-900)
    rig.press(return_a=True)
    rig.run(3_200)
    rig.press(return_a=False)
    return turn(rig, rig.sense(), latched=16)


Move = Callable[[Turn], Turn]


def seen(**changes: Any) -> Move:
    return lambda turn: turn._replace(observation=turn.observation._replace(**changes))


def fact(**changes: Any) -> Move:
    return lambda turn: turn._replace(facts=turn.facts._replace(**changes))


def button(**changes: Any) -> Move:
    return lambda turn: fact(buttons=turn.facts.buttons._replace(**changes))(turn)


def pressed(**changes: bool | None) -> Move:
    return lambda turn: button(now=turn.facts.buttons.now._replace(**changes))(turn)


def angle(**changes: Any) -> Move:
    return lambda turn: fact(angles=turn.facts.angles._replace(**changes))(turn)


HEALTHY: list[tuple[str, Move]] = [
    ("not at park", fact(at_park=False)),
    ("two angle sources", angle(source=ONLY_A)),
    ("the drive is not armed", seen(drive_state=DRIVE_DISARMED)),
    ("are silent", button(fresh=False)),
    ("the e-stop chain", pressed(estop_ok=None)),
    ("the e-stop chain", pressed(estop_ok=False)),
    ("STOP is pressed", pressed(stop=None)),
    ("STOP is pressed", pressed(stop=True)),
    ("the supply", pressed(supply_ok=None)),
    ("the supply", pressed(supply_ok=False)),
    ("the park switch", pressed(at_park=False)),
    ("the over-angle switch", pressed(over_angle=True)),
    ("squeezed through", pressed(panic=True)),
    ("too hot", seen(heat_permille=800)),
]


@pytest.mark.parametrize(("words", "change"), HEALTHY)
def test_each_want_of_health_alone_starts_nothing_and_is_named(words: str, change: Move) -> None:
    good, bad = parked(), change(parked())
    assert why_not(good.facts.angles.source, good.facts, good.observation) is None
    assert words in (why_not(bad.facts.angles.source, bad.facts, bad.observation) or "")
    assert _asks_begin(good)
    assert not _asks_begin(bad)


@pytest.mark.parametrize(
    "change",
    [
        *(pressed(**{name: told}) for name in ("panic", "over_angle") for told in (None, False)),
        *(pressed(at_park=told) for told in (None, True)),
        *(seen(heat_permille=heat) for heat in (None, 0, 799)),
    ],
)
def test_what_a_table_does_not_have_stands_against_nothing(change: Move) -> None:
    good = change(parked())
    assert why_not(good.facts.angles.source, good.facts, good.observation) is None
    assert _asks_begin(good)


@pytest.mark.parametrize(
    "change",
    [
        seen(begin=None),
        seen(orders=ORDER_STOP),
        lambda turn: turn._replace(state=turn.state._replace(tested=False)),
        lambda turn: turn._replace(latched=13),
    ],
)
def test_each_permit_of_a_session_is_needed(change: Move) -> None:
    assert not _asks_begin(change(parked()))


@pytest.mark.parametrize(
    "change",
    [
        button(home_release=False),
        button(home_ms=2_999),
        seen(proposal=Proposal(7, 0, -7000, 0, 100)),
        seen(begin=session_terms()),
        angle(source=ONLY_A),
        angle(disagree_ms=20),
        fact(at_park=False),
        lambda turn: turn._replace(present=1 << turn.latched),
        lambda turn: turn._replace(latched=17),
        lambda turn: turn._replace(latched=18),
    ],
)
def test_each_condition_of_a_reset_is_needed(change: Move) -> None:
    good = to_reset()
    assert good.observation.drive_state == DRIVE_ARMED
    assert _reset(good)
    assert not _reset(change(good))
