"""The table file of a simulated table: the same file a real table has, with the bench's ports in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

HEAD: Final = """\
# Written by the demo: the simulated table.

[table]
name = "Simulated table"
gear = "{gear}"
park_deg = -70.0
power_loss = "battery"
battery_returns = 2
crank = true
way_out_after_cut = "second-drive"

[stops]
up_deg = -74.0
down_deg = 66.0

[limits]
cap_deg = 60.0
down_dps = 2.0
up_dps = 2.0
upright_dps = 1.5
day_max_min = 15.0
sessions_a_day = 3
check_in_every_s = 60.0
"""
NODE: Final = """
[drive]
type = "node"
port = "{drive}"
"""
BLVR: Final = """
[drive]
type = "blvr"
port = "{drive}"
baud = 230400
parity = "none"
address = 1
steps_per_degree = 100

[inclinometer]
type = "witmotion"
port = "{inclinometer}"
baud = 9600

[inputs]
type = "node"
port = "{inputs}"
"""
DRIVES: Final = {"node": (NODE, ("drive",)), "blvr": (BLVR, ("drive", "inclinometer", "inputs"))}


def text(drive: str, gear: str, ports: Mapping[str, Path]) -> str:
    """The file's text for a drive of DRIVES and the ports of its wires."""
    wires, _ = DRIVES[drive]
    return HEAD.format(gear=gear) + wires.format(**{name: str(path) for name, path in ports.items()})
