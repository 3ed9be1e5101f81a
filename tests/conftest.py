"""What every test shares: the browser of the machine, marks by folder, the tally of ./dev test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests import closing_line

BROWSER_FOLDER = Path(__file__).parent / "browser"
# Without these chromium calls home at every start; --no-sandbox because tests also run as root.
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# A red run is red again, on any machine: the same examples each time.
# `--hypothesis-profile default` draws new ones.
settings.register_profile("steady", derandomize=True)
settings.load_profile("steady")


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Browser tests are slow to start: one mark, one worker."""
    for item in items:
        if BROWSER_FOLDER in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Leave the counts for ./dev test, which runs pytest twice."""
    closing_line.record(terminalreporter)


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Path]:
    """A folder that makes files durable for nothing."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's chromium instead of a downloaded one."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.fail("no chromium on this machine: run ./dev test, or apt-get install chromium")
    return {**browser_type_launch_args, "executable_path": chromium, "args": CHROMIUM_ARGS}
