"""Many tables at once: the equations of `leap.py` over arrays, one element a table.

No sum runs across tables, so what a table does depends neither on how many there are nor on their order, to
the last bit. Tables in which something happens inside a step are taken out and done again in small steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.plant import leap
from simulator.plant.arrays import (
    Array,
    Constants,
    Inputs,
    Numbers,
    States,
    chunk_step,
    of_some,
    small_step,
    some,
)
from simulator.plant.leap import PARTS, Leap, Table
from simulator.plant.pair import Pair

CHUNK = 2048  # tables whose temporaries stay in the processor's second cache
FEW = 32  # tables that are stepped one by one rather than as arrays


class Batch(NamedTuple):
    """Tables ready to step together."""

    long: Constants
    small: Constants
    tables: tuple[Table, ...]


def stack(tables: Sequence[Table]) -> Batch:
    """Put single tables together; each may differ in everything."""
    long, small = gather([table.long for table in tables]), gather([table.small for table in tables])
    return Batch(long, small, tuple(tables))


def gather(leaps: Sequence[Leap]) -> Constants:
    """Field by field."""
    plain = np.array([one[: len(Numbers._fields)] for one in leaps], dtype=np.float64)
    driving = np.array([one.driving for one in leaps], dtype=np.float64)
    driven = np.array([one.driven for one in leaps], dtype=np.float64)
    return Constants(columns(Numbers, plain), columns(Pair, driving), columns(Pair, driven))


def columns(kind: Any, rows: Array) -> Any:
    """Each column as an array of its own, contiguous."""
    return kind(*(np.ascontiguousarray(column) for column in rows.T))


def states(count: int, theta: Array | float, omega: Array | float = 0.0) -> States:
    """Tables at these angles and rates, without current."""
    filled = np.broadcast_to(np.asarray(theta, dtype=np.float64), count)
    rates = np.broadcast_to(np.asarray(omega, dtype=np.float64), count)
    return States(filled.copy(), rates.copy(), np.zeros(count))


def step(state: States, inputs: Inputs, of: Batch) -> States:
    """One long step of every table."""
    count = len(state.theta)
    if count <= CHUNK:
        end, calm = chunk_step(state, inputs, of.long)
    else:
        parts = [slice(start, start + CHUNK) for start in range(0, count, CHUNK)]
        pieces = [
            chunk_step(States(*(x[part] for x in state)), some(inputs, part), of.long.at(part))
            for part in parts
        ]
        end = States(
            *(np.concatenate(column) for column in zip(*(piece[0] for piece in pieces), strict=True))
        )
        calm = np.concatenate([piece[1] for piece in pieces])
    if not calm.all():
        again(np.flatnonzero(~calm), state, inputs, of, end)
    return end


def again(rough: NDArray[np.intp], state: States, inputs: Inputs, of: Batch, end: States) -> None:
    """Small steps for the tables in which something happens: together, or a few of them one by one."""
    if len(rough) > FEW:
        now, small, acts = of_some(state, rough), of.small.at(rough), some(inputs, rough)
        for _ in range(PARTS):
            now = small_step(now, acts, small)
        for whole, part in zip(end, now, strict=True):
            whole[rough] = part
        return
    for n in rough.tolist():
        single = float(state.theta[n]), float(state.omega[n]), float(state.current[n])
        acts_of = leap.Inputs(*(float(x[n]) if isinstance(x, np.ndarray) else float(x) for x in inputs))
        for _ in range(PARTS):
            single = leap.small_step(single, acts_of, of.tables[n].small, cosine, exponential)
        end.theta[n], end.omega[n], end.current[n] = single


def cosine(x: float) -> float:
    """As over arrays; the C library's may differ in the last bit."""
    return float(np.cos(x))


def exponential(x: float) -> float:
    """See cosine."""
    return float(np.exp(x))
