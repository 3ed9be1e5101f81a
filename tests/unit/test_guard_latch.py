"""A latch on paper: kept over restarts, the worst when it cannot be read, taken away by name only (HZ-49)."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from controller.cli import COMMANDS
from controller.command_tree import run
from controller.exit_codes import ExitCode
from firmware_bridge.node import protocol
from safety.causes import BY_NAME, CAUSES
from safety.guard import latch_file
from safety.guard.store import Store
from tests.guard_rig import Rig

RUNAWAY = BY_NAME["runaway"].number
ESTOP = BY_NAME["estop"].number


def store(folder: Path) -> Store:
    return Store(folder, "ab" * 32, lambda: 1_700_000_000, 0, "boot")


def keel_latch(*words: str) -> int:
    with pytest.raises(SystemExit) as leaving:
        run(COMMANDS, ["latch", *words])
    code = leaving.value.code
    assert isinstance(code, int)
    return code


@pytest.mark.parametrize("number", [cause.number for cause in CAUSES])
def test_every_cause_is_kept_and_taken_away(tmp_path: Path, number: int) -> None:
    latch_file.write(tmp_path, number, durable=False)
    assert latch_file.read(tmp_path) == number
    latch_file.write(tmp_path, 0, durable=True)
    assert latch_file.read(tmp_path) == 0


CUT_SHORT = (b"", b"\0" * 40, b'{"cause":', b"[]", b"{}")
NO_CAUSE = (b'{"cause":true}', b'{"cause":0}', b'{"cause":99999999}', b'{"cause":"estop"}', b'{"cause":13.0}')


@pytest.mark.parametrize("content", [*CUT_SHORT, *NO_CAUSE])
def test_what_cannot_be_read_is_the_worst_latch(tmp_path: Path, content: bytes) -> None:
    """Cut in half by a power cut, or scribbled over: it used to count as no latch at all."""
    (tmp_path / latch_file.NAME).write_bytes(content)
    assert latch_file.read(tmp_path) == RUNAWAY
    papers = store(tmp_path)
    assert papers.latched_cause == RUNAWAY
    papers.close()


def test_at_park_it_is_forced_to_the_disk_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Away from park nothing waits for a disk; at park it does, so that a power cut does not lose it."""
    forced: list[int] = []
    real = os.fsync

    def counted(descriptor: int) -> None:
        forced.append(descriptor)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", counted)
    papers = store(tmp_path)
    forced.clear()
    papers.latch(RUNAWAY, parked=False, now_ms=0)
    papers.latch(RUNAWAY, parked=False, now_ms=0)
    assert forced == []
    assert latch_file.read(tmp_path) == RUNAWAY
    papers.latch(RUNAWAY, parked=True, now_ms=0)
    assert forced
    forced.clear()
    papers.latch(RUNAWAY, parked=True, now_ms=0)
    assert forced == []
    papers.close()


def said(folder: Path) -> list[tuple[int, str | None, str | None]]:
    lines = [json.loads(line) for line in (folder / "guard.events.jsonl").read_text().splitlines()]
    return [(one["now_ms"], one["latch"], one["wrong"]) for one in lines if one["event"] == "latch_kept"]


WRONG = "Is a directory"


@pytest.mark.parametrize("parked", [False, True])
def test_what_the_disk_would_not_keep_is_kept_when_it_is_well_again(tmp_path: Path, parked: bool) -> None:
    """Tried after 1, 10 and 60 s, told once; a guard that is killed afterwards is still latched."""
    papers = store(tmp_path)
    in_the_way = tmp_path / (latch_file.NAME + ".new")
    in_the_way.mkdir()
    for now_ms in range(0, 2_500, 20):
        papers.latch(RUNAWAY, parked, now_ms)
    assert papers.latched_cause == 0  # as a guard would find it
    in_the_way.rmdir()
    papers.latch(RUNAWAY, parked, 2_500)
    assert papers.latched_cause == 0
    for now_ms in range(2_520, 12_000, 20):
        papers.latch(RUNAWAY, parked, now_ms)
    assert said(tmp_path) == [(0, "runaway", WRONG), (11_000, "runaway", None)]
    papers.close()
    again = store(tmp_path)
    assert again.latched_cause == RUNAWAY
    again.close()


def test_a_disk_that_stays_sick_is_asked_ever_more_seldom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try may hold a tick up; another latch is tried from the beginning."""
    tries: list[int] = []

    def sick(folder: Path, cause: int, durable: bool) -> None:
        tries.append(now_ms)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(latch_file, "write", sick)
    papers = store(tmp_path)
    for now_ms in range(0, 200_000, 20):
        papers.latch(RUNAWAY, parked=True, now_ms=now_ms)
    assert tries == [0, 1_000, 11_000, 71_000, 131_000, 191_000]
    tries.clear()
    for now_ms in range(200_000, 202_000, 20):
        papers.latch(ESTOP, parked=True, now_ms=now_ms)
    assert tries == [200_000, 201_000]
    papers.close()


@pytest.mark.parametrize("hold", [0, protocol.RETURN_A, protocol.RETURN_B])
def test_nothing_waits_for_the_disk_while_return_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hold: int
) -> None:
    """A gap of 100 ms takes the hold away whose three seconds reset a latch."""
    rig = Rig(tmp_path)
    rig.run(0.5)
    rig.inputs |= hold
    rig.run(0.2)
    forced: list[int] = []
    monkeypatch.setattr(os, "fsync", forced.append)
    rig.inputs &= ~protocol.ESTOP_OK
    rig.until(lambda: rig.mode() == "latched", 1)
    rig.run(2)
    assert latch_file.read(tmp_path) == ESTOP
    assert bool(forced) is not bool(hold)
    rig.inputs &= ~hold
    rig.run(0.1)
    assert forced
    rig.kill_guard()


@pytest.mark.parametrize("parked", [False, True])
def test_a_disk_in_trouble_is_not_asked_again_while_the_table_is_led(tmp_path: Path, parked: bool) -> None:
    """A try may take long on a sick disk; the first one is made at once all the same. Near park, too."""
    papers = store(tmp_path)
    in_the_way = tmp_path / (latch_file.NAME + ".new")
    in_the_way.mkdir()
    papers.latch(RUNAWAY, parked, now_ms=0, busy=True)
    assert said(tmp_path) == [(0, "runaway", WRONG)]
    in_the_way.rmdir()
    for now_ms in range(20, 9_000, 20):
        papers.latch(RUNAWAY, parked, now_ms, busy=True)
    assert papers.latched_cause == 0
    papers.latch(RUNAWAY, parked, now_ms=9_000, busy=False)
    assert papers.latched_cause == RUNAWAY
    papers.close()


@pytest.mark.parametrize(
    ("error", "said"),
    [(OSError(errno.ENOSPC, "full"), "full"), (OSError("the disk is sick"), "the disk is sick")],
)
def test_why_it_is_not_kept_is_told_in_the_disks_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, said: str
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(os, "replace", refuse)
    latch = latch_file.Latch(tmp_path)
    assert latch.keep(ESTOP, parked=True, busy=False, now_ms=0)
    assert latch.wrong == said


def test_another_latch_is_tried_at_once_and_one_that_is_reset_needs_no_second(tmp_path: Path) -> None:
    papers = store(tmp_path)
    in_the_way = tmp_path / (latch_file.NAME + ".new")
    in_the_way.mkdir()
    papers.latch(ESTOP, parked=True, now_ms=0)
    in_the_way.rmdir()
    papers.latch(RUNAWAY, parked=True, now_ms=20)
    assert papers.latched_cause == RUNAWAY
    papers.latch(0, parked=True, now_ms=40)
    assert (papers.latched_cause, latch_file.read(tmp_path)) == (0, 0)
    in_the_way.mkdir()
    papers.latch(ESTOP, parked=True, now_ms=60)
    papers.latch(0, parked=True, now_ms=80)
    assert said(tmp_path)[2:] == [(60, "estop", WRONG), (80, None, None)]
    papers.close()


def test_a_reset_that_was_not_kept_is_tried_again(tmp_path: Path) -> None:
    papers = store(tmp_path)
    papers.latch(ESTOP, parked=True, now_ms=0)
    (tmp_path / latch_file.NAME).unlink()
    (tmp_path / latch_file.NAME).mkdir()
    papers.latch(0, parked=True, now_ms=20)
    assert papers.latched_cause == ESTOP
    (tmp_path / latch_file.NAME).rmdir()
    papers.latch(0, parked=True, now_ms=1_020)
    assert (papers.latched_cause, latch_file.read(tmp_path)) == (0, 0)
    papers.close()


def test_a_latch_that_was_found_is_forced_to_the_disk_at_park(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard that wrote it away from park may have been killed: only the kernel had it so far."""
    latch_file.write(tmp_path, ESTOP, durable=False)
    papers = store(tmp_path)
    forced: list[int] = []
    monkeypatch.setattr(os, "fsync", forced.append)
    papers.latch(ESTOP, parked=False, now_ms=0)
    papers.latch(ESTOP, parked=True, now_ms=0, busy=True)
    assert forced == []
    papers.latch(ESTOP, parked=True, now_ms=20)
    papers.latch(ESTOP, parked=True, now_ms=40)
    assert len(forced) == 2  # the file and its name
    papers.close()


def test_an_estop_on_a_sick_disk_outlives_the_guard_once_the_disk_is_well(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.run(0.5)
    (tmp_path / (latch_file.NAME + ".new")).mkdir()
    rig.inputs &= ~protocol.ESTOP_OK
    rig.until(lambda: rig.mode() == "latched", 1)
    rig.inputs |= protocol.ESTOP_OK
    (tmp_path / (latch_file.NAME + ".new")).rmdir()
    rig.run(1.1)
    rig.kill_guard()
    rig.start_guard()
    rig.run(0.5)
    assert rig.mode() == "latched"
    rig.kill_guard()


def test_without_a_latch_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert keel_latch("--state-dir", str(tmp_path)) == 0
    assert capsys.readouterr().out == "no latch\n"


def test_a_latch_is_shown_with_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    latch_file.write(tmp_path, RUNAWAY, durable=False)
    assert keel_latch("--state-dir", str(tmp_path)) == ExitCode.FAILED
    out = capsys.readouterr().out
    assert "latched by runaway: The table moved without a command." in out
    assert f"--state-dir {tmp_path} --reset runaway" in out
    assert keel_latch("--state-dir", str(tmp_path), "--json") == ExitCode.FAILED
    assert json.loads(capsys.readouterr().out)["latched"] == "runaway"


def test_a_service_person_takes_it_away_by_its_name_and_the_test_of_the_day_is_due(tmp_path: Path) -> None:
    papers = store(tmp_path)
    papers.note_tested(0)
    papers.latch(RUNAWAY, parked=True, now_ms=0)
    papers.close()
    assert keel_latch("--state-dir", str(tmp_path), "--reset", "estop") == ExitCode.USAGE
    assert latch_file.read(tmp_path) == RUNAWAY
    assert keel_latch("--state-dir", str(tmp_path), "--reset", "runaway") == 0
    papers = store(tmp_path)
    assert (papers.latched_cause, papers.tested) == (0, False)
    papers.close()


def test_not_while_a_guard_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    papers = store(tmp_path)
    papers.latch(RUNAWAY, parked=True, now_ms=0)
    assert keel_latch("--state-dir", str(tmp_path), "--reset", "runaway") == ExitCode.BUSY
    assert "stop it first" in capsys.readouterr().err
    papers.close()
    assert latch_file.read(tmp_path) == RUNAWAY


def test_not_while_somebody_may_be_away_from_park(tmp_path: Path) -> None:
    latch_file.write(tmp_path, RUNAWAY, durable=False)
    (tmp_path / "mark.json").write_text("{}")
    assert keel_latch("--state-dir", str(tmp_path), "--reset", "runaway") == ExitCode.FAILED
    assert latch_file.read(tmp_path) == RUNAWAY


def test_without_a_folder_it_says_which(tmp_path: Path) -> None:
    assert keel_latch("--state-dir", str(tmp_path / "no")) == ExitCode.NO_INPUT
