"""Where a campaign's workers import from: compiled modules of the sources as they stand, or these sources."""

from __future__ import annotations

import fcntl
import importlib.util
import shutil
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import hil
from hil.compiled.build import build, is_fresh

ROOT: Final = Path(hil.__file__).parents[1]
FOLDER: Final = Path(sys.prefix) / "compiled"
LONG_RUNS: Final = 1_000  # from here on compiling takes less time than it saves


class NotCompiled(Exception):
    """It cannot be had here; the sentence says why and what to do."""


def packages(runs: int, wanted: bool | None, tell: Callable[[str], None]) -> Path | None:
    """The folder to import from, None = the sources. `wanted` None: where it is there, or the campaign long.

    NotCompiled is raised only where it was asked for; else that is told, and the campaign is as good without.
    """
    if wanted is False:
        return None
    try:
        if not is_fresh(ROOT, FOLDER) and (wanted or runs >= LONG_RUNS):
            compile_to(FOLDER, tell)
    except NotCompiled as error:
        if wanted:
            raise
        tell(f"riding without compiled modules: {error}")
        return None
    if not is_fresh(ROOT, FOLDER):
        return None
    tell("riding compiled modules")
    return FOLDER


def there() -> Path | None:
    """What is compiled of the sources as they stand; an environment inside of another one has the other's."""
    return next((one for one in (FOLDER, FOLDER.parents[1] / FOLDER.name) if is_fresh(ROOT, one)), None)


def compile_to(folder: Path, tell: Callable[[str], None]) -> None:
    """Make what is not fresh; whoever else is at it is waited for. Raises NotCompiled."""
    try:
        with _alone(folder):
            if not is_fresh(ROOT, folder):
                _has_tools()
                build(ROOT, folder, tell=tell)
    except (RuntimeError, OSError) as error:
        raise NotCompiled(str(error)) from error


def _has_tools() -> None:
    """mypyc, a C compiler, the interpreter's headers. RuntimeError names what to install."""
    if sys.prefix == sys.base_prefix:
        raise RuntimeError("this Python is no virtual environment; ./dev setup --dev makes one")
    if importlib.util.find_spec("mypyc") is None:
        raise RuntimeError("there is no mypyc; ./dev setup --dev brings it")
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    headers = Path(sysconfig.get_path("include")) / "Python.h"
    if shutil.which(compiler) is None or not headers.exists():
        what = f"there is no {compiler} or no {headers}"
        raise RuntimeError(f"{what}; apt-get install gcc libc6-dev python3-dev")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with folder.with_name(folder.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
