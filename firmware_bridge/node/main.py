"""The node on an RP2040 board. A sketch: NOT TESTED ON HARDWARE, pins and sensors are examples.

Copy firmware_bridge/__init__.py and firmware_bridge/node/ to the board, and this file as /main.py. The motor
encoder (`count`) and the inclinometer (`inclination`) are to be filled in for the parts at hand; None means
silent: the node then does not arm, but a held RETURN creeps up by the motor's back-EMF, so unplug the motor.
"""

from machine import UART, WDT, Pin, Timer, reset_cause

from firmware_bridge.node import protocol
from firmware_bridge.node.brain import Brain
from firmware_bridge.node.config import gains
from firmware_bridge.node.store import FileStore
from firmware_bridge.node.wire import TICKS

GEAR = "a1"
BAUD = 460_800
PERIOD_MS = 10
PWM_HZ = 20_000
# Input pins in the order of the protocol's bits; closed contacts pull to ground.
INPUT_PINS = (2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)


def count() -> "int | None":
    """The motor encoder as the table's angle in millidegrees; None = silent."""
    return None


def inclination() -> "int | None":
    """The frame's inclination in centidegrees; None = silent."""
    return None


def current() -> int:
    """The motor's current in milliamperes."""
    return 0


class Board:
    """The pins."""

    def __init__(self) -> None:
        from machine import PWM

        self.uart = UART(0, BAUD)
        self.pwm = PWM(Pin(18), freq=PWM_HZ, duty_u16=0)
        self.direction = Pin(19, Pin.OUT, value=0)
        self.bridge = Pin(20, Pin.OUT, value=0)
        self.brake = Pin(21, Pin.OUT, value=0)  # energised = open
        self.sounder = Pin(22, Pin.OUT, value=0)
        self.lamp = Pin(26, Pin.OUT, value=0)
        self.enable = Pin(27, Pin.OUT, value=0)
        self.inputs = [Pin(number, Pin.IN, Pin.PULL_UP) for number in INPUT_PINS]

    def bits(self) -> int:
        """All inputs."""
        bits = 0
        for place in range(len(self.inputs)):
            if not self.inputs[place].value():
                bits |= 1 << place
        return bits

    def act(self, brain: Brain) -> None:
        """Set the pins: the bridge goes off first and on last."""
        if not brain.bridge_on:
            self.bridge.value(0)
        duty = brain.duty_permille if brain.bridge_on else 0
        self.direction.value(1 if duty < 0 else 0)
        self.pwm.duty_u16(abs(duty) * 65)
        self.brake.value(0 if brain.brake_closed else 1)
        self.sounder.value(1 if brain.sounder else 0)
        self.lamp.value(1 if brain.lamp else 0)
        self.enable.value(1 if brain.enable else 0)
        if brain.bridge_on:
            self.bridge.value(1)


class Beat:
    """A hardware timer that says when a tick is due, and what time it is."""

    def __init__(self) -> None:
        self.due = False
        self.now_ms = 0
        Timer().init(period=PERIOD_MS, mode=Timer.PERIODIC, callback=self._beat)

    def _beat(self, timer: object) -> None:
        self.now_ms = (self.now_ms + PERIOD_MS) & TICKS
        self.due = True


def main() -> None:
    """For ever; the board's own watchdog resets it when a tick takes too long."""
    board, beat = Board(), Beat()
    cause = protocol.RESET_WATCHDOG if reset_cause() == 3 else protocol.RESET_POWER
    brain = Brain("table", motor=gains(GEAR), store=FileStore("/node.txt"), reset_cause=cause)
    host, heard = brain.host, bytearray(64)
    dog = WDT(timeout=100)
    while True:
        now_ms = beat.now_ms
        size = board.uart.readinto(heard) if board.uart.any() else 0
        if size:
            host.take(heard, size, now_ms)
        if beat.due:
            beat.due = False
            brain.tick(now_ms, count(), inclination(), current(), board.bits(), protocol.ALL_INPUTS)
            board.act(brain)
            dog.feed()
        if host.out_size:
            board.uart.write(host.out, host.out_size)
            host.out_size = 0


if __name__ == "__main__":
    main()
