"""The compiled plant's equations: those of `leap.py`, table by table, whatever company a table is in.

Where numba is not installed its decorator stands for itself, and the same functions run as plain Python.
"""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from simulator.plant import lanes, leap
from tests.unit.test_plant_batch import COUNT, START, TABLES, VOLTS, inputs_at

STEPS = range(0, 400, 8)
SOME = [7, 3, 21, 58, 0]


@pytest.fixture(scope="module")
def compiled() -> Any:
    """The module, with numba or without."""
    try:
        import numba  # noqa: F401
    except ImportError:
        plain = SimpleNamespace(njit=lambda **_: lambda function: function)
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(sys.modules, "numba", plain)
            from simulator.plant import compiled
    else:
        from simulator.plant import compiled
    return compiled


def put(tables: lanes.Tables, step: int, which: list[int]) -> leap.Inputs:
    acts = inputs_at(step, VOLTS[which])
    for row, values in zip(("volts", "push_nm", "brake_nm", "hold_nm"), acts, strict=True):
        tables.put(row, values)
    return leap.Inputs(0.0, *(float(value) for value in acts[1:]))


def test_each_table_does_what_it_does_alone_in_plain_floats(compiled: Any) -> None:
    which = list(range(COUNT))
    tables = lanes.stack(TABLES, START)
    alone = [(float(theta), 0.0, 0.0) for theta in START]
    for step in STEPS:
        acts = put(tables, step, which)
        compiled.advance(tables)
        volts = np.asarray(inputs_at(step, VOLTS).volts)
        alone = [
            leap.step(state, acts._replace(volts=float(volts[n])), TABLES[n]) for n, state in enumerate(alone)
        ]
        assert np.abs(tables.get("theta") - [state[0] for state in alone]).max() < 1e-9, step
    moved = np.abs(tables.get("theta") - START)
    assert (moved == 0.0).any(), "some are held"
    assert (moved > 0.05).any(), "some go far"


def test_company_changes_not_a_bit(compiled: Any) -> None:
    many, few = lanes.stack(TABLES, START), lanes.stack([TABLES[n] for n in SOME], START[SOME])
    for step in STEPS[:12]:
        put(many, step, list(range(COUNT)))
        put(few, step, SOME)
        compiled.advance(many)
        compiled.advance(few)
    for row in ("theta", "omega", "current"):
        assert np.array_equal(many.get(row)[SOME], few.get(row))


def test_one_table_a_call_is_the_same_table(compiled: Any) -> None:
    one, lane = lanes.stack(TABLES[:1], -0.5), lanes.stack(TABLES[:1], -0.5)
    for volts in (0.0, 6.0, 6.0, -3.0):
        lane.put("volts", volts)
        compiled.advance(lane, 2)
        angle = compiled.lead_one(one.flat, volts, 2)
        assert angle == pytest.approx(float(lane.get("theta")[0]), abs=1e-12)


def test_the_polynomial_is_a_cosine(compiled: Any) -> None:
    angles = np.linspace(-20.0, 20.0, 2_001)
    assert max(abs(compiled.cosine(x) - np.cos(x)) for x in angles) < 1e-13
