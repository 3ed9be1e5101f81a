"""The plant: one table a call per tick, and batches, against MuJoCo stepping the same hinge."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from functools import cache, partial
from types import ModuleType
from typing import Any, Final

import numpy as np

from hil.benchmarks import mujoco_peer, ride_model
from hil.benchmarks.measure import REPEATS, Figure, by_turns, ratio, yardstick_ns
from hil.benchmarks.ride_model import MODEL, OHM, START_RAD, TICK_S, TICKS, volts
from simulator.plant import arrays, batch, lanes, leap
from simulator.plant.bed import RIDER, Moments, ankle_setting_m, moments
from simulator.plant.body import person
from simulator.plant.dynamics import Circuit, Dynamics, Friction, Transmission
from simulator.plant.integrate import classical
from simulator.plant.lean import manners

SINGLE: Final = "one table, one call per 20 ms tick"
SIZES: Final = (256, 4096)
PEER_TICKS: Final = 5  # a step of the peer costs the same anywhere
FAST, QUICK = "Keel fast, 10 ms steps", "Keel fast, 10 ms, numba"
FINE, RK4 = "Keel fast, 1 ms steps", "Keel exact, RK4 1 ms"
EULER, IMPLICIT, LEAPING, THEIR_RK4 = PEER_NAMES = (
    "MuJoCo Euler, 1 ms",
    "MuJoCo implicitfast, 1 ms",
    "MuJoCo implicitfast, 10 ms",
    "MuJoCo RK4, 1 ms",
)
PEERS: Final = tuple(
    zip(
        PEER_NAMES, ("Euler", "implicitfast", "implicitfast", "RK4"), (0.001, 0.001, 0.01, 0.001), strict=True
    )
)
LONG, COMPILED = "Keel batch, 10 ms steps", "Keel batch, 10 ms steps, numba"
SHORT, ROLLOUT = "Keel batch, 1 ms steps", "MuJoCo rollout, 1 ms"
# What is asked of us, as factors over the peer named in the run.
FAST_TARGET, EXACT_TARGET, BATCH_TARGET = 10.0, 1.0, 100.0
COMPILED_TARGET, COMPILED_BATCH_TARGET = 25.0, 700.0
PAIRS: Final = (
    (FAST, EULER, FAST_TARGET),
    (QUICK, EULER, COMPILED_TARGET),
    (FAST, IMPLICIT, None),
    (FAST, LEAPING, None),
    (FAST, THEIR_RK4, None),
    (FINE, EULER, None),
    (RK4, THEIR_RK4, EXACT_TARGET),
)
NO_NUMBA: Final = "numba is not installed here: no figures of the compiled plant."


@cache
def rider_table(step_s: float) -> leap.Table:
    """The table that is ridden; made once, as the peer's model is."""
    return leap.table(MODEL, RIDER, OHM, step_s)


def leaps(step_s: float) -> list[float]:
    """The ride in `fast`."""
    table, state, angles = rider_table(step_s), (START_RAD, 0.0, 0.0), []
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
    flat = lanes.stack([rider_table(step_s)], START_RAD).flat
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


def contenders(mujoco: Any) -> dict[str, Callable[[], list[float]]]:
    """Everybody who rides one table, by name."""
    runs: dict[str, Callable[[], list[float]]] = {FAST: partial(leaps, 0.01)}
    compiled = compiled_plant()
    if compiled is not None:
        runs[QUICK] = partial(compiled_leaps, compiled, 0.01)
    runs |= {FINE: partial(leaps, 0.001), RK4: partial(exact, 0.001)}
    if mujoco is not None:
        for name, integrator, step_s in PEERS:
            runs[name] = partial(mujoco_peer.ride, mujoco, mujoco_peer.model(mujoco, integrator, step_s))
    return runs


def singles(mujoco: Any) -> list[Figure]:
    """Everything about one table: cost of a tick, how wrong it was, and against whom."""
    hard, smooth, pace = ride_model.reference("hard"), ride_model.reference("smooth"), yardstick_ns()
    runs = contenders(mujoco)
    errors = {name: ride_model.worst(run(), smooth if name == RK4 else hard) for name, run in runs.items()}
    taken = by_turns(dict(runs), dict.fromkeys(runs, TICKS))
    rows = {
        name: Figure(
            SINGLE,
            name,
            statistics.median(taken[name]),
            "us CPU a tick",
            pace,
            f"error {errors[name]:.1e} rad",
        )
        for name in runs
    }
    found = [
        rows[ours].compared(rows[theirs], ratio(taken[ours], taken[theirs]), target)
        for ours, theirs, target in PAIRS
        if ours in rows and theirs in rows
    ]
    alone = () if found else (FAST, QUICK, FINE, RK4)
    return found + [rows[name] for name in (*alone, *(peer[0] for peer in PEERS)) if name in rows]


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
    return [figure for count in SIZES for figure in crowd(mujoco, count)]


def crowd(mujoco: Any, count: int) -> list[Figure]:
    """So many tables at once."""
    part = TICKS // REPEATS  # the rounds together are the whole ride: starting and turning cost more
    ticks = {LONG: part, COMPILED: part, SHORT: part // 10, ROLLOUT: PEER_TICKS}
    rides = {LONG: keel_batch(count, 0.01), SHORT: keel_batch(count, 0.001)}
    notes, compiled = {LONG: "256 riders, numpy alone", ROLLOUT: "Euler, one thread"}, compiled_plant()
    if compiled is not None:
        rides[COMPILED] = compiled_batch(compiled, count, 0.01)
        notes[COMPILED] = same_alone(compiled, count)
    if mujoco is not None:
        peer = mujoco_peer.Rollout(mujoco, mujoco_peer.model(mujoco, "Euler", 0.001), count)
        rides[ROLLOUT] = peer.tick
    for ride in rides.values():
        ride()  # warm
    pace = yardstick_ns()
    runs: dict[str, Callable[[], object]] = {n: partial(times, ride, ticks[n]) for n, ride in rides.items()}
    taken = by_turns(runs, {name: count * ticks[name] for name in runs})
    rows = {
        name: Figure(
            f"{count} tables at once",
            name,
            TICK_S * 1e6 / statistics.mean(taken[name]),
            "table-s per core-s",
            pace,
            notes.get(name, ""),
        )
        for name in runs
    }
    targets = {LONG: BATCH_TARGET, COMPILED: COMPILED_BATCH_TARGET} if count == max(SIZES) else {}
    ours = [name for name in (LONG, COMPILED, SHORT) if name in rows]
    if ROLLOUT not in rows:
        return [rows[name] for name in ours]
    theirs = rows[ROLLOUT]
    return [
        *(rows[n].compared(theirs, rows[n].value / theirs.value, targets.get(n)) for n in ours),
        theirs,
    ]


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
