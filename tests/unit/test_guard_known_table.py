"""A changed table file lets nobody begin until a person has named its hash (HZ-47)."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from controller.cli import COMMANDS
from controller.command_tree import run
from controller.exit_codes import ExitCode
from safety.guard import known_table, table
from safety.guard.store import Store
from tests.guard_rig import TABLE, Rig

CHANGED = TABLE.replace(b"cap_deg = 60.0", b"cap_deg = 59.0")
THIS, OTHER = table.parse(TABLE).sha256, table.parse(CHANGED).sha256


def accepted(folder: Path, sha256: str) -> bool:
    store = Store(folder, sha256, lambda: 1_700_000_000, 0, "boot")
    store.close()
    return store.accepted


def keel_check(folder: Path, data: bytes, named: str) -> int:
    file = folder.parent / "table.toml"
    file.write_bytes(data)
    with pytest.raises(SystemExit) as leaving:
        run(COMMANDS, ["check", str(file), "--accept", named, "--state-dir", str(folder)])
    return int(leaving.value.code or 0)


def test_the_first_table_of_a_folder_is_the_installers(tmp_path: Path) -> None:
    assert accepted(tmp_path, THIS)
    assert accepted(tmp_path, THIS)
    assert not accepted(tmp_path, OTHER)
    assert accepted(tmp_path, THIS), "going back needs no word"


@pytest.mark.parametrize("content", [None, b"", b"{}", b'{"accepted_sha256":1}', b"[]"])
def test_a_word_that_is_gone_or_scribbled_over_accepts_nothing(tmp_path: Path, content: bytes | None) -> None:
    assert accepted(tmp_path, THIS)
    path = tmp_path / known_table.NAME
    path.unlink() if content is None else path.write_bytes(content)
    assert not accepted(tmp_path, THIS)


def test_no_changed_digit_of_the_word_goes_unnoticed(tmp_path: Path) -> None:
    assert accepted(tmp_path, THIS)
    path = tmp_path / known_table.NAME
    whole = path.read_bytes()
    for at in range(0, len(whole) - 1, 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert not accepted(tmp_path, THIS), at


def test_a_person_accepts_it_by_its_hash_while_no_guard_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "guard"
    folder.mkdir()
    assert accepted(folder, THIS)
    assert keel_check(folder, CHANGED, THIS[:12]) == ExitCode.USAGE
    assert keel_check(folder, CHANGED, OTHER[:11]) == ExitCode.USAGE
    lock = os.open(folder, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    assert keel_check(folder, CHANGED, OTHER) == ExitCode.BUSY
    os.close(lock)
    (folder / "mark.json").write_text("{}")
    assert keel_check(folder, CHANGED, OTHER) == ExitCode.FAILED
    (folder / "mark.json").unlink()
    assert not accepted(folder, OTHER)
    assert "accepted" not in capsys.readouterr().out
    assert keel_check(folder, CHANGED, OTHER[:12].upper()) == ExitCode.OK
    assert f"accepted          in {folder}; start the guard again" in capsys.readouterr().out
    assert accepted(folder, OTHER)
    assert not accepted(folder, THIS)


def test_only_a_right_table_file_and_a_folder_that_was_used_can_be_accepted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert keel_check(tmp_path / "none", TABLE, THIS) == ExitCode.NO_INPUT
    (tmp_path / "new").mkdir()
    assert keel_check(tmp_path / "new", TABLE, THIS) == ExitCode.NO_INPUT
    assert "no guard has run here yet; start it" in capsys.readouterr().err
    assert accepted(tmp_path / "new", THIS)
    assert keel_check(tmp_path / "none", b"[programme]\n", THIS) == ExitCode.USAGE
    assert keel_check(tmp_path / "none", TABLE.replace(b"cap_deg", b"cap"), THIS) == ExitCode.CONFIG


def test_a_guard_with_a_changed_table_lets_nobody_begin_and_says_what_to_do(tmp_path: Path) -> None:
    before = Rig(tmp_path)
    before.run(0.2)
    before.kill_guard()
    rig = Rig(tmp_path, table_file=CHANGED)
    rig.arm_and_test()
    _, taken, why = rig.begin()
    assert not taken
    assert "--accept " + OTHER[:12] in why
    assert rig.mode() == "inhibited"
    rig.kill_guard()
    known_table.accept(tmp_path, OTHER, durable=False)
    rig.start_guard()
    rig.run(0.2)
    assert rig.begin()[1]
    rig.kill_guard()
