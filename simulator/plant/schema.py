"""What may stand in a case file: every key with its range, and which of them a friction or a motor needs."""

from __future__ import annotations

import math

from simulator.plant.document import Range

FRICTIONS = ("viscous", "smooth", "hard")
MOTORS = ("none", "bridge", "open", "shorted", "cascade")
WITH_CIRCUIT = ("bridge", "shorted", "cascade")
LONGEST_S = 3600.0
MOST_SAMPLES = 200_000

ANY = Range()
POSITIVE = Range(0.0, open_low=True)
NOT_NEGATIVE = Range(0.0)
TIME = Range(0.0, LONGEST_S, "s")
ANGLE = Range(-2.0 * math.pi, 2.0 * math.pi, "rad")

KEYS = ("id", "friction", "motor", "params", "initial", "t", "step_s", "body", "model", "fidelity")
FIDELITIES = ("exact", "fast")
# What a published reference case carries beside its question: the answer, and how good it is.
ANSWERS = frozenset(
    [
        "theta",
        "omega",
        "i",
        "events",
        "theta_ref",
        "omega_ref",
        "tolerance",
        "solver_spread",
        "radau_spread",
        "closed_form_spread",
        "event_time_spread",
        "rk4_1e4_spread",
        "energy_drift_J",
        "amplitude",
        "period",
        "peak_speed",
        "hinge_slip_threshold_external",
        "max_tracking_error",
        "max_current",
        "max_voltage",
        "zero_gravity_net_rotation",
        "zero_gravity_net_rotation_simulated",
        "momentum_residual",
        "peak_reaction_torque",
        "mujoco_inverse_dynamics_residual_Nm",
    ]
)

MOMENTS = {"J_L": Range(0.0, unit="kg m^2", open_low=True), "S_xi": ANY, "S_eta": ANY}
BODY = {
    "H": Range(1.0, 2.5, "m"),
    "m": Range(20.0, 300.0, "kg"),
    "D_A": Range(0.3, 2.0, "m"),
}
STOUTNESS = Range(8.0, 110.0, "kg/m2")  # mass over the square of the stature
ARMS = {
    "J_fixed": POSITIVE,
    "S_xi_fixed": ANY,
    "S_eta_fixed": ANY,
    "arm_mass": NOT_NEGATIVE,
    "arm_first_moment": NOT_NEGATIVE,
    "arm_inertia_about_shoulder": NOT_NEGATIVE,
    "shoulder_xi": ANY,
    "shoulder_eta": ANY,
    "t0": TIME,
    "T": Range(0.0, LONGEST_S, "s", open_low=True),
}
FRICTION = {
    "b_L": Range(0.0, unit="N m s/rad"),
    "T_C": Range(0.0, unit="N m"),
    "T_S": Range(0.0, unit="N m"),
    "w_s": Range(0.0, unit="rad/s", open_low=True),
    "w_eps": Range(0.0, unit="rad/s", open_low=True),
}
FRICTION_NEEDS = {
    "viscous": ("b_L",),
    "smooth": ("b_L", "T_C", "T_S", "w_s", "w_eps"),
    "hard": ("b_L", "T_C", "T_S", "w_s"),
}
SHAFT = {
    "N": POSITIVE,
    "i_s": Range(0.0, unit="rad/m", open_low=True),
    "eta_f": Range(0.0, 1.0, open_low=True),
    "eta_b": Range(-10.0, 1.0),
    "Kt": Range(0.0, unit="N m/A", open_low=True),
    "Ke": Range(0.0, unit="V s/rad"),
    "J_m": Range(0.0, unit="kg m^2"),
    "b_m": NOT_NEGATIVE,
    "T_m": Range(0.0, unit="N m"),
}
ELECTRIC = {
    "R": Range(0.0, unit="ohm", open_low=True),
    "L": Range(0.0, unit="H", open_low=True),
    "V_oc": Range(0.0, unit="V"),
    "R_s": Range(0.0, unit="ohm"),
    "R_on": Range(0.0, unit="ohm"),
    "R_brake": Range(0.0, unit="ohm"),
}
MOTOR_NEEDS = {
    "none": (),
    "open": ("eta_f", "eta_b", "J_m", "b_m", "T_m"),
    "bridge": ("eta_f", "eta_b", "J_m", "b_m", "T_m", "Kt", "Ke", "R", "L", "V_oc", "R_s", "R_on"),
    "shorted": ("eta_f", "eta_b", "J_m", "b_m", "T_m", "Kt", "Ke", "R", "L", "R_brake"),
    "cascade": ("eta_f", "eta_b", "J_m", "b_m", "T_m", "Kt", "Ke", "R", "L"),
}
STOPS = {"lo": ANGLE, "hi": ANGLE, "k": NOT_NEGATIVE, "alpha": NOT_NEGATIVE}
BRAKE = {"t_cmd": TIME, "t11": TIME, "t12": TIME, "T_dyn": NOT_NEGATIVE, "T_stat": NOT_NEGATIVE}
PULSE = {"t_on": TIME, "t_off": TIME, "tau": ANY}
LEVER = {"Xb": ANY, "Zb": ANY, "xi": ANY, "eta": ANY}
TICK = Range(1e-5, 1.0, "s")
GAINS = {
    "Ts_i": TICK,
    "Ts_v": TICK,
    **dict.fromkeys(("Kp", "w_max", "Kv", "Kiv", "i_max", "Kc", "Kic", "v_max"), NOT_NEGATIVE),
}
PHASE = Range(0.0, LONGEST_S, "s", open_low=True)
SCURVE = {"D": ANY, "T_v": PHASE, "T_a": PHASE, "T_j": PHASE, "theta0": ANY}
GRAVITY = Range(0.0, 30.0, "m/s2")
SINGLE = {**MOMENTS, **ARMS, **FRICTION, **SHAFT, **ELECTRIC, "locked_until": TIME, "g": GRAVITY}
NESTED = (
    "stops",
    "brake",
    "pulse",
    "lever",
    "controller",
    "scurve",
    "duty",
    "body",
    "gas_spring",
    "damper",
    "pushes",
)
INITIAL = {
    "theta": Range(-100.0, 100.0, "rad"),
    "omega": Range(-1000.0, 1000.0, "rad/s"),
    **dict.fromkeys(("i", "I_v", "I_i"), ANY),
}
DUTY = Range(-1.0, 1.0)
STEP = Range(1e-6, 1.0, "s")
