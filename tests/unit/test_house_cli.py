"""The command line as a user meets it: names, exit codes, one import at most, a quick help page."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from controller.cli import COMMANDS, Row
from controller.command_tree import run
from controller.exit_codes import ExitCode
from controller.version import __version__

KEEL = str(Path(sys.executable).with_name("keel"))
NAMES = (
    "demo run guard controller station bench device node ports simulate campaign replay hil fuzz chaos "
    "check report latch verify"
)


def keel(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [KEEL, *words], capture_output=True, text=True, timeout=20, env={**os.environ, **environment}
    )


@pytest.mark.parametrize(("words", "code"), [(["--help"], 0), (["-h"], 0), ([], ExitCode.USAGE)])
def test_the_help_page_lists_every_command(words: list[str], code: int) -> None:
    result = keel(*words)
    assert result.returncode == code
    assert set(NAMES.split()) == set(COMMANDS)
    for name, row in COMMANDS.items():
        assert f"  {name} " in result.stdout
        assert row.help in result.stdout


def test_the_version() -> None:
    result = keel("--version")
    assert (result.returncode, result.stdout) == (0, f"keel {__version__}\n")


@pytest.mark.parametrize("words", [["demos"], ["--demo"]])
def test_misuse_exits_64_and_says_how_to_get_help(words: list[str]) -> None:
    result = keel(*words)
    assert result.returncode == ExitCode.USAGE
    assert "keel --help" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("variable", ["COMP_WORDS", "_TYPER_COMPLETE_ARGS"])
def test_the_shell_completes_names(variable: str) -> None:
    shell = "bash" if variable == "COMP_WORDS" else "zsh"
    result = keel(_KEEL_COMPLETE=f"complete_{shell}", COMP_CWORD="1", **{variable: "keel st"})
    assert "station" in result.stdout
    assert "Usage" not in result.stdout
    assert result.returncode == 0


def test_the_guard_is_executed_alone_and_before_any_parser() -> None:
    script = (
        "import os, sys\n"
        "def execv(path, words):\n"
        "    print(path == sys.executable, words[1:], 'typer' in sys.modules)\n"
        "    sys.exit(0)\n"
        "os.execv = execv\n"
        "from controller.cli import main\n"
        "main(['guard', '--table', 'x', '--help'])\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=20)
    assert result.stdout == "True ['-I', '-m', 'safety.guard', '--table', 'x', '--help'] False\n"


@pytest.mark.serial
def test_the_help_page_is_quick() -> None:
    def once_s() -> float:
        start = time.perf_counter()
        keel("--help")
        return time.perf_counter() - start

    assert min(once_s() for _ in range(3)) < 0.3


PLANTED = """
import sys
import typer
from controller.exit_codes import CommandError, ExitCode

def command(count: int = 0) -> None:
    '''The planted command.'''
    if count == 1:
        raise CommandError(ExitCode.CONFIG, 'table.toml:12: [drive].port: no such port')
    if count == 3:
        raise typer.Exit(3)
    if count == 4:
        raise ZeroDivisionError
    print('ran', 'other_planted' in sys.modules)
"""


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Row]:
    """A table of commands with one that works, one that is absent and one that lacks a package."""
    (tmp_path / "planted_command.py").write_text(PLANTED)
    (tmp_path / "lacking_command.py").write_text("import no_such_package_at_all\n")
    (tmp_path / "other_planted.py").write_text(PLANTED)
    monkeypatch.syspath_prepend(str(tmp_path))
    modules = ("planted_command", "other_planted", "lacking_command", "absent.module")
    return {name.split("_")[0]: Row(f"{name}:command", "Help.", "Panel") for name in modules}


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        ("planted", 0, "ran False"),
        ("planted --count 1", ExitCode.CONFIG, "keel: table.toml:12: [drive].port: no such port"),
        ("planted --count 3", ExitCode.ENDED_EARLY, ""),
        ("planted --count x", ExitCode.USAGE, "should be a valid integer"),
        ("planted --nonsense", ExitCode.USAGE, "No such option"),
        ("planted extra", ExitCode.USAGE, "unexpected extra argument"),
        ("planted --help", 0, "The planted command."),
        ("absent.module", ExitCode.UNAVAILABLE, "there is no module absent"),
        ("lacking", ExitCode.UNAVAILABLE, "needs the Python package 'no_such_package_at_all'"),
    ],
)
def test_how_a_command_ends(
    table: dict[str, Row], capsys: pytest.CaptureFixture[str], words: str, code: int, text: str
) -> None:
    with pytest.raises(SystemExit) as leaving:
        run(table, words.split())
    assert leaving.value.code == code
    captured = capsys.readouterr()
    assert text in captured.out + captured.err


def test_a_defect_keeps_its_traceback(table: dict[str, Row]) -> None:
    with pytest.raises(ZeroDivisionError):
        run(table, ["planted", "--count", "4"])
