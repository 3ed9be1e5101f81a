"""`./dev compile`: the same ride, bit for bit, and never from sources that have changed since."""

from __future__ import annotations

import shutil
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from hil.campaign.draw import Spec, draw
from hil.campaign.pool import run_all
from hil.compiled import packages as compiled
from hil.compiled.build import build, is_fresh, prove
from hil.compiled.packages import NotCompiled, packages
from hil.compiled.table import LEFT, MODULES, PACKAGES, modules
from tests import house

FEW = ("firmware_bridge/node/velocity.py", "safety/verdict.py", "safety/rules_machine.py")


@pytest.mark.peer
@pytest.mark.timeout(480)
def test_what_is_compiled_rides_the_same_and_what_changes_is_stale(tmp_path: Path) -> None:
    root, folder = tmp_path / "sources", tmp_path / "compiled"
    for package in PACKAGES:
        shutil.copytree(house.ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    assert not is_fresh(root, folder)
    build(root, folder, FEW, runs=(5,))
    assert [len(list((folder / name).parent.glob(f"{Path(name).stem}.*.so"))) for name in FEW] == [1, 1, 1]
    assert is_fresh(root, folder)
    verdict = root / FEW[1]
    verdict.write_text(verdict.read_text() + "\n", encoding="utf-8")
    assert not is_fresh(root, folder)
    velocity = root / FEW[0]
    velocity.write_text(
        velocity.read_text().replace("_LEARNT_MS = 300", "_LEARNT_MS = 200"), encoding="utf-8"
    )
    with pytest.raises(RuntimeError, match="ride otherwise"):
        prove(root, folder, (5,))


def test_every_pattern_finds_modules_and_a_wrong_one_is_told() -> None:
    found = modules(house.ROOT)
    assert "safety/step.py" in found
    assert not set(LEFT) & set(found)
    for pattern in MODULES:
        assert any(Path(name).match(pattern) for name in found)
    with pytest.raises(FileNotFoundError, match=r"hil/compiled/table\.py"):
        modules(house.ROOT, ("safety/nothing*.py",))


def where(spec: Spec) -> dict[str, Any]:
    """The work of a run that only says which Keel rides."""
    names = ("hil.campaign.run", "safety.step", "simulator.world", "firmware_bridge.node.brain")
    return {"files": [str(import_module(name).__file__) for name in names]}


def test_workers_ride_the_packages_that_they_are_given_and_nobody_else_does(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    for package in PACKAGES:
        shutil.copytree(house.ROOT / package, tmp_path / package, ignore=ignored)
    spec, path = draw(1, 0, ["estop"], "node"), list(sys.path)
    for given in (tmp_path, None):
        (told,) = run_all(iter([spec]), where, 1, given)
        assert all(Path(file).is_relative_to(given or house.ROOT) for file in told["files"])
    assert sys.path == path


def test_what_cannot_be_compiled_is_told_and_the_campaign_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "FOLDER", tmp_path / "compiled")
    monkeypatch.setenv("PATH", str(tmp_path))
    told: list[str] = []
    assert packages(999, None, told.append) is packages(2_000, False, told.append) is None
    assert not told
    assert packages(1_000, None, told.append) is None
    assert len(told) == 1
    assert "riding without compiled modules: there is no" in told[0]
    assert "apt-get install gcc" in told[0]
    with pytest.raises(NotCompiled, match="apt-get install gcc"):
        packages(1, True, told.append)
