"""Faults of contacts, buttons and cam switches: held, stuck, flickering, bouncing, in doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from firmware_bridge.node import protocol
from simulator.devices.node_board import SAMPLE_MS
from simulator.fault_record import Act, Fault, Severity

if TYPE_CHECKING:
    from simulator.world import World

FLICKER: Final = Severity("ms of each second", 10, 90, 20)
CHATTER: Final = Severity("ms of each 200 ms", 20, 190, 100)
BOUNCE: Final = Severity("ms after each change", 20, 200, 50)


def contact(*names: str, held: bool) -> Act:
    """Contacts are held so, whatever anybody does."""

    def act(world: World, amount: float | None) -> None:
        for name in names:
            world.buttons.fault(name, None if amount is None else held)

    return act


def bits(mask: int, reads: bool) -> Act:
    """An input reads so for ever."""

    def act(world: World, amount: float | None) -> None:
        world.panel.stuck.pop(mask, None)
        world.panel.differed &= ~mask
        if amount is not None:
            world.panel.stuck[mask] = reads

    return act


def samples(what: str, mask: int) -> Act:
    """An input is spoilt for so many samples of the node."""

    def act(world: World, amount: float | None) -> None:
        spoilt: dict[int, int] = getattr(world.panel, what)
        spoilt.pop(mask, None)
        world.panel.differed &= ~mask
        if amount is not None:
            spoilt[mask] = round(amount / SAMPLE_MS)

    return act


def doubtful(world: World, amount: float | None) -> None:
    """The pairs of contacts disagree: the node knows nothing about them."""
    world.panel.unknown = 0 if amount is None else protocol.ANKLE_A | protocol.ANKLE_B


ROWS: Final = {
    "pendant_released": Fault("the pendant is let go", contact("pendant", held=False)),
    "pendant_squeezed": Fault(
        "a cramped hand squeezes the three-position pendant through its middle",
        contact("squeezed", held=True),
        None,
        ("three positions",),
    ),
    "pendant_stuck": Fault("the pendant reads as held for ever", contact("pendant", held=True)),
    "pendant_flicker": Fault(
        "the pendant reads as let go for a moment each second", samples("flicker", protocol.PENDANT), FLICKER
    ),
    "pendant_bounce": Fault(
        "the pendant's contact bounces when it changes", samples("bounce", protocol.PENDANT), BOUNCE
    ),
    "ankle_open": Fault("one ankle contact opens", contact("ankle_a", held=False)),
    "ankles_open": Fault("both ankle contacts open", contact("ankle_a", "ankle_b", held=False)),
    "ankle_flicker": Fault(
        "one ankle contact opens for a moment each second", samples("flicker", protocol.ANKLE_A), FLICKER
    ),
    "inputs_doubtful": Fault("the pairs of the ankle contacts disagree", doubtful),
    "estop": Fault("the e-stop chain opens", contact("estop", held=True)),
    "stop_button": Fault("the local STOP is pressed", contact("stop", held=True)),
    "stop_flicker": Fault(
        "the local STOP reads as pressed for a moment, over and over",
        samples("chatter", protocol.STOP_BUTTON),
        CHATTER,
    ),
    "return_button": Fault("a local RETURN is pressed", contact("return_a", held=True)),
    "return_b_button": Fault("the other local RETURN is pressed", contact("return_b", held=True)),
    "load_lost": Fault("the load switch opens", contact("load", held=False)),
    "over_angle": Fault("the over-angle switch reads as tripped", bits(protocol.OVER_ANGLE, True)),
    "park_switch": Fault("the park switch reads as open for ever", bits(protocol.AT_PARK, False)),
    "park_switch_closed": Fault("the park switch reads as closed for ever", bits(protocol.AT_PARK, True)),
    "park_switch_bounce": Fault(
        "the park switch bounces when it changes", samples("bounce", protocol.AT_PARK), BOUNCE
    ),
    "rest_switch": Fault("the rest switch reads as closed for ever", bits(protocol.PAST_REST, True)),
    "rest_switch_open": Fault("the rest switch reads as open for ever", bits(protocol.PAST_REST, False)),
    "rest_switch_bounce": Fault(
        "the rest switch bounces when it changes", samples("bounce", protocol.PAST_REST), BOUNCE
    ),
    "enable_welded": Fault(
        "the enable relay's contact reads as closed for ever", bits(protocol.ENABLED, True)
    ),
}
