"""The direction of imports: that it holds, and that the checks can fail."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import house, pure

OWN_OF_GUARD = ("safety", "firmware_bridge", *sys.stdlib_module_names)


def in_guard(source: str) -> list[house.Finding]:
    return house.foreign_imports(source, own=OWN_OF_GUARD)


@pytest.mark.parametrize(
    "path", list(house.python_files("safety")), ids=lambda p: str(p.relative_to(house.ROOT))
)
def test_safety_imports_only_what_it_may(path: Path) -> None:
    guard = "guard" in path.relative_to(house.ROOT).parts[1:-1]
    assert (in_guard if guard else pure.in_rules)(path.read_text()) == []


@pytest.mark.parametrize(
    "planted",
    [
        "import time",
        "import random",
        "from datetime import datetime",
        "import os.path",
        "from safety.guard import process",
        "import safety.guard",
        "from firmware_bridge import clock",
        "import numpy as np",
        "def f():\n    import secrets",
        "clock = __import__('time')",
        "import importlib",
        "from random import random as fixed",
        "if True:\n    from time import monotonic",
        "from safety import guard",
        "from . import guard",
        "from .guard import process",
        "from .. import firmware_bridge",
        "open('/proc/uptime')",
        "exec('import time')",
        "now = __builtins__",
        "from time import monotonic",
        "import time as t",
        "import _random",
        "import posix",
        "import statistics",
        "from builtins import __import__ as get",
        "from importlib import import_module",
        "import enum\nclock = enum.sys",
        "from collections import _sys",
        "from typing import sys",
        "from dataclasses import sys as s",
        "f = getattr",
        "g = (lambda: 0).__globals__",
        "c = object.__subclasses__",
        "from typing import *",
        "from enum import bltns",
        "import enum\nenum.bltns.open('x')",
        "import enum\n(e := enum)\ne.sys",
        "from typing import ForwardRef",
        "from typing import get_type_hints as hints",
        "from dataclasses import _thread",
        "from functools import RLock",
        "from functools import singledispatch",
        "import collections.abc as c\nc.sys",
        "import safety.causes as c\nc.time",
        "from safety.limits import __builtins__ as b",
        "from safety.limits import *",
        "from safety.guard.store import Store",
        "match 1:\n    case int(__class__=c): pass",
        "(x for x in ()).gi_frame",
        "ERROR.tb_frame.f_builtins",
        "hash('x')",
        "type(1)",
        "print(1)",
        "def f(where=__file__): ...",
        "import threading",
        "import itertools",
        "from math import *",
    ],
)
def test_an_impure_import_in_safety_is_caught(planted: str) -> None:
    """What names `safety` alone, as it stands, leads to its guard: only names are imported, from modules."""
    pure_line = "from typing import NamedTuple\n"
    assert pure.in_rules(pure_line) == []
    assert pure.in_rules(pure_line + planted)


@pytest.mark.parametrize(
    "allowed",
    [
        "from safety.limits import PARK",
        "from safety import limits as rules\nrules.PARK",
        "from enum import IntEnum",
        "from math import isqrt\nisqrt(max(1, 2))._replace(x=tuple(ERROR.text for _ in range(3)))",
        "raise ValueError(f'{len([1])} of {__all__}')",
    ],
)
def test_a_pure_import_in_safety_passes(allowed: str) -> None:
    assert pure.in_rules(allowed) == []


def test_a_third_party_import_in_the_guard_is_caught() -> None:
    assert [f.what for f in in_guard("import os\nimport serial\nfrom firmware_bridge import clock")] == [
        "serial"
    ]


def test_a_planted_clock_or_chance_turns_the_check_red(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As ./dev check asks it; the same in the guard's process passes, there a contract says what may."""
    assert pure.main() == 0
    (tmp_path / "safety/guard").mkdir(parents=True)
    monkeypatch.setattr(house, "ROOT", tmp_path)
    (tmp_path / "safety/guard/x.py").write_text("import random\n")
    assert pure.main() == 0
    (tmp_path / "safety/x.py").write_text("clock = __import__('time')\n")
    assert pure.main() == 1
    assert "-m tests.pure" in (Path(__file__).parents[2] / "dev").read_text()


PLANTS = {
    "layers": ("firmware_bridge/planted.py", "import safety"),
    "the pure rules do not know the bridge, nor anything third-party": (
        "safety/planted.py",
        "import firmware_bridge",
    ),
    "the pure rules do not know the guard": ("safety/planted.py", "import safety.guard"),
    "the guard stays small": ("safety/guard/planted.py", "import asyncio"),
    "the simulator shares only the node firmware, COBS and CRC": ("simulator/planted.py", "import safety"),
    "pyserial in one file": ("firmware_bridge/planted.py", "import serial.tools.list_ports"),
    "pymodbus in one file": ("hil/planted.py", "from pymodbus.client import ModbusTcpClient"),
    "transitions in one file": ("controller/planted.py", "from transitions import Machine"),
    "GPIO in one file": ("safety/guard/planted.py", "import gpiod"),
    "the clock in one file": ("simulator/planted.py", "def f():\n    from time import monotonic"),
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the packages, where weeds may grow."""
    copy = tmp_path / "tree"
    copy.mkdir()
    shutil.copy(house.ROOT / "pyproject.toml", copy)
    for package in house.PACKAGES:
        shutil.copytree(house.ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=50)


@pytest.mark.parametrize("module", ["random", "time"])
def test_what_is_not_pure_breaks_a_contract(tree: Path, module: str) -> None:
    (tree / "safety/planted.py").write_text(f"def f():\n    import {module}\n")
    assert lint(tree).returncode == 1


@pytest.mark.parametrize("contract", PLANTS)
def test_a_forbidden_import_breaks_its_contract(tree: Path, contract: str) -> None:
    path, source = PLANTS[contract]
    (tree / path).write_text(source + "\n")
    result = lint(tree)
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"\n{contract} BROKEN" in result.stdout


def test_every_contract_has_a_plant(tree: Path) -> None:
    contracts = re.findall(r"^(.+?) (?:KEPT|BROKEN)(?: \(.*\))?$", lint(tree).stdout, re.MULTILINE)
    assert set(contracts) == set(PLANTS)


@pytest.mark.parametrize(
    ("contract", "path", "source"),
    [
        (
            "the simulator shares only the node firmware, COBS and CRC",
            "simulator/planted.py",
            "from firmware_bridge.codec import cobs",
        ),
        ("pyserial in one file", "firmware_bridge/link/serial_port.py", "import serial"),
        ("pymodbus in one file", "firmware_bridge/codec/modbus.py", "from pymodbus.pdu import ModbusPDU"),
        ("transitions in one file", "controller/machine.py", "import transitions"),
        ("GPIO in one file", "firmware_bridge/pins.py", "import gpiod"),
        ("the clock in one file", "firmware_bridge/clock.py", "import time"),
    ],
)
def test_the_one_allowed_place_is_allowed(tree: Path, contract: str, path: str, source: str) -> None:
    for folder in (tree / "firmware_bridge/codec", (tree / path).parent):
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
    (tree / "firmware_bridge/codec/cobs.py").touch()
    (tree / path).write_text(source + "\n")
    assert f"\n{contract} KEPT" in lint(tree).stdout
