"""A rider who moves arms or knees takes time for it: 1.2 s at minimum jerk (physics reference 5.1).

The three moments go from the old posture to the new one together; the reaction of the moving limbs on the
hinge, 27 N m at its peak for both arms, is left to `simulator.plant.arms`.
"""

from __future__ import annotations

from typing import Final

from simulator.plant.bed import Moments

MOVE_US: Final = 1_200_000


class Posture:
    """What lies on the table: still, or on its way from one posture to another."""

    def __init__(self, now: Moments) -> None:
        self.now = now
        self._start = self._end = now
        self.moves = False
        self._began_us: int | None = None  # None: in the next step

    def put(self, moments: Moments) -> None:
        """At once: somebody gets on or off, or slips."""
        self.now, self.moves = moments, False

    def change(self, moments: Moments) -> None:
        """Begin to move, from wherever it is now."""
        self._start, self._end = self.now, moments
        self.moves, self._began_us = True, None

    def step(self, now_us: int) -> Moments:
        """As it lies at this moment."""
        if not self.moves:
            return self.now
        self._began_us = now_us if self._began_us is None else self._began_us
        x = min(1.0, (now_us - self._began_us) / MOVE_US)
        done = x**3 * (10.0 - 15.0 * x + 6.0 * x * x)
        pairs = zip(self._start, self._end, strict=True)
        self.now = Moments(*(start + done * (end - start) for start, end in pairs))
        if x == 1.0:
            self.now, self.moves = self._end, False
        return self.now
