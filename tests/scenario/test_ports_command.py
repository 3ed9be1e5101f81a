"""`keel ports --as DRIVE` lets a guard look at the one port that a table file names, and at no other."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

KEEL = str(Path(sys.executable).with_name("keel"))


def ports(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([KEEL, "ports", *words], capture_output=True, text=True, timeout=40)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A roboclaw table on ptys."""
    folder = tmp_path_factory.mktemp("bench") / "ports"
    words = [KEEL, "bench", "--drive", "roboclaw", "--folder", str(folder), "--json"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    json.loads(process.stdout.readline())
    yield folder
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)


@pytest.mark.serial
def test_a_drive_is_looked_at_where_the_table_file_names_it(bench: Path) -> None:
    done = ports(str(bench / "drive"), "--as", "roboclaw", "--table", str(bench / "table.toml"), "--json")
    assert json.loads(done.stdout)["drive_state"] == "armed", done.stderr
    assert done.returncode == 0


@pytest.mark.serial
@pytest.mark.parametrize(
    ("port", "drive", "code", "words"),
    [
        ("inclinometer", "roboclaw", 78, "nothing was sent"),
        ("drive", "blvr", 78, "names a roboclaw"),
        ("drive", "acme", 64, "--as acme: allowed are"),
    ],
)
def test_any_other_pair_of_port_and_drive_is_refused(
    bench: Path, port: str, drive: str, code: int, words: str
) -> None:
    done = ports(str(bench / port), "--as", drive, "--table", str(bench / "table.toml"))
    assert done.returncode == code
    assert words in done.stderr


def test_a_port_alone_is_not_looked_at() -> None:
    assert ports("/dev/ttyUSB0").returncode == 64
    assert ports("/dev/ttyUSB0", "--as", "blvr").returncode == 64


def test_the_list_is_for_programs_too() -> None:
    done = ports("--json")
    assert done.returncode == 0
    assert isinstance(json.loads(done.stdout)["ports"], list)
