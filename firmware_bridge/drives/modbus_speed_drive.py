"""What speed drives on Modbus have in common: one exchange a tick, a command and a status in turns.

An exchange that needs longer than a tick takes the next ones, up to the fourth; a line on which a status
would be older than the guard allows is refused. A command is re-sent in each of its turns, so it feeds the
drive's watchdog and stops doing so when the guard does.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from firmware_bridge import readings
from firmware_bridge.codec import modbus
from firmware_bridge.drives.heat import Heat
from firmware_bridge.drives.modbus16 import Steps, read_request
from firmware_bridge.drives.position_loop import Gains, PositionLoop
from firmware_bridge.drives.register16 import Setting
from firmware_bridge.lever import Lever
from firmware_bridge.line_pace import Pace
from firmware_bridge.modbus_port import Answer, ModbusPort, Timing
from firmware_bridge.ports import ByteLink
from firmware_bridge.readings import Arming, DriveReading

TICK_US: Final = 20_000
LONGEST_PERIOD_MS: Final = 80
OLDEST_MS: Final = 100  # of a status, when the next one comes
SILENT_MS: Final = 200  # longer than the drive's watchdog: it has stopped, or may have been off
VERIFY_MS: Final = 60_000
TRY_AGAIN_MS: Final = 1_000  # after a refusal
OTHER_EVERY: Final = 8  # of so many commands one gives way to another question


class Plan(NamedTuple):
    """What one drive asks for."""

    command: modbus.Request  # the longest
    status: tuple[modbus.Request, ...]  # no two of one length
    other: modbus.Request  # now and then, of yet another length
    settings: tuple[Setting, ...]  # read back once a minute
    heat: tuple[modbus.Request, ...] = ()  # of each part that tells it, in place of `other`


def ticks_of(timing: Timing, request: modbus.Request) -> int:
    """How many ticks one exchange takes on this line."""
    return -(-timing.transaction_us(request) // TICK_US)


def refuse_slow_line(timing: Timing, plan: Plan, advice: str) -> Pace:
    """A status at least every 80 ms, and never older than the guard takes it. Raises ValueError."""
    longest = max(plan.status, key=modbus.answer_length)
    answered = ticks_of(timing, longest)
    period_ms = (ticks_of(timing, plan.command) + answered) * TICK_US // 1_000
    asked_ms = timing.transfer_us(modbus.request_length(longest)) // 1_000
    oldest_ms = period_ms + answered * TICK_US // 1_000 - asked_ms
    if period_ms > LONGEST_PERIOD_MS or oldest_ms > OLDEST_MS:
        raise ValueError(
            f"[drive].baud: at {timing.baud} baud a status comes every {period_ms} ms and gets {oldest_ms} ms"
            f" old, allowed {LONGEST_PERIOD_MS} ms and {OLDEST_MS} ms; {advice}"
        )
    exchange_us = max(timing.transaction_us(request) for request in (plan.command, longest))
    return Pace(timing.baud, -(-exchange_us // 1_000), period_ms, oldest_ms)


class ModbusSpeedDrive:
    """The verbs of MotorDrive but `capabilities`; a drive fills in the methods below "Per drive"."""

    def __init__(
        self,
        unit: int,
        link: ByteLink,
        timing: Timing,
        plan: Plan,
        gains: Gains,
        heat: Heat | None = None,
        lever: Lever | None = None,
    ) -> None:
        self._unit = unit
        self._plan = plan
        self._port = ModbusPort(link, timing)
        self._loop = PositionLoop(gains, lever)
        self._heat = heat or Heat()
        self._reading: DriveReading | None = None
        self._boot_count = 0
        self._heard_ms: int | None = None
        self._asked: modbus.Request | None = None
        self._commands = False  # whether the next turn is a command's
        self._turn = self._status_turn = 0
        self._urged_last = False
        self._kind = ""  # of the newest intent
        self._hurries = False
        # Arming
        self._steps: Steps | None = None
        self._step: modbus.Request | None = None
        self._stepped_last = False
        self._stepped: modbus.Request | None = None  # the last step that was sent
        self._armed = False
        self._refused: str | None = None
        self._refused_ms = 0
        self._verified_ms = 0
        self._verifying = len(plan.settings)  # index of the setting to read back next

    @property
    def trouble(self) -> str | None:
        """Why arming was refused, or the newest wire trouble."""
        return self._refused or self._port.trouble

    def read(self) -> DriveReading | None:
        """The newest reading."""
        return self._reading

    def close(self) -> None:
        """Close the port."""
        self._port.close()

    # Intents

    def move(self, angle_cdeg: int, rate_cdps: int) -> None:
        """Streamed setpoint."""
        self._hurry("led" if rate_cdps else "held")
        self._loop.move(angle_cdeg, rate_cdps)

    def stop(self, decel_cdps2: int) -> None:
        """Decelerate and hold."""
        self._hurry("stopped")
        self._loop.stop(decel_cdps2)

    def release(self) -> None:
        """Torque off, brake on."""
        self._hurry("released")
        self._loop.release()

    def yield_to_own_return(self) -> None:
        """It has none: hold."""
        self.stop(0)

    def _hurry(self, kind: str) -> None:
        """Another kind of intent does not wait for its turn."""
        self._hurries = self._hurries or kind != self._kind
        self._kind = kind

    def arm(self, now_ms: int) -> Arming:
        """Begin, or go on with, the procedure; after a refusal it is tried again each second."""
        waiting = self._refused is not None and now_ms - self._refused_ms < TRY_AGAIN_MS
        if not self._armed and self._steps is None and not waiting:
            self._steps = self._procedure()
            self._advance(None, now_ms)
        return Arming(self._armed, self._refused)

    # Wire

    def take(self, now_ms: int) -> None:
        """Bring in the answer of an earlier tick."""
        if self._heard_ms is not None and now_ms - self._heard_ms > SILENT_MS:
            self._forget()
        answer = self._port.take(now_ms)
        if answer is not None and (answer.error is None or isinstance(answer.error, modbus.Refused)):
            # A single write's confirmation is no sign of life: over some adapters it is our own echo.
            if answer.registers or answer.error is not None:
                self._heard_ms = now_ms
            self._answered(answer, now_ms)
        self._reading = self._newest(now_ms) or self._reading

    def send(self, tick: int, checkpoints: int, now_ms: int) -> None:
        """Send this tick's request, unless one is still on its way."""
        if not self._port.is_idle(now_ms):
            return
        hurried = self._hurries and self._boot_count > 0
        self._commands = self._commands or hurried
        request = self._written(now_ms, hurried) if self._commands else None
        request = request or self._next_status(now_ms)
        request = request or (self._command(now_ms) if self._boot_count else None)  # it must not starve
        self._commands = not self._commands
        if request is not None:
            self._asked = request
            self._port.send(request, now_ms)

    def _written(self, now_ms: int, hurried: bool) -> modbus.Request | None:
        """Instead of a status: what is urgent, a step of arming, a command, now and then something else."""
        self._hurries = False
        if hurried:
            return self._command(now_ms)
        urgent = None if self._urged_last else self._urgent()
        urgent = urgent if urgent is not None and self._port.may_ask(urgent, now_ms) else None
        self._urged_last = urgent is not None
        if urgent is not None:
            return urgent
        heat = None if self._boot_count else self._heat_question(now_ms)
        if heat is not None:
            return heat  # known by the time it is armed
        if self._step is not None and not (self._stepped_last and self._boot_count):
            self._stepped_last, self._stepped = True, self._step
            return self._step
        self._stepped_last = False
        if not self._boot_count:
            return None
        self._turn += 1
        if self._turn % OTHER_EVERY == 0 and self._port.trouble is None:
            return self._something_else(now_ms)
        return self._command(now_ms)

    def _next_status(self, now_ms: int) -> modbus.Request | None:
        """The next length of which no answer is owed; once all are, what shows that they are lost."""
        self._status_turn = (self._status_turn + 1) % len(self._plan.status)
        status = self._plan.status[self._status_turn :] + self._plan.status[: self._status_turn]
        asks = (*status, self._plan.other, *self._plan.heat)
        return next((one for one in asks if self._port.may_ask(one, now_ms)), None)

    def _something_else(self, now_ms: int) -> modbus.Request:
        """A setting to be read back once a minute, or a value that is in no status."""
        if self._verifying >= len(self._plan.settings) and now_ms - self._verified_ms >= VERIFY_MS:
            self._verifying = 0
        if self._armed and self._verifying < len(self._plan.settings):
            return read_request(self._unit, self._plan.settings[self._verifying].register)
        return self._heat_question(now_ms) or self._plan.other

    def _heat_question(self, now_ms: int) -> modbus.Request | None:
        """Of the part whose turn it is, when it is time to ask."""
        if not self._plan.heat or not self._heat.due(now_ms):
            return None
        return self._plan.heat[self._heat.next_part()]

    def _answered(self, answer: Answer, now_ms: int) -> None:
        """One proper answer, or an exception."""
        if answer.request is self._step:
            self._advance(answer, now_ms)
        elif answer.request is self._stepped:
            return  # the arming was given up while its step was on its way: it says nothing of the motor
        elif answer.request is self._asked and answer.registers:
            if answer.request.read_address in self._own_addresses():
                self._verify(answer, now_ms)
            else:
                self._status(answer, now_ms)

    def _own_addresses(self) -> tuple[int, ...]:
        """Of the setting being read back."""
        if self._verifying >= len(self._plan.settings):
            return ()
        return (self._plan.settings[self._verifying].register.address,)

    def _verify(self, answer: Answer, now_ms: int) -> None:
        """A setting read back; a wrong one takes the arming away."""
        setting = self._plan.settings[self._verifying]
        self._verifying += 1
        self._verified_ms = now_ms
        if not setting.allows(answer.registers[0]):
            self._armed = False

    def _advance(self, answer: Answer | None, now_ms: int) -> None:
        """One step of arming further, or the first."""
        assert self._steps is not None
        try:
            self._step = next(self._steps) if answer is None else self._steps.send(answer)
        except StopIteration as done:
            self._steps = self._step = None
            self._refused, self._refused_ms = done.value, now_ms
            if done.value is None:
                self._armed = True
                self._boot_count += 1
                self._verified_ms, self._verifying = now_ms, len(self._plan.settings)

    def _forget(self) -> None:
        """After a silence nothing is known of the drive: it may have been switched off in between."""
        self._heard_ms = None
        self._armed = False
        self._steps = self._step = None
        self._loop.reset()
        self._lost()

    def _state(self, faulty: bool, powered: bool) -> int:
        if faulty:
            return readings.FAULT
        if self._armed:
            return readings.ARMED if powered else readings.UNPOWERED
        return readings.ARMING if self._steps is not None else readings.DISARMED

    # Per drive

    def _procedure(self) -> Steps:
        """Arming."""
        raise NotImplementedError

    def _command(self, now_ms: int) -> modbus.Request:
        """What to write now, in words for this drive."""
        raise NotImplementedError

    def _status(self, answer: Answer, now_ms: int) -> None:
        """Take in the registers of a status turn or of another one."""
        raise NotImplementedError

    def _urgent(self) -> modbus.Request | None:
        """What must be read before anything else, if there is such a thing."""
        return None

    def _newest(self, now_ms: int) -> DriveReading | None:
        """What is known by now, None when nothing new is."""
        raise NotImplementedError

    def _lost(self) -> None:
        """The drive has been silent: forget its status."""
        raise NotImplementedError
