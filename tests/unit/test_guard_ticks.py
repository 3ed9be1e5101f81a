"""One tick of the guard: what it hands to the node, to everybody and to its own next tick."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_bridge.node import protocol
from safety import decision as d
from safety import observation as o
from safety.guard import messages as m
from safety.guard.witness import Witness
from tests.guard_rig import MOUNTED, Rig
from tests.safety_rig import session_terms


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """At park, armed, the tests of the day passed, a rider on the table."""
    made = Rig(tmp_path)
    made.papers.note_tested(made.now_ms)
    made.inputs = MOUNTED
    made.until(lambda: made.report.get("drive_state") == o.DRIVE_ARMED, 2)
    made.run(0.2)
    yield made
    made.kill_guard()


def begun(rig: Rig) -> Rig:
    assert rig.begin()[1], rig.controller.replies
    return rig


@pytest.mark.parametrize(("more_ms", "late_ms"), [(0, 0), (1, 1), (40, 40)])
def test_a_tick_says_how_late_it_is(rig: Rig, more_ms: int, late_ms: int) -> None:
    rig.guard.tick(rig.now_ms + more_ms)
    rig.controller.pump()
    assert rig.guard.observation is not None
    assert (rig.guard.observation.late_ms, rig.report["late_ms"]) == (late_ms, late_ms)


def test_the_node_keeps_a_mark_as_long_as_a_session_is_open(rig: Rig) -> None:
    def marked() -> bool:
        return rig.brain.host.session_mark

    assert not marked()
    begun(rig)
    rig.run(0.1)
    assert marked()
    assert rig.report["cap_cdeg"] == 2_000, "the session's, where one is open"
    assert rig.order(o.ORDER_END)[1]
    rig.run(0.2)
    assert not marked()
    assert rig.report["cap_cdeg"] == rig.table.cap_cdeg


def test_what_is_left_of_the_day_is_told_without_what_this_session_may_use(rig: Rig) -> None:
    assert rig.report["day_left_ms"] == 900_000, "nobody's day yet: the table's"
    begun(rig)
    rig.beat()
    allowed_ms = rig.report["dose_left_ms"]
    assert 0 < allowed_ms < 600_000
    assert rig.report["day_left_ms"] == 600_000 - allowed_ms, "an intermediate rider's"


@pytest.mark.parametrize(("marked_ms", "counted_ms"), [(50_000, 0), (0, 50_000), (50_000, 30_000)])
def test_what_a_session_has_used_is_the_more_of_both(rig: Rig, marked_ms: int, counted_ms: int) -> None:
    """By its mark, which a restarted guard has made up for, and by the rules, which count from there."""
    begun(rig)
    guard, mark = rig.guard, rig.guard.book.mark
    assert mark is not None
    assert guard._state is not None
    guard.book.mark = mark._replace(used_ms=marked_ms)
    guard._state = guard._state._replace(session=guard._state.session._replace(used_ms=counted_ms))
    assert rig.order(o.ORDER_END)[1]
    assert rig.ledger()[-1]["kind"] == "back"
    assert rig.ledger()[-1]["ms"] == mark.terms.allowance_ms - 50_000


def test_a_session_that_is_only_offered_has_used_nothing(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, decided = rig.guard.observation, rig.guard.decision
    assert seen is not None
    assert decided is not None
    index = m.REPORT_LAYOUT.index["used_ms"]
    before = decided._replace(used_ms=5_000)
    assert rig.guard._report(rig.now_ms, seen, before)[index] == 5_000
    monkeypatch.setattr(rig.guard.book, "offer", session_terms)
    assert rig.guard._report(rig.now_ms, seen, before)[index] == 0


def test_who_shall_leave_has_stood_at_park_for_some_ticks_together(rig: Rig) -> None:
    rig.guard.request_return()
    at_park = rig.guard.decision
    assert at_park is not None
    free = [rig.guard._may_leave(at_park) for _ in range(4)]
    assert not any([*free, rig.guard._may_leave(at_park._replace(mode=d.RETURNING))])
    assert [rig.guard._may_leave(at_park) for _ in range(5)] == [False] * 4 + [True]


def test_each_session_has_its_own_station_and_its_own_refusals(rig: Rig) -> None:
    """A new station feeds no session that another one has begun; the next has whoever spoke last."""
    begun(rig)
    rig.inputs = MOUNTED & ~protocol.PENDANT
    rig.lead(-60)
    rig.run(0.4)
    assert rig.report["refusals"] > 0
    rig.shape = None
    assert rig.order(o.ORDER_END)[1]
    rig.station_lives = False
    rig.run(6)
    other = rig.client(2, 99)
    rig.inputs = MOUNTED
    rig.beat()
    other.say(m.ALIVE_LAYOUT, 99)
    begun(rig)
    assert rig.report["refusals"] == 0
    for _ in range(12):
        other.say(m.ALIVE_LAYOUT, 99)
        rig.run(0.5)
    assert rig.report["station_age_ms"] < 1_000


def test_the_node_knows_a_session_of_the_ledger_before_anybody_goes_down(rig: Rig) -> None:
    keeper = rig.devices.head_keeper
    assert keeper is not None
    before = keeper.read()
    begun(rig)
    rig.run(0.2)
    assert keeper.read() == rig.papers.dose.head != before


@pytest.mark.parametrize(("angle_deg", "parked"), [(-70, True), (-67.5, True), (-60, False)])
def test_nothing_waits_for_the_ledgers_disk_away_from_park(
    tmp_path: Path, angle_deg: float, parked: bool
) -> None:
    made = Rig(tmp_path, angle_deg)
    made.run(0.3)
    assert bool(made.guard._clerk._witness._ticks) is parked
    made.kill_guard()


class Node:
    """What keeps the ledger's head, as the node does; it counts what it was told."""

    def __init__(self, head: str) -> None:
        self.head, self.told = head, 0

    def read(self) -> str | None:
        return self.head

    def write(self, head: str) -> None:
        self.head, self.told = head, self.told + 1


def test_a_node_that_knows_the_ledger_is_told_nothing_again(rig: Rig) -> None:
    dose = rig.papers.dose
    dose.debit("Åse", 900, 1_000, rig.now_ms)
    for head, told in ((dose.head, 0), ("", 1)):
        node = Node(head)
        witness = Witness(dose, node)
        for _ in range(3):
            witness.tick(rig.now_ms)
        assert (node.head, node.told) == (dose.head, told)
    dose.give_back("Åse", 900, 1_000, rig.now_ms)


def test_a_session_that_is_over_leaves_nothing_in_the_book(rig: Rig) -> None:
    begun(rig)
    assert rig.order(o.ORDER_END)[1]
    book = rig.guard.book
    assert (book.mark, book.asked, book._unwritten, book.session) == (None, None, None, 0)
    rig.inputs = MOUNTED & ~protocol.SUPPLY_OK
    rig.run(0.2)
    accepted, why = rig.begin()[1:]
    assert (accepted, why) == (False, "the guard was not ready; look at its report")
    assert (book.mark, book.asked, book._unwritten) == (None, None, None)
