"""Which answers are believed where the wire's check is weak: ODrive's XOR sum, Jrk's answers without any.

No single answer is trusted. A place must follow from the one before by the laws of motion, a state must be
said twice running, of three currents the middle one counts (docs/decisions/0006).
A place without a rate of its own: firmware_bridge/way.py.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from firmware_bridge.drives.origin import STILL_CDPS, Place

ENCODER_CDEG: Final = 1.0  # noise of both places
CLOCK_S: Final = 0.010  # either time stamp may be off by some of this
HARDEST_CDPS2: Final = 3_000.0  # the protective stop, which is also the drive's own ramp
RATE_NOISE_CDPS: Final = 20.0
RATE_OVER_MS: Final = 60
RATE_SHARE: Final = 0.1


def follows(before: Place, place: Place) -> bool:
    """Whether a bed can have come from there to here: way, mean rate and acceleration fit together."""
    dt_s = (place.at_ms - before.at_ms) / 1_000
    mean_cdps = (before.rate_cdps + place.rate_cdps) / 2
    off_cdeg = abs(place.raw_cdeg - before.raw_cdeg - mean_cdps * dt_s)
    # A ramp that begins or ends in between: the mean is not the way, by an eighth of a t squared.
    most_cdeg = ENCODER_CDEG + HARDEST_CDPS2 * dt_s * dt_s / 8 + CLOCK_S * abs(mean_cdps)
    most_cdps = RATE_NOISE_CDPS + HARDEST_CDPS2 * dt_s
    return off_cdeg <= most_cdeg and abs(place.rate_cdps - before.rate_cdps) <= most_cdps


class Track:
    """Believes a place that follows from the newest believed one, or from the doubted one just before it."""

    def __init__(self) -> None:
        self._believed: deque[Place] = deque(maxlen=8)
        self._seen: Place | None = None  # believed or not

    @property
    def newest(self) -> Place | None:
        """Believed last."""
        return self._believed[-1] if self._believed else None

    @property
    def rate_cdps(self) -> float:
        """The drive's own rate where the places agree with it, else theirs."""
        newest = self._believed[-1]
        for before in reversed(self._believed):
            dt_ms = newest.at_ms - before.at_ms
            if dt_ms >= RATE_OVER_MS:
                way_cdps = (newest.raw_cdeg - before.raw_cdeg) * 1_000 / dt_ms
                most_cdps = RATE_NOISE_CDPS + RATE_SHARE * abs(way_cdps)
                return newest.rate_cdps if abs(newest.rate_cdps - way_cdps) <= most_cdps else way_cdps
        return newest.rate_cdps

    def believes(self, place: Place) -> bool:
        """Whether to take it; it is the newest then."""
        before, self._seen = self._seen, place
        newest = self.newest
        # An earlier answer once more is the same digit for digit, which a moving encoder never says twice.
        if before is not None and place[:2] == before[:2] and abs(place.rate_cdps) > STILL_CDPS:
            return False
        if newest is not None and follows(newest, place):
            self._believed.append(place)
            return True
        if before is None or before is newest or not follows(before, place):
            return False
        self._believed.clear()
        self._believed.append(place)
        return True

    def forget(self) -> None:
        """After a silence anything may be true."""
        self._believed.clear()
        self._seen = None


class Twice:
    """A whole number that counts once it was said twice running."""

    def __init__(self, value: int = 0) -> None:
        self.value = value
        self._seen = value

    def take(self, seen: int) -> bool:
        """Whether it is settled; False when it has to be asked again."""
        before, self._seen = self._seen, seen
        if seen == before:
            self.value = seen
        return seen == self.value

    def set(self, value: int) -> None:
        """Known by other means."""
        self.value = self._seen = value


class Middle:
    """The middle one of the last three numbers: one wrong among them never shows."""

    def __init__(self) -> None:
        self._last: deque[int] = deque(maxlen=3)

    def take(self, value: int) -> int | None:
        """None before there are three."""
        self._last.append(value)
        return sorted(self._last)[1] if len(self._last) == 3 else None

    def forget(self) -> None:
        """Begin anew."""
        self._last.clear()
