"""What drives with a protocol of their own have in common: arming step by step, silence, one exchange a tick.

A driver says how it is armed (a generator that yields questions and is sent the answers), what it asks or
commands next, and what an answer means.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator
from typing import Final

from firmware_bridge import readings
from firmware_bridge.line_port import Answer, Ask, LinePort
from firmware_bridge.readings import Arming, DriveReading

SILENT_MS: Final = 200  # longer than the drive's watchdog: it has stopped, or may have been off
VERIFY_MS: Final = 60_000
TRY_AGAIN_MS: Final = 1_000  # after a refusal
TICK_MS: Final = 20

Steps = Generator[Ask, Answer, str | None]


class LineDrive(ABC):
    """`take` and `send` are called once a tick by whoever holds the devices."""

    def __init__(self, port: LinePort) -> None:
        self._port = port
        self._reading: DriveReading | None = None
        self._heard_ms: int | None = None
        self._asked: Ask | None = None
        self._steps: Steps | None = None
        self._step: Ask | None = None
        self._stepped_last = False
        self._armed = False
        self._refused: str | None = None
        self._refused_ms = 0
        self._proved_ms = 0
        self._boot_count = 0

    # For the driver to say

    @abstractmethod
    def procedure(self) -> Steps:
        """All of arming: identify, write and read back, clear, enable. Returns None or the refusal."""

    @abstractmethod
    def read_back(self) -> Steps:
        """The settings once more, while armed; returns what is wrong."""

    @abstractmethod
    def next_ask(self, now_ms: int) -> Ask | None:
        """This tick's command or question, if any."""

    @abstractmethod
    def answered(self, answer: Answer) -> None:
        """The good answer to one of those."""

    @abstractmethod
    def proved(self) -> None:
        """Arming has just succeeded."""

    @abstractmethod
    def forget(self) -> None:
        """After a silence: nothing is known of the drive any more."""

    # MotorDrive

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

    def arm(self, now_ms: int) -> Arming:
        """Begin, or go on with, the procedure; after a refusal it is tried again each second."""
        waiting = self._refused is not None and now_ms - self._refused_ms < TRY_AGAIN_MS
        if not self._armed and self._steps is None and not waiting:
            self._begin(self.procedure())
        return Arming(self._armed, self._refused)

    def take(self, now_ms: int) -> None:
        """Bring in the answer of an earlier tick."""
        if self._heard_ms is not None and now_ms - self._heard_ms > SILENT_MS:
            self._disarm()
        answer = self._port.take(now_ms)
        if answer is None or answer.error is not None:
            return
        if answer.ask.lengths:
            self._heard_ms = now_ms
        if answer.ask is self._step:
            self._advance(answer, now_ms)
        elif answer.ask is self._asked:
            self.answered(answer)

    def send(self, tick: int, checkpoints: int, now_ms: int) -> None:
        """Send this tick's exchange, unless one is still on its way."""
        if not self._port.is_idle(now_ms):
            return
        if self._armed and self._steps is None and now_ms - self._proved_ms >= VERIFY_MS:
            self._begin(self.read_back())
        # Every other tick while arming, so that status goes on and a moving table is still commanded.
        if self._step is not None and not self._stepped_last:
            self._stepped_last = self._port.send(self._step, now_ms)
            return
        self._stepped_last = False
        ask = self.next_ask(now_ms)
        if ask is not None:
            self._asked = ask
            self._port.send(ask, now_ms)

    # Parts

    def state(self, fault: int, powered: bool) -> int:
        """The drive's state as the guard knows it."""
        if fault:
            return readings.FAULT
        if self._armed:
            return readings.ARMED if powered else readings.UNPOWERED
        return readings.ARMING if self._steps is not None else readings.DISARMED

    def _begin(self, steps: Steps) -> None:
        self._steps = steps
        self._step = next(steps)

    def _advance(self, answer: Answer, now_ms: int) -> None:
        """One step further; a wire error repeats the step, so it never comes here."""
        if self._steps is None:
            return
        try:
            self._step = self._steps.send(answer)
        except StopIteration as done:
            self._steps = self._step = None
            self._refused, self._refused_ms = done.value, now_ms
            self._proved_ms = now_ms
            if done.value is None and not self._armed:
                self._boot_count += 1
                self.proved()
            self._armed = done.value is None

    def _disarm(self) -> None:
        """It has to prove itself again."""
        self._heard_ms = None
        self._armed = False
        self._steps = self._step = None
        self.forget()
