"""Many tables in one array, laid out for a compiler: blocks of 64 lanes, a row of a block for each number.

A table keeps to its own lane of its own block; the last block is filled up with copies of the last table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.plant.arrays import Numbers
from simulator.plant.leap import Leap, Table
from simulator.plant.pair import Pair

Array = NDArray[np.float64]
LANES: Final = 64
STATE: Final = ("theta", "omega", "current", "volts", "push_nm", "brake_nm", "hold_nm", "calm")
CONSTANTS: Final = len(Numbers._fields) + 2 * len(Pair._fields)
ROWS: Final = len(STATE) + 2 * CONSTANTS


def places(count: int, first: int = 0) -> list[Any]:
    """Of rows one after the other, counted from a table's own lane; unsigned, as numba asks then less."""
    return [np.uint64(LANES * (first + n)) for n in range(count)]


WIDE, BLOCK = np.uint64(LANES), np.uint64(LANES * ROWS)
THETA, OMEGA, CURRENT, VOLTS, PUSH, BRAKE, HOLD, CALM, LONG = places(len(STATE) + 1)
SMALL = np.uint64(LANES * (len(STATE) + CONSTANTS))
# Of the constants, counted from where they begin: LONG or SMALL.
(
    STEP, RATIO, INERTIA, WEIGHT, WEIGHT_RAD, VISCOUS, COULOMB, STRIBECK, BREAKAWAY, STRIBECK_RATE,
    SHAFT_VISCOUS, SHAFT_DRY, SHAFT_INERTIA, TORQUE_A, I_W, I_I, PER_HENRY, LIMIT_A, STOP_LOW, STOP_HIGH,
    STOP_K, STOP_ALPHA, LOSSLESS,
) = places(len(Numbers._fields))  # fmt: skip
DRIVING = np.uint64(LANES * len(Numbers._fields))
DRIVEN = np.uint64(LANES * (len(Numbers._fields) + len(Pair._fields)))
SHARE, PER_INERTIA, P_WW, P_WI, P_IW, P_II, HALF_WW, HALF_WI, Q_WW, Q_WI = places(len(Pair._fields))


class Tables(NamedTuple):
    """Tables ready to step together."""

    size: int
    columns: Array  # blocks, rows, lanes
    flat: Array  # the same memory

    def put(self, row: str, values: Array | float) -> None:
        """Set a row of STATE: one value for all tables, or one each."""
        filled = np.broadcast_to(np.asarray(values, dtype=np.float64), self.size)
        padded = np.concatenate([filled, np.repeat(filled[-1:], -self.size % LANES)])
        self.columns[:, STATE.index(row)] = padded.reshape(-1, LANES)

    def get(self, row: str) -> Array:
        """A row of STATE, one value a table."""
        return self.columns[:, STATE.index(row)].reshape(-1)[: self.size]


def stack(tables: Sequence[Table], theta: Array | float, omega: Array | float = 0.0) -> Tables:
    """Put single tables together at these angles and rates, without current and with nothing acting."""
    count = len(tables)
    columns = np.zeros((-(-count // LANES), ROWS, LANES))
    made = Tables(count, columns, columns.reshape(-1))
    for first, leaps in (
        (len(STATE), [one.long for one in tables]),
        (ROWS - CONSTANTS, [one.small for one in tables]),
    ):
        padded = [*leaps, *[leaps[-1]] * (-count % LANES)]
        numbers = np.array([row(one) for one in padded]).reshape(-1, LANES, CONSTANTS)
        columns[:, first : first + CONSTANTS] = numbers.transpose(0, 2, 1)
    made.put("theta", theta)
    made.put("omega", omega)
    return made


def row(leap: Leap) -> list[float]:
    """All constants of a table, in the order of their places."""
    plain: tuple[Any, ...] = leap[: len(Numbers._fields)]
    return [*map(float, plain), *leap.driving, *leap.driven]
