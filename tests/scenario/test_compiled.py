"""`./dev compile`: the same ride, bit for bit, and never from sources that have changed since."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hil.compiled.build import build, is_fresh, prove
from hil.compiled.table import LEFT, MODULES, PACKAGES, modules
from tests import house

FEW = ("firmware_bridge/node/velocity.py", "safety/verdict.py", "safety/rules_machine.py")


@pytest.mark.peer
@pytest.mark.timeout(240)
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
