"""What was ridden is what is debited: beyond the allowance, over a bad disk, over a gap that nobody saw."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge.node import protocol
from hil.known_rider import acquaint
from safety import limits as rules
from safety import observation as o
from safety.guard import dose_clock, files, ledger_file
from safety.guard import messages as m
from safety.guard.arrivals import BeginAsked
from safety.guard.book import Book
from safety.guard.dose import DAY_MS, Refused
from safety.guard.store import Store
from safety.trial import TESTS
from tests.dose_machine import FULL_MS, TABLE, TIER
from tests.guard_rig import MOUNTED, Rig
from tests.unit.test_guard_store import report

WALL_S = 1_700_000_000
ASKED_MS = 30_000
HOUR_MS = 3_600_000
NOBODY: Any = None  # who asks gets its answer from the clerk


def opened(folder: Path, now_ms: int = 0, boot: str = "boot", wall_s: int = WALL_S) -> Store:
    return Store(folder, TABLE.sha256, lambda: wall_s, now_ms, boot)


@pytest.fixture
def papers(quick: Path) -> Store:
    acquaint(quick, TABLE.sha256, "a")
    return opened(quick)


def book_of(papers: Store) -> Book:
    limits = rules.for_table(TABLE.park_cdeg, TABLE.stop_up_cdeg, TABLE.stop_down_cdeg, TABLE.cap_cdeg)
    assert not isinstance(limits, str)
    return Book(TABLE, limits, papers)


def begin(book: Book, session: int, now_ms: int) -> str | None:
    return book.open(BeginAsked(NOBODY, 1, session, "a", TIER, 3_000, ASKED_MS, 1, 900_000), now_ms)


def ridden(papers: Store, beyond_ms: int) -> int:
    """A session, begun, and ended so much beyond its allowance; its head-down time."""
    book = book_of(papers)
    assert begin(book, 5, 0) is None
    assert book.mark is not None
    used_ms = book.mark.terms.allowance_ms + beyond_ms
    assert book.close(book.mark, used_ms, used_ms) is None
    return used_ms


def left(papers: Store, now_ms: int) -> int | Refused:
    return papers.dose.left("a", TIER, TABLE, now_ms)


@pytest.mark.parametrize("beyond_ms", [-1, 0, 1, 380_000, FULL_MS])
def test_what_was_ridden_beyond_the_allowance_is_debited_too(papers: Store, beyond_ms: int) -> None:
    used_ms = ridden(papers, beyond_ms)
    assert left(papers, used_ms) == max(0, FULL_MS - used_ms)
    folder, now_ms = papers.folder, used_ms + DAY_MS
    papers.close()
    again = opened(folder, now_ms)
    assert [left(again, now_ms - 1), left(again, now_ms + 1)] == [max(0, FULL_MS - used_ms), FULL_MS]


def test_nobody_begins_before_a_ride_beyond_its_allowance_is_written_down(
    papers: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, entry: ledger_file.Entry) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    append: Callable[..., None] = ledger_file.append
    book = book_of(papers)
    assert begin(book, 5, 0) is None
    assert book.mark is not None
    monkeypatch.setattr(ledger_file, "append", full)
    assert book.close(book.mark, 500_000, 500_000) == "not given back: No space left on device"
    assert str(begin(book, 6, 4 * HOUR_MS)).startswith("the dose cannot be written down: No space left")
    monkeypatch.setattr(ledger_file, "append", append)
    assert begin(book, 6, 5 * HOUR_MS) == "sessions are 3 h 0 min apart; come again in 3 h 0 min"
    assert begin(book, 6, 8 * HOUR_MS) is None
    assert [one.ms for one in papers.dose.spent("a")][-2] == 500_000
    assert left(papers, 8 * HOUR_MS) == Refused("2 sessions in 24 h; allowed 2; come again in 21 h 0 min")


@pytest.mark.parametrize("killed", [False, True])
def test_whoever_never_rode_is_not_charged_with_the_ride_before(quick: Path, killed: bool) -> None:
    """The rules keep the clocks of the last session until the next one begins."""
    acquaint(quick, TABLE.sha256, "Åse", "Bob")
    rig = Rig(quick)
    rig.papers.note_tested(rig.now_ms)
    rig.kill_guard()
    rig.start_guard()
    rig.inputs = MOUNTED
    rig.run(0.5)
    assert rig.begin()[1]
    rig.lead(8, 1.5)
    rig.until(lambda: rig.report["used_ms"] > 1_000, 120)
    rig.order(o.ORDER_RETURN)
    rig.shape = None
    rig.until(lambda: rig.mode() == "inhibited", 300)
    rig.inputs |= protocol.STOP_BUTTON  # not the time to begin
    rig.run(0.2)
    rig.controller.say(m.BEGIN_LAYOUT, 78, 2, b"Bob", TIER, 2_000, 100_000, 1, 600_000)
    rig.run(0.5)
    assert (rig.report["session"], rig.report["used_ms"]) == (2, 0)
    if killed:
        rig.kill_guard()
        rig.start_guard()
    rig.run(3)
    debit, back = rig.ledger()[2:]
    assert [(one["kind"], one["rider"]) for one in (debit, back)] == [("debit", "Bob"), ("back", "Bob")]
    end = next(one for one in reversed(rig.events()) if one["event"] == "end")
    assert (end["session"], end["cause"]) == (2, "guard_lost" if killed else None)
    assert end["used_ms"] == debit["ms"] - back["ms"]
    assert end["used_ms"] == (pytest.approx(40, abs=40) if killed else 0)  # its first ticks see no angle
    rig.kill_guard()


def test_a_ring_put_back_within_a_session_gives_no_time_back(papers: Store, quick: Path) -> None:
    assert begin(book_of(papers), 7, 0) is None
    papers.ring.write(report(1))
    papers.ring._map.flush()
    shutil.copy(quick / "guard.ring", quick / "older")
    papers.ring.write(report(2, used_ms=100_000))
    papers.close()
    shutil.copy(quick / "older", quick / "guard.ring")
    again = opened(quick, 150_000)
    assert again.used_ms(150_000, 500) == 150_000


def test_tests_older_than_a_day_are_due_once_the_session_that_had_them_is_home(papers: Store) -> None:
    papers.note_tested(0)
    assert begin(book_of(papers), 5, 0) is None
    folder = papers.folder
    papers.close()
    for now_ms, boot, wall_s in ((DAY_MS, "boot", WALL_S), (1_000, "another", WALL_S + 5 * 86_400)):
        woken = opened(folder, now_ms, boot, wall_s)
        assert (woken.tested, woken.test_due(now_ms)) == (True, True)  # it may come home by itself
        woken.close()


@pytest.mark.parametrize(
    ("clock", "boot", "kept_boot", "tested"),
    [
        (True, "two", "one", True),
        (False, "two", "one", False),  # no clock ran while the machine was off
        (False, "one", "one", True),
        (False, "", "", False),  # nobody knows whether it was off
        (True, "", "", True),
    ],
)
def test_the_age_of_tests_over_a_restart_of_the_machine_goes_by_a_calendar_that_went_on(
    quick: Path, monkeypatch: pytest.MonkeyPatch, clock: bool, boot: str, kept_boot: str, tested: bool
) -> None:
    monkeypatch.setattr(dose_clock, "_CLOCKS", (quick if clock else quick / "none",))
    kept = {"table_sha256": TABLE.sha256, "tests": list(TESTS), "boot": kept_boot, "now_ms": 0}
    files.replace(quick / "tests.json", {**kept, "wall_s": WALL_S - 60}, durable=False)
    assert opened(quick, 1_000, boot).tested is tested
