"""Whether something holds the table back while it is led (HZ-24, HZ-26): by the way made, and by the effort.

A window of what is led ends after 0.6 deg and what is led in 150 ms; in it one good source must have seen
half or more, whichever way: the wrong way has a rule of its own. A drive that gives nearly all it has while
nothing moves says the same sooner.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from safety.limits import Limits
from safety.observation import AGE_MAX_MS


class Resist(NamedTuple):
    """The window since it began, and for how long the drive strains."""

    told_cdeg: int
    a_from: int | None
    b_from: int | None
    lags: bool  # found in this tick
    strain_ms: int


FREE: Final = Resist(0, None, None, False, 0)


def led(was: Resist, travel_cdeg: int) -> Resist:
    """A tick's command has led the table further, the same way as before."""
    told, a_from, b_from, strain_ms = was[0], was[1], was[2], was[4]
    return Resist(told + travel_cdeg, a_from, b_from, False, strain_ms)


def felt(
    was: Resist,
    rate_cdps: int,
    seen: tuple[int | None, int | None, int | None],
    effort_permille: int | None,
    limits: Limits,
    dt_ms: int,
) -> Resist:
    """`seen` in a tick while the table is led: angle by A, by B, rate; None where it is not trusted."""
    a, b, cdps = seen
    # What holds a load back pushes the other way: that is no strain, however much it is.
    pushes = 0 if effort_permille is None else effort_permille if rate_cdps > 0 else -effort_permille
    strains = pushes >= limits.strain_permille and cdps is not None and abs(cdps) <= limits.still_cdps
    strain_ms = min(was.strain_ms + dt_ms, AGE_MAX_MS) if strains else 0
    told, a_from, b_from = was[0], was[1], was[2]
    if a_from is None and b_from is None:
        return Resist(0, a, b, False, strain_ms)
    if abs(told) < limits.lag_cdeg + abs(rate_cdps) * limits.lag_ms // 1000:
        return Resist(told, a_from, b_from, False, strain_ms)
    pairs = ((a, a_from), (b, b_from))
    ways = [abs(now - then) for now, then in pairs if now is not None and then is not None]
    return Resist(0, a, b, bool(ways) and 2 * max(ways) < abs(told), strain_ms)
