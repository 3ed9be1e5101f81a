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
    assert (in_guard if pure.is_guard(path) else pure.in_rules)(path.read_text()) == []


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
    for path in ("safety/x.py", "safety/more/guard/x.py", "safety/guard.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("clock = __import__('time')\n")
        assert pure.main() == 1
        (tmp_path / path).unlink()
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


PURE_CONTRACT = "the pure rules do not know the bridge, nor anything third-party"
ALLOWED = {
    "the simulator shares only the node firmware, COBS and CRC": (
        "simulator/planted.py",
        "from firmware_bridge.codec import cobs",
    ),
    "pyserial in one file": ("firmware_bridge/link/serial_port.py", "import serial"),
    "pymodbus in one file": ("firmware_bridge/codec/modbus.py", "from pymodbus.pdu import ModbusPDU"),
    "transitions in one file": ("controller/machine.py", "import transitions"),
    "GPIO in one file": ("firmware_bridge/pins.py", "import gpiod"),
    "the clock in one file": ("firmware_bridge/clock.py", "import time"),
}


def linted(tree: Path, plants: dict[str, str]) -> str:
    """What the contracts say of a copy of the packages in which weeds grow. Reading it takes a second."""
    shutil.copy(house.ROOT / "pyproject.toml", tree)
    for package in house.PACKAGES:
        shutil.copytree(house.ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__"))
    for path, source in plants.items():
        (tree / path).write_text(source + "\n")
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=50)
    assert done.stderr == ""
    return done.stdout


@pytest.fixture(scope="module")
def weeds(tmp_path_factory: pytest.TempPathFactory) -> str:
    """All of them at once: what each contract complains of names the file."""
    plants = {
        path.replace("planted", f"planted_{number}"): source
        for number, (path, source) in enumerate(PLANTS.values())
    }
    for module in ("random", "time"):
        plants[f"safety/planted_{module}.py"] = f"def f():\n    import {module}"
    return linted(tmp_path_factory.mktemp("weeds"), plants)


@pytest.fixture(scope="module")
def allowed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Each in its one allowed place."""
    return linted(tmp_path_factory.mktemp("allowed"), dict(ALLOWED.values()))


def said_of(contract: str, weeds: str) -> str:
    """The complaint of one contract."""
    assert re.search(rf"^{re.escape(contract)} BROKEN", weeds, re.MULTILINE), weeds
    told = weeds.partition(f"\n{contract}\n---")[2]
    return re.split(r"\n\n\n[^\n]+\n---", told)[0]


@pytest.mark.parametrize("module", ["random", "time"])
def test_what_is_not_pure_breaks_a_contract(weeds: str, module: str) -> None:
    assert f"safety.planted_{module} -> {module} " in said_of(PURE_CONTRACT, weeds)


@pytest.mark.parametrize("contract", PLANTS)
def test_a_forbidden_import_breaks_its_contract(weeds: str, contract: str) -> None:
    assert f".planted_{list(PLANTS).index(contract)} -> " in said_of(contract, weeds)


def test_every_contract_has_a_plant(weeds: str) -> None:
    contracts = re.findall(r"^(.+?) (?:KEPT|BROKEN)(?: \(.*\))?$", weeds, re.MULTILINE)
    assert set(contracts) == set(PLANTS)


@pytest.mark.parametrize("contract", ALLOWED)
def test_the_one_allowed_place_is_allowed(allowed: str, contract: str) -> None:
    assert f"\n{contract} KEPT" in allowed
