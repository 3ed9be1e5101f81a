"""A rider who does not lie still: pushes of half a second and tremor on the hinge (reference 5.2)."""

from __future__ import annotations

from typing import Final

from simulator.plant import pushes

TREMOR_NM: Final = 2.0  # rms
LONGEST_S: Final = 3_600.0
TABLE: Final = 0
NEAR: Final = 4  # pulses that may overlap


class Restless:
    """From the moment it is made; `pushes_per_min` of them, drawn from the run's seed."""

    def __init__(self, seed: int, pushes_per_min: float) -> None:
        self._pulses = pushes.pulses(seed, TABLE, LONGEST_S, pushes_per_min / 60.0)
        self._tremor = pushes.tremor(seed, TABLE, TREMOR_NM)
        self._next = 0
        self._ms = 0

    def step(self) -> float:
        """The torque in the next millisecond, N m, positive head-down."""
        self._ms += 1
        now_s, row = self._ms / 1_000, self._pulses
        while self._next < len(row) and row[self._next].t_s + row[self._next].duration_s <= now_s:
            self._next += 1
        near = row[self._next : self._next + NEAR]
        return pushes.pulse_nm(near, now_s) + pushes.tremor_nm(self._tremor, now_s)
