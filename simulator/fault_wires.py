"""Faults of the wires: every kind of trouble, on every wire a world may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from simulator.fault_record import Act, Fault, Severity

if TYPE_CHECKING:
    from simulator.world import World


class Kind(NamedTuple):
    """One kind of trouble: its field of `simulator.wire.Trouble`, the end of its name, and what it does."""

    field: str
    suffix: str
    what: str
    severity: Severity | None = None


class Place(NamedTuple):
    """One wire: how its faults' names begin, and its words."""

    wire: str
    prefix: str
    what: str
    needs: tuple[str, ...] = ()


SHARE: Final = Severity("of its frames", 0.001, 0.5, 0.02)
KINDS: Final = (
    Kind("cut_down", "deaf", "carries nothing to the device"),
    Kind("cut_up", "mute", "carries nothing to the host"),
    Kind("loss", "lossy", "loses frames", SHARE),
    Kind("corrupt", "noisy", "spoils a bit of frames", SHARE),
    Kind("double", "doubled", "brings frames twice", SHARE),
    Kind("reorder", "reordered", "brings frames behind the next one", SHARE),
    Kind("truncate", "truncated", "loses the end of frames", SHARE),
    Kind("merge", "merged", "brings frames together with the next one", SHARE),
    Kind("delay_us", "slow", "brings each frame late", Severity("ms", 1.0, 60.0, 30.0)),
    Kind("echo", "echo", "gives the host its own frames back"),
)
PLACES: Final = (
    Place("drive", "wire", "the drive's wire"),
    Place("inputs", "inputs_wire", "the wire of the inputs", ("inputs",)),
    Place("inclinometer", "inclinometer_wire", "the inclinometer's wire", ("inclinometer",)),
)
MICRO: Final = 1_000  # microseconds of a millisecond


def cut(wire: str) -> Act:
    """The wire is cut."""
    return lambda world, amount: world.wires[wire].cut(amount is not None)


def trouble(wire: str, kind: Kind) -> Act:
    """The wire does this to frames."""

    def act(world: World, amount: float | None) -> None:
        of = world.wires[wire].trouble
        if kind.severity is None:
            setattr(of, kind.field, amount is not None)
        elif kind.field == "delay_us":
            of.delay_us = round((amount or 0.0) * MICRO)
        else:
            setattr(of, kind.field, amount or 0.0)

    return act


ROWS: Final = {
    "wire_cut": Fault("the drive's wire is cut", cut("drive")),
    "inputs_cut": Fault("the wire to the node of the inputs is cut", cut("inputs"), None, ("inputs",)),
} | {
    f"{place.prefix}_{kind.suffix}": Fault(
        f"{place.what} {kind.what}", trouble(place.wire, kind), kind.severity, place.needs
    )
    for place in PLACES
    for kind in KINDS
}
# By name: wire and what is counted there, for whoever looks whether it is so.
COUNTED: Final = {
    f"{place.prefix}_{kind.suffix}": (
        place.wire,
        {"cut_down": "cut", "cut_up": "cut", "delay_us": "delay"}.get(kind.field, kind.field),
    )
    for place in PLACES
    for kind in KINDS
}
