"""A plugin of pytest: plants the bug that the environment names before any test is collected."""

from __future__ import annotations

import os
from typing import Final

VARIABLE: Final = "KEEL_PLANTED_BUG"


def pytest_configure() -> None:
    """Only ever loaded by name, with -p."""
    from hil.verification.planted import plant

    plant(os.environ[VARIABLE])
