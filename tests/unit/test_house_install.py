"""The installer: shows all first, lays what it said, takes it away again; the units say what they must."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import house

INSTALL = house.ROOT / "install"
UNITS = ("keel-guard.service", "keel-controller.service", "keel-station.service")
FILES = {
    *(f"etc/systemd/system/{unit}" for unit in UNITS),
    "etc/sysusers.d/keel.conf",
    "etc/udev/rules.d/70-keel.rules",
    "etc/polkit-1/rules.d/50-keel.rules",
    "etc/keel/table.toml.example",
}
NOBODY = 65534


def install(
    *words: str, checkout: Path = house.ROOT, user: int | None = None
) -> subprocess.CompletedProcess[str]:
    command = ["bash", str(checkout / "install/install.sh"), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, user=user)


def laid(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_a_dry_run_tells_every_file_and_command_and_changes_nothing(tmp_path: Path) -> None:
    result = install("--dry-run", "--root", str(tmp_path))
    assert result.returncode == 0, result.stderr
    for file in FILES:
        assert f"file     {tmp_path}/{file}  <- install/" in result.stdout
    assert f"venv     {tmp_path}/opt/keel/releases/" in result.stdout
    for command in (
        "systemd-sysusers",
        "udevadm control --reload",
        "systemctl daemon-reload",
        "systemctl enable",
    ):
        assert f"command  {command}" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_it_lays_what_it_said_again_and_again_and_takes_it_away(tmp_path: Path) -> None:
    words = ("--no-venv", "--root", str(tmp_path))
    for _ in range(2):
        result = install(*words)
        assert result.returncode == 0, result.stderr
        assert laid(tmp_path) == FILES
    guard = (tmp_path / "etc/systemd/system/keel-guard.service").read_text()
    assert "ExecStart=/opt/keel/current/bin/python -I -m safety.guard" in guard
    assert "@" not in guard
    (tmp_path / "etc/keel/table.toml").write_text("mine")
    assert install("--uninstall", *words).returncode == 0
    assert laid(tmp_path) == {"etc/keel/table.toml"}


@pytest.fixture
def open_checkout() -> Iterator[Path]:
    """A copy of the checkout that everybody may read (pytest's own folders are closed to others)."""
    copy = Path(tempfile.mkdtemp(prefix="keel-checkout-"))
    copy.chmod(0o755)
    for folder in ("install", "requirements", *house.PACKAGES):
        shutil.copytree(house.ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(house.ROOT / "pyproject.toml", copy)
    yield copy
    shutil.rmtree(copy)


def test_an_ordinary_user_may_look_but_not_install(open_checkout: Path) -> None:
    user = NOBODY if os.getuid() == 0 else None
    look = install("--dry-run", checkout=open_checkout, user=user)
    assert look.returncode == 0, look.stderr
    assert "file     /etc/systemd/system/keel-guard.service" in look.stdout
    refused = install(checkout=open_checkout, user=user)
    assert refused.returncode == 77
    assert "sudo ./dev install" in refused.stderr


@pytest.mark.parametrize("words", [["--nonsense"], ["--root"]])
def test_misuse_exits_64_with_the_usage(words: list[str]) -> None:
    result = install(*words)
    assert result.returncode == 64
    assert "--dry-run" in result.stderr


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(INSTALL / name)
    return parser


def test_the_guards_unit() -> None:
    service = unit("keel-guard.service")["Service"]
    wanted = {
        "Type": "notify",
        "WatchdogSec": "2",
        "Restart": "always",
        "RestartSec": "50ms",
        "TimeoutStopSec": "600",
        "TimeoutAbortSec": "1",
        "CPUSchedulingPolicy": "fifo",
        "OOMScoreAdjust": "-900",
        "RestrictAddressFamilies": "AF_UNIX",
        "User": "keel-guard",
    }
    assert {key: service.get(key) for key in wanted} == wanted
    assert unit("keel-guard.service")["Unit"]["StartLimitIntervalSec"] == "0"
    # Nothing may run when it stops: cutting the motor away from park leaves a person head-down.
    assert not [key for key in service if key.startswith("ExecStop")]


@pytest.mark.parametrize("name", UNITS[1:])
def test_the_others_want_the_guard_but_never_take_it_down(name: str) -> None:
    section = unit(name)["Unit"]
    assert section["Wants"] == "keel-guard.service"
    assert not {"Requires", "BindsTo", "PartOf", "Conflicts"} & set(section)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze on this machine")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    for program in ("python", "keel"):
        (tmp_path / "bin" / program).symlink_to("/bin/true")
    for name in UNITS:
        (tmp_path / name).write_text((INSTALL / name).read_text().replace("@VENV@", str(tmp_path)))
    verify = ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in UNITS)]
    result = subprocess.run(verify, capture_output=True, text=True, timeout=30)
    complaints = [line for line in result.stderr.splitlines() if "keel-" in line]
    assert complaints == []


@pytest.mark.parametrize("name", ["controller", "station"])
def test_a_service_gives_only_options_that_its_command_takes(name: str) -> None:
    line = next(
        row for row in (INSTALL / f"keel-{name}.service").read_text().splitlines() if "ExecStart=" in row
    )
    options = re.findall(r"--[a-z-]+", line)
    command = [sys.executable, "-m", "controller", name, "--help"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
    assert [option for option in options if option not in said] == []
