"""Which modules are compiled. All else stays as it is written, the guard's process and the world among it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

PACKAGES: Final = ("controller", "firmware_bridge", "hil", "safety", "simulator")
MODULES: Final = (
    "firmware_bridge/codec/*.py",
    "firmware_bridge/node/*.py",
    "safety/*.py",
    "simulator/plant/brake.py",
    "simulator/plant/fast*.py",
    "simulator/plant/leap*.py",
)
# For the board only, or about files and processes: nothing of a tick.
LEFT: Final = (
    "firmware_bridge/node/ads1115.py",
    "firmware_bridge/node/as5048.py",
    "firmware_bridge/node/as5600.py",
    "firmware_bridge/node/board.py",
    "firmware_bridge/node/board_esp32.py",
    "firmware_bridge/node/board_rp2040.py",
    "firmware_bridge/node/built.py",
    "firmware_bridge/node/built_io.py",
    "firmware_bridge/node/bus.py",
    "firmware_bridge/node/main.py",
    "firmware_bridge/node/replay.py",
)


def modules(root: Path, patterns: tuple[str, ...] = MODULES) -> list[str]:
    """Paths below `root`, by name; FileNotFoundError for a pattern that finds nothing."""
    found: set[str] = set()
    for pattern in patterns:
        names = {path.relative_to(root).as_posix() for path in root.glob(pattern)}
        if not names:
            raise FileNotFoundError(f"{root / pattern}: no such module; mend hil/compiled/table.py")
        found |= names
    return sorted(name for name in found if name not in LEFT and not name.endswith("__init__.py"))
