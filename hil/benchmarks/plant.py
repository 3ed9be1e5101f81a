"""The plant: one table a call per tick, and batches, against MuJoCo stepping the same hinge."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any, Final

import numpy as np

from hil.benchmarks import mujoco_peer, ride_model
from hil.benchmarks.measure import Figure, cpu_us, yardstick_ns
from hil.benchmarks.ride_model import MODEL, OHM, START_RAD, TICK_S, TICKS, volts
from simulator.plant import arrays, batch, lanes, leap
from simulator.plant.bed import RIDER, Moments, ankle_setting_m, moments
from simulator.plant.body import person
from simulator.plant.dynamics import Circuit, Dynamics, Friction, Transmission
from simulator.plant.integrate import classical
from simulator.plant.lean import manners

SINGLE: Final = "one table, one call per 20 ms tick"
SIZES: Final = (256, 4096)
RIDE_TICKS: Final = TICKS  # the whole ride of ours: starting, coasting and turning cost more than going on
PEER_TICKS: Final = 25  # a step of the peer costs the same anywhere
# What is asked of us, as factors over the peer named in the run.
FAST_TARGET, EXACT_TARGET, BATCH_TARGET = 10.0, 1.0, 100.0
COMPILED_TARGET, COMPILED_BATCH_TARGET = 25.0, 700.0
NO_NUMBA: Final = "numba is not installed here: no figures of the compiled plant."


def leaps(step_s: float) -> list[float]:
    """The ride in `fast`."""
    table, state, angles = leap.table(MODEL, RIDER, OHM, step_s), (START_RAD, 0.0, 0.0), []
    steps = range(round(TICK_S / step_s))
    for tick in range(TICKS):
        inputs = leap.Inputs(volts(tick))
        for _ in steps:
            state = leap.step(state, inputs, table)
        angles.append(state[0])
    return angles


def compiled_plant() -> ModuleType | None:
    """The extra `fast`, if it is installed."""
    try:
        from simulator.plant import compiled
    except ImportError:
        return None
    return compiled


def compiled_leaps(compiled: Any, step_s: float) -> list[float]:
    """The ride in `fast`, compiled."""
    flat = lanes.stack([leap.table(MODEL, RIDER, OHM, step_s)], START_RAD).flat
    lead, steps = compiled.lead_one, round(TICK_S / step_s)
    return [lead(flat, volts(tick), steps) for tick in range(TICKS)]


def exact(step_s: float) -> list[float]:
    """The ride in the exact fidelity's equations, classical steps, smooth friction."""
    gear, motor, hinge = MODEL.gear, MODEL.motor, MODEL.hinge
    friction = Friction(hinge.viscous_nms, True, hinge.coulomb_nm, hinge.breakaway_nm, hinge.stribeck_rad_s)
    circuit = Circuit(OHM, motor.inductance_h)
    drive = Transmission(
        gear.ratio,
        gear.forward,
        gear.backward,
        motor.torque_nm_a,
        motor.back_emf_vs,
        motor.inertia_kgm2,
        motor.viscous_nms,
        motor.coulomb_nm,
    )
    slopes = manners(Dynamics(friction, RIDER, drive=drive, circuit=circuit)).smooth
    state, angles, steps = (START_RAD, 0.0, 0.0), [], range(round(TICK_S / step_s))
    for tick in range(TICKS):
        circuit.source_v = volts(tick)
        for _ in steps:
            state = classical(slopes, 0.0, state, step_s)
        angles.append(state[0])
    return angles


def single(name: str, ride: Callable[[], list[float]], expected: list[float]) -> Figure:
    """Cost of a tick and how wrong it was."""
    pace, error = yardstick_ns(), ride_model.worst(ride(), expected)
    return Figure(SINGLE, name, cpu_us(ride, TICKS), "us CPU a tick", pace, f"angle error {error:.1e} rad")


def singles(mujoco: Any) -> list[Figure]:
    """Everything about one table."""
    expected = ride_model.reference("hard")
    fast = single("Keel fast, 10 ms steps", lambda: leaps(0.01), expected)
    fine = single("Keel fast, 1 ms steps", lambda: leaps(0.001), expected)
    rk4 = single("Keel exact, RK4 1 ms", lambda: exact(0.001), ride_model.reference("smooth"))
    compiled, quick = compiled_plant(), []
    if compiled is not None:
        quick = [single("Keel fast, 10 ms, numba", lambda: compiled_leaps(compiled, 0.01), expected)]
    if mujoco is None:
        return [fast, *quick, fine, rk4]

    def peer(integrator: str, step_s: float) -> Figure:
        compiled = mujoco_peer.model(mujoco, integrator, step_s)
        name = f"MuJoCo {integrator}, {step_s * 1e3:g} ms"
        return single(name, lambda: mujoco_peer.ride(mujoco, compiled), expected)

    euler, implicit, long, theirs = (
        peer("Euler", 0.001),
        peer("implicitfast", 0.001),
        peer("implicitfast", 0.01),
        peer("RK4", 0.001),
    )
    return [
        fast.compared(euler, euler.value / fast.value, FAST_TARGET),
        *(one.compared(euler, euler.value / one.value, COMPILED_TARGET) for one in quick),
        fast.compared(implicit, implicit.value / fast.value),
        fast.compared(long, long.value / fast.value),
        fast.compared(theirs, theirs.value / fast.value),
        fine.compared(euler, euler.value / fine.value),
        rk4.compared(theirs, theirs.value / rk4.value, EXACT_TARGET),
        euler,
        implicit,
        long,
        theirs,
    ]


def riders(count: int) -> list[Moments]:
    """A sweep: every rider another, every setting a little off. 256 of them, then again from the first."""
    draw = np.random.Generator(np.random.Philox(key=[1, 1]))
    some = []
    for _ in range(min(count, 256)):
        stature = float(draw.uniform(1.5, 1.95))
        body = person(str(draw.choice(["male", "female"])), stature, float(draw.uniform(45, 120)))
        off = float(draw.uniform(-0.02, 0.02))
        some.append((body, ankle_setting_m(stature) + off))
    loads = [moments(body, ankle_m) for body, ankle_m in some]
    return [loads[n % len(loads)] for n in range(count)]


def tables_of(count: int, step_s: float) -> list[leap.Table]:
    """Many different tables."""
    kept = {load: leap.table(MODEL, load, OHM, step_s) for load in set(riders(count))}
    return [kept[load] for load in riders(count)]


def keel_batch(count: int, step_s: float) -> Callable[[], None]:
    """One tick of many different tables under way."""
    stacked, steps = batch.stack(tables_of(count, step_s)), range(round(TICK_S / step_s))
    state, now = batch.states(count, np.linspace(-1.0, 0.5, count)), 0
    peaks = np.linspace(0.5, 1.5, count)

    def tick() -> None:
        nonlocal state, now
        inputs = arrays.Inputs(peaks * volts(now))
        now += 1
        for _ in steps:
            state = batch.step(state, inputs, stacked)

    return tick


def compiled_batch(compiled: Any, count: int, step_s: float) -> Callable[[], None]:
    """The same, compiled."""
    stacked, steps = (
        lanes.stack(tables_of(count, step_s), np.linspace(-1.0, 0.5, count)),
        round(TICK_S / step_s),
    )
    peaks, now = np.linspace(0.5, 1.5, count), 0

    def tick() -> None:
        nonlocal now
        stacked.put("volts", peaks * volts(now))
        now += 1
        compiled.advance(stacked, steps)

    return tick


def times(tick: Callable[[], None], ticks: int) -> None:
    """So many of them."""
    for _ in range(ticks):
        tick()


def batches(mujoco: Any) -> list[Figure]:
    """Table-seconds per core-second of many tables."""
    found = []
    for count in SIZES:
        group = f"{count} tables at once"

        def rate(
            name: str, tick: Callable[[], None], ticks: int, note: str, group: str = group, count: int = count
        ) -> Figure:
            pace = yardstick_ns()
            tick()
            per_table_us = cpu_us(partial(times, tick, ticks), count * ticks, 1, warm_up=False)
            return Figure(group, name, TICK_S * 1e6 / per_table_us, "table-s per core-s", pace, note)

        long = rate("Keel batch, 10 ms steps", keel_batch(count, 0.01), RIDE_TICKS, "256 riders, numpy alone")
        fine = rate("Keel batch, 1 ms steps", keel_batch(count, 0.001), RIDE_TICKS // 5, "the first 2 s")
        compiled, quick = compiled_plant(), []
        if compiled is not None:
            ride = compiled_batch(compiled, count, 0.01)
            quick = [rate("Keel batch, 10 ms steps, numba", ride, RIDE_TICKS, same_alone(compiled, count))]
        if mujoco is None:
            found += [long, *quick, fine]
            continue
        compiled = mujoco_peer.model(mujoco, "Euler", 0.001)
        peer = mujoco_peer.Rollout(mujoco, compiled, count)
        theirs = rate("MuJoCo rollout, 1 ms", peer.tick, PEER_TICKS, "Euler, one thread")
        target = BATCH_TARGET if count == max(SIZES) else None
        found += [
            long.compared(theirs, long.value / theirs.value, target),
            *(one.compared(theirs, one.value / theirs.value, COMPILED_BATCH_TARGET) for one in quick),
            fine.compared(theirs, fine.value / theirs.value),
            theirs,
        ]
    return found


def same_alone(compiled: Any, count: int) -> str:
    """Whether some of the tables in another order do the same to the last bit, and how near numpy is."""
    some = np.random.Generator(np.random.Philox(key=[2, count])).permutation(count)[: count // 3]
    tables, start, peaks = tables_of(count, 0.01), np.linspace(-1.0, 0.5, count), np.linspace(0.5, 1.5, count)
    whole, part = lanes.stack(tables, start), lanes.stack([tables[n] for n in some], start[some])
    alone, state = batch.stack(tables), batch.states(count, start)
    worst = 0.0
    for tick in range(TICKS // 5):
        acts = peaks * volts(tick)
        whole.put("volts", acts)
        part.put("volts", acts[some])
        for stacked in (whole, part):
            compiled.advance(stacked, 1)
        state = batch.step(state, arrays.Inputs(acts), alone)
        worst = max(worst, float(np.abs(state.theta - whole.get("theta")).max()))
    same = all(np.array_equal(whole.get(row)[some], part.get(row)) for row in ("theta", "omega", "current"))
    company = "the same to the bit in other company" if same else "DIFFERS IN OTHER COMPANY"
    return f"{company}; {worst:.0e} rad beside numpy"


def figures() -> list[Figure]:
    """Singles, then batches."""
    mujoco = mujoco_peer.load()
    return singles(mujoco) + batches(mujoco)
