"""What one fault is, as data: its words, its severity with unit and range, what the world must have."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from simulator.world import World

# Makes the fault be there with this severity (1.0 where it has none), or takes it away (None).
Act = Callable[["World", float | None], None]


class Severity(NamedTuple):
    """How much: `usual` without a word about it, anything from `low` to `high` on request."""

    unit: str
    low: float
    high: float
    usual: float


class Fault(NamedTuple):
    """One row. `needs` are words of NEEDS that the world must fulfil."""

    what: str
    act: Act
    severity: Severity | None = None
    needs: tuple[str, ...] = ()


# What a fault may ask of a world, and how a world answers.
NEEDS: dict[str, tuple[str, Callable[[World], bool]]] = {
    "inputs": ("a node of the inputs on a wire of its own", lambda world: "inputs" in world.wires),
    "inclinometer": ("an inclinometer on a wire of its own", lambda world: "inclinometer" in world.wires),
    "motor node": ("a node that drives the motor", lambda world: world.setup.drive == "node"),
    "encoder plug": ("an encoder plugged into a node", lambda world: world.encoder_on_node),
    "driver's heat": (
        "a drive that tells how hot it is",
        lambda world: "driver" in world.warmth.told_hot,
    ),
    "motor's heat": (
        "a drive that tells how hot its motor is",
        lambda world: "motor" in world.warmth.told_hot,
    ),
    "three positions": ("a three-position pendant", lambda world: world.setup.pendant == "three"),
    "power cycle": ("a drive that can be switched off and on", lambda world: world.drive_cycle is not None),
}


def set_part(owner: str, name: str, value: object, otherwise: object) -> Act:
    """A part of the world has this value, and that one when all is well."""
    return lambda world, amount: setattr(getattr(world, owner), name, otherwise if amount is None else value)


def set_amount(owner: str, name: str, otherwise: float) -> Act:
    """A part of the world has the severity as its value, and that one when all is well."""
    return lambda world, amount: setattr(getattr(world, owner), name, otherwise if amount is None else amount)
