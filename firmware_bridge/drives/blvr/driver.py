"""Oriental Motor BLV-R as a MotorDrive: one transaction a tick (17h) carries command and status.

Two watchdogs of the drive are fed: the lifetime of the operation (120 ms) by each command, the communication
timeout 138Ah (160 ms) by each request. When either runs out the drive decelerates, holds with the current on
and raises alarm 85h; arming again clears it. CUT takes S-ON away: the current goes off and the drive's own
brake closes. FREE is not used, because it opens the brake.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from firmware_bridge import readings
from firmware_bridge.codec import modbus
from firmware_bridge.config import BlvrConfig
from firmware_bridge.drives.blvr import arming, motion
from firmware_bridge.drives.blvr import registers as r
from firmware_bridge.drives.catalogue import Angles
from firmware_bridge.drives.heat import Heat, Part
from firmware_bridge.line_pace import Turn, refuse_slow_line
from firmware_bridge.modbus_port import Answer, ModbusPort, Timing
from firmware_bridge.ports import ByteLink, Capabilities
from firmware_bridge.readings import Arming, DriveReading

SILENT_MS: Final = 200  # longer than the drive's watchdogs: it has stopped, or may have been off
VERIFY_MS: Final = 60_000
TRY_AGAIN_MS: Final = 1_000  # after a refusal
FASTEST_C35_US: Final = 2_500
REPLY_US: Final = 3_000  # factory


class Block(NamedTuple):
    """Registers read in one go."""

    address: int
    length: int  # registers

    def value(self, registers: tuple[int, ...], register: r.Register) -> int | None:
        """A value of the block, None when it lies outside."""
        at = register.address - self.address
        return r.signed(*registers[at : at + 2]) if 0 <= at <= self.length - 2 else None


# Each length of the status block names its question: no answer that is late by up to twelve turns, 480 ms
# where each ends in trouble, can pass for another one's. Even, since a value has two registers; every other
# one has the input command read back, too. The shortest ends with the actual velocity.
STATUS: Final = tuple(
    Block(r.INPUT.address if length % 4 == 2 else r.OUTPUT.address, length) for length in range(36, 62, 2)
)
OTHER: Final = Block(r.CURRENT.address, 2)  # this turn also serves the read-back of settings, and the heat
HEAT: Final = Block(r.DRIVER_HEAT.address, 4)
TURNS: Final = (*STATUS, OTHER)


def timing_of(config: BlvrConfig) -> Timing:
    """Even parity makes eleven bits; C3.5 as the manual's table: 4.0 ms at 9600, 2.5 ms above."""
    bits = 10 if config.parity == "none" else 11
    return Timing(config.baud, bits, 4_000 if config.baud < 19_200 else FASTEST_C35_US, REPLY_US)


def cycle_of(config: BlvrConfig) -> Iterator[Turn]:
    """Every turn with the longest command; OTHER brings no angle."""
    timing = timing_of(config)
    for turn in TURNS:
        block = HEAT if turn is OTHER else turn  # the longest in its place
        request = modbus.read_write(config.address, block.address, block.length, r.TYPE.address, (0,) * 14)
        asked_us = timing.transfer_us(modbus.request_length(request))
        yield Turn(timing.transaction_us(request), asked_us, turn is not OTHER)


class BlvrDrive:
    """MotorDrive; `take` and `send` are called once a tick by whoever holds the devices."""

    def __init__(self, config: BlvrConfig, link: ByteLink) -> None:
        self._pace = refuse_slow_line(config.baud, tuple(cycle_of(config)), "set the drive to 230400 baud")
        self._unit = config.address
        self._scale = motion.Scale(config.steps_per_degree, config.sign)
        self._port = ModbusPort(link, timing_of(config))
        self._intent: tuple[str, int, int] | None = None
        self._reading: DriveReading | None = None
        self._turn = 0
        self._block = STATUS[0]
        self._asked: modbus.Request | None = None  # for the block
        self._refused_command = False
        self._output = 0
        self._input: int | None = None
        self._current_ma: int | None = None
        self._heat = Heat(
            Part("driver", config.driver_gives_up_degc), Part("motor", config.motor_gives_up_degc)
        )
        self._boot_count = 0
        self._heard_ms: int | None = None
        # Arming
        self._steps: arming.Steps | None = None
        self._step: modbus.Request | None = None
        self._stepped_last = False
        self._armed = False
        self._refused: str | None = None
        self._refused_ms = 0
        self._verified_ms = 0
        self._verifying = len(r.SETTINGS)  # index of the setting to read back next

    @property
    def capabilities(self) -> Capabilities:
        """From the manual: decelerates and holds when the host is gone, never moves by itself."""
        timeout = arming.named(r.COMM_TIMEOUT)
        can = Capabilities("Oriental Motor BLV-R", False, True, True, r.WATCHDOG_MS, "drive", timeout)
        heat = "driver and motor, registers 00F8h and 00FAh"
        return can._replace(tells_heat=heat, tells_silence=True, pace=self._pace)

    @property
    def trouble(self) -> str | None:
        """Why arming was refused, or the newest wire trouble."""
        return self._refused or self._port.trouble

    def read(self) -> DriveReading | None:
        """The newest status."""
        return self._reading

    def close(self) -> None:
        """Close the port."""
        self._port.close()

    # Intents

    def move(self, angle_cdeg: int, rate_cdps: int) -> None:
        """Streamed setpoint."""
        self._intent = ("move", angle_cdeg, rate_cdps)

    def stop(self, decel_cdps2: int) -> None:
        """Decelerate and hold."""
        self._intent = ("stop", decel_cdps2, 0)

    def release(self) -> None:
        """S-ON off."""
        self._intent = ("release", 0, 0)

    def yield_to_own_return(self) -> None:
        """It has none: hold."""
        self.stop(motion.SLOW_DOWN_CDPS2)

    def arm(self, now_ms: int) -> Arming:
        """Begin, or go on with, the procedure; after a refusal it is tried again each second."""
        waiting = self._refused is not None and now_ms - self._refused_ms < TRY_AGAIN_MS
        if not self._armed and self._steps is None and not waiting:
            cut = self._intent is not None and self._intent[0] == "release"
            self._steps = arming.procedure(self._unit, switch_it_on=not cut)
            self._step = next(self._steps)
        return Arming(self._armed, self._refused)

    # Wire

    def take(self, now_ms: int) -> None:
        """Bring in the answer of an earlier tick."""
        if self._heard_ms is not None and now_ms - self._heard_ms > SILENT_MS:
            self._forget()
        answer = self._port.take(now_ms)
        if answer is None:
            return
        if answer.registers or answer.error is None or isinstance(answer.error, modbus.Refused):
            self._heard_ms = now_ms
        if answer.request is self._step:
            self._advance(answer, now_ms)
        elif answer.request is self._asked:
            self._refused_command = isinstance(answer.error, modbus.Refused)
            if answer.error is None:
                self._status(answer, now_ms)

    def send(self, tick: int, checkpoints: int, now_ms: int) -> None:
        """Send this tick's request, unless one is still on its way."""
        if not self._port.is_idle(now_ms):
            return
        # Every other tick while arming, so that status goes on and a moving table is still commanded.
        if self._step is not None and not self._stepped_last:
            self._stepped_last = self._port.send(self._step, now_ms)
            return
        self._stepped_last = False
        command = None if self._refused_command else self._command(now_ms)
        self._block = self._next_block(now_ms)
        self._asked = self._request(command)
        self._port.send(self._asked, now_ms)

    def _request(self, command: tuple[int, tuple[int, ...]] | None) -> modbus.Request:
        block = self._block
        if command is None:
            return modbus.read(self._unit, block.address, block.length)
        return modbus.read_write(self._unit, block.address, block.length, *command)

    def _next_block(self, now_ms: int) -> Block:
        """After trouble only status, which somebody is waiting for; never one length twice running."""
        self._turn = (self._turn + 1) % (len(STATUS) if self._port.trouble else len(TURNS))
        block = TURNS[self._turn]
        if block is OTHER and self._verifying < len(r.SETTINGS):
            return Block(r.SETTINGS[self._verifying].register.address, 2)
        return HEAT if block is OTHER and self._heat.due(now_ms) else block

    def _command(self, now_ms: int) -> tuple[int, tuple[int, ...]] | None:
        """Address and registers to write this tick; nothing before the configuration was proved once."""
        if self._intent is None or not self._boot_count:
            return None
        kind, first, second = self._intent
        if kind == "release":
            return r.INPUT.address, r.words(0)
        if self._refused is not None:
            return None
        if not self._output & r.SON_MON or self._input != r.S_ON | r.PLOOP:
            return r.INPUT.address, r.words(r.S_ON | r.PLOOP)
        if kind == "stop":
            return r.TYPE.address, motion.stop(self._scale, first)
        return r.TYPE.address, motion.move(self._scale, first, second, self._actual(), now_ms)

    def _actual(self) -> motion.Actual | None:
        seen = self._reading
        if seen is None or seen.angle_cdeg is None:
            return None
        return motion.Actual(seen.angle_cdeg, seen.rate_cdps or 0, seen.at_ms)

    # Answers

    def _status(self, answer: Answer, now_ms: int) -> None:
        block, registers = self._block, answer.registers
        output, position = block.value(registers, r.OUTPUT), block.value(registers, r.ACTUAL_POSITION)
        if output is None or position is None:
            self._other(block, registers, now_ms)
            return
        self._output = output
        pressed = block.value(registers, r.INPUT)
        self._input = self._input if pressed is None else pressed
        alarm = block.value(registers, r.ALARM) or 0
        self._armed = self._armed and not alarm
        velocity = block.value(registers, r.ACTUAL_VELOCITY) or 0
        self._reading = DriveReading(
            at_ms=answer.true_ms,
            counter=self._reading.counter + 1 if self._reading else 1,
            angle_cdeg=self._scale.cdeg(position),
            rate_cdps=self._scale.cdeg(velocity),
            state=self._state(alarm),
            fault=alarm,
            stage=0,
            current_ma=self._current_ma,
            boot_count=self._boot_count,
            heat_permille=self._heat.permille(now_ms),
            timed_out=alarm == r.ALARM_COMM_TIMEOUT,
        )

    def _state(self, alarm: int) -> int:
        # An alarm of the communication says that we were silent, not that the motor is ill: arming clears it.
        if alarm and alarm not in r.CLEARABLE:
            return readings.FAULT
        if self._armed:
            return readings.ARMED if self._output & r.SON_MON else readings.UNPOWERED
        return readings.ARMING if self._steps is not None else readings.DISARMED

    def _other(self, block: Block, registers: tuple[int, ...], now_ms: int) -> None:
        """The heat, the motor current, or a setting read back; a wrong one takes the arming away."""
        if block is HEAT:
            told = (block.value(registers, register) or 0 for register in (r.DRIVER_HEAT, r.MOTOR_HEAT))
            self._heat.take([value * r.DRIVER_HEAT.scale for value in told], now_ms)
            return
        value = block.value(registers, r.CURRENT)
        if value is not None:
            self._current_ma = value
            if now_ms - self._verified_ms >= VERIFY_MS:
                self._verifying = 0
            return
        setting = r.SETTINGS[self._verifying]
        self._verifying += 1
        self._verified_ms = now_ms
        if not setting.allows(r.signed(*registers)):
            self._armed = False

    def _advance(self, answer: Answer, now_ms: int) -> None:
        """One step of arming further; wire errors repeat the step."""
        if self._steps is None or (answer.error and not isinstance(answer.error, modbus.Refused)):
            return
        try:
            self._step = self._steps.send(answer)
        except StopIteration as done:
            self._steps = self._step = None
            self._refused, self._refused_ms = done.value, now_ms
            if done.value is None:
                self._armed = True
                self._boot_count += 1
                self._verified_ms, self._verifying = now_ms, len(r.SETTINGS)

    def _forget(self) -> None:
        """After a silence nothing is known of the drive: it may have been switched off in between."""
        self._heard_ms = None
        self._armed = False
        self._input = None
        self._steps = self._step = None


def make(config: BlvrConfig, link: ByteLink, angles: Angles) -> BlvrDrive:
    """For the catalogue; it has an absolute encoder of its own."""
    return BlvrDrive(config, link)
