"""ZLAC8015D as a MotorDrive: the left motor in speed mode, the bridge's loop over its encoder.

The encoder counts from where the drive was switched on; the inclinometer says where that is (origin.py).
CUT is control word 07h. What the drive does when its host is gone (2000h) stands in no document, so it arms
only with a brake declared and its stop tried on the bench.
"""

from __future__ import annotations

from typing import Final

from firmware_bridge.codec import modbus
from firmware_bridge.drives.catalogue import Angles
from firmware_bridge.drives.heat import Heat, Part
from firmware_bridge.drives.modbus16 import Steps, read_request, signed, signed_long, value_of, write_request
from firmware_bridge.drives.modbus_speed_drive import ModbusSpeedDrive, Plan, refuse_slow_line
from firmware_bridge.drives.origin import Origin, Place, whole
from firmware_bridge.drives.position_loop import Gains
from firmware_bridge.drives.zlac8015d import arming
from firmware_bridge.drives.zlac8015d import registers as r
from firmware_bridge.drives.zlac8015d.config import Zlac8015dConfig
from firmware_bridge.modbus_port import Answer, Timing
from firmware_bridge.ports import UNVERIFIED, ByteLink, Capabilities
from firmware_bridge.readings import AngleReading, DriveReading

REPLY_US: Final = 3_000  # UNVERIFIED
CDPS_PER_RPM: Final = 600  # one turn in a minute = 360 deg in 60 s
FULL_TURN_CDEG: Final = 36_000
GAINS: Final = Gains(correct_per_s=3.0, dead_cdeg=2.0)


def timing_of(config: Zlac8015dConfig) -> Timing:
    """Three and a half characters of silence, 1.75 ms above 19200 baud."""
    bits = 10 if config.parity == "none" else 11
    silence_us = 1_750 if config.baud > 19_200 else 35 * 11 * 100_000 // config.baud
    return Timing(config.baud, bits, silence_us, REPLY_US)


def plan_of(config: Zlac8015dConfig) -> Plan:
    """Fault, position and speed in one block, so that no value is torn; in three of five the current."""
    unit = config.address
    return Plan(
        write_request(unit, r.TARGET, 0),
        tuple(read_request(unit, r.FAULT, length) for length in r.STATUS_LENGTHS),
        read_request(unit, r.MODE, 2),
        r.SETTINGS,
        (read_request(unit, r.HEAT),),
    )


class Zlac8015dDrive(ModbusSpeedDrive):
    """MotorDrive; `take` and `send` are called once a tick by whoever holds the devices."""

    def __init__(self, config: Zlac8015dConfig, link: ByteLink, angles: Angles) -> None:
        plan, timing = plan_of(config), timing_of(config)
        self._pace = refuse_slow_line(timing, plan, "set register 2002h to 115200 baud")
        heat = Heat(Part("motor", config.motor_gives_up_degc))
        super().__init__(config.address, link, timing, plan, GAINS, heat, config.lever)
        self._config = config
        self._inclinometer = angles.inclinometer
        self._rpm_per_cdps = config.sign * config.gear_ratio / CDPS_PER_RPM
        self._cdeg_per_count = config.sign * FULL_TURN_CDEG / config.gear_ratio / config.counts_per_turn
        self._origin = Origin(config.lever)
        self._measured: AngleReading | None = None
        self._zeroed = False  # the target, since the motor was off
        self._was_on = False
        self._control: int | None = None  # None: unknown, or just written
        self._status_answer: Answer | None = None
        self._current_ma: int | None = None

    @property
    def capabilities(self) -> Capabilities:
        """Nothing essential is known of a drive without its host, so the table file must say what holds."""
        held, tried = self._config.holds_when_dead, self._config.bench_verified
        return Capabilities(
            "ZLAC8015D",
            False,
            False,
            held == "brake",
            r.WATCHDOG_MS,
            held,
            r.OFFLINE.named,
            UNVERIFIED,
            tried,
            f"motor, {r.HEAT.named}",
            pace=self._pace,
        )

    def _procedure(self) -> Steps:
        return arming.procedure(self._config)

    def _command(self, now_ms: int) -> modbus.Request:
        if self._loop.is_released and self._control == r.ENABLE:
            return self._write_control(r.STOP)
        if self._control != r.ENABLE:
            self._loop.reset()
            ready = self._armed and self._origin.cdeg is not None and self._loop.wants_torque
            # The old target would be obeyed at once, so it is written to 0 first, and again while waiting.
            if ready and self._zeroed:
                return self._write_control(r.ENABLE)
            self._zeroed = True
            return write_request(self._unit, r.TARGET, 0)
        self._zeroed = False
        wanted = self._loop.speed_cdps(self._measured, now_ms) if self._armed else 0.0
        return write_request(self._unit, r.TARGET, round(wanted * self._rpm_per_cdps))

    def _write_control(self, word: int) -> modbus.Request:
        self._control = None
        return write_request(self._unit, r.CONTROL, word)

    def _urgent(self) -> modbus.Request | None:
        """A control word is believed once it has been read back."""
        return self._plan.other if self._control is None else None

    def _status(self, answer: Answer, now_ms: int) -> None:
        first, values = answer.request.read_address, answer.registers
        if first == r.MODE.address:
            self._controlled(values[r.CONTROL.address - first])
            return
        if first == r.HEAT.address:
            self._heat.take([values[0] >> 8], answer.true_ms)
            return
        self._status_answer = answer
        at = r.CURRENT.address - first
        if at < len(values):
            self._current_ma = abs(signed(values[at])) * 100
        if value_of(answer):
            self._armed = False

    def _controlled(self, word: int) -> None:
        """A motor that was on and is at 0 now may have been without power: its counts began anew."""
        self._control = word
        if word == r.ENABLE:
            self._was_on = True
        elif word == 0 and self._was_on:
            self._armed = self._was_on = False
            self._origin.forget()

    def _rpm(self, answer: Answer) -> float:
        return signed(answer.registers[r.SPEED_SEEN.address - r.FAULT.address]) * r.SPEED_SEEN.scale

    def _counted_cdeg(self, answer: Answer) -> float:
        at = r.POSITION.address - r.FAULT.address
        return signed_long(*answer.registers[at : at + 2]) * self._cdeg_per_count

    def _newest(self, now_ms: int) -> DriveReading | None:
        answer, before = self._status_answer, self._reading
        if answer is None:
            return None
        self._status_answer = None
        place = Place(self._counted_cdeg(answer), self._rpm(answer) / self._rpm_per_cdps, answer.true_ms)
        self._origin.take(place, self._inclinometer(), now_ms)
        angle, fault = self._origin.angle_cdeg(place), answer.registers[0]
        counter, rate_cdps = before.counter + 1 if before else 1, whole(self._origin.rate_cdps(place))
        known = None if angle is None else AngleReading(place.at_ms, counter, round(angle), rate_cdps)
        self._measured = known
        return DriveReading(
            at_ms=place.at_ms,
            counter=counter,
            angle_cdeg=known.angle_cdeg if known is not None and self._origin.proved else None,
            rate_cdps=rate_cdps,
            state=self._state(bool(fault), self._control == r.ENABLE),
            fault=fault,
            stage=0,
            current_ma=self._current_ma,
            boot_count=self._boot_count,
            heat_permille=self._heat.permille(now_ms),
        )

    def _lost(self) -> None:
        self._control = self._status_answer = self._measured = None
        self._origin.forget()


def make(config: Zlac8015dConfig, link: ByteLink, angles: Angles) -> Zlac8015dDrive:
    """For the catalogue."""
    return Zlac8015dDrive(config, link, angles)
