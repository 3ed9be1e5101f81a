"""Jrk G2 as a MotorDrive: targets for its own PID on a potentiometer, one exchange a tick.

The potentiometer sits at the hinge, or in a linear actuator between two pivots: then counts are its length.
A target and a question go out together (a target has no answer). The target is held close to where the
table was seen, so a dead host cannot over-travel. Its serial timeout (up to 200 ms) takes the duty to 0,
which shorts the motor: a brake or a self-locking gear has to hold. CUT is "stop motor".
"""

from __future__ import annotations

from typing import Final, NamedTuple

from firmware_bridge.drives import belief
from firmware_bridge.drives.catalogue import Angles
from firmware_bridge.drives.jrk import arming
from firmware_bridge.drives.jrk import commands as c
from firmware_bridge.drives.jrk.config import JrkConfig
from firmware_bridge.drives.line_drive import LineDrive, Steps
from firmware_bridge.drives.origin import whole
from firmware_bridge.lever import Lever
from firmware_bridge.line_pace import refuse_slow_line
from firmware_bridge.line_port import Answer, Ask, LinePort, LineTiming
from firmware_bridge.ports import ByteLink, Capabilities
from firmware_bridge.readings import DriveReading
from firmware_bridge.way import Way

BITS: Final = 10
REPLY_US: Final = 1_000  # UNVERIFIED
WATCHDOG_MS: Final = 200  # the longest that arming allows
SLOW_DOWN_CDPS2: Final = 3_000
LEAD_MS: Final = 60  # the target runs ahead by what its PID lags
REACH_CDEG: Final = 200  # of the target from the angle seen
DOUBT_CDEG, DOUBT_COUNTS = 8.0, 1.5  # further than both from where its way leads it is not believed at once
NOISY: Final = 3.0  # times as far, where the potentiometer is noisy
TURNS: Final = (*c.FEEDBACK, c.ERRORS)


class Scale(NamedTuple):
    """The only place that knows how counts and angles belong together."""

    counts_per_degree: float
    zero_counts: int
    sign: int
    lever: Lever | None = None

    def counts(self, cdeg: float) -> int:
        """Feedback, or target, of an angle in centidegrees."""
        even_cdeg = cdeg if self.lever is None else self.lever.even_cdeg(cdeg)
        wanted = self.zero_counts + self.sign * round(even_cdeg * self.counts_per_degree / 100)
        return max(0, min(c.MOST, wanted))

    def even_cdeg(self, counts: int) -> int:
        """Even centidegrees of feedback counts: each count is worth the same."""
        return self.sign * round((counts - self.zero_counts) * 100 / self.counts_per_degree)

    def cdeg(self, counts: int) -> int | None:
        """Centidegrees of feedback counts; None beyond the lever's geometry."""
        if self.lever is None:
            return self.even_cdeg(counts)
        return whole(
            self.lever.bed_cdeg(self.sign * (counts - self.zero_counts) * 100 / self.counts_per_degree)
        )


class JrkDrive(LineDrive):
    """MotorDrive."""

    def __init__(self, config: JrkConfig, link: ByteLink) -> None:
        timing = LineTiming(config.baud, BITS, REPLY_US)
        super().__init__(LinePort(link, timing))
        self._config = config
        self._framing = arming.framing_of(config)
        self._scale = Scale(config.counts_per_degree, config.zero_counts, config.sign, config.lever)
        target = self._framing.target(0)
        cycle = [timing.turn(self._framing.variables(one, target), one in c.FEEDBACK) for one in TURNS]
        self._pace = refuse_slow_line(config.baud, cycle, "set the drive to 9600 baud or more")
        self._intent: tuple[str, int, int] | None = None
        self._held_cdeg: float | None = None
        self._rate_cdps = 0  # of the last setpoint
        self._turn = 0
        self._said_halting = belief.Twice(c.AWAITING)
        self._let_go = False  # and nothing better was heard since
        self._currents = belief.Middle()
        self._current_ma: int | None = None
        most_cdeg = max(DOUBT_CDEG, DOUBT_COUNTS * 100 / config.counts_per_degree)
        self._way = Way(most_cdeg, noisy_cdeg=NOISY * most_cdeg)

    @property
    def capabilities(self) -> Capabilities:
        """It stops by itself, but shorted is not held."""
        timeout = c.named(c.SETTINGS[0])
        return Capabilities(
            "Pololu Jrk G2",
            False,
            True,
            False,
            WATCHDOG_MS,
            self._config.holds_when_dead,
            timeout,
            tells_silence=True,
            pace=self._pace,
        )

    # Intents

    def move(self, angle_cdeg: int, rate_cdps: int) -> None:
        """Streamed setpoint."""
        self._intent, self._held_cdeg, self._rate_cdps = ("move", angle_cdeg, rate_cdps), None, rate_cdps

    def stop(self, decel_cdps2: int) -> None:
        """Decelerate and hold."""
        self._intent = ("stop", decel_cdps2 or SLOW_DOWN_CDPS2, 0)

    def release(self) -> None:
        """Duty 0."""
        self._let_go = True
        self._intent, self._held_cdeg, self._rate_cdps = ("release", 0, 0), None, 0

    def yield_to_own_return(self) -> None:
        """It has none: hold."""
        self.stop(SLOW_DOWN_CDPS2)

    # LineDrive

    def procedure(self) -> Steps:
        """See arming.py."""
        return arming.procedure(self._config, self._is_cut)

    def _is_cut(self) -> bool:
        return self._intent is not None and self._intent[0] == "release"

    def read_back(self) -> Steps:
        """All settings."""
        return arming.settings(self._config)

    def proved(self) -> None:
        """It holds where it stands."""
        self._said_halting.set(0)
        self._held_cdeg, self._rate_cdps = None, 0

    def forget(self) -> None:
        """Its timeout has stopped it."""
        self._way.forget()
        self._currents.forget()
        self._held_cdeg, self._rate_cdps = None, 0

    def next_ask(self, now_ms: int) -> Ask:
        """This tick's command, and a question behind it."""
        self._turn = (self._turn + 1) % len(TURNS)
        return self._framing.variables(TURNS[self._turn], self._command(now_ms))

    def _command(self, now_ms: int) -> bytes:
        """Nothing before it was ever proved, and nothing between the steps of arming but a cut."""
        if self._intent is None or not self._boot_count:
            return b""
        wanted = self._wanted_cdeg(*self._intent, now_ms)
        if not self._armed and self._steps is not None and not self._is_cut():
            return b""
        if wanted is None or not self._armed:
            return self._framing.stop_motor()
        return self._framing.target(self._scale.counts(wanted))

    def _wanted_cdeg(self, kind: str, first: int, rate_cdps: int, now_ms: int) -> float | None:
        """Where to be told to be; None: off."""
        seen = self._reading
        if kind == "release" or seen is None or seen.angle_cdeg is None:
            return None
        here = seen.angle_cdeg + self._rate_cdps * (now_ms - seen.at_ms) / 1_000
        if kind == "move":
            wanted = first + rate_cdps * LEAD_MS / 1_000
            return max(here - REACH_CDEG, min(here + REACH_CDEG, wanted))
        if self._held_cdeg is None:
            way = self._rate_cdps * abs(self._rate_cdps) / (2 * first)
            self._held_cdeg, self._rate_cdps = here + way, 0
        return self._held_cdeg

    def answered(self, answer: Answer) -> None:
        """Feedback, or errors and current."""
        if len(answer.values) == 1:
            self._fed_back(answer)
            return
        halting, current_ma = answer.values
        if not self._said_halting.take(halting):
            self._turn = len(TURNS) - 3  # once more, right behind the next feedback
        self._let_go = self._let_go and (self._is_cut() or bool(self._halting))
        self._current_ma = self._currents.take(current_ma)
        self._armed = self._armed and not self._fault
        if self._halting & c.FEEDBACK_LOST:
            self._read_as(answer.true_ms, None)  # its feedback is none, but somebody should know why

    @property
    def _halting(self) -> int:
        return self._said_halting.value

    @property
    def _fault(self) -> int:
        """No power is none where a cut took it: the relay has its supply. Arming refuses it by name."""
        return self._halting & ~(c.AWAITING | (c.NO_POWER if self._let_go else 0))

    def _fed_back(self, answer: Answer) -> None:
        """Answers have no check: the same wrong bit in both copies shows on its way, or is small."""
        counts = answer.values[0]
        if not self._way.believes(answer.true_ms, self._scale.even_cdeg(counts)):
            return
        if self._way.begun_anew:
            self._disarm()  # no table does that: it has to prove itself again
        self._read_as(answer.true_ms, self._scale.cdeg(counts))

    def _read_as(self, at_ms: int, angle_cdeg: int | None) -> None:
        before = self._reading
        self._reading = DriveReading(
            at_ms=at_ms,
            counter=before.counter + 1 if before else 1,
            angle_cdeg=angle_cdeg,
            rate_cdps=None,  # steps of a potentiometer are too coarse; the guard takes a slope
            state=self.state(self._fault, not self._halting),
            fault=self._fault,
            stage=0,
            current_ma=self._current_ma,
            boot_count=self._boot_count,
            timed_out=bool(self._halting & c.TIMED_OUT),
        )


def make(config: JrkConfig, link: ByteLink, angles: Angles) -> JrkDrive:
    """For the catalogue; its potentiometer is absolute."""
    return JrkDrive(config, link)
