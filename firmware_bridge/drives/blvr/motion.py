"""From a streamed setpoint to one direct data operation of a BLV-R, and back from its registers.

The drive runs to an absolute position with its own trapezoid. Told the setpoint itself it would brake for it
at every tick; told a place far ahead it would travel there when the host dies. So the target lies ahead by
the braking distance plus two ticks, and no further; standing still it is the setpoint itself.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from firmware_bridge.drives.blvr import registers as r

LOOK_AHEAD_MS: Final = 40
SPEED_UP_CDPS2: Final = 600
SLOW_DOWN_CDPS2: Final = 3_000  # the protective stop
SETTLE_CDPS: Final = 100  # to the setpoint when that one stands still
FULL_TORQUE: Final = 1_000  # 0.1 %
CATCH_UP_PER_S: Final = 2  # of the lag, as additional speed
CATCH_UP_LEAST_CDPS: Final = 10
STALE_MS: Final = 100  # from then on nothing is known about the lag
CATCH_UP_SHARE: Final = 10  # at most a tenth of the planned speed


class Scale(NamedTuple):
    """The only place that knows how steps of the drive and angles of the table belong together."""

    steps_per_degree: int
    sign: int

    def steps(self, cdeg: int) -> int:
        """Signed steps of a signed angle or rate in centidegrees."""
        return self.sign * round(cdeg * self.steps_per_degree / 100)

    def cdeg(self, steps: int) -> int:
        """Signed centidegrees of signed steps."""
        return self.sign * round(steps * 100 / self.steps_per_degree)


class Actual(NamedTuple):
    """Where the table was last seen."""

    angle_cdeg: int
    rate_cdps: int
    at_ms: int


def direct(kind: int, position: int, velocity: int, speed_up: int, slow_down: int) -> tuple[int, ...]:
    """The fourteen registers of a direct data operation with its lifetime."""
    trigger = r.LIFETIME_MS << 16 | r.TRIGGER_STEPS
    values = (kind, position, velocity, max(1, speed_up), max(1, slow_down), FULL_TORQUE, trigger)
    return tuple(word for value in values for word in r.words(value))


def stop(scale: Scale, decel_cdps2: int) -> tuple[int, ...]:
    """Decelerate with this ramp and hold."""
    slow_down = abs(scale.steps(decel_cdps2))
    return direct(r.STOP_DECELERATING, 0, 0, slow_down, slow_down)


def move(
    scale: Scale, angle_cdeg: int, rate_cdps: int, actual: Actual | None, now_ms: int
) -> tuple[int, ...]:
    """Be at this angle now, moving at this rate."""
    speed_up, slow_down = abs(scale.steps(SPEED_UP_CDPS2)), abs(scale.steps(SLOW_DOWN_CDPS2))
    if rate_cdps == 0:
        speed = abs(scale.steps(SETTLE_CDPS))
        return direct(r.ABSOLUTE, scale.steps(angle_cdeg), speed, speed_up, slow_down)
    direction = 1 if rate_cdps > 0 else -1
    speed_cdps = abs(rate_cdps) + catch_up(angle_cdeg, rate_cdps, actual, now_ms)
    ahead = ahead_cdeg(speed_cdps)
    target = scale.steps(angle_cdeg + direction * ahead)
    return direct(r.ABSOLUTE, target, max(1, abs(scale.steps(speed_cdps))), speed_up, slow_down)


def ahead_cdeg(speed_cdps: int) -> int:
    """Braking distance plus look-ahead, rounded up: also the most that a dead host can over-travel."""
    braking = speed_cdps * speed_cdps / (2 * SLOW_DOWN_CDPS2)
    return math.ceil(braking + speed_cdps * LOOK_AHEAD_MS / 1_000)


def catch_up(angle_cdeg: int, rate_cdps: int, actual: Actual | None, now_ms: int) -> int:
    """Additional speed (also negative) that closes the gap between setpoint and table."""
    if actual is None or now_ms - actual.at_ms > STALE_MS:
        return 0
    expected = actual.angle_cdeg + actual.rate_cdps * (now_ms - actual.at_ms) / 1_000
    lag = (angle_cdeg - expected) * (1 if rate_cdps > 0 else -1)
    speed = abs(rate_cdps)
    most = max(CATCH_UP_LEAST_CDPS, speed // CATCH_UP_SHARE)
    return round(max(-min(most, speed), min(most, lag * CATCH_UP_PER_S)))
