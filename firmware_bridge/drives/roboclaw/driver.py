"""RoboClaw as a MotorDrive: speed commands with the bridge's position loop, its own encoder as the angle.

One exchange a tick: command and encoder take turns, and now and then status, current or heat stand in for a
command.
Its watchdog (200 ms) stops both motors: the output goes to 0, the motor is shorted or free, so a brake or a
self-locking gear has to hold, and the table file says which. CUT is duty 0, without a ramp.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from firmware_bridge.drives.catalogue import Angles
from firmware_bridge.drives.heat import Heat, Part
from firmware_bridge.drives.line_drive import LineDrive, Steps
from firmware_bridge.drives.position_loop import PositionLoop
from firmware_bridge.drives.roboclaw import arming
from firmware_bridge.drives.roboclaw import commands as c
from firmware_bridge.drives.roboclaw.config import RoboclawConfig
from firmware_bridge.line_pace import refuse_slow_line
from firmware_bridge.line_port import Answer, Ask, LinePort, LineTiming
from firmware_bridge.ports import ByteLink, Capabilities
from firmware_bridge.readings import DriveReading

BITS: Final = 10
REPLY_US: Final = 2_000  # UNVERIFIED; 5 ms in all were too short for some at 38400
SPEED_UP_CDPS2: Final = 3_000  # the loop's speeds are followed at once; the plan has its own ramps
RATE_OVER_MS: Final = 80
OTHERS_EVERY: Final = 16  # turns
JUMP_CDEG, JUMP_CDPS = 300, 1_500  # no table moves so; its encoder was set anew or it lost its power


class RoboclawDrive(LineDrive):
    """MotorDrive on motor 1."""

    def __init__(self, config: RoboclawConfig, link: ByteLink, angles: Angles) -> None:
        timing = LineTiming(config.baud, BITS, REPLY_US)
        super().__init__(LinePort(link, timing))
        self._config = config
        self._angles = angles
        self._scale = arming.Scale(config.counts_per_degree, config.sign)
        self._loop = PositionLoop()
        address = config.address
        # Two shapes of the same question, so that a late answer to one cannot pass for the other's.
        self._encoders = (c.read(address, c.ENCODER), c.read(address, c.ENCODERS))
        self._currents = c.read(address, c.CURRENTS)
        self._heats = tuple(c.read(address, heat) for heat in c.HEATS)
        self._heat = Heat(*(Part(heat.name, config.board_gives_up_degc) for heat in c.HEATS))
        self._status = c.read_status(address)
        angle, command = (
            timing.turn(self._encoders[1]),
            timing.turn(c.write(address, c.SPEED, 0, 0), False),
        )
        # What says something new takes a turn of its own before it, so two commands may run.
        cycle, remedy = (angle, command, command), "set the drive to 38400 baud or more"
        self._pace = refuse_slow_line(config.baud, cycle, remedy)
        self._turn = 0
        self._verb = self._loop.verb
        self._track: deque[tuple[int, int]] = deque(maxlen=8)  # time, counts
        self._current_ma: int | None = None
        self._fault = 0
        self._referred = False
        self._powered = False

    @property
    def capabilities(self) -> Capabilities:
        """Its watchdog ends the motion, but nothing in it holds."""
        watchdog_ms = arming.WATCHDOG_UNITS * c.TIMEOUT_UNIT_MS
        holds, timeout = self._config.holds_when_dead, c.named(c.TIMEOUT)
        heat = "board, at two places, commands 82 and 83"
        can = Capabilities("BasicMicro RoboClaw", False, False, False, watchdog_ms, holds, timeout)
        return can._replace(tells_heat=heat, pace=self._pace)

    # Intents

    def move(self, angle_cdeg: int, rate_cdps: int) -> None:
        """Streamed setpoint."""
        self._loop.move(angle_cdeg, rate_cdps)

    def stop(self, decel_cdps2: int) -> None:
        """Decelerate and hold."""
        self._loop.stop(decel_cdps2)

    def release(self) -> None:
        """Duty 0."""
        self._loop.release()

    def yield_to_own_return(self) -> None:
        """It has none: hold."""
        self._loop.stop(SPEED_UP_CDPS2)

    # LineDrive

    def procedure(self) -> Steps:
        """See arming.py."""
        may_hold = not self._loop.is_released
        return arming.procedure(self._config, self._angles.inclinometer, may_hold)

    def read_back(self) -> Steps:
        """Watchdog and tuning."""
        return arming.settings(self._config)

    def proved(self) -> None:
        """From now on its counts are angles."""
        self._track.clear()
        self._referred = True

    def forget(self) -> None:
        """Its watchdog has stopped it, and it may have lost its counts with its power."""
        self._track.clear()
        self._referred = False
        self._loop.reset()
        self._powered = False

    def next_ask(self, now_ms: int) -> Ask | None:
        """A command whenever it says something new, else by turns."""
        self._turn += 1
        may_command = self._boot_count and self._refused is None and self._loop.verb[0]
        if may_command and self._loop.verb != self._verb:
            self._turn += self._turn % 2
            return self._command(now_ms)
        if self._turn % 2:
            return self._question(now_ms) or (self._command(now_ms) if may_command else None)
        if not may_command or self._turn % OTHERS_EVERY == 0:
            return self._other(now_ms, bool(may_command))
        return self._command(now_ms)

    def _question(self, now_ms: int) -> Ask | None:
        """An encoder whose answer is not owed; once both are, something else shows that they are lost."""
        first = self._turn // 2 % 2
        asks = (self._encoders[first], self._encoders[1 - first], self._status, self._currents, *self._heats)
        return next((ask for ask in asks if self._port.may_ask(ask, now_ms)), None)

    def _other(self, now_ms: int, commands: bool) -> Ask:
        """Every second time the status; else the heat, and once that is known the current too."""
        place = self._turn // OTHERS_EVERY % 4
        if (commands and place % 2) or (not commands and not self._heat.due(now_ms)):
            return self._status
        if place == 2 and self._heat.permille(now_ms) is not None:
            return self._currents
        return self._heats[self._heat.next_part()]

    def _command(self, now_ms: int) -> Ask:
        """Without being armed it may stand still or be cut, no more."""
        self._verb = self._loop.verb
        address, scale = self._config.address, self._scale
        if self._loop.is_released:
            return c.write(address, c.DUTY, c.DUTY_OFF)
        slow_down = self._loop.slows_down_cdps2
        speed = self._loop.speed_cdps(self._reading, now_ms)
        if slow_down is not None or not self._armed:
            speed = 0.0
        ramp = max(1, abs(scale.counts(slow_down or SPEED_UP_CDPS2)))
        return c.write(address, c.SPEED, ramp, scale.counts(speed))

    def answered(self, answer: Answer) -> None:
        """Sort it by what was asked."""
        if answer.ask in self._encoders:
            self._counted(answer)
        elif answer.ask is self._currents:
            self._current_ma = answer.values[0] * c.CURRENT_UNIT_MA
        elif answer.ask in self._heats:
            told = answer.values[0] * c.HEAT_UNIT_DEGC
            self._heat.take([told], answer.true_ms, self._heats.index(answer.ask))
        elif answer.ask is self._status:
            bits, width = answer.values
            self._status = c.read_status(self._config.address, (width,))
            self._fault = c.fault_bits(bits, width)
            self._armed = self._armed and not self._fault
        else:
            self._powered = answer.ask.frame[1] == c.SPEED.number

    def _counted(self, answer: Answer) -> None:
        counts = c.signed(answer.values[0])
        if self._referred and self._track and self._jumped(answer.true_ms, counts):
            self._disarm()
        self._track.append((answer.true_ms, counts))
        self._reading = DriveReading(
            at_ms=answer.true_ms,
            counter=self._reading.counter + 1 if self._reading else 1,
            angle_cdeg=self._scale.cdeg(counts) if self._referred else None,
            rate_cdps=self._rate_cdps(),
            state=self.state(self._fault, self._powered),
            fault=self._fault,
            stage=0,
            current_ma=self._current_ma,
            boot_count=self._boot_count,
            heat_permille=self._heat.permille(answer.true_ms),
        )

    def _jumped(self, at_ms: int, counts: int) -> bool:
        then_ms, before = self._track[-1]
        reach = JUMP_CDEG + JUMP_CDPS * (at_ms - then_ms) // 1_000
        return abs(self._scale.cdeg(counts - before)) > reach

    def _rate_cdps(self) -> int | None:
        """Over the last 80 ms or so."""
        now_ms, counts = self._track[-1]
        for then_ms, before in reversed(self._track):
            if now_ms - then_ms >= RATE_OVER_MS:
                return self._scale.cdeg(round((counts - before) * 1_000 / (now_ms - then_ms)))
        return None


def make(config: RoboclawConfig, link: ByteLink, angles: Angles) -> RoboclawDrive:
    """For the catalogue."""
    return RoboclawDrive(config, link, angles)
