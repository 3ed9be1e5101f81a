"""The position loop for drives that only take a speed: setpoint and its rate against a measured angle.

A driver keeps one, hands its verbs on to it, and asks it once a tick what speed to send. Angles are
centidegrees of the table, rates centidegrees per second; time comes with the call. On a lever the speed to
send is an even one (firmware_bridge/lever.py): where the rod's arm is short, the drive turns slower.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from firmware_bridge.lever import Lever
from firmware_bridge.readings import AngleReading, DriveReading

FASTEST_CDPS: Final = 800  # the hard limit of an emergency return
SLOW_DOWN_CDPS2: Final = 3_000
SETTLE_MS: Final = 300  # a stopped table swings out; then its angle is what is held
OLD_MS: Final = 100  # no loop is closed over an angle older than this

Measured = AngleReading | DriveReading


class Gains(NamedTuple):
    """How a drive is led; the defaults suit one whose own speed loop settles within 100 ms."""

    correct_per_s: float = 3.0  # speed for each degree off
    trim_per_s2: float = 0.0  # for drives without a speed loop of their own: learns load and slip
    most_cdps: float = 150.0  # of correction and trim, each
    dead_cdeg: float = 4.0  # at standstill: below this the drive's own hold is left alone


class PositionLoop:
    """`move`, `stop` and `release` state the intent; `speed_cdps` is what to send for it now."""

    def __init__(self, gains: Gains | None = None, lever: Lever | None = None) -> None:
        self._gains = gains or Gains()
        self._lever = lever
        self._slope = 0.0  # of the lever where the table was seen last
        self._intent: tuple[str, int, int] | None = None
        self._speed = 0.0  # told last
        self._trim = 0.0
        self._told_ms: int | None = None
        self._stood_ms: int | None = None  # since when a stop has been over
        self._held_cdeg: float | None = None

    @property
    def wants_torque(self) -> bool:
        """Whether there is something to hold or to move; without any intent there is not."""
        return self._intent is not None and self._intent[0] != "release"

    @property
    def is_released(self) -> bool:
        """Whether the torque is to be taken away (CUT)."""
        return self._intent is not None and self._intent[0] == "release"

    @property
    def slows_down_cdps2(self) -> int | None:
        """While a stop is slowing down: with what ramp, for drives that can run it themselves."""
        if self._intent is None or self._intent[0] != "stop" or self._stood_ms is not None:
            return None
        return self._intent[1]

    @property
    def verb(self) -> tuple[str, bool]:
        """What is wanted, and whether it leads on; a change of this should not wait its turn."""
        kind, _, rate = self._intent or ("", 0, 0)
        return kind, rate != 0

    def move(self, angle_cdeg: int, rate_cdps: int) -> None:
        """Be at this angle now, moving at this rate."""
        self._intent = ("move", angle_cdeg, rate_cdps)
        self._stood_ms = self._held_cdeg = None

    def stop(self, decel_cdps2: int) -> None:
        """Slow down from the speed told last, then hold where it came to rest."""
        self._intent = ("stop", decel_cdps2 or SLOW_DOWN_CDPS2, 0)

    def release(self) -> None:
        """Torque off."""
        self._intent = ("release", 0, 0)
        self.reset()

    def reset(self) -> None:
        """The drive was off: it stands, and what was learnt about the load is gone."""
        self._speed = self._trim = 0.0
        self._stood_ms = self._held_cdeg = None

    def speed_cdps(self, measured: Measured | None, now_ms: int, other: AngleReading | None = None) -> float:
        """The speed for the drive; 0 without an intent or without a fresh angle.

        `other` says where on a lever the table is, while the measured angle is one that no table has.
        """
        dt_s = 0.0 if self._told_ms is None else min(100, max(0, now_ms - self._told_ms)) / 1_000
        self._told_ms = now_ms
        self._speed = self._wanted(measured, now_ms, dt_s)
        return (
            self._speed if self._lever is None else self._speed * self._slope_at(self._lever, measured, other)
        )

    def _slope_at(self, lever: Lever, measured: Measured | None, other: AngleReading | None) -> float:
        """A stop that slows down goes on without an angle; where none can be, as at the shortest arm."""
        if measured is None or measured.angle_cdeg is None:
            return self._slope
        angles = (measured.angle_cdeg, lever.shortest_arm[0] if other is None else other.angle_cdeg)
        known = next((cdeg for cdeg in angles if lever.holds(cdeg)), lever.shortest_arm[0])
        self._slope = lever.slope(known)
        return self._slope

    def _wanted(self, measured: Measured | None, now_ms: int, dt_s: float) -> float:
        if self._intent is None or self._intent[0] == "release":
            return 0.0
        kind, first, second = self._intent
        if kind == "stop" and self._slows_down(first * dt_s, measured, now_ms):
            return self._speed
        if measured is None or measured.angle_cdeg is None or now_ms - measured.at_ms > OLD_MS:
            return 0.0
        if kind == "move":
            return self._follow(float(first), second, measured.at_ms, measured.angle_cdeg, now_ms, dt_s)
        held = measured.angle_cdeg if self._held_cdeg is None else self._held_cdeg
        self._held_cdeg = held
        return self._follow(held, 0, measured.at_ms, measured.angle_cdeg, now_ms, dt_s)

    def _slows_down(self, step_cdps: float, measured: Measured | None, now_ms: int) -> bool:
        """One step of a stop; whether it is still going on."""
        if self._stood_ms is None:
            self._speed = max(0.0, abs(self._speed) - step_cdps) * (1 if self._speed > 0 else -1)
            if self._speed == 0.0:
                self._speed, self._stood_ms = self._trim, now_ms
            return True
        return now_ms - self._stood_ms < SETTLE_MS

    def _follow(
        self, angle_cdeg: float, rate_cdps: int, at_ms: int, seen_cdeg: int, now_ms: int, dt_s: float
    ) -> float:
        """Compared is where the setpoint was when the angle was measured."""
        gains = self._gains
        error = angle_cdeg - rate_cdps * (now_ms - at_ms) / 1_000 - seen_cdeg
        if rate_cdps == 0 and abs(error) <= gains.dead_cdeg:
            return self._trim
        self._trim = bounded(self._trim + gains.trim_per_s2 * error * dt_s, gains.most_cdps)
        correction = bounded(gains.correct_per_s * error, gains.most_cdps)
        return bounded(rate_cdps + correction + self._trim, FASTEST_CDPS)


def bounded(value: float, most: float) -> float:
    """The value, no further from 0 than `most`."""
    return max(-most, min(most, value))
