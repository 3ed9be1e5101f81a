"""Faults of motor, gear, brake, hinge and supply, and of the electronics that have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.fault_record import Act, Fault, Severity, set_part
from simulator.plant.heat import REFERENCE_DEGC

if TYPE_CHECKING:
    from simulator.world import World


def ill(name: str, value: object, otherwise: object) -> Act:
    """Something is broken in the table; a value of None is the severity."""

    def act(world: World, amount: float | None) -> None:
        given = amount if value is None else value
        setattr(world.table.ailments, name, otherwise if amount is None else given)
        world.table.refit()

    return act


def jam(world: World, amount: float | None) -> None:
    """The hinge seizes: dry friction on top of its own."""
    world.table.plant.drag_nm = amount or 0.0


def brake_strength(world: World, amount: float | None) -> None:
    """The brake holds only this part of its torque."""
    world.table.plant.brake_strength = 1.0 if amount is None else amount


def brake_gone(world: World, amount: float | None) -> None:
    """It holds nothing."""
    world.table.plant.brake_strength = 1.0 if amount is None else 0.0


def sag(world: World, amount: float | None) -> None:
    """The battery gives less."""
    world.table.plant.supply_v = world.table.whole.supply.open_v if amount is None else amount


def loss(world: World, amount: float | None) -> None:
    """The motor's supply is gone; the electronics have their own."""
    world.table.powered = amount is None


def worked(world: World, amount: float | None) -> None:
    """The motor comes hot from long work; it goes on heating and cooling from there."""
    world.table.heat.begin(REFERENCE_DEGC if amount is None else amount)
    world.table.refit()


def node_reboot(world: World, amount: float | None) -> None:
    """Once, at the moment it is switched on."""
    if amount is not None:
        world.node.reboot(world.now_us)


def node_off(world: World, amount: float | None) -> None:
    """The node's own supply."""
    world.node.power(amount is None, world.now_us)


def drive_cycle(world: World, amount: float | None) -> None:
    """The drive's electronics start anew, once: what was not saved is gone."""
    if amount is not None and world.drive_cycle is not None:
        world.drive_cycle()
        world.drive_boots += 1


def hot(part: str) -> Act:
    """A part of the drive has this heat, whatever it does; the drive tells it."""
    return lambda world, amount: world.warmth.heat(part, amount)


# From just above 80 per cent of the careful guess of 85 degC in a table file; an ATV320 tells per cent.
HEAT: Final = Severity("degC, or % of what it bears", 82.0, 120.0, 90.0)

ROWS: Final = {
    "blocked": Fault(
        "something gets in the way of the bed, on the side it moves to",
        set_part("obstacle", "there", True, False),
    ),
    "jammed": Fault("the hinge seizes", jam, Severity("N m", 600.0, 5_000.0, 2_000.0)),
    "motor_dead": Fault("the motor's wire is broken", ill("dead_motor", True, False)),
    "motor_shorted": Fault(
        "turns of the motor's winding are shorted",
        ill("winding", None, 1.0),
        Severity("of its resistance", 0.1, 0.9, 0.3),
    ),
    "motor_worked": Fault(
        "the motor is hot from long work: more resistance, weaker magnets",
        worked,
        Severity("degC of the winding", 60.0, 150.0, 120.0),
    ),
    "motor_reversed": Fault("the motor's two wires are swapped", ill("reversed", True, False)),
    "runaway": Fault(
        "the bridge is stuck and drives on, whatever it is told",
        ill("stuck_duty", None, None),
        Severity("of full voltage, head-down", -1.0, 1.0, 0.5),
    ),
    "belt_broken": Fault("the belt between gear and table breaks", ill("belt_broken", True, False)),
    "brake_worn": Fault("the brake is weak", brake_strength, Severity("of its torque", 0.05, 0.9, 0.3)),
    "brake_gone": Fault("the brake holds nothing", brake_gone),
    "brake_slow": Fault(
        "the brake is slow, as when switched on the wrong side of its rectifier",
        ill("brake_slow", None, 1.0),
        Severity("times its delays", 2.0, 20.0, 10.0),
    ),
    "brake_stuck": Fault("the brake does not open", ill("brake_stuck", True, None)),
    "brake_open": Fault("the brake does not close", ill("brake_stuck", False, None)),
    "supply_low": Fault("the battery sags", sag, Severity("V", 15.0, 21.0, 19.0)),
    "supply_lost": Fault("the motor's supply is gone", loss),
    "node_reboot": Fault("the node's firmware starts anew, once", node_reboot),
    "node_off": Fault("the node is without supply", node_off),
    "drive_hot": Fault(
        "the drive's electronics get hot, as behind a blocked fan", hot("driver"), HEAT, ("driver's heat",)
    ),
    "motor_hot": Fault("the motor gets hot", hot("motor"), HEAT, ("motor's heat",)),
    "drive_reboot": Fault("the drive is switched off and on, once", drive_cycle, None, ("power cycle",)),
}
