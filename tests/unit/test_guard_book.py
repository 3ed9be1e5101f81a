"""Sessions on paper at park: what refuses one, what a bad disk does to it, and who ends it in the end."""

from __future__ import annotations

import errno
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from firmware_bridge.node import protocol
from safety import decision as d
from safety import observation as o
from safety.guard import ledger_file
from safety.guard import messages as m
from safety.guard.book import FREE_BYTES_MIN, OFFER_MS
from safety.guard.clerk import Desk
from safety.guard.guard import Guard
from safety.guard.witness import PATIENCE_TICKS, Witness
from tests.guard_rig import EMPTY, MOUNTED, Rig
from tests.node_rig import Driven

ALLOWANCE_MS = 100_000


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """Parked, the tests of the day passed by a guard before this one, the rider mounted."""
    made = Rig(tmp_path)
    made.papers.note_tested(made.now_ms)
    restart(made)
    made.inputs = MOUNTED
    made.run(0.5)
    assert made.report["tested"]
    yield made
    made.kill_guard()


def restart(rig: Rig) -> None:
    rig.kill_guard()
    rig.start_guard()


def events(rig: Rig, name: str) -> list[dict[str, Any]]:
    return [event for event in rig.events() if event["event"] == name]


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """As on a disk that is full: a file takes so many bytes."""
    was = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, was[1]))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, was)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_session_begins_and_ends_on_paper(rig: Rig) -> None:
    assert rig.begin() == (78, True, "")
    begun = events(rig, "begin")[0]
    assert (begun["rider"], begun["tier"], begun["session"]) == ("Åse", 1, 1)
    assert set(begun["bound_by"]) >= {"cap_cdeg"}
    assert rig.order(o.ORDER_END)[1]
    rig.run(0.1)
    debit, back = rig.ledger()
    assert debit["ms"] == back["ms"] == begun["allowance_ms"] >= ALLOWANCE_MS
    ended = events(rig, "end")[0]
    assert (ended["session"], ended["wrong"], ended["used_ms"]) == (1, None, 0)
    assert not (rig.folder / "mark.json").exists()


def test_a_guard_that_finds_a_session_at_park_ends_it_and_says_who_was_lost(rig: Rig) -> None:
    assert rig.begin()[1]
    restart(rig)
    rig.station.say(m.ALIVE_LAYOUT, 12)
    rig.until(lambda: events(rig, "end") != [], 200)
    rig.run(0.1)
    ended = events(rig, "end")[0]
    assert (ended["session"], ended["cause"], ended["wrong"]) == (1, "guard_lost", None)
    assert rig.report["session"] == 0
    assert not (rig.folder / "mark.json").exists()
    assert rig.papers.same_table is True  # what it found when it woke


@pytest.mark.parametrize(
    ("angle_deg", "tier", "rider", "words"),
    [
        (20, 1, "  ", "no rider is named"),
        (20, 7, "Åse", "tier 7 is unknown"),
        (61, 2, "Åse", "angle is 6100 cdeg"),
        (20, 1, "a stranger", "a first session goes to 15 deg"),
    ],
)
def test_what_no_session_may_be_is_said_and_costs_nothing(
    rig: Rig, angle_deg: float, tier: int, rider: str, words: str
) -> None:
    for _ in range(2):  # who asks again gets an answer, the disk gets one line
        assert words in rig.begin(angle_deg, tier, rider)[2]
    assert len(events(rig, "begin_refused")) == 1
    assert rig.ledger() == []
    assert not (rig.folder / "mark.json").exists()


def test_a_disk_without_room_begins_nothing(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    free = SimpleNamespace(f_bavail=FREE_BYTES_MIN - 1, f_frsize=1)
    monkeypatch.setattr(os, "statvfs", lambda folder: free)
    assert rig.begin()[2].startswith("the disk is full")
    free.f_bavail += 1
    assert rig.begin()[1]


def test_a_disk_that_takes_no_debit_begins_nothing(rig: Rig) -> None:
    with files_end_at(60):
        words = rig.begin()[2]
    assert words.startswith("the dose cannot be written down: File too large; see to the disk of ")
    assert (rig.ledger(), rig.report["session"]) == ([], 0)


def test_a_debit_without_its_mark_is_given_back(rig: Rig) -> None:
    (rig.folder / "mark.json").mkdir()
    assert rig.begin()[2].startswith("the dose cannot be written down: Is a directory")
    debit, back = rig.ledger()
    assert (debit["kind"], back["kind"], debit["ms"] - back["ms"]) == ("debit", "back", 0)
    assert rig.report["session"] == 0


def test_what_cannot_be_given_back_stays_used_and_is_said(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, entry: ledger_file.Entry) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    assert rig.begin()[1]
    monkeypatch.setattr(ledger_file, "append", full)
    assert rig.order(o.ORDER_END)[1]
    rig.run(0.1)
    assert [entry["kind"] for entry in rig.ledger()] == ["debit"]
    assert rig.report["session"] == 0
    assert [event["wrong"] for event in events(rig, "end")] == ["not given back: No space left on device"]


def test_a_session_that_the_rules_do_not_take_is_closed_again(rig: Rig) -> None:
    rig.inputs &= ~protocol.SUPPLY_OK
    rig.run(0.2)
    began_ms = rig.now_ms
    rig.session += 1
    ask(rig)
    rig.beat()
    ask(rig)  # a second time before the first has its answer
    rig.until(lambda: len(rig.controller.replies) == 2, 4)
    assert [reply[1:] for reply in rig.controller.replies] == [
        (False, "session 1 is still open; end it first"),
        (False, "the guard was not ready; look at its report"),
    ]
    assert OFFER_MS < rig.now_ms - began_ms <= OFFER_MS + 100
    debit, back = rig.ledger()
    assert debit["ms"] == back["ms"]


def ask(rig: Rig) -> None:
    terms = (rig.session, "Åse".encode(), 1, 2000, ALLOWANCE_MS, 1, 600_000)
    rig.controller.say(m.BEGIN_LAYOUT, 78, *terms)


def test_nothing_begins_before_the_node_has_said_which_ledger_it_knows(rig: Rig) -> None:
    restart(rig)
    rig.session += 1
    ask(rig)
    rig.beat()
    rig.controller.pump()
    assert rig.controller.replies[-1][1:] == (
        False,
        "the node has not said yet which dose ledger it knows; try again in a second",
    )


def test_nothing_begins_without_tests_or_when_it_is_leaving_or_busy(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.run(0.5)
    assert rig.begin()[2] == "the tests of the day have not passed; run them first"
    rig.inputs &= ~protocol.ESTOP_OK
    rig.run(0.2)
    assert rig.begin()[2].startswith("latched by estop: ")
    rig.guard.request_return()
    assert rig.begin()[2] == "the guard is leaving; start it again first"
    rig.kill_guard()


def test_a_silent_keeper_holds_the_ledgers_time_up_for_a_while_only(rig: Rig) -> None:
    """A node that has said nothing yet; and a table that has no node."""
    dose = rig.papers.dose
    before = (rig.folder / "guard.state").read_bytes()
    (rig.folder / "guard.state").unlink()
    dose._saved_ms = None
    witness = Witness(dose, Driven().devices.head_keeper)
    assert witness.silent
    for tick in range(PATIENCE_TICKS):
        witness.tick(rig.now_ms + tick)
        assert not (rig.folder / "guard.state").exists()
    witness.tick(rig.now_ms + PATIENCE_TICKS)
    assert (rig.folder / "guard.state").exists()
    assert not Witness(dose, None).silent
    Witness(dose, None).tick(rig.now_ms)
    (rig.folder / "guard.state").write_bytes(before)


def test_nothing_begins_without_a_station(rig: Rig) -> None:
    rig.station_lives = False
    rig.run(5.2)
    assert rig.begin()[2] == "no station is connected; start it first"


def test_what_was_wrong_with_the_ledger_is_an_event_of_its_own(rig: Rig) -> None:
    rig.kill_guard()
    (rig.folder / "ledger.jsonl").write_bytes(b"rubbish\n")
    rig.start_guard()
    rig.run(5)
    wrong = "ledger.jsonl has been changed or cut at line 1"
    assert [event["wrong"] for event in events(rig, "dose")] == [wrong]
    assert rig.begin()[2].startswith(f"{wrong}: no dose for anybody for 24 h")


@pytest.mark.parametrize(("inherited", "cause"), [(True, "guard_lost"), (False, None)])
def test_an_inherited_session_that_ended_without_a_cause_had_lost_its_guard(
    rig: Rig, inherited: bool, cause: str | None
) -> None:
    """The table stood at park when this guard looked for the first time."""
    assert rig.begin()[1]
    clerk, decided, seen = rig.guard._clerk, rig.guard.decision, rig.guard.observation
    assert decided is not None
    assert seen is not None
    clerk._inherited = 1 if inherited else 0
    idle = decided._replace(mode=d.INHIBITED, first_cause=0)
    clerk.keep([], Desk(seen, idle, None, False, rig.now_ms))
    assert [(event["session"], event["cause"]) for event in events(rig, "end")] == [(1, cause)]
    rig.run(0.1)


def test_being_asked_to_leave_twice_is_being_asked_once(rig: Rig) -> None:
    for _ in range(2):
        rig.guard.request_return()
        rig.beat()
    rig.run(0.2)
    assert (len(events(rig, "asked_to_leave")), rig.guard.finished) == (1, True)


def test_a_tick_that_never_came_is_an_event(rig: Rig) -> None:
    for _ in range(8):
        rig.beat(guard=False)
    rig.beat()
    assert [event["gap_ms"] for event in events(rig, "gap")] == [180]


def test_a_table_that_the_rules_refuse_makes_no_guard(rig: Rig) -> None:
    beyond = replace(rig.table, park_cdeg=-2_000)
    with pytest.raises(ValueError, match="park is -20"):
        Guard(beyond, rig.devices, rig.channel, rig.papers)


def test_tests_that_are_made_anew_are_forgotten_at_once(rig: Rig) -> None:
    """So that a guard that is killed in the middle of them does not take those before for passed."""
    assert (rig.folder / "tests.json").exists()
    rig.inputs = EMPTY
    rig.run(0.2)
    rig.controller.say(m.PROPOSAL_LAYOUT, 0, 9_999, 0, 0, 0, 100, 4, 0)
    assert rig.order(o.ORDER_TEST)[1], rig.controller.replies
    rig.run(0.2)
    assert not rig.report["tested"]
    assert not (rig.folder / "tests.json").exists()


def test_a_disk_that_forgets_nothing_is_counted(rig: Rig) -> None:
    lost = rig.papers.events.lost
    (rig.folder / "tests.json").unlink()
    (rig.folder / "tests.json").mkdir()
    rig.papers.forget_tested()
    assert (rig.papers.tested, rig.papers.events.lost) == (False, lost + 1)


def test_a_refusal_is_counted_for_its_session(rig: Rig) -> None:
    assert rig.begin()[1]
    rig.controller.say(m.PROPOSAL_LAYOUT, rig.session, rig.seq + 1, 1, 0, 300, 100, 4, 0)
    rig.seq += 1
    rig.guard.tick(rig.now_ms)
    rig.serve()
    rig.controller.pump()
    assert rig.report["refusals"] == 1
