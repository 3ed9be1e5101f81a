"""ODrive v3.x as a MotorDrive: each tick a velocity, which feeds its watchdog, and one question.

Only `v`, `u` and their like feed the watchdog, reading does not. When it runs out the axis is disarmed: the
torque is gone, and what holds the table is what the table file declares. Arming again clears the error.
"""

from __future__ import annotations

from typing import Final

from firmware_bridge import readings
from firmware_bridge.drives import belief
from firmware_bridge.drives.catalogue import Angles
from firmware_bridge.drives.heat import Heat, Part
from firmware_bridge.drives.odrive import arming, lines, motion
from firmware_bridge.drives.odrive import properties as p
from firmware_bridge.drives.odrive.config import OdriveConfig
from firmware_bridge.drives.odrive.port import LONGEST_REPLY, Answer, LinePort, Question
from firmware_bridge.drives.origin import Origin, Place
from firmware_bridge.drives.position_loop import FASTEST_CDPS, SLOW_DOWN_CDPS2, PositionLoop
from firmware_bridge.line_pace import Pace
from firmware_bridge.ports import ByteLink, Capabilities
from firmware_bridge.readings import AngleReading, Arming, DriveReading

SILENT_MS: Final = 200  # longer than its watchdog: it has let go, or may have been off
VERIFY_MS: Final = 60_000
TRY_AGAIN_MS: Final = 1_000
TICK_MS: Final = 20
LONGEST_COMMANDS: Final = 96  # bytes of one tick

FEEDBACK: Final = Question(p.FEEDBACK.form, "pair")
POSITION: Final = Question(p.read(p.POSITION), "decimal")
STATE: Final = Question(p.read(p.STATE), "whole")
ERROR: Final = Question(p.read(p.ERROR), "whole")
CURRENT: Final = Question(p.read(p.CURRENT), "decimal")
HEAT: Final = Question(p.read(p.HEAT), "decimal")
# Of what there is not: all that the answer shows is that the line is in step.
NOTHING: Final = (Question("r nothing", "complaint"), Question("f 2", "no_motor"), Question("f", "no_form"))
# The place of CURRENT also serves the error, the heat and, once a minute, the settings.
TURNS: Final = (FEEDBACK, STATE, FEEDBACK, CURRENT)
OTHERWISE: Final = (FEEDBACK, POSITION, STATE, *NOTHING)  # while an answer of the wanted kind is owed


def pace_of(baud: int) -> Pace:
    """Commands, question and answer must fit into one tick. Raises ValueError."""
    length = LONGEST_COMMANDS + len(lines.encode(POSITION.text)) + LONGEST_REPLY
    took_ms = -(-length * 10_000 // baud)
    if took_ms > TICK_MS:
        what = f"at {baud} baud one exchange takes {took_ms} ms, allowed {TICK_MS} ms"
        raise ValueError(f"[drive].baud: {what}; set the drive to 115200 baud")
    return Pace(baud, took_ms, 2 * TICK_MS, 3 * TICK_MS)  # every other turn tells an angle


class OdriveDrive:
    """MotorDrive; `take` and `send` are called once a tick by whoever holds the devices."""

    def __init__(self, config: OdriveConfig, link: ByteLink, angles: Angles) -> None:
        self._pace = pace_of(config.baud)
        self._holds_when_dead = config.holds_when_dead
        self._scale = motion.Scale(config.gear_ratio, config.sign)
        fastest, ramp = (abs(self._scale.turns(cdeg)) for cdeg in (FASTEST_CDPS, SLOW_DOWN_CDPS2))
        self._settings = p.settings(fastest, ramp)
        self._port = LinePort(link, config.baud)
        self._inclinometer = angles.inclinometer
        self._track = belief.Track()
        self._origin = Origin()
        self._loop = PositionLoop()
        self._measured: AngleReading | None = None
        self._reading: DriveReading | None = None
        self._turn = 0
        self._said_state = belief.Twice()
        self._said_error = belief.Twice()
        self._asks_error = False  # after a silence it may have an error that it is not asked for otherwise
        self._currents = belief.Middle()
        self._current_ma: int | None = None
        self._heat = Heat(Part("driver", config.driver_gives_up_degc))
        self._heats = belief.Middle()
        self._boot_count = 0
        self._heard_ms: int | None = None
        # Arming
        self._steps: arming.Steps | None = None
        self._step: arming.Step | None = None
        self._stepped_last = False
        self._armed = False
        self._refused: str | None = None
        self._refused_ms = 0
        self._verified_ms = 0

    @property
    def capabilities(self) -> Capabilities:
        """Torque off on a lost host: it holds by what the table file declares."""
        holds, setting, heat = self._holds_when_dead, p.WATCHDOG.path, f"its bridge, {p.HEAT.path}"
        can = Capabilities("ODrive v3", False, False, False, p.WATCHDOG_MS, holds, setting)
        return can._replace(tells_heat=heat, tells_silence=True, pace=self._pace)

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
        self._loop.move(angle_cdeg, rate_cdps)

    def stop(self, decel_cdps2: int) -> None:
        """Decelerate and hold."""
        self._loop.stop(decel_cdps2)

    def release(self) -> None:
        """Axis to idle."""
        self._loop.release()

    def yield_to_own_return(self) -> None:
        """It has none: hold."""
        self.stop(SLOW_DOWN_CDPS2)

    def arm(self, now_ms: int) -> Arming:
        """Begin, or go on with, the procedure; after a refusal it is tried again each second."""
        waiting = self._refused is not None and now_ms - self._refused_ms < TRY_AGAIN_MS
        if not self._armed and self._steps is None and not waiting:
            self._begin(arming.procedure(self._settings, switch_it_on=not self._loop.is_released))
        return Arming(self._armed, self._refused)

    def _begin(self, steps: arming.Steps) -> None:
        self._steps, self._step = steps, next(steps)

    # Wire

    def take(self, now_ms: int) -> None:
        """Bring in the answer of an earlier tick."""
        if self._heard_ms is not None and now_ms - self._heard_ms > SILENT_MS:
            self._forget()
        answer = self._port.take(now_ms)
        if answer is None:
            return
        if answer.error is not None:
            self._turn = 0  # what somebody waits for is the position
            return
        self._heard_ms = now_ms
        if self._step is not None and answer.question is self._step.question:
            self._advance(answer, now_ms)
        else:
            self._learn(answer, now_ms)

    def send(self, tick: int, checkpoints: int, now_ms: int) -> None:
        """This tick's command, and a question when none is outstanding."""
        command = self._command(now_ms)
        wanted = self._question(now_ms)
        step = self._step
        if step is not None and self._is_steps_turn(step, wanted, now_ms):
            asked = self._port.send((*command, *step.commands), (step.question,), now_ms)
            self._stepped_last = asked is not None
            self._turn += self._stepped_last and self._armed
        elif (asked := self._port.send(command, (wanted, *OTHERWISE), now_ms)) is not None:
            self._stepped_last = False
            self._turn += asked in (wanted, POSITION)

    def _is_steps_turn(self, step: arming.Step, wanted: Question, now_ms: int) -> bool:
        """Every other tick while arming; later only in place of the current."""
        free = self._port.is_idle and not self._stepped_last and self._port.may_ask(step.question, now_ms)
        return free and (not self._armed or wanted is CURRENT)

    def _question(self, now_ms: int) -> Question:
        if self._step is not None and not self._armed:
            return FEEDBACK
        wanted = TURNS[self._turn % len(TURNS)]
        if wanted is not CURRENT:
            return wanted
        if self._steps is None and self._armed and now_ms - self._verified_ms >= VERIFY_MS:
            self._verified_ms = now_ms
            self._begin(arming.check(self._settings))
        if self._error or self._asks_error or (self._armed and self._state != p.CLOSED_LOOP):
            return ERROR
        return HEAT if self._steps is None and self._heat.due(now_ms) else CURRENT

    def _command(self, now_ms: int) -> tuple[str, ...]:
        """The lines of this tick; nothing before arming has begun, then it is fed whatever happens."""
        if self._loop.is_released and self._boot_count:
            return (p.FEED.form, p.write(p.REQUEST, p.IDLE))
        if not self._armed or not self._loop.wants_torque:
            return (p.FEED.form,) if self._steps is not None or self._boot_count else ()
        if self._state != p.CLOSED_LOOP:
            self._loop.reset()
            return (p.VELOCITY.form.format(0.0), p.write(p.REQUEST, p.CLOSED_LOOP))
        cdps = self._loop.speed_cdps(self._measured, now_ms)
        return (p.VELOCITY.form.format(self._scale.turns(cdps)),)

    # Answers

    @property
    def _state(self) -> int:
        return self._said_state.value

    @property
    def _error(self) -> int:
        return self._said_error.value

    def _learn(self, answer: Answer, now_ms: int) -> None:
        value, scale = answer.value, self._scale
        if isinstance(value, lines.Pair):
            raw, rate = scale.cdeg(value.turns), scale.cdeg(value.turns_s)
            self._place(Place(raw, rate, answer.true_ms), now_ms)
        elif answer.question is POSITION and isinstance(value, float):
            rate = self._track.newest.rate_cdps if self._track.newest else 0.0
            self._place(Place(scale.cdeg(value), rate, answer.true_ms), now_ms)
        elif isinstance(value, float):
            self._felt(answer.question, round(value * 1_000), answer.true_ms)
        elif answer.question is STATE and value in p.STATES and isinstance(value, int):
            # Idle comes by a cut, by the e-stop, or by an error that the next question finds.
            if not self._said_state.take(value):
                self._turn = 0  # once more, right behind the next place
            if self._state == p.CLOSED_LOOP:
                self._said_error.set(0)
        elif answer.question is ERROR and isinstance(value, int):
            self._asks_error = not self._said_error.take(value)
            self._turn = 2 if self._asks_error else self._turn
            self._armed = self._armed and not self._error

    def _felt(self, question: Question, thousandths: int, at_ms: int) -> None:
        """Current or heat, the middle one of three each."""
        if question is CURRENT:
            self._current_ma = self._currents.take(abs(thousandths))
        elif question is HEAT:
            middle = self._heats.take(thousandths)
            self._heat.take([] if middle is None else [middle / 1_000], at_ms)

    def _place(self, place: Place, now_ms: int) -> None:
        if not self._track.believes(place):
            return
        self._origin.take(place, self._inclinometer(), now_ms)
        angle = self._origin.angle_cdeg(place)
        counter = self._reading.counter + 1 if self._reading else 1
        rate_cdps = round(self._track.rate_cdps)
        self._measured = None
        if angle is not None:
            self._measured = AngleReading(place.at_ms, counter, round(angle), rate_cdps)
        self._reading = DriveReading(
            at_ms=place.at_ms,
            counter=counter,
            angle_cdeg=round(angle) if angle is not None and self._origin.proved else None,
            rate_cdps=rate_cdps,
            state=self._reading_state(),
            fault=self._error,
            stage=0,
            current_ma=self._current_ma,
            boot_count=self._boot_count,
            heat_permille=self._heat.permille(now_ms),
            timed_out=None if self._asks_error else bool(self._error & p.WATCHDOG_EXPIRED),
        )

    def _reading_state(self) -> int:
        if self._error == p.ESTOP:
            return readings.UNPOWERED
        if self._error:
            return readings.FAULT
        if self._armed:
            return readings.ARMED if self._state == p.CLOSED_LOOP else readings.UNPOWERED
        return readings.ARMING if self._steps is not None else readings.DISARMED

    def _advance(self, answer: Answer, now_ms: int) -> None:
        """One step of arming further."""
        if self._steps is None or not isinstance(answer.value, int | float):
            return
        if answer.question.text == STATE.text:
            self._said_state.set(int(answer.value))
        try:
            self._step = self._steps.send(answer.value)
        except StopIteration as done:
            self._steps = self._step = None
            self._refused, self._refused_ms = done.value, now_ms
            self._verified_ms = now_ms
            if done.value is None and not self._armed:
                self._boot_count += 1
                self._said_error.set(0)
            self._armed = done.value is None

    def _forget(self) -> None:
        """After a silence nothing is known of the drive: it may have been switched off in between."""
        self._heard_ms = self._measured = None
        self._armed, self._asks_error = False, True
        self._steps = self._step = None
        self._said_state.set(0)  # undefined: a state of before would take its error away again
        self._track.forget()
        self._currents.forget()
        self._origin.forget()


def make(config: OdriveConfig, link: ByteLink, angles: Angles) -> OdriveDrive:
    """For the catalogue."""
    return OdriveDrive(config, link, angles)
