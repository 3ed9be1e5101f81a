"""Schneider ATV320 as a MotorDrive: a speed by frequency, an angle from the encoder at the hinge.

The bridge closes the loop over that encoder. A table that stands is held by the brake: at rest the drive is
told to switch its operation off, and its brake logic (BLC) closes the brake; to move it is told to switch it
on again. CUT is "disable voltage": the output drops at once and the brake logic closes the brake. When the
host dies, ttO runs out, the drive ramps down (SLL 6), the brake closes, and fault SLF1 stands until re-armed.
"""

from __future__ import annotations

from typing import Final

from firmware_bridge.codec import modbus
from firmware_bridge.drives.atv320 import arming
from firmware_bridge.drives.atv320 import registers as r
from firmware_bridge.drives.atv320.config import Atv320Config
from firmware_bridge.drives.catalogue import Angles
from firmware_bridge.drives.heat import Heat, Part
from firmware_bridge.drives.modbus16 import Steps, read_request, signed, write_request
from firmware_bridge.drives.modbus_speed_drive import ModbusSpeedDrive, Plan, refuse_slow_line
from firmware_bridge.drives.origin import whole
from firmware_bridge.drives.position_loop import Gains
from firmware_bridge.modbus_port import Answer, Timing
from firmware_bridge.ports import ByteLink, Capabilities
from firmware_bridge.readings import AngleReading, DriveReading

REPLY_US: Final = 4_000  # UNVERIFIED: no document read says it; a slower one costs a tick, no more
FRESH_MS: Final = 100  # of a status, to go with a newer angle
CDPS_PER_RPM: Final = 600  # one turn in a minute = 360 deg in 60 s
STILL_RPM: Final = 2
STANDING_MS: Final = 300  # so long the motor holds before the brake does
# Learns load and slip slowly; at rest the brake holds, so small errors are left alone.
GAINS: Final = Gains(correct_per_s=2.0, trim_per_s2=0.0, most_cdps=100.0, dead_cdeg=15.0)
# From each state the next step towards operation.
ONWARDS: Final = {r.SWITCH_ON_DISABLED: r.SHUTDOWN, r.READY: r.SWITCH_ON, r.SWITCHED_ON: r.ENABLE_OPERATION}
POWERED: Final = (r.READY, r.SWITCHED_ON, r.OPERATION_ENABLED)


def timing_of(config: Atv320Config) -> Timing:
    """Three and a half characters of silence, 1.75 ms above 19200 baud."""
    bits = 10 if config.parity == "none" else 11
    silence_us = 1_750 if config.baud > 19_200 else 35 * 11 * 100_000 // config.baud
    return Timing(config.baud, bits, silence_us, REPLY_US)


def plan_of(config: Atv320Config) -> Plan:
    """Status and speed, and the same with the speed reference read back."""
    unit = config.address
    return Plan(
        write_request(unit, r.LFRD, 0),
        (read_request(unit, r.ETAD, 2), read_request(unit, r.LFRD, 3)),
        read_request(unit, r.LCR),
        arming.settings_of(config),
        (read_request(unit, r.THD), read_request(unit, r.THR)),
    )


class Atv320Drive(ModbusSpeedDrive):
    """MotorDrive; `take` and `send` are called once a tick by whoever holds the devices."""

    def __init__(self, config: Atv320Config, link: ByteLink, angles: Angles) -> None:
        plan, timing = plan_of(config), timing_of(config)
        self._pace = refuse_slow_line(timing, plan, "set TBR to 19200 baud or more")
        # A thermal state of 0 % is a cold drive, not a broken sensor.
        parts = (Part(register.name, config.gives_up_percent, -1.0) for register in (r.THD, r.THR))
        super().__init__(config.address, link, timing, plan, GAINS, Heat(*parts), config.lever)
        self._config = config
        self._angle = angles.encoder
        self._inclinometer = angles.inclinometer  # the guard may lead by it
        self._rpm_per_cdps = config.sign * config.gear_ratio / CDPS_PER_RPM
        self._word: int | None = None  # status
        self._word_ms = 0
        self._rpm = 0
        self._fault: int | None = None  # None: not read yet
        self._seen: tuple[int, int] | None = None  # times of the newest reading's parts
        self._current_ma: int | None = None
        self._still_ms: int | None = None  # since when nothing is to move

    @property
    def capabilities(self) -> Capabilities:
        """Ramps down by itself and lets the brake close; never moves by itself."""
        held, heat = (
            self._config.holds_when_dead,
            "thermal states of drive and motor, registers 3209 and 9630",
        )
        brake, setting = held == "brake", r.TTO.named
        can = Capabilities("Schneider ATV320", False, True, brake, r.WATCHDOG_MS, held, setting)
        # UNVERIFIED: that it trips (SLF1) in SWITCHED_ON too, where it stands between motions with its motor
        # off, stands in no document read. So it is not asked after a silence in the test of the day.
        return can._replace(tells_heat=heat, pace=self._pace)

    def _procedure(self) -> Steps:
        return arming.procedure(self._config)

    def _command(self, now_ms: int) -> modbus.Request:
        if self._loop.is_released:
            return write_request(self._unit, r.CMD, r.DISABLE_VOLTAGE)
        seen = self._inclinometer()
        wanted = self._loop.speed_cdps(self._angle(), now_ms, seen) if self._armed else 0.0
        rpm = round(wanted * self._rpm_per_cdps)
        state = None if self._word is None else self._word & r.STATE_MASK
        if state == r.OPERATION_ENABLED:
            if self._rests(rpm, now_ms):
                return write_request(self._unit, r.CMD, r.SWITCH_ON)
            return write_request(self._unit, r.LFRD, rpm)
        self._still_ms = None
        if state in ONWARDS and (rpm or state != r.SWITCHED_ON) and self._armed:
            return write_request(self._unit, r.CMD, ONWARDS[state])
        return write_request(self._unit, r.LFRD, 0)

    def _rests(self, rpm: int, now_ms: int) -> bool:
        """Whether it has stood long enough to leave the holding to the brake."""
        if rpm or abs(self._rpm) > STILL_RPM:
            self._still_ms = None
            return False
        self._still_ms = now_ms if self._still_ms is None else self._still_ms
        return now_ms - self._still_ms >= STANDING_MS

    def _status(self, answer: Answer, now_ms: int) -> None:
        first, values = answer.request.read_address, answer.registers
        if first == r.LCR.address:
            self._current_ma = round(values[0] * r.LCR.scale * 1_000)
        elif answer.request in self._plan.heat:
            self._heat.take([values[0]], answer.true_ms, self._plan.heat.index(answer.request))
        elif first == r.LFT.address:
            self._fault = values[0] if self._word is not None and arming.is_faulty(self._word) else None
        else:
            self._word = values[r.ETAD.address - first]
            self._rpm = signed(values[r.RFRD.address - first])
            self._word_ms = answer.true_ms
            if arming.is_faulty(self._word):
                self._armed = False
            else:
                self._fault = None

    def _urgent(self) -> modbus.Request | None:
        """LFT keeps the code of an earlier fault, so it is read once there is one."""
        if self._fault is None and self._word is not None and arming.is_faulty(self._word):
            return read_request(self._unit, r.LFT)
        return None

    def _newest(self, now_ms: int) -> DriveReading | None:
        angle, before, word = self._angle(), self._reading, self._word
        if word is None or now_ms - self._word_ms > FRESH_MS or self._urgent() is not None:
            return None
        at_ms = self._word_ms if angle is None else angle.at_ms
        if self._seen == (at_ms, self._word_ms):
            return None
        self._seen = (at_ms, self._word_ms)
        faulty = arming.is_faulty(word)
        lost = faulty and self._fault == r.FAULT_COMM
        return DriveReading(
            at_ms=at_ms,
            counter=before.counter + 1 if before else 1,
            angle_cdeg=None if angle is None else angle.angle_cdeg,
            rate_cdps=self._rate_cdps(angle),
            # The loss of communication says that we were silent, not that the motor is ill: arming clears it.
            state=self._state(faulty and not lost, word & r.STATE_MASK in POWERED),
            fault=self._fault or 0,
            stage=0,
            current_ma=self._current_ma,
            boot_count=self._boot_count,
            heat_permille=self._heat.permille(now_ms),
        )

    def _rate_cdps(self, angle: AngleReading | None) -> int | None:
        """By the motor's speed; on a lever None without an angle."""
        even_cdps, lever = self._rpm / self._rpm_per_cdps, self._config.lever
        if lever is None:
            return round(even_cdps)
        return whole(lever.bed_cdps(even_cdps, None if angle is None else angle.angle_cdeg))

    def _lost(self) -> None:
        self._word, self._rpm, self._still_ms, self._fault = None, 0, None, None


def make(config: Atv320Config, link: ByteLink, angles: Angles) -> Atv320Drive:
    """For the catalogue."""
    return Atv320Drive(config, link, angles)
