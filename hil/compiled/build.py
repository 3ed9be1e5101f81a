"""Compiles the hot modules in a copy of the packages, and shows that a ride is the same, bit for bit."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from hil.compiled.proof import RUNS
from hil.compiled.table import MODULES, PACKAGES, modules

STAMP: Final = "stamp"
_MYPY_INI: Final = "[mypy]\nignore_missing_imports = True\nfollow_imports = silent\n"
_BUILD: Final = (sys.executable, "-P", "-m", "hil.compiled.mypyc_build")
_RIDE: Final = (sys.executable, "-P", "-m", "hil.compiled.proof")


def fingerprint(root: Path) -> str:
    """Of every source below `root` and of the interpreter: what was built from others is stale."""
    told = hashlib.sha256(sys.version.encode())
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            told.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return told.hexdigest()


def is_fresh(root: Path, folder: Path) -> bool:
    """Whether `folder` holds what was compiled from these very sources."""
    stamp = folder / STAMP
    return stamp.exists() and stamp.read_text(encoding="utf-8") == fingerprint(root)


def build(
    root: Path,
    folder: Path,
    patterns: tuple[str, ...] = MODULES,
    runs: tuple[int, ...] = RUNS,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Make `folder` anew; RuntimeError with the compiler's words, and `folder` as it was, where it fails."""
    files = modules(root, patterns)
    tell(f"compiling {len(files)} modules of a ride to machine code, once for these sources: some minutes")
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    for package in PACKAGES:
        shutil.copytree(root / package, fresh / package, ignore=shutil.ignore_patterns("__pycache__"))
    stamp = fingerprint(fresh)  # of what is compiled: the sources may change meanwhile
    (fresh / "mypy.ini").write_text(_MYPY_INI, encoding="utf-8")
    _run((*_BUILD, *files), fresh, root)
    shutil.rmtree(fresh / "build", ignore_errors=True)
    tell(f"compiled; now {len(runs)} rides by both, which must be the same, bit for bit")
    prove(root, fresh, runs)
    (fresh / STAMP).write_text(stamp, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def prove(root: Path, fresh: Path, runs: tuple[int, ...]) -> None:
    """The same rides by both, the same truth, the same judgement, else RuntimeError: `fresh` is not used."""
    command = (*_RIDE, *map(str, runs))
    with ThreadPoolExecutor(2) as pool:
        plain, compiled = pool.map(lambda packages: _run(command, packages, packages), (root, fresh))
    if plain != compiled:
        raise RuntimeError(f"the compiled modules ride otherwise: {compiled} instead of {plain}; not used")


def _run(command: tuple[str, ...], cwd: Path, packages: Path) -> str:
    env = {**os.environ, "PYTHONPATH": str(packages)}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError((done.stderr or done.stdout).strip()[-2_000:])
    return done.stdout
