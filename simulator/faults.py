"""Everything that can be made to go wrong: a table of switches by name, each acting on the world at once."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from firmware_bridge.node import protocol

if TYPE_CHECKING:
    from simulator.world import World

Switch = Callable[["World", bool], None]
LOSS = 0.02
CORRUPTION = 0.02
DOUBLING = 0.02
DELAY_US = 30_000
SHIFT_DEG = 5.0
JAM_NM = 2_000.0
WORN = 0.3


class Fault(NamedTuple):
    """One row: what happens, and how; `wires` are those the world must have."""

    what: str
    switch: Switch
    wires: tuple[str, ...] = ()


def contact(*names: str, held: bool) -> Switch:
    """Contacts are held so, whatever anybody does."""

    def act(world: World, on: bool) -> None:
        for name in names:
            world.buttons.fault(name, held if on else None)

    return act


def bits(mask: int, reads: bool) -> Switch:
    """An input reads so for ever."""
    return lambda world, on: world.panel.stuck.update({mask: reads}) if on else drop(world, mask)


def drop(world: World, mask: int) -> None:
    """Let the input read the truth again."""
    world.panel.stuck.pop(mask, None)


def cut(wire: str) -> Switch:
    """The wire is cut."""
    return lambda world, on: world.wires[wire].cut(on)


def trouble(name: str, value: float, wire: str = "drive") -> Switch:
    """The wire spoils frames."""
    return lambda world, on: setattr(world.wires[wire].trouble, name, type(value)(value if on else 0))


def part(owner: str, name: str, value: object, otherwise: object) -> Switch:
    """An attribute of a part of the world has this value, and that one when all is well."""
    return lambda world, on: setattr(getattr(world, owner), name, value if on else otherwise)


def inclinometer_cut(world: World, on: bool) -> None:
    """Its wire where it has one, else its plug on the node."""
    if "inclinometer" in world.wires:
        world.wires["inclinometer"].cut(on)
    else:
        world.inclinometer.lost = on


def node_reboot(world: World, on: bool) -> None:
    """Once, at the moment it is switched on."""
    if on:
        world.node.reboot(world.now_us)


def node_off(world: World, on: bool) -> None:
    """The node's own supply."""
    world.node.power(not on, world.now_us)


def supply(volts: float | None) -> Switch:
    """The motor's supply sags, or goes (None)."""

    def act(world: World, on: bool) -> None:
        world.table.powered = not on or volts is not None
        full = world.table.plant.params.supply.open_v
        world.table.plant.supply_v = volts if on and volts is not None else full

    return act


def arms_overhead(world: World, on: bool) -> None:
    """The rider stretches their arms overhead: head-heavy."""
    world.rider.arms = "overhead" if on else "sides"
    world.seat()


def jam(world: World, on: bool) -> None:
    """The hinge seizes."""
    world.table.plant.drag_nm = JAM_NM if on else 0.0


def brake(strength: float) -> Switch:
    """The brake holds only so much of what it should."""
    return lambda world, on: setattr(world.table.plant, "brake_strength", strength if on else 1.0)


FAULTS = {
    "rider_silent": Fault(
        "the rider answers nothing and goes on holding the pendant", part("rider", "silent", True, False)
    ),
    "pendant_released": Fault("the pendant is let go", contact("pendant", held=False)),
    "pendant_stuck": Fault("the pendant reads as held for ever", contact("pendant", held=True)),
    "ankle_open": Fault("one ankle contact opens", contact("ankle_a", held=False)),
    "ankles_open": Fault("both ankle contacts open", contact("ankle_a", "ankle_b", held=False)),
    "ankle_flicker": Fault(
        "one ankle contact opens for 20 ms each second", part("panel", "flicker", protocol.ANKLE_A, 0)
    ),
    "inputs_doubtful": Fault(
        "the pairs of the ankle contacts disagree",
        part("panel", "unknown", protocol.ANKLE_A | protocol.ANKLE_B, 0),
    ),
    "estop": Fault("the e-stop chain opens", contact("estop", held=True)),
    "stop_button": Fault("the local STOP is pressed", contact("stop", held=True)),
    "return_button": Fault("a local RETURN is pressed", contact("return_a", held=True)),
    "return_b_button": Fault("the other local RETURN is pressed", contact("return_b", held=True)),
    "load_lost": Fault("the load switch opens", contact("load", held=False)),
    "over_angle": Fault("the over-angle switch reads as tripped", bits(protocol.OVER_ANGLE, True)),
    "park_switch": Fault("the park switch reads as open for ever", bits(protocol.AT_PARK, False)),
    "rest_switch": Fault("the rest switch reads as closed for ever", bits(protocol.PAST_REST, True)),
    "enable_welded": Fault(
        "the enable relay's contact reads as closed for ever", bits(protocol.ENABLED, True)
    ),
    "wire_cut": Fault("the wire to the drive is cut", cut("drive")),
    "inputs_cut": Fault("the wire to the node of the inputs is cut", cut("inputs"), ("inputs",)),
    "inclinometer_cut": Fault("the inclinometer's wire is cut", inclinometer_cut),
    "wire_lossy": Fault("one frame in 50 on the drive's wire is lost", trouble("loss", LOSS)),
    "wire_noisy": Fault(
        "one frame in 50 on the drive's wire has a wrong bit", trouble("corrupt", CORRUPTION)
    ),
    "wire_echo": Fault("one frame in 50 on the drive's wire comes twice", trouble("double", DOUBLING)),
    "wire_slow": Fault("each frame on the drive's wire comes 30 ms late", trouble("delay_us", DELAY_US)),
    "inclinometer_frozen": Fault(
        "the inclinometer repeats its last value", part("inclinometer", "frozen", True, False)
    ),
    "inclinometer_shifted": Fault(
        "the inclinometer's mount slips by 5 deg", part("inclinometer", "shift_deg", SHIFT_DEG, 0.0)
    ),
    "encoder_frozen": Fault(
        "the drive's encoder repeats its last value", part("encoder", "frozen", True, False)
    ),
    "encoder_slipped": Fault(
        "the drive's encoder is off by 5 deg", part("encoder", "offset_deg", SHIFT_DEG, 0.0)
    ),
    "encoder_lost": Fault("the node's encoder says nothing", part("encoder", "lost", True, False)),
    "blocked": Fault(
        "something gets in the way of the bed, on the side it moves to",
        part("obstacle", "there", True, False),
    ),
    "jammed": Fault("the hinge seizes", jam),
    "panic": Fault("the rider throws their weight about for 5 s", part("table", "pushes", True, False)),
    "arms_overhead": Fault("the rider stretches both arms overhead", arms_overhead),
    "motor_reversed": Fault("the motor's two wires are swapped", part("table", "reversed", True, False)),
    "motor_dead": Fault("the motor's wire is broken", part("table", "dead_motor", True, False)),
    "runaway": Fault(
        "the bridge drives head-down at half voltage while it is on", part("table", "runaway", True, False)
    ),
    "brake_worn": Fault("the brake holds a third of its torque", brake(WORN)),
    "brake_gone": Fault("the brake holds nothing", brake(0.0)),
    "supply_low": Fault("the battery sags to 19 V", supply(19.0)),
    "supply_lost": Fault("the motor's supply is gone", supply(None)),
    "node_reboot": Fault("the node's firmware starts anew, once", node_reboot),
    "node_off": Fault("the node is without supply", node_off),
}


class Faults:
    """The switches of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.on: set[str] = set()

    def names(self) -> list[str]:
        """Those this world can have."""
        return [name for name, fault in FAULTS.items() if self._missing(fault) is None]

    def switch(self, name: str, on: bool) -> None:
        """Make it go wrong, or right again. Raises ValueError with what there is."""
        fault = FAULTS.get(name)
        if fault is None:
            near = difflib.get_close_matches(name, FAULTS, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ValueError(f"there is no fault {name!r}{hint}; there are {', '.join(self.names())}")
        if missing := self._missing(fault):
            raise ValueError(f"fault {name!r} needs a wire {missing!r}, which this table has not")
        fault.switch(self._world, on)
        (self.on.add if on else self.on.discard)(name)

    def _missing(self, fault: Fault) -> str | None:
        return next((wire for wire in fault.wires if wire not in self._world.wires), None)
