"""The plant: one table a call per tick, and batches, against MuJoCo stepping the same hinge."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import numpy as np

from hil.benchmarks import mujoco_peer, ride_model
from hil.benchmarks.measure import Figure, cpu_us, yardstick_ns
from hil.benchmarks.ride_model import MODEL, OHM, START_RAD, TICK_S, TICKS, volts
from simulator.plant import arrays, batch, leap
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
    if mujoco is None:
        return [fast, fine, rk4]

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


def keel_batch(count: int, step_s: float) -> Callable[[], None]:
    """One tick of many different tables under way."""
    kept: dict[Moments, leap.Table] = {}
    tables = []
    for load in riders(count):
        if load not in kept:
            kept[load] = leap.table(MODEL, load, OHM, step_s)
        tables.append(kept[load])
    stacked, steps = batch.stack(tables), range(round(TICK_S / step_s))
    state, now = batch.states(count, np.linspace(-1.0, 0.5, count)), 0
    peaks = np.linspace(0.5, 1.5, count)

    def tick() -> None:
        nonlocal state, now
        inputs = arrays.Inputs(peaks * volts(now))
        now += 1
        for _ in steps:
            state = batch.step(state, inputs, stacked)

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
        if mujoco is None:
            found += [long, fine]
            continue
        compiled = mujoco_peer.model(mujoco, "Euler", 0.001)
        peer = mujoco_peer.Rollout(mujoco, compiled, count)
        theirs = rate("MuJoCo rollout, 1 ms", peer.tick, PEER_TICKS, "Euler, one thread")
        target = BATCH_TARGET if count == max(SIZES) else None
        found += [
            long.compared(theirs, long.value / theirs.value, target),
            fine.compared(theirs, fine.value / theirs.value),
            theirs,
        ]
    return found


def figures() -> list[Figure]:
    """Singles, then batches."""
    mujoco = mujoco_peer.load()
    return singles(mujoco) + batches(mujoco)
