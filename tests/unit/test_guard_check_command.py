"""keel check, as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from controller.cli import COMMANDS
from controller.command_tree import run
from controller.exit_codes import ExitCode
from tests import house

EXAMPLE = house.ROOT / "install/table.toml.example"
BEGINNER = house.ROOT / "controller/programmes/beginner.toml"


def check(*words: str) -> int:
    with pytest.raises(SystemExit) as leaving:
        run(COMMANDS, ["check", *words])
    code = leaving.value.code
    assert isinstance(code, int)
    return code


@pytest.mark.parametrize(
    ("path", "kind", "fact"),
    [(EXAMPLE, "table", "park              -70 deg"), (BEGINNER, "programme", "tier              beginner")],
)
def test_a_right_file_is_ok_and_told_in_short(
    capsys: pytest.CaptureFixture[str], path: Path, kind: str, fact: str
) -> None:
    assert check(str(path)) == 0
    out = capsys.readouterr().out
    assert f"a {kind}, OK" in out
    assert fact in out


@pytest.mark.parametrize(
    ("path", "old", "new", "kind", "words"),
    [
        (EXAMPLE, "park_deg = -70.0", "park_deg = 20", "table", "horizontal is 90"),
        (EXAMPLE, "[stops]", "[stpos]", "table", "did you mean stops?"),
        (
            EXAMPLE,
            "baud = 460800",
            "baud = 9600",
            "table",
            ":43: [drive].baud: at 9600 baud one exchange takes",
        ),
        (BEGINNER, "angle_deg = 15", "angle_deg = 61", "programme", "[[phase]] 3 .angle_deg: 61 deg"),
        (BEGINNER, 'kind = "hold"', 'kind = "hodl"', "programme", "did you mean hold?"),
        (BEGINNER, "[[phase]]", "[[phase]", "programme", "this is not TOML"),
    ],
)
def test_a_wrong_file_exits_78_with_line_and_hint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], path: Path, old: str, new: str, kind: str, words: str
) -> None:
    text = path.read_text()
    assert old in text
    wrong = tmp_path / "x.toml"
    wrong.write_text(text.replace(old, new, 1))
    assert check(str(wrong)) == ExitCode.CONFIG
    err = capsys.readouterr().err
    assert words in err
    assert f"a {kind}, refused: " in err
    assert err.startswith("x.toml:")
    assert check(str(wrong), "--json") == ExitCode.CONFIG
    answer = json.loads(capsys.readouterr().out)
    assert (answer["kind"], answer["ok"]) == (kind, False)
    assert any(words in line for line in answer["errors"])


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02", b"\xff\xfe", b"[[[[", b"no toml at all"])
def test_rubbish_is_refused_as_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes
) -> None:
    path = tmp_path / "table.toml"
    path.write_bytes(data)
    assert check(str(path)) == ExitCode.CONFIG
    assert capsys.readouterr().err.startswith("table.toml:1: ")


def test_a_programme_above_the_tables_cap_or_the_riders_tier_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    low = tmp_path / "low.toml"
    low.write_text(EXAMPLE.read_text().replace("cap_deg = 60.0", "cap_deg = 10.0"))
    assert check(str(BEGINNER), "--table", str(low)) == ExitCode.CONFIG
    assert "allowed 2 to 10 deg" in capsys.readouterr().err
    steep = house.ROOT / "controller/programmes/intermediate.toml"
    assert check(str(steep), "--tier", "beginner") == ExitCode.CONFIG
    assert 'above the rider\'s tier "beginner"' in capsys.readouterr().err


def test_a_missing_file_exits_66(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(str(tmp_path / "none.toml")) == ExitCode.NO_INPUT
    assert "none.toml: No such file" in capsys.readouterr().err
