"""One contact over time: the cautious side at once, the other one only when it has been steady.

A bounce, a short break between two ticks, a pair in the middle of its change: each reads as the cautious
value. A pair that agrees with itself for longer than a switch needs is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from firmware_bridge.inputs.wiring import Wiring
from firmware_bridge.ports import PinEdge

STEADY_MS: Final = 20
PAIR_MS: Final = 50  # so long a change-over contact may be in between
# What the guard had better believe while a contact is not steady; None = what it was before.
CAUTIOUS: Final[dict[str, bool | None]] = {
    "pendant": False,
    "stop": True,
    "return_a": True,
    "return_b": True,
    "estop_ok": False,
    "ankle_a": False,
    "ankle_b": False,
    "at_park": None,
    "past_rest": None,
    "over_angle": True,
    "load": False,
    "supply_ok": False,
    "enabled": None,
    "panic": True,
}


class Sample(NamedTuple):
    """Levels of its lines now, True = closed."""

    closed: bool
    other: bool | None = None


class Contact:
    """`value` after each `take`: True, False, None = unknown."""

    def __init__(self, name: str, wiring: Wiring) -> None:
        self.name = name
        self.wiring = wiring
        self.value: bool | None = None
        self.changed_ms = 0  # the kernel's time of its last edge
        self._cautious = CAUTIOUS[name]
        self._seen: bool | None = None
        self._since_ms = 0
        self._agreed_ms: int | None = None

    def take(self, sample: Sample, edges: Iterable[PinEdge], now_ms: int) -> None:
        """One look; `edges` are those of its lines since the look before."""
        said = self._said(sample, now_ms)
        bounced = False
        for edge in edges:
            self.changed_ms = max(self.changed_ms, edge.at_ms)
            bounced = True
        if said is None:
            self._seen, self._since_ms = None, now_ms
            return
        if said != self._seen or bounced:
            self._seen = said
            self._since_ms = max(self.changed_ms, now_ms - STEADY_MS) if bounced else now_ms
        steady = now_ms - self._since_ms >= STEADY_MS
        if steady or said == self._cautious:
            self.value = said
        elif self._cautious is not None:
            self.value = self._cautious
        if bounced and self._cautious is not None:
            self.value = self._cautious

    def _said(self, sample: Sample, now_ms: int) -> bool | None:
        """What the levels say; a pair that agrees says nothing, and after a while the value is unknown."""
        if sample.other is None or sample.closed != sample.other:
            self._agreed_ms = None
            return sample.closed != self.wiring.inverted
        if self._agreed_ms is None:
            self._agreed_ms = now_ms
        if now_ms - self._agreed_ms >= PAIR_MS:
            self.value = None
        elif self._cautious is not None and self.value is not None:
            self.value = self._cautious
        return None
