"""The table file of a simulated table: the same file a real table has, with the bench's ports in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from firmware_bridge.drives import catalogue

GEARS: Final = ("a1", "a2", "b")
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
WIRES: Final = {
    "drive": """
[drive]
type = "{type}"
port = "{drive}"
{keys}""",
    "inclinometer": """
[inclinometer]
type = "witmotion"
port = "{inclinometer}"
baud = 9600
""",
    "inputs": """
[inputs]
type = "node"
port = "{inputs}"
""",
}
# What a drive's section says besides type and port: what has no default, and what a pty cannot do.
KEYS: Final[dict[str, str]] = {
    "blvr": 'parity = "none"\n',
    "atv320": 'parity = "none"\ngear_ratio = 1200.0\nholds_when_dead = "brake"\n',
    "zlac8015d": 'gear_ratio = 600.0\nholds_when_dead = "brake"\nbench_verified = true\n',
    "jrk": 'counts_per_degree = 27.0\nzero_counts = 2048\nholds_when_dead = "self-locking"\n',
    "roboclaw": 'counts_per_degree = 1000.0\nholds_when_dead = "self-locking"\n',
    "cia402": 'map = "example"\ngear_ratio = 600.0\nparity = "none"\n'
    'holds_when_dead = "brake"\nbench_verified = true\n',
    "odrive": 'holds_when_dead = "brake"\n',
}
# Which wires each drive's table has, the drive's own first.
DRIVES: Final = {name: ("drive", *entry.needs) for name, entry in catalogue.DRIVES.items()}


# The same for a table on gear "b", and what its rod is: the simulated table's distances, typed here anew.
ROD: Final = """
[lever]
base_x_m = 0.320
base_z_m = -0.620
eye_x_m = -0.160
eye_z_m = -0.060
length_at_horizontal_m = 0.738
{gain}"""
TURNS: Final = "turns_per_metre = 1000.0\n"
ROD_KEYS: Final[dict[str, tuple[str, str]]] = {  # of its [drive], of [lever]
    "atv320": ('parity = "none"\nholds_when_dead = "brake"\n', TURNS),
    "zlac8015d": ('holds_when_dead = "brake"\nbench_verified = true\n', TURNS),
    "cia402": ('map = "example"\nparity = "none"\nholds_when_dead = "brake"\nbench_verified = true\n', TURNS),
    "jrk": ('zero_counts = 2398\nholds_when_dead = "self-locking"\n', "counts_per_metre = 10000.0\n"),
}


def text(drive: str, gear: str, ports: Mapping[str, Path]) -> str:
    """The file's text for a drive of DRIVES and the ports of its wires."""
    wires = "".join(WIRES[name] for name in DRIVES[drive])
    names = {name: str(path) for name, path in ports.items()}
    keys, rod = KEYS.get(drive, ""), ""
    if gear == "b":
        keys, gain = ROD_KEYS[drive]
        rod = ROD.format(gain=gain)
    return HEAD.format(gear=gear) + wires.format(type=drive, keys=keys, **names) + rod
