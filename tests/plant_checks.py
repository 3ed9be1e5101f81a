"""What the validation list of the physics reference asks for, worked out by our code; no test by itself."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

from simulator.plant import heat
from simulator.plant.arms import Arms, minimum_jerk
from simulator.plant.bed import RIDER
from simulator.plant.brake import BrakeDrop
from simulator.plant.case import read_case
from simulator.plant.dynamics import Dynamics, Friction, Transmission
from simulator.plant.imu import felt
from simulator.plant.integrate import State, classical
from simulator.plant.lever import lever
from simulator.plant.params import A1, A2, GRAVITY, PlantParams
from simulator.plant.scurve import SCurve
from simulator.plant.simulation import simulate
from simulator.sensors import InclinometerKind, apparent_deg

FOLDER = Path(__file__).parent / "data/physics"
SCENARIOS = {
    case["id"].split("_")[0]: case for case in json.loads((FOLDER / "cases.json").read_text())["scenarios"]
}
PUBLISHED = json.loads((FOLDER / "checks.json").read_text())
NUMBERS = PUBLISHED["analytic_checks"]
BALANCE = -1.3382067859171654
WEIGHT_NM = 20.949382612770957


def run(name: str, t: list[float], initial: dict[str, float] | None = None, **params: Any) -> dict[str, Any]:
    case = {key: deepcopy(SCENARIOS[name][key]) for key in ("id", "friction", "motor", "params", "initial")}
    case["params"].update(params)
    case["initial"].update(initial or {})
    return simulate(read_case({**case, "t": t}))


def scenario_error(name: str) -> float:
    found = run(name, SCENARIOS[name]["t"])
    return max(abs(float(a - b)) for a, b in zip(found["theta"], SCENARIOS[name]["theta"], strict=True))


def period_s(amplitude_deg: float, near_s: float) -> float:
    """From rest back to rest, by the sine of the phase left over near the published time."""
    amplitude_rad = math.radians(amplitude_deg)
    start = {"theta": BALANCE + amplitude_rad}
    found = run("S1u", [near_s], start)
    # At a turning point omega = -acceleration times the time missed.
    return float(near_s + found["omega"][0] / (WEIGHT_NM * math.sin(amplitude_rad) / RIDER.inertia_kgm2))


def small_angle_s() -> float:
    return 2 * math.pi * math.sqrt(RIDER.inertia_kgm2 / (GRAVITY * math.hypot(*RIDER[1:])))


def at_rest_rad() -> float:
    return float(run("S1", [60.0], {"theta": -1.0}, b_L=40.0)["theta"][0])


def plain(params: PlantParams, friction: Friction, **more: Any) -> Dynamics:
    gear, motor = params.gear, params.motor
    drive = Transmission(
        gear.ratio, gear.forward, gear.backward, motor.torque_nm_a, motor.back_emf_vs, motor.inertia_kgm2,
        motor.viscous_nms, motor.coulomb_nm,
    )  # fmt: skip
    return Dynamics(friction, (RIDER.inertia_kgm2, 0.0, 0.0), drive=drive, hard=True, **more)


def threshold_nm(dynamics: Dynamics, current_a: float, side: float) -> float:
    """The outer torque at which it just begins to move to that side, by bisection on the exact equations."""
    low, high = -3000.0, 3000.0
    for _ in range(80):
        dynamics.pulse_nm = 0.5 * (low + high)
        if dynamics.push_off(100.0, (0.0, 0.0, current_a), side) > 0.0:
            high = dynamics.pulse_nm
        else:
            low = dynamics.pulse_nm
    return 0.5 * (low + high)


def stall_nm(params: PlantParams, current_a: float) -> float:
    return -threshold_nm(plain(params, Friction(0.0, True)), current_a, 1.0)


def slip_nm() -> float:
    friction = Friction(1.5, True, 3.0, 4.5, 0.02)
    return threshold_nm(plain(A2, friction, brake=BrakeDrop(0.0, 0.015, 0.013, 2.0, 2.2, False)), 0.0, 1.0)


def electric_s() -> float:
    """From the rise of the current at a locked table."""
    found = run("S2", [0.001, 0.002, 0.003], None, locked_until=0.003, R_on=0.0, R_s=0.0)["i"]
    return -0.001 / math.log((found[2] - found[1]) / (found[1] - found[0]))


def mechanical_s(params: PlantParams | None) -> float:
    """From the slope of the acceleration, the current quasi-static, no losses; None: the motor alone."""
    whole = replace(A1.gear if params is None else params.gear, forward=1.0, backward=1.0)
    whole = replace(whole, ratio=1.0) if params is None else whole
    motor = replace(A1.motor, viscous_nms=0.0, coulomb_nm=0.0)
    dynamics = plain(PlantParams(whole, motor), Friction(0.0))
    if params is None:
        dynamics.moments = (1e-12, 0.0, 0.0)
    rate = 0.1
    current = -motor.back_emf_vs * whole.ratio * rate / motor.resistance_ohm
    return -rate / dynamics.smooth(0.0, 0.0, rate, current)[1]


def no_load_rad_s(params: PlantParams) -> float:
    gear = {"N": params.gear.ratio, "eta_f": params.gear.forward, "eta_b": params.gear.backward}
    free = dict.fromkeys(("R_s", "R_on", "S_xi", "S_eta", "b_L", "T_C", "T_S"), 0.0)
    return float(run("S2h", [10.0], None, **gear, **free, duty=1.0, V_oc=24.0)["omega"][0])


def terminal_rad_s(breakaway_nm: float) -> float:
    pulse = {"t_on": 0.0, "t_off": 20.0, "tau": -15.0}
    found = run("S4", [12.0], None, R_brake=0.25, S_xi=0.0, S_eta=0.0, T_S=breakaway_nm, pulse=pulse)
    return float(found["omega"][0])


def hot_after_s() -> float:
    """Bisection on the time at which 30 A has brought the winding to its limit."""
    low, high = 20.0, 40.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        found = heat.step(heat.Heat(), 30.0, 0.25, middle)
        low, high = (middle, high) if found.winding < heat.LIMIT_DEGC else (low, middle)
    return low


AFTER_600_S = heat.step(heat.Heat(), 10.0, 0.25, 600.0)
SETTLED = heat.step(heat.Heat(), 10.0, 0.25, 40_000.0)
LARGE = NUMBERS["large_amplitude_period_s"]
ARMS_FREE = {"g": 0.0, "b_L": 0.0, "stops": {"lo": -6.0, "hi": 6.0, "k": 0.0, "alpha": 0.0}}


def net_rotation() -> float:
    return float(run("S7", [0.5, 3.0], {"theta": -0.5}, **ARMS_FREE)["theta"][1]) + 0.5


def drift_j(step: Callable[[Dynamics, State, float], State], h: float) -> float:
    """How far the energy of the free swing wanders in 60 s."""
    moments = RIDER
    dynamics = Dynamics(Friction(0.0), moments)
    state, worst = (math.pi / 3, 0.0, 0.0), 0.0

    def energy(of: State) -> float:
        potential = -moments.first_xi_kgm * math.sin(of[0]) + moments.first_eta_kgm * math.cos(of[0])
        return 0.5 * moments.inertia_kgm2 * of[1] ** 2 + GRAVITY * potential

    start = energy(state)
    for _ in range(round(60.0 / h)):
        state = step(dynamics, state, h)
        worst = max(worst, abs(energy(state) - start))
    return worst


def rk4(dynamics: Dynamics, state: State, h: float) -> State:
    return classical(dynamics.smooth, 0.0, state, h)


def euler(dynamics: Dynamics, state: State, h: float) -> State:
    omega = state[1] + h * dynamics.smooth(0.0, *state)[1]
    return state[0] + h * omega, omega, 0.0


LEVER = lever(0.32, -0.62, -0.16, -0.06)
ROD = PUBLISHED["actuator_kinematics"]
ANGLES = [math.radians(-72.0 + 134.0 * n / 400) for n in range(401)]


def round_trip_rad() -> float:
    return max(abs(LEVER.theta(LEVER.reach(theta).length_m) - theta) for theta in ANGLES)


def arm_error_m() -> float:
    h = 1e-5
    return max(
        abs((LEVER.reach(th + h).length_m - LEVER.reach(th - h).length_m) / (2 * h) - LEVER.reach(th).arm_m)
        for th in ANGLES
    )


def constant_rod_rad() -> float:
    published = ROD["constant_rod_speed"]
    start = LEVER.reach(published["theta0"]).length_m
    return max(
        float(abs(LEVER.theta(start + published["v"] * t) - theta))
        for t, theta in zip(published["t"], published["theta"], strict=True)
    )


CURVE = SCurve(**{key: NUMBERS["scurve"][key] for key in ("D", "T_v", "T_a", "T_j")}, theta0=0.0)
CORNERS = [  # where its jerk jumps
    v * CURVE.T_v + a * CURVE.T_a + j * CURVE.T_j for v in (0, 1) for a in (0, 1) for j in (0, 1)
]


def curve_end() -> float:
    # Half a nanosecond before its end, so that the formula speaks and not the case "it is over".
    t = CURVE.T_v + CURVE.T_a + CURVE.T_j - 5e-10
    angle, rate = CURVE.at(t)
    return max(abs(angle - CURVE.D), abs(rate), abs(CURVE.acceleration(t)) / 1000)


def curve_jump() -> float:
    return max(abs(CURVE.acceleration(t + 1e-12) - CURVE.acceleration(t - 1e-12)) for t in CORNERS)


def energy_left_over() -> float:
    """Electric energy in against heat in the copper and the gain of energy, no other losses; relative."""
    h, count = 2e-5, 10_000
    params = {"eta_f": 1.0, "eta_b": 1.0, "b_m": 0.0, "T_m": 0.0, "b_L": 0.0, "R_s": 0.0, "R_on": 0.0}
    case = {key: deepcopy(SCENARIOS["S2"][key]) for key in ("id", "friction", "motor", "params", "initial")}
    case["params"].update(params, T_C=0.0, T_S=0.0, N=120.0)
    found = simulate(read_case({**case, "t": [n * h for n in range(count + 1)]}))
    weights = [1.0, *([4.0, 2.0] * (count // 2 - 1)), 4.0, 1.0]
    volts, motor = 0.4 * 25.0, A2.motor
    put_in = h / 3 * math.fsum(w * volts * i for w, i in zip(weights, found["i"], strict=True))
    heat_j = h / 3 * math.fsum(w * 0.25 * i * i for w, i in zip(weights, found["i"], strict=True))
    theta, omega, i = found["theta"], found["omega"][-1], found["i"][-1]
    moving = 0.5 * (RIDER.inertia_kgm2 + 120.0**2 * motor.inertia_kgm2) * omega**2
    height = [-RIDER.first_xi_kgm * math.sin(x) + RIDER.first_eta_kgm * math.cos(x) for x in theta]
    gain = moving + 0.5 * motor.inductance_h * i * i + GRAVITY * (height[-1] - height[0])
    return float((put_in - heat_j - gain) / put_in)


def held_rad() -> float:
    """How far the worm lets anybody turn it, out of a lot of pushes."""
    worst = 0.0
    for tau in (-2000.0, -400.0, -21.0, 21.0, 400.0, 2000.0):
        case = {key: deepcopy(SCENARIOS["S2h"][key]) for key in ("id", "friction", "params", "initial")}
        case["params"]["pulse"] = {"t_on": 0.1, "t_off": 1.5, "tau": tau}
        found = simulate(read_case({**case, "motor": "open", "t": [0.5, 1.2, 2.0]}))
        worst = max([worst, *map(abs, found["omega"])])
        worst = max([worst, *(abs(theta - case["initial"]["theta"]) for theta in found["theta"])])
    return worst


def momentum() -> float:
    """The largest of J w + L_rel while arms swing on a free table without gravity; it began with 0."""
    params = SCENARIOS["S7"]["params"]
    arms = Arms(**{key: params[key] for key in Arms._fields})
    t = [1.0 + 0.01 * n for n in range(121)]
    found = run("S7", t, {"theta": -0.5}, **ARMS_FREE)
    worst = 0.0
    for at, omega in zip(t, found["omega"], strict=True):
        p, rate, _ = minimum_jerk(at - arms.t0, arms.T)
        q = -arms.shoulder_xi * math.cos(p) + arms.shoulder_eta * math.sin(p)
        own = (arms.arm_inertia_about_shoulder + arms.arm_first_moment * q) * rate
        worst = max(worst, abs(arms.swing(at).inertia * omega + own))
    return worst


def imu_error() -> float:
    return max(
        float(max(abs(f.along - row["f_u"]), abs(f.normal - row["f_n"]), abs(f.tilt - row["theta_hat"])))
        for row in NUMBERS["imu"]
        for f in [felt(row["theta"], row["omega"], row["alpha"], row["xi"], row["eta"])]
    )


def inclinometer_error() -> float:
    """The same equations as the simulated sensor uses them, in degrees."""
    worst = 0.0
    for row in NUMBERS["imu"]:
        kind = InclinometerKind(xi_m=row["xi"], eta_m=row["eta"])
        theta, omega, alpha = (math.degrees(row[key]) for key in ("theta", "omega", "alpha"))
        tilt = math.radians(apparent_deg(theta, omega, alpha, kind))
        worst = max(worst, abs(tilt - row["theta_hat"]))
    return worst
