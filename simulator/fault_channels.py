"""Faults of the sensors' channels: each kind of the fault stage, on each channel that can have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from simulator.fault_record import Act, Fault, Severity

if TYPE_CHECKING:
    from simulator.world import World


class Channel(NamedTuple):
    """One channel: its attribute of the world, its words, its unit."""

    name: str
    what: str
    unit: str
    needs: tuple[str, ...] = ()


class Kind(NamedTuple):
    """One kind of fault: how it is called on an angle, and what it does."""

    kind: str
    suffix: str
    what: str
    severity: Severity | None = None


ENCODER: Final = Channel("encoder", "the drive's encoder", "deg")
INCLINOMETER: Final = Channel("inclinometer", "the inclinometer", "deg")
CURRENT: Final = Channel("current", "the motor's current sense", "A", ("motor node",))

SHARE: Final = Severity("of its samples", 0.01, 0.9, 0.2)
ANGLE_KINDS: Final = (
    Kind("stuck", "frozen", "repeats its last value"),
    Kind("drift", "drift", "drifts away", Severity("deg/s", -2.0, 2.0, 0.05)),
    Kind("scale", "scaled", "is wrong by a factor", Severity("times", 0.5, 1.5, 1.1)),
    Kind("sign", "reversed", "counts the other way"),
    Kind("noise", "noisy", "is noisy", Severity("deg rms", 0.02, 5.0, 0.5)),
    Kind("dropout", "dropouts", "leaves samples out and repeats the one before", SHARE),
    Kind("delay", "late", "is late", Severity("ms", 10, 500, 200)),
    Kind("bitflip", "bitflips", "has a wrong bit in its word", Severity("of its samples", 0.001, 0.5, 0.02)),
    Kind("railed", "railed", "says the end of its range"),
    Kind("swap", "swapped", "says what the other angle sensor says"),
    Kind(
        "intermittent",
        "intermittent",
        "repeats its last value for a part of each second",
        Severity("of each second", 0.05, 0.95, 0.3),
    ),
)
CURRENT_KINDS: Final = (
    Kind("stuck", "frozen", "repeats its last value"),
    Kind("jump", "shifted", "is off", Severity("A", -20.0, 20.0, 5.0)),
    Kind("scale", "scaled", "is wrong by a factor", Severity("times", 0.0, 3.0, 0.3)),
    Kind("sign", "reversed", "counts the other way"),
    Kind("noise", "noisy", "is noisy", Severity("A rms", 0.1, 10.0, 2.0)),
    Kind("railed", "railed", "says the end of its range"),
)
MILLI: Final = {"delay": 1e-3}  # those that are told in thousandths of the stage's unit


def stage(channel: str, kind: str) -> Act:
    """A kind of fault in the stage of a channel."""
    factor = MILLI.get(kind, 1.0)

    def act(world: World, amount: float | None) -> None:
        of = getattr(world, channel).stage
        of.switch(kind, None if amount is None else amount * factor)

    return act


def _rows(channel: Channel, kinds: tuple[Kind, ...]) -> dict[str, Fault]:
    return {
        f"{channel.name}_{kind.suffix}": Fault(
            f"{channel.what} {kind.what}", stage(channel.name, kind.kind), kind.severity, channel.needs
        )
        for kind in kinds
    }


def lost(world: World, amount: float | None) -> None:
    """The encoder's plug is out of the node."""
    world.encoder.lost = amount is not None


def silent(world: World, amount: float | None) -> None:
    """The inclinometer's wire is cut where it has one, else its plug is out of the node."""
    if "inclinometer" in world.wires:
        world.wires["inclinometer"].cut(amount is not None)
    else:
        world.inclinometer.lost = amount is not None


SHIFT: Final = Severity("deg", -30.0, 30.0, 5.0)
ROWS: Final = {
    **_rows(ENCODER, ANGLE_KINDS),
    "encoder_slipped": Fault("the drive's encoder is off", stage("encoder", "jump"), SHIFT),
    "encoder_lost": Fault("the node's encoder says nothing", lost, None, ("encoder plug",)),
    **_rows(INCLINOMETER, ANGLE_KINDS),
    "inclinometer_shifted": Fault("the inclinometer's mount slips", stage("inclinometer", "jump"), SHIFT),
    "inclinometer_cut": Fault("the inclinometer's wire is cut", silent),
    **_rows(CURRENT, CURRENT_KINDS),
}
# By name: channel and kind, for whoever looks whether it is so.
KIND_OF: Final = {
    **{f"encoder_{kind.suffix}": ("encoder", kind.kind) for kind in ANGLE_KINDS},
    **{f"inclinometer_{kind.suffix}": ("inclinometer", kind.kind) for kind in ANGLE_KINDS},
    **{f"current_{kind.suffix}": ("current", kind.kind) for kind in CURRENT_KINDS},
    "encoder_slipped": ("encoder", "jump"),
    "inclinometer_shifted": ("inclinometer", "jump"),
}
