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


def test_flash_copies_the_whole_tree_and_says_it_is_untried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert keel("flash", "--to", str(tmp_path)) == 0
    assert "has never run on a board" in capsys.readouterr().out
    for name, file in flash.files().items():
        assert (tmp_path / name).read_bytes() == file.read_bytes()
    assert (tmp_path / "main.py").read_bytes() == (tmp_path / "firmware_bridge/node/main.py").read_bytes()


def test_flash_over_serial_prints_every_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert keel("flash", "--port", "/dev/ttyACM9", "--dry-run") == 0
    said = capsys.readouterr().out
    assert said.index("mkdir :firmware_bridge\n") < said.index("mkdir :firmware_bridge/node\n")
    assert all(f":{name}\n" in said for name in flash.files())


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
        (["flash", "--to", "/no-such-folder"], ExitCode.NO_INPUT, "no such folder"),
    ],
)
def test_a_wrong_word(
    words: list[str], code: ExitCode, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert keel(*words) == code
    assert said in capsys.readouterr().err
