"""Which modules are compiled: what runs in every tick of a ride with the node. All else is as it is written.

A constant of a class has to be Final: of another one whose value is no plain literal mypyc makes nothing, and
reading it ends the process. `controller.machine` stays out: transitions hangs attributes on its model.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

PACKAGES: Final = ("controller", "firmware_bridge", "hil", "safety", "simulator")
MODULES: Final = (
    "controller/channel.py",
    "controller/loop.py",
    "controller/player.py",
    "controller/profile.py",
    "controller/ride.py",
    "controller/senses.py",
    "controller/status.py",
    "firmware_bridge/assembly.py",
    "firmware_bridge/codec/*.py",
    "firmware_bridge/drives/node/*.py",
    "firmware_bridge/link/reopening.py",
    "firmware_bridge/node/*.py",
    "hil/campaign/run.py",
    "hil/campaign/trace.py",
    "hil/campaign/words.py",
    "hil/rigs/lockstep.py",
    "hil/rigs/panel.py",
    "hil/rigs/pipes.py",
    "safety/*.py",
    "safety/guard/act.py",
    "safety/guard/arrivals.py",
    "safety/guard/attendant.py",
    "safety/guard/book.py",
    "safety/guard/channel.py",
    "safety/guard/clerk.py",
    "safety/guard/client.py",
    "safety/guard/dose.py",
    "safety/guard/guard.py",
    "safety/guard/latch_file.py",
    "safety/guard/messages.py",
    "safety/guard/news.py",
    "safety/guard/report.py",
    "safety/guard/ring_file.py",
    "safety/guard/sense.py",
    "safety/guard/stations.py",
    "safety/guard/store.py",
    "simulator/attendant.py",
    "simulator/buttons.py",
    "simulator/devices/node.py",
    "simulator/devices/node_board.py",
    "simulator/memory_wire.py",
    "simulator/plant/brake.py",
    "simulator/plant/fast*.py",
    "simulator/plant/imu.py",
    "simulator/plant/leap*.py",
    "simulator/plant/pair.py",
    "simulator/rider.py",
    "simulator/sensors.py",
    "simulator/wire.py",
    "simulator/world.py",
    "simulator/world_table.py",
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
