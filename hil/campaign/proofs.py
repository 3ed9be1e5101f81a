"""That a fault is real: looked for on the plant, the sensors and the wire, never at what the product says.

One row for each fault of `simulator.faults`. A proof is asked every tick from the moment of the fault; some
need an occasion (a frozen sensor shows only when the table moves), and a fault that ends by itself does so
only after it was real.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from firmware_bridge.node import protocol
from simulator.devices.node_board import Sample
from simulator.fault_channels import KIND_OF
from simulator.fault_wires import COUNTED
from simulator.world import World

MOVED_DEG: Final = 0.5
SILENT_US: Final = 100_000
STUCK_DPS: Final = 0.05
LEFT_M: Final = 1e-3
FULL: Final = 0.999  # of a brake's torque


class Before(NamedTuple):
    """How it was when the fault was switched on."""

    now_us: int
    angle_deg: float
    channels: dict[str, int]  # values spoilt so far
    frames: dict[str, dict[str, int]]  # by wire: frames spoilt so far, by what was done to them
    weight: tuple[float, float]
    boots: int
    ignored: int
    told_hot: dict[str, int]  # by part: times the drive has told it as hot


Proof = Callable[[World, Before], bool]


def look(world: World) -> Before:
    """Remember."""
    plant = world.table.plant
    return Before(
        world.now_us,
        world.truth.angle_deg,
        {name: getattr(world, name).stage.spoilt for name in ("encoder", "inclinometer", "current")},
        {name: dict(wire.spoilt) for name, wire in world.wires.items()},
        (plant._weight_xi, plant._weight_eta),
        world.node.boots,
        world.rider.ignored,
        dict(world.warmth.told_hot),
    )


def _contact(name: str, held: bool) -> Proof:
    """The contact stands so; the node has read it since."""
    bit = {"estop": (protocol.ESTOP_OK, False)}.get(name)
    mask, same = bit or (getattr(protocol, _BITS[name]), True)
    return lambda world, before: bool(world.panel.said & mask) is (held is same)


_BITS: Final = {
    "pendant": "PENDANT",
    "stop": "STOP_BUTTON",
    "return_a": "RETURN_A",
    "return_b": "RETURN_B",
    "ankle_a": "ANKLE_A",
    "ankle_b": "ANKLE_B",
    "load": "LOAD",
}


def _differs(mask: int) -> Proof:
    """The node has read the input otherwise than it stands."""
    return lambda world, before: bool(world.panel.differed & mask)


def _sampled(world: World) -> Sample:
    """What the node's firmware read last."""
    assert world.node.board.last is not None
    return world.node.board.last


def _moved(world: World, before: Before) -> bool:
    return abs(world.truth.angle_deg - before.angle_deg) > MOVED_DEG


def _channel(channel: str, kind: str) -> Proof:
    """The channel's values are other than the sensor's own; a frozen one shows when the table moves."""

    def proof(world: World, before: Before) -> bool:
        stage = getattr(world, channel).stage
        spoilt: bool = stage.spoilt > before.channels[channel] and kind in stage.on
        return spoilt and (kind != "stuck" or channel == "current" or _moved(world, before))

    return proof


def _wire(wire: str, what: str) -> Proof:
    """Frames on the wire have been spoilt so since."""
    return lambda world, before: world.wires[wire].spoilt[what] > before.frames[wire].get(what, 0)


def _silent(wire: str) -> Proof:
    return lambda world, before: world.wires[wire].trouble.cut and world.now_us - before.now_us >= SILENT_US


def _inclinometer_silent(world: World, before: Before) -> bool:
    if "inclinometer" in world.wires:
        return _silent("inclinometer")(world, before)
    return _sampled(world).inclinometer_cdeg is None


def _pushed(world: World, before: Before) -> bool:
    return world.table.plant.external_torque_nm != 0.0


def _jammed(world: World, before: Before) -> bool:
    truth, plant = world.truth, world.table.plant
    return plant.drag_nm > 0.0 and truth.bridge_on and abs(truth.rate_dps) < STUCK_DPS


def _runs_away(world: World, before: Before) -> bool:
    """The motor gets what nobody has asked for."""
    given = world.table.plant._duty
    return world.truth.bridge_on and given is not None and given != world.table.asked_duty


def _reversed(world: World, before: Before) -> bool:
    """The motor gets the opposite of what the electronics ask for."""
    asked, given = world.table.asked_duty, world.table.plant._duty
    return bool(asked) and given == -(asked or 0.0)


def _no_current(world: World, before: Before) -> bool:
    return bool(world.table.asked_duty) and world.table.plant.current_a == 0.0


def _shorted(world: World, before: Before) -> bool:
    """Current flows through a winding that has less resistance than it should."""
    table = world.table
    less = table.plant.params.motor.resistance_ohm < table.whole.motor.resistance_ohm
    return less and table.plant.current_a != 0.0


def _worked(world: World, before: Before) -> bool:
    """Current flows through a winding that has more resistance than in a cool motor."""
    table = world.table
    more = table.plant.params.motor.resistance_ohm > table.whole.motor.resistance_ohm
    return more and table.plant.current_a != 0.0


def _slides(world: World, before: Before) -> bool:
    """The body has left the foot plate, where there is somebody."""
    return world.slack.slide.shift_m > LEFT_M and _heavier(world, before)


def _belt(world: World, before: Before) -> bool:
    """Motor and hinge go different ways."""
    return abs(world.table.slip_deg) > MOVED_DEG


def _weak_brake(world: World, before: Before) -> bool:
    """Told to hold and done with closing, it holds less than a whole one."""
    plant = world.table.plant
    return plant._brake_part >= 1.0 and plant.brake_nm < FULL * world.table.whole.brake.static_nm


def _slow_brake(world: World, before: Before) -> bool:
    """It was told to close and has not begun to, after a time in which a whole one is done."""
    plant, whole = world.table.plant, world.table.whole.brake
    return (
        plant._brake_wanted and plant._brake_part < 1.0 and plant._brake_since_ms > whole.engage_delay_ms + 15
    )


def _brake_against(closed: bool) -> Proof:
    """The brake is not as it is told."""

    def proof(world: World, before: Before) -> bool:
        table = world.table
        told = table._brake_closed or not table._live
        plant = table.plant
        return told is not closed and plant._brake_wanted is closed and plant.brake_closed is closed

    return proof


def _heavier(world: World, before: Before) -> bool:
    return (world.table.plant._weight_xi, world.table.plant._weight_eta) != before.weight


# The same names as in simulator.faults; a test compares both.
PROOFS: Final[dict[str, Proof]] = {
    **{name: _channel(*where) for name, where in KIND_OF.items()},
    **{name: _wire(*where) for name, where in COUNTED.items()},
    "rider_silent": lambda world, before: world.rider.ignored > before.ignored,
    "rider_faints": lambda w, b: w.rider.silent and not w.panel.said & protocol.PENDANT,
    "panic": _pushed,
    "arms_overhead": _heavier,
    "knees_drawn": _heavier,
    "ankle_slips": lambda w, b: _heavier(w, b) and not w.panel.said & protocol.ANKLE_A,
    "straps_loose": _slides,
    "restless": _pushed,
    "leaned_on": _pushed,
    "pendant_released": lambda w, b: not w.panel.said & protocol.PENDANT and w.buttons.by_person("pendant"),
    "pendant_squeezed": lambda w, b: bool(
        w.panel.said & protocol.PANIC and not w.panel.said & protocol.PENDANT
    ),
    "pendant_stuck": lambda w, b: w.panel.true & protocol.PENDANT != 0 and not w.buttons.by_person("pendant"),
    "pendant_flicker": _differs(protocol.PENDANT),
    "pendant_bounce": _differs(protocol.PENDANT),
    "ankle_open": _contact("ankle_a", False),
    "ankles_open": lambda w, b: not w.panel.said & (protocol.ANKLE_A | protocol.ANKLE_B),
    "ankle_flicker": _differs(protocol.ANKLE_A),
    "inputs_doubtful": lambda world, before: not _sampled(world).known & protocol.ANKLE_A,
    "estop": _contact("estop", True),
    "stop_button": _contact("stop", True),
    "stop_flicker": _differs(protocol.STOP_BUTTON),
    "return_button": _contact("return_a", True),
    "return_b_button": _contact("return_b", True),
    "load_lost": _contact("load", False),
    "over_angle": _differs(protocol.OVER_ANGLE),
    "park_switch": _differs(protocol.AT_PARK),
    "park_switch_closed": _differs(protocol.AT_PARK),
    "park_switch_bounce": _differs(protocol.AT_PARK),
    "rest_switch": _differs(protocol.PAST_REST),
    "rest_switch_open": _differs(protocol.PAST_REST),
    "rest_switch_bounce": _differs(protocol.PAST_REST),
    "enable_welded": _differs(protocol.ENABLED),
    "wire_cut": _silent("drive"),
    "inputs_cut": _silent("inputs"),
    "inclinometer_cut": _inclinometer_silent,
    "encoder_lost": lambda world, before: _sampled(world).encoder_mdeg is None,
    "blocked": _pushed,
    "jammed": _jammed,
    "motor_reversed": _reversed,
    "motor_worked": _worked,
    "motor_dead": _no_current,
    "motor_shorted": _shorted,
    "runaway": _runs_away,
    "belt_broken": _belt,
    "brake_worn": _weak_brake,
    "brake_gone": _weak_brake,
    "brake_slow": _slow_brake,
    "brake_stuck": _brake_against(True),
    "brake_open": _brake_against(False),
    "supply_low": lambda world, before: not world.table.supply_ok and world.table.powered,
    "supply_lost": lambda world, before: not world.table.powered and not world.truth.bridge_on,
    "node_reboot": lambda world, before: world.node.boots > before.boots,
    "node_off": lambda world, before: world.node.off and world.now_us - before.now_us >= SILENT_US,
    "drive_hot": lambda world, before: world.warmth.told_hot["driver"] > before.told_hot["driver"],
    "motor_hot": lambda world, before: world.warmth.told_hot["motor"] > before.told_hot["motor"],
    "drive_reboot": lambda world, before: world.drive_boots > 0,
}
