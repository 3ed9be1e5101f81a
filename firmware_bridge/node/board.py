"""The pins of a board, its beat and its flash: the same on every chip; `chip` is a board_*.py."""

import machine

from firmware_bridge.node.brain import Brain
from firmware_bridge.node.mounting import Mounting
from firmware_bridge.node.store import FileStore
from firmware_bridge.node.wire import TICKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

BAUD = 460_800
PERIOD_MS = 10
PWM_HZ = 20_000
BUFFER = 256
LATE_BEATS = 10  # of a loop that does not come round: 100 ms
MOTOR = ("direction", "bridge", "brake")
SIGNALS = ("sounder", "lamp", "enable")


class Board:
    """Its pins. A node of inputs and outputs has no motor."""

    def __init__(self, chip: "Any", built: "Any") -> None:
        pins = chip.PINS
        self._motor = built.ROLE == "table"
        # First of all, so that nothing is powered while the rest is made.
        self.out = {}
        for name in (MOTOR if self._motor else ()) + SIGNALS:
            self.out[name] = machine.Pin(pins[name], machine.Pin.OUT, value=0)
        self.pwm: Any = None
        if self._motor:
            self.pwm = machine.PWM(machine.Pin(pins["pwm"]), freq=PWM_HZ, duty_u16=0)
        self.inputs = [machine.Pin(number, machine.Pin.IN, machine.Pin.PULL_UP) for number in chip.INPUTS]
        tx, rx = machine.Pin(pins["tx"]), machine.Pin(pins["rx"])
        self.uart = machine.UART(
            chip.UART, baudrate=BAUD, bits=8, parity=None, stop=1, tx=tx, rx=rx, rxbuf=BUFFER, txbuf=BUFFER
        )
        self._count = None
        if built.ENCODER is not None:
            bus = machine.I2C(
                chip.I2C, scl=machine.Pin(pins["scl"]), sda=machine.Pin(pins["sda"]), freq=400_000
            )
            self._count = encoder(bus, built.ENCODER)
        self._millivolts = None
        if built.CURRENT is not None:
            self._millivolts = chip.millivolts(pins["current"])
            self._zero_mv, self._ma_per_mv = built.CURRENT

    def count(self) -> "int | None":
        """The encoder as the table's angle in millidegrees; None = none, or silent."""
        return None if self._count is None else self._count()

    def current_ma(self) -> int:
        """The motor's current; 0 where nothing measures it."""
        if self._millivolts is None:
            return 0
        return int((self._millivolts() - self._zero_mv) * self._ma_per_mv)

    def bits(self) -> int:
        """All inputs."""
        bits = 0
        for place in range(len(self.inputs)):
            if not self.inputs[place].value():
                bits |= 1 << place
        return bits

    def act(self, brain: Brain) -> None:
        """Set the pins: the bridge goes off first and on last."""
        out = self.out
        if self._motor:
            if not brain.bridge_on:
                out["bridge"].value(0)
            duty = brain.duty_permille if brain.bridge_on else 0
            out["direction"].value(1 if duty < 0 else 0)
            self.pwm.duty_u16(abs(duty) * 65)
            out["brake"].value(0 if brain.brake_closed else 1)
        out["sounder"].value(1 if brain.sounder else 0)
        out["lamp"].value(1 if brain.lamp else 0)
        out["enable"].value(1 if brain.enable else 0)
        if self._motor and brain.bridge_on:
            out["bridge"].value(1)

    def let_go(self) -> None:
        """Bridge off, brake closed, enable relay open."""
        if self._motor:
            self.out["bridge"].value(0)
            self.out["brake"].value(0)
        self.out["enable"].value(0)


def encoder(bus: "Any", row: "tuple[str, int, int, int]") -> "Any":
    """The function that reads the sensor of this row. ValueError where there is none of that name."""
    kind, sign, permille, zero_mdeg = row
    mounting = Mounting(sign, permille, zero_mdeg)
    if kind == "as5600":
        from firmware_bridge.node.as5600 import As5600

        return As5600(bus, mounting).read
    if kind == "as5048b":
        from firmware_bridge.node.as5048 import As5048b

        return As5048b(bus, mounting).read
    if kind == "ads1115":
        from firmware_bridge.node.ads1115 import Potentiometer

        return Potentiometer(bus, mounting).read
    raise ValueError("built.ENCODER: " + kind + "; there are as5600, as5048b, ads1115")


class Beat:
    """A timer that says when a tick is due, and what time it is; a loop that stays away loses the bridge."""

    def __init__(self, chip: "Any", board: Board) -> None:
        self.beats = 0  # that nobody has served
        self.now_ms = 0
        self._board = board
        timer = chip.timer()
        timer.init(period=PERIOD_MS, mode=machine.Timer.PERIODIC, callback=self._beat)

    def _beat(self, timer: "Any") -> None:
        self.now_ms = (self.now_ms + PERIOD_MS) & TICKS
        self.beats += 1
        if self.beats > LATE_BEATS:
            self._board.let_go()


class BoardStore(FileStore):
    """Writing flash takes longer than a tick may: the watchdog waits for it."""

    def __init__(self, chip: "Any", path: str) -> None:
        super().__init__(path)
        self._chip = chip
        self.dog: Any = None  # none while the node starts

    def save(self) -> bool:
        """See FileStore."""
        if self.dog is None:
            return super().save()
        self.dog = self._chip.watchdog(self._chip.SAVING_MS)
        kept = super().save()
        self.dog = self._chip.watchdog(self._chip.WATCHDOG_MS)
        return kept
