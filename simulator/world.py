"""The simulated table whole: plant, rider, sensors and devices at the far ends of their wires, on one clock.

The clock is the caller's: `advance` takes the world to a moment and does nothing by itself. In every stride
of 1 ms (10 ms where a node has the motor) the plant moves first, then the sensors see it, then the devices
handle what has come, each byte at its own time, and act on the next stride. Where a node has the motor, the
truth is that of the last full 10 ms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from simulator.attendant import Attendant
from simulator.buttons import Buttons
from simulator.devices.base import Twin
from simulator.devices.node import Node
from simulator.devices.node_board import Board, Panel
from simulator.devices.warmth import UNTOLD, Warmth
from simulator.faults import Faults
from simulator.memory_wire import WireLink
from simulator.plant.bed import EMPTY
from simulator.posture import Posture
from simulator.rider import Rider, Sight
from simulator.sensors import CurrentSense, Encoder, Inclinometer, Noise
from simulator.setup import WorldSetup
from simulator.sides import side_of
from simulator.slack import Slack
from simulator.wire import Wire
from simulator.world_table import Obstacle, Table

STEP_US = 1_000
SENSE_US = 10_000
LOOK_US = 20_000
# Numbers of the random streams.
INCLINOMETER, CURRENT, RIDER, WIRES = 1, 2, 3, 16
ENCODER_FAULTS, INCLINOMETER_FAULTS, CURRENT_FAULTS = 33, 34, 35


class Truth(NamedTuple):
    """How it really is at one moment."""

    now_us: int
    angle_deg: float
    rate_dps: float
    current_a: float
    brake_closed: bool
    bridge_on: bool  # the motor is driven
    relay_closed: bool
    head_down: bool
    on_table: bool
    pendant: bool
    sounder: bool
    lamp: bool
    encoder_deg: float
    inclinometer_deg: float


class World:
    """`wires` by name; `buttons`, `rider`, `faults` to play with; `truth` to judge by. One seed, one run."""

    def __init__(self, setup: WorldSetup, seed: int = 1) -> None:
        self.setup: WorldSetup = setup
        start_deg = setup.park_deg if setup.start_deg is None else setup.start_deg
        self.now_us = 0
        self.buttons = Buttons()
        self.table = Table(setup.gear, start_deg)
        self.encoder = Encoder(self.table.plant.params.gear.ratio, seed, ENCODER_FAULTS)
        self.inclinometer = Inclinometer(Noise(seed, INCLINOMETER), channel=INCLINOMETER_FAULTS)
        self.current = CurrentSense(Noise(seed, CURRENT), CURRENT_FAULTS)
        self.encoder.stage.other = lambda: self.inclinometer.angle_deg
        self.inclinometer.stage.other = lambda: self.encoder.angle_deg
        self.inclinometer.start(start_deg)
        self.encoder.sample(start_deg, SENSE_US / 1e6)
        self.rider = Rider(setup.rider, self.buttons, Noise(seed, RIDER), setup.park_deg)
        self._attendant: Attendant | None = None
        if setup.rider.attendant_holds_after_s is not None:
            patience_s = setup.rider.attendant_helps_after_s
            self._attendant = Attendant(self.buttons, setup.park_deg, patience_s)
        self.panel = Panel(self.buttons, self.table, setup.park_deg, setup.pendant == "three")
        self.wires: dict[str, Wire] = {}
        self._lines: list[tuple[Wire, Twin]] = []
        self._stepped_us = 0
        self._owed_ms = 0  # passed, but the table has not moved yet
        self._seated = False
        self._posture = Posture(EMPTY)
        self.slack = Slack()
        self.seed = seed
        row = None if setup.drive == "node" else side_of(setup.drive)
        self.encoder_on_node: bool = row is None or row.encoder_on_inputs
        self.drive_boots = 0  # times the drive was switched off and on
        self._encoder_at_hinge = row is not None and row.encoder_at_hinge
        self.side = row.side(setup, self) if row else None
        self.node = self._io_node(row.encoder_on_inputs) if row else self._table_node()
        self.faults = Faults(self)
        self.seat()

    def _table_node(self) -> Node:
        board = Board(self.panel, self.table, self.encoder, self.inclinometer, self.current)
        node = Node("table", board, self.setup.gear)
        self.attach("drive", self.setup.node_baud, 10, node)
        return node

    def _io_node(self, with_encoder: bool) -> Node:
        node = Node("io", Board(self.panel, encoder=self.encoder if with_encoder else None))
        self.attach("inputs", self.setup.node_baud, 10, node)
        return node

    def attach(self, name: str, baud: int, bits_per_byte: int, twin: Twin) -> None:
        """Put a device at the far end of a new wire."""
        wire = Wire(baud, bits_per_byte, self.seed, WIRES + len(self.wires))
        self.wires[name] = wire
        self._lines.append((wire, twin))

    @property
    def obstacle(self) -> Obstacle:
        """What may get in the way of the bed."""
        return self.table.obstacle

    @property
    def truth(self) -> Truth:
        """How it really is now."""
        table, plant = self.table, self.table.plant
        return Truth(
            self.now_us,
            plant.angle_deg,
            plant.rate_dps,
            plant.current_a,
            plant.brake_closed,
            table.bridge_on,
            table.relay.closed,
            plant.angle_deg > 0.0,
            self.rider.on_table,
            self.buttons["pendant"],
            self.node.sounder,
            self.node.lamp,
            self.encoder.angle_deg,
            self.inclinometer.angle_deg,
        )

    @property
    def drive_cycle(self) -> Callable[[], None] | None:
        """Switches the drive's electronics off and on; None where its twin cannot be."""
        cycle: Callable[[], None] | None = getattr(getattr(self.side, "drive", None), "power_cycle", None)
        return cycle

    @property
    def warmth(self) -> Warmth:
        """How hot the parts of the drive are; none where it has no sense for it."""
        warmth: Warmth = getattr(getattr(self.side, "drive", None), "warmth", UNTOLD)
        return warmth

    def link(self, name: str) -> WireLink:
        """The host's end of a wire, for hosts in this process."""
        return WireLink(self.wires[name], self, name)

    def advance(self, to_us: int) -> None:
        """Let time pass up to this moment; less than a millisecond is kept for the next call."""
        while (left_us := to_us - self._stepped_us) >= STEP_US:
            # A node acts on its board every 10 ms and no sooner; what a drive does goes by the millisecond.
            stride_us = STEP_US
            if self.side is None:
                stride_us = min(SENSE_US - self._stepped_us % SENSE_US, left_us // STEP_US * STEP_US)
            now_us = self._stepped_us = self._stepped_us + stride_us
            if now_us > self.now_us:
                self.now_us = now_us
            self._step(now_us, stride_us // STEP_US)
        self.now_us = max(self.now_us, to_us)

    def _step(self, now_us: int, steps: int) -> None:
        pressed, side = self.buttons.now, self.side
        self._owed_ms += steps
        senses = now_us % SENSE_US == 0
        if side is not None or senses:  # so that no bit depends on how time is cut
            chain = not pressed["estop"] and (side is None or self.panel.enable)
            self.table.step(chain, pressed["return_a"] or pressed["return_b"], self._owed_ms)
            self._owed_ms = 0
        if senses:
            self._sense(now_us)
        for wire, twin in self._lines:
            if wire.down.chunks or now_us >= twin.due_us:
                self._serve(wire, twin, now_us)
        if side is not None:
            side.act()

    def _serve(self, wire: Wire, twin: Twin, now_us: int) -> None:
        """What has reached a device by now, and what it does and says."""
        if wire.down.chunks:
            data, last_us = wire.device_bytes(now_us)
            if data:
                twin.take(data, last_us)
        twin.step(now_us)
        for ready_us, answer in twin.out():
            wire.device_send(answer, ready_us)

    def _sense(self, now_us: int) -> None:
        plant = self.table.plant
        angle, rate = plant.angle_deg, plant.rate_dps
        self.encoder.sample(angle if self._encoder_at_hinge else self.table.motor_deg, SENSE_US / 1e6)
        self.inclinometer.sample(angle, rate)
        if self.side is not None:
            self.side.sense()
        if now_us % LOOK_US == 0:
            if self._posture.moves or self.slack.on:
                self._shift(now_us)
            sight = Sight(now_us, angle, rate, self.node.lamp, self.node.sounder)
            self.rider.look(sight)
            if self._attendant is not None:
                self._attendant.look(sight)
            if self.rider.on_table != self._seated:
                self.seat()

    def _shift(self, now_us: int) -> None:
        """Whoever lies on the table moves, or slides on it."""
        mass_kg = self.setup.rider.mass_kg if self._seated else 0.0
        self.slack.step(self.table.plant.angle_deg, mass_kg)
        self.table.seat(self.slack.load(self._posture.step(now_us), mass_kg))

    def seat(self) -> None:
        """Load the plant with whoever lies on the table now, as they lie."""
        self._seated = self.rider.on_table
        self._posture.put(self.rider.moments() if self._seated else EMPTY)
        self.table.seat(self._posture.now)

    def stir(self) -> None:
        """Whoever lies on the table begins to move into the posture they have now."""
        if self._seated:
            self._posture.change(self.rider.moments())
