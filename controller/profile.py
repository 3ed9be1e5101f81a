"""Setpoints between two angles: S-curves of limited speed, acceleration and jerk, and a smooth stop anywhere.

Degrees and seconds as floats in here; `quantised` rounds to what travels in a proposal. Every motion begins
and ends at a standstill, so a pause is: stop smoothly, then start a new motion to the same place.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple


class Shape(NamedTuple):
    """How gentle a motion is."""

    rate_dps: float
    accel_dps2: float = 1.0
    jerk_dps3: float = 1.0


class Moment(NamedTuple):
    """Where a motion is at one instant."""

    angle_deg: float
    rate_dps: float
    accel_dps2: float


class _Piece(NamedTuple):
    """A stretch of constant jerk."""

    start_s: float
    angle_deg: float
    rate_dps: float
    accel_dps2: float
    jerk_dps3: float

    def at(self, time_s: float) -> Moment:
        t = time_s - self.start_s
        accel = self.accel_dps2 + self.jerk_dps3 * t
        rate = self.rate_dps + t * (self.accel_dps2 + self.jerk_dps3 * t / 2)
        angle = self.angle_deg + t * (self.rate_dps + t * (self.accel_dps2 / 2 + self.jerk_dps3 * t / 6))
        return Moment(angle, rate, accel)


class Profile:
    """A motion as pieces of constant jerk, ending at a standstill at `end_deg` after `time_s`."""

    __slots__ = ("_pieces", "end_deg", "time_s")

    def __init__(self, start: Moment, steps: list[tuple[float, float]], end_deg: float | None) -> None:
        """`steps` are (duration_s, jerk_dps3); `end_deg` None = wherever the pieces lead."""
        pieces: list[_Piece] = []
        time_s, moment = 0.0, start
        for duration_s, jerk_dps3 in steps:
            if duration_s > 0:
                pieces.append(_Piece(time_s, *moment, jerk_dps3))
                time_s += duration_s
                moment = pieces[-1].at(time_s)
        self._pieces: Final = tuple(reversed(pieces))  # the last one first: a look-up is then one comparison
        self.time_s: Final = time_s
        self.end_deg: Final = moment.angle_deg if end_deg is None else end_deg

    def at(self, time_s: float) -> Moment:
        """Where the motion is `time_s` after its start; after its end exactly at the end."""
        if time_s >= self.time_s or not self._pieces:
            return Moment(self.end_deg, 0.0, 0.0)
        for piece in self._pieces:
            if time_s >= piece.start_s:
                return piece.at(time_s)
        return self._pieces[-1].at(0.0)


def move(start_deg: float, end_deg: float, shape: Shape) -> Profile:
    """From standstill to standstill as fast as the shape allows."""
    distance = abs(end_deg - start_deg)
    ramp_s, flat_s, cruise_s, jerk = _times(distance, shape)
    jerk = math.copysign(jerk, end_deg - start_deg)
    steps = [(ramp_s, jerk), (flat_s, 0.0), (ramp_s, -jerk)]
    steps += [(cruise_s, 0.0), (ramp_s, -jerk), (flat_s, 0.0), (ramp_s, jerk)]
    return Profile(Moment(start_deg, 0.0, 0.0), steps, end_deg)


def _times(distance: float, shape: Shape) -> tuple[float, float, float, float]:
    """Seconds of growing acceleration, of constant acceleration, of constant speed; and the jerk."""
    rate, accel, jerk = shape
    ramp_s = min(accel / jerk, math.sqrt(rate / jerk))
    speed_up_s = ramp_s + rate / (jerk * ramp_s)  # from standstill to full speed
    if distance >= rate * speed_up_s:
        return ramp_s, speed_up_s - 2 * ramp_s, distance / rate - speed_up_s, jerk
    ramp_s = accel / jerk
    if distance >= 2 * accel * ramp_s**2:  # full acceleration, not full speed
        speed_up_s = (ramp_s + math.sqrt(ramp_s**2 + 4 * distance / accel)) / 2
        return ramp_s, speed_up_s - 2 * ramp_s, 0.0, jerk
    return (distance / (2 * jerk)) ** (1 / 3), 0.0, 0.0, jerk


def stop(moment: Moment, shape: Shape) -> Profile:
    """From any instant of a motion of this shape to the nearest standstill."""
    way = math.copysign(1.0, moment.rate_dps)
    rate, accel, jerk = abs(moment.rate_dps), moment.accel_dps2 * way, shape.jerk_dps3
    # Down to -peak, stay there, back to 0; `peak` is where both ramps alone would take all the speed away.
    peak = max(math.sqrt(max(jerk * rate + accel * accel / 2, 0.0)), -accel)
    flat_s = 0.0
    most = max(shape.accel_dps2, -accel)
    if peak > most:
        flat_s = (rate + accel * accel / (2 * jerk) - most * most / jerk) / most
        peak = most
    steps = [((accel + peak) / jerk, -jerk * way), (flat_s, 0.0), (peak / jerk, jerk * way)]
    return Profile(moment, steps, None)


def swing_shape(swing_deg: float, half_s: float, rate_dps: float) -> Shape | None:
    """The gentlest shape that takes `swing_deg` in exactly `half_s`; None when the limits do not allow it.

    A sine would peak at pi / 2 of its mean speed but begin with a jump in acceleration; 1.4 is enough here,
    and up to 2.0 where the acceleration would else be too high.
    """
    for peak in (1.4, 1.6, 1.8, 2.0):
        rate = min(rate_dps, peak * swing_deg / half_s)
        speed_up_s = half_s - swing_deg / rate
        if speed_up_s > 0:
            shape = Shape(rate, 2 * rate / speed_up_s, 4 * rate / speed_up_s**2)
            if shape.accel_dps2 <= 1.0 and shape.jerk_dps3 <= 1.0:
                return shape
    return None


def quantised(moment: Moment) -> tuple[int, int]:
    """Centidegrees and centidegrees per second, as a proposal has them."""
    return round(moment.angle_deg * 100), round(moment.rate_dps * 100)
