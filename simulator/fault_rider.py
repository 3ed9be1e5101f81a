"""What can happen to the person on the table, and by people beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.fault_plant import ill
from simulator.fault_record import Act, Fault, Severity, set_part
from simulator.restless import Restless

if TYPE_CHECKING:
    from simulator.world import World

MM: Final = 1e-3


def faint(world: World, amount: float | None) -> None:
    """The hand opens, nobody answers, the arms hang down: overhead when the head is below the feet."""
    gone = amount is not None
    world.rider.silent = gone
    world.buttons.fault("pendant", False if gone else None)
    arms(world, amount if gone and world.table.plant.angle_deg > 0.0 else None)


def arms(world: World, amount: float | None) -> None:
    """The rider stretches both arms overhead: head-heavy."""
    world.rider.arms = "sides" if amount is None else "overhead"
    world.stir()


def ankle_slips(world: World, amount: float | None) -> None:
    """A heel comes out of its rest, and the body slides on the bed."""
    world.buttons.fault("ankle_a", None if amount is None else False)
    world.rider.slid_m = (amount or 0.0) * MM
    world.seat()


def straps_loose(world: World, amount: float | None) -> None:
    """The ankle straps have play: the body lies on the foot plate and flies into them head down."""
    world.slack.slack_m = None if amount is None else amount * MM


def restless(world: World, amount: float | None) -> None:
    """The rider does not lie still."""
    world.table.ailments.restless = None if amount is None else Restless(world.seed, amount)


def posture(name: str) -> Act:
    """The rider lies otherwise."""

    def act(world: World, amount: float | None) -> None:
        setattr(world.rider, name, amount or 0.0)
        world.stir()

    return act


ROWS: Final = {
    "rider_silent": Fault(
        "the rider answers nothing and goes on holding the pendant", set_part("rider", "silent", True, False)
    ),
    "rider_faints": Fault("the rider faints: the hand opens, the arms fall, nobody answers", faint),
    "panic": Fault(
        "the rider throws their weight about for 5 s",
        ill("panic_nm", None, 0.0),
        Severity("N m", 10.0, 120.0, 80.0),
    ),
    "arms_overhead": Fault("the rider stretches both arms overhead", arms),
    "knees_drawn": Fault(
        "the rider draws the knees up", posture("knees_deg"), Severity("deg of the shanks", 5.0, 45.0, 30.0)
    ),
    "ankle_slips": Fault(
        "a heel slips out of its rest and the body slides head-first",
        ankle_slips,
        Severity("mm", 2.0, 50.0, 15.0),
    ),
    "straps_loose": Fault(
        "the ankle straps have play, and the body slides into them as the head goes below the feet",
        straps_loose,
        Severity("mm", 5.0, 30.0, 15.0),
    ),
    "restless": Fault(
        "the rider does not lie still: tremor, and pushes of up to 60 N m",
        restless,
        Severity("pushes a minute", 1.0, 12.0, 4.0),
    ),
    "leaned_on": Fault(
        "somebody leans on the bed",
        ill("lean_nm", None, 0.0),
        Severity("N m, head-down", -100.0, 100.0, 60.0),
    ),
}
