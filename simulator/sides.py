"""Every drive a simulated table can have besides the node: its part of the world, and its twin alone.

A new drive is a side and one row here. The names are those of the table file; a test compares them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from simulator.devices.atv320 import Atv320
from simulator.devices.base import Shaft, Twin
from simulator.devices.blvr import Blvr
from simulator.devices.cia402 import Cia402
from simulator.devices.jrk import Jrk
from simulator.devices.odrive import Odrive
from simulator.devices.odrive_values import ENTRIES
from simulator.devices.roboclaw import Roboclaw
from simulator.devices.zlac8015d import Zlac8015d
from simulator.setup import WorldSetup
from simulator.world_blvr import BlvrSide
from simulator.world_cia402 import Cia402Side
from simulator.world_jrk import JrkSide
from simulator.world_odrive import OdriveSide
from simulator.world_roboclaw import RoboclawSide
from simulator.world_speed import Atv320Side, Zlac8015dSide

if TYPE_CHECKING:
    from simulator.world import World

PTY_GIVE_UP_US = 20_000  # a terminal hands a frame on in pieces; real lines are judged by C3.5


class Side(Protocol):
    """Attaches the drive's wires to a world as it is made; moves the motor from then on."""

    def sense(self) -> None:
        """Every 10 ms: what the sensors say reaches the devices."""
        ...

    def act(self) -> None:
        """Every millisecond: the motor follows the drive, the drive's registers show the motor."""
        ...


class Row(NamedTuple):
    """One drive: how to put it into a world, how to serve it alone."""

    side: Callable[[WorldSetup, World], Side]
    alone: Callable[[Shaft], Twin]  # with an ideal shaft that follows it
    serial: str  # how it is spoken to
    is_modbus: bool = True
    encoder_on_inputs: bool = False  # the node of the inputs has an encoder at the hinge
    encoder_at_hinge: bool = False  # what counts its turns sits there, not on the motor
    factory: Callable[[Shaft], Twin] | None = None  # as it comes, where `alone` is one that is set up
    lock: Callable[[Any], object] = lambda twin: setattr(twin, "locked", True)  # no setting is taken


SIDES: Final = {
    "blvr": Row(
        BlvrSide,
        lambda shaft: Blvr(shaft, follow=True, give_up_us=PTY_GIVE_UP_US),
        "Modbus RTU, unit 1, 230400 8E1",
    ),
    "atv320": Row(
        Atv320Side,
        lambda shaft: Atv320(shaft, follow=True, give_up_us=PTY_GIVE_UP_US),
        "Modbus RTU, unit 1, 19200 8E1",
        encoder_on_inputs=True,
        encoder_at_hinge=True,
    ),
    "zlac8015d": Row(
        Zlac8015dSide,
        lambda shaft: Zlac8015d(shaft, follow=True, give_up_us=PTY_GIVE_UP_US),
        "Modbus RTU, unit 1, 115200 8N1",
    ),
    "cia402": Row(
        Cia402Side,
        lambda shaft: Cia402(shaft, follow=True, give_up_us=PTY_GIVE_UP_US),
        "Modbus RTU, unit 1, 115200 8E1",
    ),
    "odrive": Row(
        OdriveSide,
        lambda shaft: Odrive(shaft, follow=True),
        "ODrive ASCII, 115200 8N1",
        is_modbus=False,
        lock=lambda twin: setattr(twin, "locked", frozenset(ENTRIES)),
    ),
    "jrk": Row(
        JrkSide,
        lambda shaft: Jrk(shaft, follow=True),
        "Pololu serial with CRC, 9600 8N1",
        is_modbus=False,
        encoder_at_hinge=True,
        factory=lambda shaft: Jrk(shaft, follow=True, changes={}),
    ),
    "roboclaw": Row(
        RoboclawSide,
        lambda shaft: Roboclaw(shaft, follow=True),
        "packet serial, address 128, 38400 8N1",
        is_modbus=False,
        factory=lambda shaft: Roboclaw(shaft, follow=True, factory=True),
    ),
}


def side_of(drive: str) -> Row:
    """The row of a drive. Raises ValueError with what there is."""
    if drive not in SIDES:
        raise ValueError(f"drive {drive!r}: there are node, {', '.join(SIDES)}")
    return SIDES[drive]
