"""A trapezoid towards park, tick by tick: whole numbers, `pos` in thousandths of a centidegree so that
`pos += rate_cdps * dt_ms` is exact."""

from __future__ import annotations

from math import isqrt
from typing import NamedTuple

_LEAST_CDPS = 5  # so that the last fraction of a degree ends


class Ramp(NamedTuple):
    """Where the generator is. `rate` is never positive: it only goes towards park."""

    pos: int  # cdeg * 1000
    rate_cdps: int
    offset_cdeg: int  # of the drive's own scale to the trusted one


def anchored(cdeg: int, offset_cdeg: int) -> Ramp:
    """A generator that stands at the measured angle."""
    return Ramp(cdeg * 1000, 0, offset_cdeg)


def next_ramp(
    ramp: Ramp, target_cdeg: int, speed_cdps: int, accel_cdps2: int, stop_cdps2: int, dt_ms: int
) -> Ramp:
    """One tick on towards the target; it never passes it and never turns round. `stop_cdps2` slows what is
    faster than allowed."""
    pos, rate = ramp[0], -ramp[1]
    target = target_cdeg * 1000
    if pos <= target:
        return Ramp(pos, 0, ramp[2])
    slowing = isqrt(2 * accel_cdps2 * (pos - target) // 1000)
    wanted = max(min(speed_cdps, slowing), _LEAST_CDPS)
    if rate <= wanted:
        rate = min(wanted, rate + max(accel_cdps2 * dt_ms // 1000, 1))
    else:
        rate = max(
            wanted, rate - max((stop_cdps2 if rate > speed_cdps else 2 * accel_cdps2) * dt_ms // 1000, 1)
        )
    pos -= rate * dt_ms
    if pos <= target:
        return Ramp(target, 0, ramp[2])
    return Ramp(pos, -rate, ramp[2])
