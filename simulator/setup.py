"""What a simulated table is made of; everything that a run depends on but its seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from simulator.plant.document import Range
from simulator.plant.params import GEARS
from simulator.rider import RiderSetup, allowed

__all__ = ["Drive", "Gear", "RiderSetup", "WorldSetup"]

ANGLE: Final = Range(-90.0, 90.0, "deg")
BAUD: Final = Range(300, 10_000_000, "baud")

Gear = Literal["a1", "a2", "b"]  # self-locking worm, back-drivable planetary, linear actuator
ON_ROD: Final = ("atv320", "zlac8015d", "cia402", "jrk")  # drives that can be on gear b
Pendant = Literal["two", "three"]  # positions
PENDANTS: Final = get_args(Pendant)
Drive = str  # "node" or a name of simulator/sides.py


@dataclass(frozen=True)
class WorldSetup:
    """Gear and drive, the rider, and where the table stands at first.

    drive "node": one wire, "drive", carries everything. Any other: wires "drive", "inclinometer" (WitMotion)
    and "inputs" (a node for inputs and outputs only). What cannot be is refused with a ValueError.
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
    pendant: Pendant = "three"

    def __post_init__(self) -> None:
        """Refuse what no table is."""
        if self.gear not in GEARS:
            raise ValueError(f"gear {self.gear!r}: there are {', '.join(GEARS)}")
        if self.gear == "b" and self.drive not in ON_ROD:
            raise ValueError(f"gear 'b' is a rod, which {self.drive} cannot drive: take {', '.join(ON_ROD)}")
        if self.pendant not in PENDANTS:
            raise ValueError(
                f"pendant {self.pendant!r}: there are {', '.join(PENDANTS)}, of so many positions"
            )
        allowed("park_deg", self.park_deg, ANGLE, "name the angle of the mounting position")
        if self.start_deg is not None:
            allowed("start_deg", self.start_deg, ANGLE, "leave it out to start at park")
        for name in ("node_baud", "drive_baud", "inclinometer_baud"):
            baud = getattr(self, name)
            if baud is not None:
                allowed(name, baud, BAUD, "take the baud of the device's own manual")
