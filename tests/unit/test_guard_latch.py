"""A latch on paper: kept over restarts, the worst when it cannot be read, taken away by name only (HZ-49)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from controller.cli import COMMANDS
from controller.command_tree import run
from controller.exit_codes import ExitCode
from safety.causes import BY_NAME, CAUSES
from safety.guard import latch_file
from safety.guard.store import Store

RUNAWAY = BY_NAME["runaway"].number


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
    papers.latch(RUNAWAY, parked=False)
    papers.latch(RUNAWAY, parked=False)
    assert forced == []
    assert latch_file.read(tmp_path) == RUNAWAY
    papers.latch(RUNAWAY, parked=True)
    assert forced
    forced.clear()
    papers.latch(RUNAWAY, parked=True)
    assert forced == []
    papers.close()


def test_a_disk_that_cannot_keep_it_is_said(tmp_path: Path) -> None:
    papers = store(tmp_path)
    (tmp_path / (latch_file.NAME + ".new")).mkdir()
    papers.latch(RUNAWAY, parked=True)
    assert "the latch is not kept" in (papers.ring_trouble or "")
    assert papers.latched_cause == RUNAWAY
    papers.close()


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
    papers.latch(RUNAWAY, parked=True)
    papers.close()
    assert keel_latch("--state-dir", str(tmp_path), "--reset", "estop") == ExitCode.USAGE
    assert latch_file.read(tmp_path) == RUNAWAY
    assert keel_latch("--state-dir", str(tmp_path), "--reset", "runaway") == 0
    papers = store(tmp_path)
    assert (papers.latched_cause, papers.tested) == (0, False)
    papers.close()


def test_not_while_a_guard_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    papers = store(tmp_path)
    papers.latch(RUNAWAY, parked=True)
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
