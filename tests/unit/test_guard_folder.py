"""The guard's folder emptied, put back or taken away: no dose and no table gained, nobody left hanging."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hil.known_rider import acquaint
from safety import observation as o
from safety.guard import elsewhere, known_table
from safety.guard.dose import KEPT_BAD, Refused
from safety.guard.elsewhere import Elsewhere
from safety.guard.store import Store
from tests.dose_machine import FULL_MS, MINUTE_MS, NAMES, TABLE, TIER, YEAR_S, Machine
from tests.guard_rig import MOUNTED, Rig

OTHER = "cd" * 32
FILES = (*NAMES, "guard.events.jsonl", "guard.ring", "mark.json", "table.json", "tests.json", "latch.json")


def opened(
    folder: Path, sha256: str = TABLE.sha256, run_dir: Path | None = None, boot: str = "boot"
) -> Store:
    return Store(folder, sha256, lambda: 1_700_000_000, 60_000, boot, run_dir)


def left(papers: Store) -> int | Refused:
    return papers.dose.left("a", TIER, TABLE, 60_000)


def ridden(folder: Path, run_dir: Path | None = None) -> None:
    """A folder with all of its files, and four minutes of the day used."""
    papers = opened(folder, run_dir=run_dir)
    papers.dose.debit("a", 1, 4 * MINUTE_MS, 60_000)
    papers.note_tested(60_000)
    papers.events.write(60_000, "start")
    papers.close()
    for name in ("mark.json", "latch.json"):
        (folder / name).write_text("{}")
    assert {path.name for path in folder.iterdir()} >= set(FILES)


@pytest.mark.parametrize("stays", FILES)
def test_any_file_of_ours_says_that_the_folder_is_no_new_one(quick: Path, stays: str) -> None:
    ridden(quick)
    for path in quick.iterdir():
        if path.name != stays:
            path.unlink()
    papers = opened(quick, OTHER)
    assert not papers.accepted
    assert papers.dose.trouble is not None
    assert isinstance(left(papers), Refused)
    papers.close()


class Killed(BaseException):
    """As by kill -9: nobody catches it."""


@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace"])
@pytest.mark.parametrize("at", range(1, 5))
@pytest.mark.parametrize("done", [False, True])
def test_a_first_start_that_was_killed_at_any_call_leaves_a_new_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch, call: str, at: int, done: bool
) -> None:
    """Seen: the table file accepted and no state yet, so nobody had dose for 24 hours."""
    calls: list[int] = []
    real: Callable[..., object] = getattr(os, call)

    def counted(*words: object, **more: object) -> object:
        calls.append(1)
        result = real(*words, **more) if done or len(calls) != at else None
        if len(calls) == at:
            raise Killed
        return result

    with monkeypatch.context() as first, contextlib.suppress(Killed):
        first.setattr(os, call, counted)
        opened(folder).close()
    shutil.copytree(folder, folder.with_name("later"))  # the other one is still locked
    papers = opened(folder.with_name("later"))
    assert (papers.accepted, papers.dose.trouble, left(papers)) == (True, None, FULL_MS)
    papers.close()


def test_a_first_state_beside_any_other_file_makes_no_new_folder(quick: Path) -> None:
    opened(quick).close()
    first = (quick / "guard.state").read_bytes()
    for beside in set(FILES) - {"guard.state", "ledger.jsonl", "table.json"}:
        shutil.rmtree(quick)
        quick.mkdir()
        (quick / "guard.state").write_bytes(first)
        (quick / beside).write_text("{}")
        papers = opened(quick, OTHER)
        assert not papers.accepted, beside
        papers.close()


def test_what_is_not_ours_leaves_a_folder_new(quick: Path) -> None:
    (quick / "lost+found").mkdir()
    (quick / "guard.sock").touch()
    papers = opened(quick)
    assert (papers.accepted, left(papers)) == (True, FULL_MS)
    papers.close()


@pytest.fixture
def run_dir(quick: Path) -> Path:
    (quick / "run").mkdir()
    return quick / "run"


@pytest.fixture
def folder(quick: Path) -> Path:
    (quick / "state").mkdir()
    return quick / "state"


@pytest.mark.parametrize(("boot", "known"), [("boot", True), ("another", False), ("", False)])
def test_an_emptied_folder_is_told_by_the_run_folder_within_a_boot(
    folder: Path, run_dir: Path, boot: str, known: bool
) -> None:
    ridden(folder, run_dir)
    shutil.rmtree(folder)
    folder.mkdir()
    papers = opened(folder, OTHER, run_dir, boot)
    assert papers.accepted is not known
    assert isinstance(left(papers), Refused) is known
    papers.close()
    again = opened(folder, OTHER, run_dir, boot)  # from what the first has written
    assert (again.accepted, isinstance(left(again), Refused)) == (not known, known)
    again.close()


def test_a_folder_put_back_whole_is_told_by_the_run_folder(folder: Path, run_dir: Path) -> None:
    opened(folder, run_dir=run_dir).close()
    shutil.copytree(folder, run_dir / "older")
    ridden(folder, run_dir)
    shutil.rmtree(folder)
    shutil.copytree(run_dir / "older", folder)
    papers = opened(folder, run_dir=run_dir)
    assert papers.dose.trouble == "ledger.jsonl is missing"
    papers.close()


@pytest.mark.parametrize("counts", [True, False])
def test_an_older_state_is_no_way_around_a_calendar_that_was_seen_to_be_false(
    folder: Path, run_dir: Path, counts: bool
) -> None:
    machine = Machine(folder, run_dir)
    machine.counts = counts
    machine.ride(4 * MINUTE_MS, 1)
    old = (folder / "guard.state").read_bytes()
    machine.reboots()
    machine.passes(MINUTE_MS)
    machine.wall_s += YEAR_S
    machine.passes(MINUTE_MS)  # seen: put forward while it is on
    (folder / "guard.state").write_bytes(old)  # of the boot before: as if it had passed while it was off
    machine.start()
    assert machine.left() == FULL_MS - 4 * MINUTE_MS


def test_a_run_folder_that_takes_nothing_stops_nothing(folder: Path, run_dir: Path) -> None:
    (run_dir / elsewhere.NAME).mkdir()
    ridden(folder, run_dir)
    assert Elsewhere(run_dir, "boot").read() is None


def test_where_no_new_ledger_can_be_begun_what_tells_that_the_old_one_is_none_stays(quick: Path) -> None:
    """Seen: within a minute the state held the hash of the older ledger, which then was believed."""
    machine = Machine(quick)
    machine.ride(MINUTE_MS, 1)
    before = {name: (quick / name).read_bytes() for name in NAMES[:2]}
    machine.ride(4 * MINUTE_MS, 2)
    for name, data in before.items():
        (quick / name).write_bytes(data)
    in_the_way = [quick / f"ledger.bad{number}" for number in ("", *range(2, KEPT_BAD + 1))]
    for path in in_the_way:
        path.mkdir()
    machine.start()
    machine.passes(MINUTE_MS)
    for path in in_the_way:
        path.rmdir()
    machine.start()
    assert machine.left() == 0


def parked(folder: Path) -> Rig:
    """Its tests passed by a guard before this one, the rider mounted."""
    folder.mkdir()
    rig = Rig(folder)
    rig.papers.note_tested(rig.now_ms)
    restart(rig)
    return rig


def restart(rig: Rig) -> None:
    rig.kill_guard()
    rig.start_guard()
    rig.inputs = MOUNTED
    rig.run(0.5)


def begun_and_ended(rig: Rig) -> None:
    assert rig.begin()[1]
    assert rig.order(o.ORDER_END)[1]
    rig.run(1)


def test_a_folder_taken_away_while_it_runs_lets_nobody_begin_and_the_guard_goes_on(tmp_path: Path) -> None:
    folder, away = tmp_path / "state", tmp_path / "away"
    rig = parked(folder)
    folder.rename(away)
    words = f"{folder} was taken away while the guard runs; put it back, or start the guard anew"
    assert rig.begin()[2].startswith(words)
    folder.mkdir()
    assert rig.begin()[2].startswith(words)
    assert not (folder / "ledger.jsonl").exists()
    shutil.rmtree(folder)
    away.rename(folder)
    assert rig.begin()[1]
    shutil.rmtree(folder)
    rig.run(1)
    assert rig.order(o.ORDER_END)[1]
    rig.run(0.5)
    assert (rig.mode(), rig.report["session"]) == ("inhibited", 0)
    rig.kill_guard()


def test_a_new_folder_under_a_node_that_knows_a_ledger_needs_a_person_for_its_table(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    rig = parked(folder)
    begun_and_ended(rig)  # the node has been told
    shutil.rmtree(folder)
    folder.mkdir()
    for _ in range(2):  # the second time from what the first has written
        restart(rig)
        assert not rig.papers.accepted
        assert not (folder / known_table.NAME).exists()
        assert rig.papers.dose.lost == "ledger.jsonl is missing"
    rig.kill_guard()


def test_a_begin_that_comes_with_the_nodes_first_word_waits_until_it_is_compared(tmp_path: Path) -> None:
    """Asked anew in each tick, it is never debited to a ledger that the node denies."""
    rig = parked(tmp_path / "state")
    begun_and_ended(rig)
    rig.kill_guard()
    for name in NAMES:
        (rig.folder / name).unlink()
    acquaint(rig.folder, rig.table.sha256, "Åse")
    rig.start_guard()
    for _ in range(40):
        rig.begin()
    assert [entry["kind"] for entry in rig.ledger()] == ["lost"]
    rig.kill_guard()
