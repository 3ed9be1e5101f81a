"""keel check and the drive: one that is never armed is refused with its line, the pace of a line is told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from controller.cli import COMMANDS
from controller.command_tree import run
from controller.exit_codes import ExitCode
from firmware_bridge.drives import catalogue
from hil import demo_table, drives_page

NEVER = "[drive].type: the guard never arms it: "
PACE = re.compile(r"exchange (\d+) ms, status every (\d+) ms, oldest (\d+) ms at (\d+) baud")


def check(folder: Path, text: str, *words: str) -> int:
    file = folder / "table.toml"
    file.write_text(text)
    with pytest.raises(SystemExit) as leaving:
        run(COMMANDS, ["check", str(file), *words])
    code = leaving.value.code
    assert isinstance(code, int)
    return code


def text_of(drive: str) -> str:
    ports = {name: Path(f"/dev/{name}") for name in ("drive", "inclinometer", "inputs")}
    if drive in demo_table.DRIVES:
        return demo_table.text(drive, "a1", ports)
    return demo_table.text("blvr", "a1", ports).replace('type = "blvr"', f'type = "{drive}"', 1)


@pytest.mark.parametrize("drive", sorted(catalogue.UNFINISHED))
def test_a_drive_that_is_never_armed_is_refused_with_its_line_and_a_way_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], drive: str
) -> None:
    text = text_of(drive)
    assert check(tmp_path, text) == ExitCode.CONFIG
    err = capsys.readouterr().err
    line = text[: text.index(f'type = "{drive}"')].count("\n") + 1
    assert err.startswith(f"table.toml:{line}: {NEVER}")
    assert "is not armed: UNVERIFIED is" in err
    assert "Take another drive of docs/reference/drives.md" in err


@pytest.mark.parametrize(
    ("drive", "old", "new", "words"),
    [
        ("zlac8015d", "bench_verified = true\n", "", "bench_verified = true"),
        ("zlac8015d", '"brake"', '"self-locking"', 'holds_when_dead = "brake"'),
        ("cia402", "bench_verified = true\n", "bench_verified = false\n", "after the bench check"),
    ],
)
def test_so_is_one_whose_table_file_does_not_say_enough(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], drive: str, old: str, new: str, words: str
) -> None:
    text = text_of(drive).replace(old, new)
    assert check(tmp_path, text, "--json") == ExitCode.CONFIG
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    assert NEVER in answer["errors"][0]
    assert words in answer["errors"][0]


@pytest.mark.parametrize("drive", catalogue.DRIVES)
def test_the_pace_of_its_line_is_told_in_check_and_on_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], drive: str
) -> None:
    text = text_of(drive).replace('parity = "none"\n', "")
    assert check(tmp_path, text, "--json") == 0
    told = json.loads(capsys.readouterr().out)["facts"]["its line"]
    found = PACE.fullmatch(told)
    assert found is not None
    exchange, every, oldest, _ = map(int, found.groups())
    assert exchange <= every <= oldest <= 100
    (row,) = [line for line in drives_page.page().splitlines() if line.startswith(f"| `{drive}` |")]
    assert row.endswith(f"| {told} |")


def test_a_slower_baud_is_told_with_its_own_pace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = text_of("atv320")
    paces = {}
    for baud in (9_600, 19_200, 38_400):
        code = check(tmp_path, text.replace("gear_ratio", f"baud = {baud}\ngear_ratio"), "--json")
        answer = json.loads(capsys.readouterr().out)
        paces[baud] = answer["facts"].get("its line", "") if code == 0 else answer["errors"][0]
    assert "[drive].baud: at 9600 baud a status comes every" in paces[9_600]
    assert "exchange 16 ms" in paces[19_200]
    assert "at 38400 baud" in paces[38_400]
