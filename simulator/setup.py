"""What a simulated table is made of; everything that a run depends on but its seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from simulator.rider import RiderSetup

__all__ = ["Drive", "Gear", "RiderSetup", "WorldSetup"]

Gear = Literal["a1", "a2"]  # self-locking worm, back-drivable planetary
Drive = str  # "node" or a name of simulator/sides.py


@dataclass(frozen=True)
class WorldSetup:
    """Gear and drive, the rider, and where the table stands at first.

    drive "node": one wire, "drive", carries everything. Any other: wires "drive", "inclinometer" (WitMotion)
    and "inputs" (a node for inputs and outputs only).
    """

    gear: Gear = "a1"
    drive: Drive = "node"
    rider: RiderSetup = field(default_factory=RiderSetup)
    park_deg: float = -70.0
    start_deg: float | None = None  # None: at park
    node_baud: int = 460_800
    drive_baud: int | None = None  # None: as the drive's side has it
    inclinometer_baud: int = 9_600
    steps_per_degree: int = 100
