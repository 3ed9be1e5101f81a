"""A CiA 402 drive in profile velocity mode as a MotorDrive, by its register map; the position loop is here.

Its encoder may count from where it was switched on; the inclinometer says where that is (drives/origin.py).
CUT is "disable voltage". What the drive does without its host is what the map says the manual says; when it
says nothing, the guard arms it only with a declared brake and a stop tried on the bench.
"""

from __future__ import annotations

from typing import Final

from firmware_bridge import ports
from firmware_bridge.codec import modbus
from firmware_bridge.drives.catalogue import Angles
from firmware_bridge.drives.cia402 import arming, states
from firmware_bridge.drives.cia402.config import Cia402Config
from firmware_bridge.drives.cia402.register_map import RegisterMap, Value, joined
from firmware_bridge.drives.modbus16 import Steps, write_request
from firmware_bridge.drives.modbus_speed_drive import ModbusSpeedDrive, Plan, refuse_slow_line
from firmware_bridge.drives.origin import Origin, Place, whole
from firmware_bridge.drives.position_loop import Gains
from firmware_bridge.modbus_port import Answer, Timing
from firmware_bridge.ports import ByteLink, Capabilities
from firmware_bridge.readings import AngleReading, DriveReading

REPLY_US: Final = 3_000  # UNVERIFIED, it differs from drive to drive
CDPS_PER_RPM: Final = 600  # one turn in a minute = 360 deg in 60 s
FULL_TURN_CDEG: Final = 36_000
GAINS: Final = Gains(correct_per_s=3.0, dead_cdeg=2.0)


def timing_of(config: Cia402Config) -> Timing:
    """Three and a half characters of silence, 1.75 ms above 19200 baud."""
    bits = 10 if config.parity == "none" else 11
    silence_us = 1_750 if config.baud > 19_200 else 35 * 11 * 100_000 // config.baud
    return Timing(config.baud, bits, silence_us, REPLY_US)


def plan_of(unit: int, table: RegisterMap) -> Plan:
    """Everything the guard must know lies in one block, so that no value is torn."""
    first, lengths = table.block
    status = tuple(modbus.read(unit, first, length) for length in lengths)
    word = modbus.read(unit, table.statusword.register.address, table.statusword.words)
    return Plan(arming.write_target(unit, table, 0), status, word, table.settings)


class Cia402Drive(ModbusSpeedDrive):
    """MotorDrive; `take` and `send` are called once a tick by whoever holds the devices."""

    def __init__(self, config: Cia402Config, link: ByteLink, angles: Angles) -> None:
        plan, timing = plan_of(config.address, config.map), timing_of(config)
        self._pace = refuse_slow_line(timing, plan, "set the drive to 115200 baud")
        super().__init__(config.address, link, timing, plan, GAINS, lever=config.lever)
        self._config, self._map = config, config.map
        self._inclinometer = angles.inclinometer
        per_rpm = config.map.velocity_per_rpm
        self._units_per_cdps = config.sign * config.gear_ratio * per_rpm / CDPS_PER_RPM
        self._cdeg_per_count = config.sign * FULL_TURN_CDEG / config.gear_ratio / config.map.counts_per_turn
        self._origin = Origin(config.lever)
        self._measured: AngleReading | None = None
        self._zeroed = False  # the target, since the motor was off
        self._cia_state: str | None = None
        self._status_answer: Answer | None = None

    @property
    def capabilities(self) -> Capabilities:
        """By the map and the table file."""
        config, table = self._config, self._map
        held = "drive" if table.dead_host == "holds" else config.holds_when_dead
        known = ports.UNVERIFIED if table.dead_host == "unverified" else ports.VERIFIED
        watchdog = table.watchdog
        watchdog_ms = round((watchdog.wanted or 0) * watchdog.register.scale)
        name = watchdog.register.named
        braked, tried = held == "brake", config.bench_verified
        can = Capabilities(table.title, False, False, braked, watchdog_ms, held, name, known, tried)
        return can._replace(pace=self._pace)

    def _procedure(self) -> Steps:
        return arming.procedure(self._unit, self._map)

    def _command(self, now_ms: int) -> modbus.Request:
        if self._loop.is_released:
            return self._control(states.DISABLE_VOLTAGE)
        if self._cia_state != states.OPERATION_ENABLED:
            return self._towards_enabled()
        self._zeroed = False
        wanted = self._loop.speed_cdps(self._measured, now_ms) if self._armed else 0.0
        return arming.write_target(self._unit, self._map, round(wanted * self._units_per_cdps))

    def _towards_enabled(self) -> modbus.Request:
        """The old target would be obeyed at once, so it is written to 0 first, and again while waiting."""
        self._loop.reset()
        ready = self._armed and self._origin.cdeg is not None and self._loop.wants_torque
        step = states.NEXT.get(self._cia_state or "")
        if ready and self._zeroed and step is not None:
            return self._control(step)
        self._zeroed = True
        return arming.write_target(self._unit, self._map, 0)

    def _control(self, word: int) -> modbus.Request:
        return write_request(self._unit, self._map.controlword.register, word)

    def _status(self, answer: Answer, now_ms: int) -> None:
        if not all(self._holds(answer, value) for value in (self._map.statusword, self._map.position)):
            return
        self._status_answer = answer if self._holds(answer, self._map.velocity) else None
        self._cia_state = states.state_of(self._value(answer, self._map.statusword) & 0xFFFF)
        if self._cia_state in (None, states.FAULT, states.FAULT_REACTION):
            self._armed = False

    @staticmethod
    def _holds(answer: Answer, value: Value) -> bool:
        """Whether a value is in this answer with all its registers."""
        at = value.register.address - answer.request.read_address
        return 0 <= at <= len(answer.registers) - value.words

    def _value(self, answer: Answer, value: Value) -> int:
        at = value.register.address - answer.request.read_address
        return joined(answer.registers[at : at + value.words], self._map.high_word_first)

    def _newest(self, now_ms: int) -> DriveReading | None:
        answer, before = self._status_answer, self._reading
        if answer is None:
            return None
        self._status_answer = None
        raw = self._value(answer, self._map.position) * self._cdeg_per_count
        rate = self._value(answer, self._map.velocity) / self._units_per_cdps
        place = Place(raw, rate, answer.true_ms)
        self._origin.take(place, self._inclinometer(), now_ms)
        angle = self._origin.angle_cdeg(place)
        counter = before.counter + 1 if before else 1
        rate_cdps = whole(self._origin.rate_cdps(place))
        known = None if angle is None else AngleReading(place.at_ms, counter, round(angle), rate_cdps)
        self._measured = known
        faulty = self._cia_state in (None, states.FAULT, states.FAULT_REACTION)
        return DriveReading(
            at_ms=place.at_ms,
            counter=counter,
            angle_cdeg=known.angle_cdeg if known is not None and self._origin.proved else None,
            rate_cdps=rate_cdps,
            state=self._state(faulty, self._cia_state == states.OPERATION_ENABLED),
            fault=(self._value(answer, self._map.error_code) & 0xFFFF or 1) if faulty else 0,
            stage=0,
            current_ma=None,
            boot_count=self._boot_count,
        )

    def _lost(self) -> None:
        self._cia_state = None
        self._zeroed = False
        self._measured = None
        self._origin.forget()


def make(config: Cia402Config, link: ByteLink, angles: Angles) -> Cia402Drive:
    """For the catalogue."""
    return Cia402Drive(config, link, angles)
