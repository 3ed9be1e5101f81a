"""keel node: what is copied, who answers, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from controller.cli import COMMANDS
from controller.command_tree import run
from controller.exit_codes import ExitCode
from firmware_bridge.node import protocol
from hil.node import flash
from tests.device_process import device


def keel(*words: str) -> int:
    with pytest.raises(SystemExit) as leaving:
        run(COMMANDS, ["node", *words])
    return int(leaving.value.code or 0)


def test_info_asks_the_node_on_the_named_port(capsys: pytest.CaptureFixture[str]) -> None:
    with device("node", "--pty") as served:
        assert keel("info", "--port", str(served["pty"]), "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["role"], facts["protocol"], facts["boot_count"]) == ("table", "1.1", 1)
    assert facts["limits"] == {row[0]: row[5] for row in protocol.LIMITS}


def test_another_device_is_no_node(capsys: pytest.CaptureFixture[str]) -> None:
    with device("blvr", "--pty") as served:
        assert keel("info", "--port", str(served["pty"])) == ExitCode.UNAVAILABLE
    assert "no answer within 500 ms" in capsys.readouterr().err


@pytest.mark.parametrize(("board", "other"), [("rp2040", "esp32"), ("esp32", "rp2040")])
@pytest.mark.parametrize("role", ["table", "io"])
def test_flash_copies_what_this_board_needs_and_says_it_is_untried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], board: str, other: str, role: str
) -> None:
    assert keel("flash", "--to", str(tmp_path), "--board", board, "--role", role) == 0
    assert "has never run on a board" in capsys.readouterr().out
    tree = flash.files(board, role)
    for name, file in tree.items():
        assert (tmp_path / name).read_bytes() == file.read_bytes()
    node = tmp_path / "firmware_bridge/node"
    assert (tmp_path / "main.py").read_bytes() == (node / "main.py").read_bytes()
    assert f'ROLE = "{role}"' in (node / "built.py").read_text()
    names = {path.name for path in node.glob("*.py")}
    assert f"board_{board}.py" in names
    assert not {f"board_{other}.py", "built_io.py", "replay.py", "wholesale.py"} & names


def test_flash_over_serial_prints_every_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert keel("flash", "--port", "/dev/ttyACM9", "--board", "rp2040", "--dry-run") == 0
    said = capsys.readouterr().out
    assert said.index("mkdir :firmware_bridge\n") < said.index("mkdir :firmware_bridge/node\n")
    assert all(f":{name}\n" in said for name in flash.files("rp2040", "table"))


def test_test_says_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    assert keel("test", "--ticks", "200", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["runs"][0]["name"] == "CPython"
    assert all(one["same"] for one in said["runs"])


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["flush"], ExitCode.USAGE, "allowed are flash, info, test"),
        (["info"], ExitCode.USAGE, "wants --port PORT"),
        (["info", "--port", "/dev/no-such"], ExitCode.UNAVAILABLE, "no such port"),
        (["flash"], ExitCode.USAGE, "either --port PORT or --to DIR"),
        (["flash", "--to", "/no-such-folder", "--board", "esp32"], ExitCode.NO_INPUT, "no such folder"),
        (["flash", "--to", "."], ExitCode.USAGE, "wants --board rp2040 or esp32"),
        (["flash", "--to", ".", "--board", "esp32", "--role", "x"], ExitCode.USAGE, "--role table or io"),
    ],
)
def test_a_wrong_word(
    words: list[str], code: ExitCode, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert keel(*words) == code
    assert said in capsys.readouterr().err
