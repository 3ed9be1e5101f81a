"""Many tables at once do, bit for bit, what they do in any other company; and what they do alone."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from simulator.plant import arrays, batch, leap
from simulator.plant.bed import ankle_setting_m, moments
from simulator.plant.body import ARMS, SEXES, person
from simulator.plant.params import GEARS

COUNT, STEPS = 60, 400


def sweep() -> tuple[list[leap.Table], np.ndarray, np.ndarray]:
    """Riders, settings, gears, circuits; where they start and what drives them."""
    draw = random.Random(11)
    tables = []
    for _ in range(COUNT):
        stature = draw.uniform(1.5, 1.95)
        sex, arms, knees = draw.choice(sorted(SEXES)), draw.choice(ARMS), draw.uniform(0, 0.5)
        body = person(sex, stature, draw.uniform(45, 120), arms, knees)
        load = moments(body, ankle_setting_m(stature + draw.uniform(-0.05, 0.05)), draw.choice("ABCD"))
        tables.append(leap.table(GEARS[draw.choice(sorted(GEARS))], load, draw.choice((0.27, 0.35, None))))
    start = np.array([draw.uniform(-1.25, 1.1) for _ in range(COUNT)])
    return tables, start, np.array([draw.uniform(-10, 10) for _ in range(COUNT)])


TABLES, START, VOLTS = sweep()


def inputs_at(step: int, volts: np.ndarray) -> arrays.Inputs:
    """Ramps, a short circuit, a push, a brake: every kind of step occurs."""
    return arrays.Inputs(
        volts * math.sin(0.02 * step) if step < 300 else 0.0 * volts,
        400.0 * math.sin(0.05 * step) if 150 < step < 250 else 0.0,
        2.0 if step > 350 else 0.0,
        2.2 if step > 350 else 0.0,
    )


def followed(which: list[int]) -> list[arrays.States]:
    tables = batch.stack([TABLES[n] for n in which])
    state = batch.states(len(which), START[which])
    row = []
    for n in range(STEPS):
        state = batch.step(state, inputs_at(n, VOLTS[which]), tables)
        row.append(state)
    return row


WHOLE = followed(list(range(COUNT)))


def test_the_sweep_has_everything_in_it() -> None:
    theta = np.array([state.theta for state in WHOLE])
    omega = np.array([state.omega for state in WHOLE])
    moved = np.ptp(theta, axis=0)
    assert (moved > 0.5).sum() > 10
    assert ((omega == 0.0).any(axis=0) & (omega != 0.0).any(axis=0)).sum() > 30
    assert theta.max() > GEARS["a1"].stops.high_rad
    assert np.isfinite(theta).all()


@pytest.mark.parametrize("size", [1, 3, 8, 31])
def test_the_size_of_the_batch_changes_no_bit(size: int) -> None:
    for start in (0, 29):
        which = [(start + n) % COUNT for n in range(size)]
        for part, whole in zip(followed(which)[::50], WHOLE[::50], strict=True):
            for mine, all_of_them in zip(part, whole, strict=True):
                assert mine.tobytes() == all_of_them[which].tobytes()


def test_the_order_in_the_batch_changes_no_bit() -> None:
    which = random.Random(5).sample(range(COUNT), COUNT)
    for part, whole in zip(followed(which), WHOLE, strict=True):
        assert part.theta.tobytes() == whole.theta[which].tobytes()
        assert part.current.tobytes() == whole.current[which].tobytes()


def test_chunks_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "CHUNK", 23)
    for part, whole in zip(followed(list(range(COUNT))), WHOLE, strict=True):
        assert part.theta.tobytes() == whole.theta.tobytes()


@pytest.mark.parametrize("few", [0, 10**6])
def test_stepping_some_one_by_one_changes_no_bit(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "FEW", few)
    for part, whole in zip(followed(list(range(COUNT))), WHOLE, strict=True):
        assert part.theta.tobytes() == whole.theta.tobytes()
        assert part.omega.tobytes() == whole.omega.tobytes()
        assert part.current.tobytes() == whole.current.tobytes()


def test_a_table_in_a_batch_is_the_table_alone() -> None:
    for n in range(0, COUNT, 3):
        state = (float(START[n]), 0.0, 0.0)
        for step, whole in enumerate(WHOLE):
            acts = inputs_at(step, VOLTS)
            push, slide, hold = (float(x) for x in acts[1:] if isinstance(x, float))
            alone = leap.Inputs(float(np.asarray(acts.volts)[n]), push, slide, hold)
            state = leap.step(state, alone, TABLES[n])
            together = whole.theta[n], whole.omega[n], whole.current[n]
            assert together == pytest.approx(state, rel=1e-9, abs=1e-11)


def test_the_arrays_are_named_like_the_fields_of_one_table() -> None:
    assert leap.Leap._fields == (*arrays.Numbers._fields, "driving", "driven")


def test_nobody_moves_a_table_nobody_drives() -> None:
    locked = leap.table(GEARS["a1"], moments(person()), None)
    state = batch.states(3, np.array([-1.2, 0.0, 0.9]))
    for _ in range(50):
        state = batch.step(state, arrays.Inputs(push_nm=2000.0), batch.stack([locked] * 3))
    assert state.theta.tolist() == [-1.2, 0.0, 0.9]
