"""Which angles are believed where the wire's check is weak or missing, and nothing tells a rate beside them.

A place must go on as those before it went (docs/decisions/0006); with a rate of its own: drives/belief.py.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

HARDEST_CDPS2: Final = 3_000.0  # the protective stop
FASTEST_CDPS: Final = 6_000.0  # a table whose belt broke; what says more is no way
# So many times what is let pass: a wrong place let pass may have spoilt the way's rate.
NEAR, FAR = 2.5, 5.0
RUNNING: Final = 3  # two places make a way, the third one says that it is one
WAY: Final = 4  # places; of more, the rate would lag behind a stop and let a wrong place pass
STRAYS: Final = 9  # their middle one says how noisy it is: no one or two wrong places can
NOISE: Final = 4.5  # middles; of a normal distribution three times its deviation

Spot = tuple[int, int]  # time in ms, centidegrees


def rate_of(way: Sequence[Spot]) -> float:
    """From its first spot to its last, cdeg/s; 0 when they are of one moment."""
    (began_ms, began), (then_ms, then) = way[0], way[-1]
    return (then - began) * 1_000 / (then_ms - began_ms) if then_ms > began_ms else 0.0


class Way:
    """Believes what goes on as the way did; off it, two running that agree near it, three far from it.

    Nothing is believed before three agree. `most_cdeg` is how far off is let pass, up to `noisy_cdeg` where
    what was believed lay about by more; `clock_ms` how far the times of two spots may be wrong against each
    other.
    """

    def __init__(self, most_cdeg: float, clock_ms: int = 0, noisy_cdeg: float = 0.0) -> None:
        self._most_cdeg = most_cdeg
        self._noisy_cdeg = max(noisy_cdeg, most_cdeg)
        self._clock_s = clock_ms / 1_000
        self._believed: deque[Spot] = deque(maxlen=WAY)
        self._strays: deque[float] = deque(maxlen=STRAYS)
        self._doubted: deque[Spot] = deque(maxlen=RUNNING)
        self.begun_anew = False  # the newest believed one lies far from where those before led

    def believes(self, at_ms: int, cdeg: int) -> bool:
        """Whether to take it; it is the newest then."""
        spot = (at_ms, cdeg)
        self.begun_anew = False
        if self._believed and self._goes_on(spot):
            self._strays.append(max(self._astray(spot), 0.0))
            self._believed.append(spot)
            self._doubted.clear()
            return True
        before = list(self._doubted)
        self._doubted.append(spot)
        if len(before) < RUNNING - 1:
            return False
        rate_cdps = rate_of(before[-2:])
        if abs(rate_cdps) > FASTEST_CDPS or self._off(before, spot, rate_cdps) > self._let_pass:
            return False
        self.begun_anew = bool(self._believed) and self._astray(spot) > FAR * self._let_pass
        self._believed = deque(self._doubted, maxlen=WAY)
        self._doubted.clear()
        return True

    @property
    def _let_pass(self) -> float:
        if len(self._strays) < STRAYS:
            return self._most_cdeg
        return min(max(self._most_cdeg, NOISE * sorted(self._strays)[STRAYS // 2]), self._noisy_cdeg)

    def _goes_on(self, spot: Spot) -> bool:
        rate_cdps = rate_of(self._believed)
        let_pass = self._let_pass
        twice = bool(self._doubted) and self._off(self._doubted, spot, rate_cdps) <= let_pass
        return self._astray(spot) <= let_pass * (NEAR if twice else 1)

    def _astray(self, spot: Spot) -> float:
        return self._off(self._believed, spot, rate_of(self._believed))

    def _off(self, way: Sequence[Spot], spot: Spot, rate_cdps: float) -> float:
        """From where the way leads, besides what the hardest stop and the clock make."""
        then_ms, then = way[-1]
        dt_s = (spot[0] - then_ms) / 1_000
        besides = HARDEST_CDPS2 * dt_s * dt_s / 2 + abs(rate_cdps) * self._clock_s
        return abs(spot[1] - then - rate_cdps * dt_s) - besides

    def forget(self) -> None:
        """After a silence anything may be true."""
        self._believed.clear()
        self._doubted.clear()
        self._strays.clear()
