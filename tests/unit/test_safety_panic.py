"""A pendant squeezed through, and a drive that gets too hot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_bridge.node import protocol
from safety import decision as d
from safety.causes import BY_NAME
from safety.gate import NAMES
from safety.observation import ORDER_RETURN, Wake
from tests.guard_rig import MOUNTED
from tests.guard_rig import Rig as GuardRig
from tests.safety_rig import Rig, Shaped, cause, fastest, ridden, session_terms


def test_squeezed_through_is_an_emergency_return_and_a_person() -> None:
    rig = ridden(1500)
    rig.press(panic=True)
    assert rig.propose(1500, 0).mode == d.RETURNING
    assert cause(rig) == "panic"
    rig.until(d.WAITING, 20_000)
    assert fastest(rig) > 300
    rig.press(panic=False)
    rig.run(10_000)
    assert rig.decision.mode == d.WAITING
    rig.press(return_a=True)
    rig.tick()
    rig.press(return_a=False)
    rig.until(d.INHIBITED)


def test_in_a_return_it_hurries_what_was_slow() -> None:
    rig = ridden(3000)
    rig.tick(orders=ORDER_RETURN)
    rig.run(1_000)
    rig.press(panic=True)
    rig.run(3_000)
    assert fastest(rig) > 300


@pytest.mark.parametrize("panic", [None, False, True])
def test_only_a_pendant_in_its_middle_leads_down(panic: bool | None) -> None:
    rig = ridden(500)
    shaped = Shaped(500)
    for _ in range(60):
        angle, rate, _ = shaped.towards(800)
        rig.propose(angle, rate)
    rig.press(panic=panic)
    angle, rate, _ = shaped.towards(800)
    decided = rig.propose(angle, rate)
    assert (decided.command == d.MOVE and decided.rate_cdps > 0) == (panic is not True)


def test_the_gate_alone_refuses_it() -> None:
    """At park no rule about people is asked; the condition is."""
    rig = Rig(Wake(None, 0, True, True, 0))
    rig.press(ankle_a=True, ankle_b=True, load=True)
    rig.tick(begin=session_terms())
    rig.press(panic=True)
    rig.propose(-7000, 0)
    shaped = Shaped(-7000)
    while not rig.decision.refusal:
        angle, rate, _ = shaped.towards(0)
        rig.propose(angle, rate)
    assert NAMES[rig.decision.refusal] == "pendant"


@pytest.mark.parametrize(("heat", "mode"), [(None, d.ACTIVE), (799, d.ACTIVE), (800, d.RETURNING)])
def test_at_80_percent_of_its_heat_a_drive_brings_the_rider_home(heat: int | None, mode: int) -> None:
    rig = ridden(500)
    rig.propose(500, 0, heat_permille=heat)
    assert rig.decision.mode == mode
    assert (cause(rig) == "too_hot") if mode == d.RETURNING else not rig.decision.first_cause


@pytest.mark.parametrize(("heat", "mode"), [(799, d.READY), (800, d.INHIBITED)])
def test_a_hot_drive_begins_nothing(heat: int, mode: int) -> None:
    rig = Rig(Wake(None, 0, True, True, 0))
    rig.press(ankle_a=True, ankle_b=True, load=True)
    assert rig.tick(begin=session_terms(), heat_permille=heat).mode == mode


@pytest.fixture
def table(tmp_path: Path) -> Iterator[GuardRig]:
    made = GuardRig(tmp_path)
    yield made
    made.kill_guard()


def test_over_the_wire_of_the_node(table: GuardRig) -> None:
    """A board with a three-position pendant knows one contact more; without, it is unknown."""
    table.arm_and_test()
    table.inputs = MOUNTED
    assert table.begin()[1]
    assert table.guard.observation is not None
    assert table.guard.observation.inputs.panic is None
    table.lead(-60, 1.5)
    table.run(4)
    assert table.mode() == "active"
    table.known |= protocol.PANIC
    table.run(0.1)
    assert table.mode() == "active"
    table.inputs |= protocol.PANIC
    table.until(lambda: table.mode() == "returning", 0.2)
    assert table.report["first_cause"] == BY_NAME["panic"].number
