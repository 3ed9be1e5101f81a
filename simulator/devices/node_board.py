"""What is soldered and screwed around the node: contacts, cam switches, angle sensors, the motor's bridge."""

from __future__ import annotations

from typing import NamedTuple

from firmware_bridge.node import protocol
from simulator.buttons import Buttons
from simulator.sensors import AngleSwitch, CurrentSense, Encoder, Inclinometer
from simulator.world_table import Table

PARK_MARGIN_DEG = 1.0
REST_SWITCH_DEG = -2.0
OVER_ANGLE_DEG = 63.0
FLICKER_EVERY = 100  # samples
CHATTER_EVERY = 20
SAMPLE_MS = 10

# Contacts that a hand or a foot works, and their bits.
CONTACTS = (
    ("pendant", protocol.PENDANT),
    ("stop", protocol.STOP_BUTTON),
    ("return_a", protocol.RETURN_A),
    ("return_b", protocol.RETURN_B),
    ("ankle_a", protocol.ANKLE_A),
    ("ankle_b", protocol.ANKLE_B),
    ("load", protocol.LOAD),
)


class Sample(NamedTuple):
    """What the firmware reads at one tick."""

    encoder_mdeg: int | None
    inclinometer_cdeg: int | None
    current_ma: int
    inputs: int
    known: int


class Panel:
    """All inputs of a table. Faults: `stuck` forces bits, `unknown` takes them out of what is known,
    `flicker` opens bits for so many samples of each second, `chatter` closes them for so many of each 200 ms,
    `bounce` repeats old values for so many samples.

    `true` is the last sample as it stands, `said` as the node got it.
    """

    def __init__(self, buttons: Buttons, table: Table, park_deg: float, three_position: bool = False) -> None:
        self.connected = protocol.ALL_INPUTS | (protocol.PANIC if three_position else 0)
        self._buttons = buttons
        self._table = table
        self._park = AngleSwitch(park_deg + PARK_MARGIN_DEG, above=False)
        self._rest = AngleSwitch(REST_SWITCH_DEG, above=True)
        self._over = AngleSwitch(OVER_ANGLE_DEG, above=True)
        self.stuck: dict[int, bool] = {}
        self.unknown = 0
        self.flicker: dict[int, int] = {}
        self.chatter: dict[int, int] = {}
        self.bounce: dict[int, int] = {}
        self.true = self.said = 0
        self.differed = 0  # bits that were not said as they stand, since something was wrong with them
        self._changed: dict[int, int] = {}  # bit: sample of its last change
        self._samples = 0
        self._contacts, self._read = 0, -1  # those of hand and foot, and the buttons' changes at that time
        self.enable = False  # the node's enable output, as the relay's coil sees it

    def bits(self) -> int:
        """The inputs as the node reads them."""
        angle = self._table.plant.angle_deg
        if self._buttons.changes != self._read:
            self._read, self._contacts = self._buttons.changes, self._closed_contacts()
        bits = self._contacts
        if self._park.sample(angle):
            bits |= protocol.AT_PARK
        if self._rest.sample(angle):
            bits |= protocol.PAST_REST
        if self._over.sample(angle):
            bits |= protocol.OVER_ANGLE
        if self._table.supply_ok:
            bits |= protocol.SUPPLY_OK
        if self.enable:
            bits |= protocol.ENABLED
        self._samples += 1
        before, self.true = self.true, bits
        if self.stuck or self.flicker or self.chatter or self.bounce:
            bits = self._spoilt(bits, before)
        self.said = bits
        return bits

    def _closed_contacts(self) -> int:
        buttons = self._buttons.now
        bits = 0 if buttons["estop"] else protocol.ESTOP_OK
        for name, bit in CONTACTS:
            if buttons[name]:
                bits |= bit
        if buttons["squeezed"] and self.connected & protocol.PANIC:
            bits = (bits | protocol.PANIC) & ~protocol.PENDANT
        return bits

    def _spoilt(self, bits: int, before: int) -> int:
        """With what is wrong with the contacts; `before` are the true ones a sample ago."""
        now = self._samples
        for bit, samples in self.bounce.items():
            if (bits ^ before) & bit:
                self._changed[bit] = now
            since = now - self._changed.get(bit, -samples)
            if since < samples and since % 2 == 0:
                bits ^= bit
        for bit, samples in self.flicker.items():
            if now % FLICKER_EVERY < samples:
                bits &= ~bit
        for bit, samples in self.chatter.items():
            if now % CHATTER_EVERY < samples:
                bits |= bit
        for bit, on in self.stuck.items():
            bits = bits | bit if on else bits & ~bit
        self.differed |= bits ^ self.true
        return bits


class Board:
    """Panel, and on a table's node the angles, the current and the bridge."""

    def __init__(
        self,
        panel: Panel,
        table: Table | None = None,
        encoder: Encoder | None = None,
        inclinometer: Inclinometer | None = None,
        current: CurrentSense | None = None,
    ) -> None:
        self.panel = panel
        self._table = table
        self._encoder = encoder
        self._inclinometer = inclinometer
        self._current = current
        self._last: tuple[int | None, int | None, int, int, int] | None = None

    @property
    def last(self) -> Sample | None:
        """As the firmware read it."""
        return None if self._last is None else Sample(*self._last)

    def sample(self) -> tuple[int | None, int | None, int, int, int]:
        """Read everything; in the order of Sample."""
        panel, encoder, inclinometer = self.panel, self._encoder, self._inclinometer
        current_ma = 0
        if self._current is not None and self._table is not None:
            current_ma = self._current.milliamperes(self._table.shunt_a)
        self._last = (
            None if encoder is None or encoder.lost else round(encoder.angle_deg * 1000),
            None if inclinometer is None or inclinometer.lost else round(inclinometer.angle_deg * 100),
            current_ma,
            panel.bits(),
            panel.connected & ~panel.unknown,
        )
        return self._last

    def act(self, duty_permille: int | None, brake_closed: bool, enable: bool) -> None:
        """Bridge, brake and relay as the firmware sets its pins; None = bridge off."""
        self.panel.enable = enable
        if self._table is not None:
            self._table.actuate(None if duty_permille is None else duty_permille / 1000, brake_closed)
