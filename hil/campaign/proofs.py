"""That a fault is real: looked for on the plant, the sensors and the wire, never at what the product says.

One row for each fault of `simulator.faults`. A proof is asked every tick from the moment of the fault; some
need an occasion (a frozen sensor shows only when the table moves), and such a run may end without one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from firmware_bridge.node import protocol
from simulator.world import World

OFF_DEG: Final = 3.0  # a sensor is wrong by so much, of 5
MOVED_DEG: Final = 0.5
SILENT_US: Final = 100_000
STUCK_DPS: Final = 0.05


class Before(NamedTuple):
    """How it was when the fault was switched on."""

    now_us: int
    angle_deg: float
    encoder_deg: float
    inclinometer_deg: float
    frames: dict[str, int]  # by wire: frames spoilt so far
    weight: tuple[float, float]
    boots: int


Proof = Callable[[World, Before], bool]


def look(world: World) -> Before:
    """Remember."""
    truth, plant = world.truth, world.table.plant
    return Before(
        world.now_us,
        truth.angle_deg,
        truth.encoder_deg,
        truth.inclinometer_deg,
        {name: wire.spoilt for name, wire in world.wires.items()},
        (plant._weight_xi, plant._weight_eta),
        id(world.node.brain),
    )


def _contact(name: str, held: bool) -> Proof:
    return lambda world, before: world.buttons[name] is held


def _bit(mask: int, reads: bool) -> Proof:
    """The input reads so although the table stands otherwise."""
    return lambda world, before: bool(world.panel.bits() & mask) is reads and mask in world.panel.stuck


def _moved(world: World, before: Before) -> bool:
    return abs(world.truth.angle_deg - before.angle_deg) > MOVED_DEG


def _spoilt(world: World, before: Before) -> bool:
    return world.wires["drive"].spoilt > before.frames["drive"]


def _silent(wire: str) -> Proof:
    return lambda world, before: world.wires[wire].trouble.cut and world.now_us - before.now_us >= SILENT_US


def _inclinometer_silent(world: World, before: Before) -> bool:
    return world.inclinometer.lost or _silent("inclinometer")(world, before)


def _off(what: str) -> Proof:
    return lambda world, before: abs(getattr(world.truth, what) - world.truth.angle_deg) > OFF_DEG


def _pushed(world: World, before: Before) -> bool:
    return world.table.plant.external_torque_nm != 0.0


def _jammed(world: World, before: Before) -> bool:
    truth, plant = world.truth, world.table.plant
    return plant.drag_nm > 0.0 and truth.bridge_on and abs(truth.rate_dps) < STUCK_DPS


def _runs_away(world: World, before: Before) -> bool:
    return world.truth.bridge_on and world.table.plant._duty == 0.5


def _reversed(world: World, before: Before) -> bool:
    """The motor gets the opposite of what the electronics ask for."""
    asked, given = world.table._duty, world.table.plant._duty
    return bool(asked) and given == -(asked or 0.0)


def _no_current(world: World, before: Before) -> bool:
    return bool(world.table._duty) and world.table.plant.current_a == 0.0


# The same names as in simulator.faults; a test compares both.
PROOFS: Final[dict[str, Proof]] = {
    "rider_silent": lambda world, before: world.rider.silent,
    "pendant_released": _contact("pendant", False),
    "pendant_stuck": _contact("pendant", True),
    "ankle_open": _contact("ankle_a", False),
    "ankles_open": lambda w, b: not w.buttons["ankle_a"] and not w.buttons["ankle_b"],
    "ankle_flicker": lambda w, b: bool(w.panel.flicker) and w.now_us - b.now_us >= 1_000_000,
    "inputs_doubtful": lambda world, before: bool(world.panel.unknown),
    "estop": _contact("estop", True),
    "stop_button": _contact("stop", True),
    "return_button": _contact("return_a", True),
    "return_b_button": _contact("return_b", True),
    "load_lost": _contact("load", False),
    "over_angle": _bit(protocol.OVER_ANGLE, True),
    "park_switch": _bit(protocol.AT_PARK, False),
    "rest_switch": _bit(protocol.PAST_REST, True),
    "enable_welded": _bit(protocol.ENABLED, True),
    "wire_cut": _silent("drive"),
    "inputs_cut": _silent("inputs"),
    "inclinometer_cut": _inclinometer_silent,
    "wire_lossy": _spoilt,
    "wire_noisy": _spoilt,
    "wire_echo": _spoilt,
    "wire_slow": lambda world, before: world.wires["drive"].trouble.delay_us > 0,
    "inclinometer_frozen": lambda w, b: _moved(w, b) and w.truth.inclinometer_deg == b.inclinometer_deg,
    "inclinometer_shifted": _off("inclinometer_deg"),
    "encoder_frozen": lambda w, b: _moved(w, b) and w.truth.encoder_deg == b.encoder_deg,
    "encoder_slipped": _off("encoder_deg"),
    "encoder_lost": lambda world, before: world.encoder.lost,
    "blocked": _pushed,
    "jammed": _jammed,
    "panic": _pushed,
    "arms_overhead": lambda w, b: (w.table.plant._weight_xi, w.table.plant._weight_eta) != b.weight,
    "motor_reversed": _reversed,
    "motor_dead": _no_current,
    "runaway": _runs_away,
    "brake_worn": lambda world, before: 0.0 < world.table.plant.brake_strength < 1.0,
    "brake_gone": lambda world, before: world.table.plant.brake_strength == 0.0,
    "supply_low": lambda world, before: not world.table.supply_ok and world.table.powered,
    "supply_lost": lambda world, before: not world.table.powered and not world.truth.bridge_on,
    "node_reboot": lambda world, before: id(world.node.brain) != before.boots,
    "node_off": lambda world, before: world.node.off,
}
