"""A case of the plant alone, made from its document with every key checked on the way."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.plant import bed, body, schema
from simulator.plant.arms import Arms
from simulator.plant.brake import BrakeDrop
from simulator.plant.cascade import Gains
from simulator.plant.case_extras import read_damper, read_gas_spring, read_knees, read_pushes
from simulator.plant.case_step import Schedule, Supply, read_step
from simulator.plant.document import (
    CaseError,
    Document,
    as_list,
    as_object,
    need,
    number,
    numbers,
    only,
    rising,
    section,
    shown,
    word,
)
from simulator.plant.dynamics import Circuit, Friction, Transmission
from simulator.plant.gas_spring import Damper, GasSpring
from simulator.plant.integrate import State
from simulator.plant.lever import lever
from simulator.plant.params import GRAVITY
from simulator.plant.pushes import Pulse
from simulator.plant.scurve import SCurve
from simulator.plant.stops import EndStops


@dataclass(frozen=True)
class Case:
    """A case that has passed every check; None where a part is absent."""

    id: str
    t: list[float]
    longest_step_s: float | None
    initial: State
    friction: Friction
    hard: bool
    moments: tuple[float, float, float]
    arms: Arms | None
    stops: EndStops | None
    brake: BrakeDrop | None
    pulse: tuple[float, float, float] | None
    locked_until: float
    drive: Transmission | None
    supply: Supply | None
    cascade: Loop | None
    fidelity: str = "exact"
    gravity: float = GRAVITY
    gas_spring: GasSpring | None = None
    damper: Damper | None = None
    pushes: tuple[Pulse, ...] = ()


@dataclass(frozen=True)
class Loop:
    """The sampled cascade, its path and where its two integrals begin."""

    gains: Gains
    path: SCurve
    integrals: tuple[float, float]


def read_case(document: Document) -> Case:
    """Check a case's document from top to bottom; CaseError names the first key that is wrong."""
    only(document, "", schema.KEYS, schema.ANSWERS)
    name = need(document, "", "id")
    if not isinstance(name, str) or not name:
        raise CaseError(f"id: must be a text that is not empty, this is {shown(name)}")
    friction = word(need(document, "", "friction"), "friction", schema.FRICTIONS)
    motor = word(need(document, "", "motor"), "motor", schema.MOTORS)
    fidelity = word(document.get("fidelity", "exact"), "fidelity", schema.FIDELITIES)
    params = read_params(document)
    values = read_values(params, friction, motor)
    locked_until = values.get("locked_until", 0.0)
    initial = read_initial(document, motor, locked_until)
    supply = read_supply(motor, params, values)
    return Case(
        id=name,
        t=read_times(document),
        longest_step_s=read_step(document, fidelity, supply),
        initial=(initial["theta"], initial["omega"], initial.get("i", 0.0)),
        friction=read_friction(friction, values),
        hard=friction == "hard",
        moments=read_moments(params, values),
        arms=read_arms(params, values),
        stops=read_stops(params),
        brake=read_brake(params),
        pulse=read_pulse(params),
        locked_until=locked_until,
        drive=None if motor == "none" else read_drive(params, values),
        supply=supply,
        cascade=read_loop(params, initial) if motor == "cascade" else None,
        fidelity=fidelity,
        gravity=values.get("g", GRAVITY),
        gas_spring=read_gas_spring(params),
        damper=read_damper(params),
        pushes=read_pushes(params),
    )


def read_params(document: Document) -> Document:
    """The parameters, with the body among them even if it stands beside them."""
    params = as_object(need(document, "", "params"), "params")
    only(params, "params.", [*schema.SINGLE, *schema.NESTED])
    if "body" in document:
        if "body" in params:
            raise CaseError("body: stands in params too; give it once")
        params = {**params, "body": document["body"]}
    return params


def read_values(params: Document, friction: str, motor: str) -> dict[str, float]:
    """Every plain number among the parameters, after all that this friction and motor need is there."""
    for key in (*schema.FRICTION_NEEDS[friction], *schema.MOTOR_NEEDS[motor]):
        need(params, "params.", key, f" (friction {friction}, motor {motor})")
    return {
        key: number(params[key], f"params.{key}", allowed)
        for key, allowed in schema.SINGLE.items()
        if key in params
    }


def read_times(document: Document) -> list[float]:
    """The sample times, rising from 0 or later."""
    listed = as_list(need(document, "", "t"), "t", "sample times in s")
    if len(listed) > schema.MOST_SAMPLES:
        raise CaseError(f"t: at most {schema.MOST_SAMPLES} sample times, these are {len(listed)}")
    times = [number(value, f"t[{n}]", schema.TIME) for n, value in enumerate(listed)]
    rising(times, "t", "s", strictly=True)
    return times


def read_initial(document: Document, motor: str, locked_until: float) -> dict[str, float]:
    """Angle and rate at t = 0, the current and the cascade's integrals where there are such."""
    found = as_object(need(document, "", "initial"), "initial")
    only(found, "initial.", schema.INITIAL)
    values = numbers(found, "initial.", schema.INITIAL, optional=("i", "I_v", "I_i"))
    if values.get("i", 0.0) != 0.0 and motor not in schema.WITH_CIRCUIT:
        raise CaseError(f"initial.i: must be 0 or absent, as motor {motor} carries no current")
    if values["omega"] != 0.0 and locked_until > 0.0:
        raise CaseError("initial.omega: must be 0, as params.locked_until locks the table at first")
    return values


def read_friction(kind: str, values: dict[str, float]) -> Friction:
    """The hinge's friction; viscous leaves every dry part out."""
    if kind == "viscous":
        return Friction(b_L=values["b_L"])
    return Friction(dry=True, **{key: values[key] for key in schema.FRICTION if key in values})


def read_moments(params: Document, values: dict[str, float]) -> tuple[float, float, float]:
    """Given as they are, or following from a body on the reference bed, or from the arms."""
    given = [key for key in schema.MOMENTS if key in params]
    fixed = [key for key in schema.ARMS if key in params]
    if sum(map(bool, (given, fixed, "body" in params))) > 1:
        raise CaseError(
            "params: give one of J_L, S_xi and S_eta, or body, or the keys of moving arms (J_fixed ...)"
        )
    if fixed:
        return 1.0, 0.0, 0.0  # the arms' own moments take their place
    if "body" in params:
        return read_body(params["body"])
    for key in schema.MOMENTS:
        need(params, "params.", key, " (or give body)")
    return values["J_L"], values["S_xi"], values["S_eta"]


def read_body(value: object) -> bed.Moments:
    """A person by sex, stature, mass and arms, on the reference bed set to D_A and a hole."""
    found = as_object(value, "body")
    only(found, "body.", [*schema.BODY, "sex", "arms", "hole", "knees"])
    sizes = numbers(found, "body.", schema.BODY)
    number(sizes["m"] / sizes["H"] ** 2, "body.m over the square of body.H", schema.STOUTNESS)
    sex = word(need(found, "body.", "sex"), "body.sex", body.SEXES)
    arms = word(need(found, "body.", "arms"), "body.arms", body.ARMS)
    hole = word(need(found, "body.", "hole"), "body.hole", bed.HOLES_M)
    rider = body.person(sex, sizes["H"], sizes["m"], arms, read_knees(found))
    return bed.moments(rider, sizes["D_A"], hole)


def read_arms(params: Document, values: dict[str, float]) -> Arms | None:
    """Arms that swing, if one of their keys is there."""
    if not any(key in params for key in schema.ARMS):
        return None
    for key in schema.ARMS:
        need(params, "params.", key, " (one of the keys of moving arms)")
    return Arms(**{key: values[key] for key in schema.ARMS})


def read_stops(params: Document) -> EndStops | None:
    """End stops, the lower one first."""
    if "stops" not in params:
        return None
    stops = EndStops(**section(params["stops"], "params.stops", schema.STOPS))
    if not stops.lo < stops.hi:
        raise CaseError(f"params.stops.lo: must be below hi = {stops.hi:g} rad, this is {stops.lo:g}")
    return stops


def read_brake(params: Document) -> BrakeDrop | None:
    """A brake that is dropped once."""
    if "brake" not in params:
        return None
    found = as_object(params["brake"], "params.brake")
    values = section(found, "params.brake", schema.BRAKE, ["side"])
    side = word(need(found, "params.brake.", "side"), "params.brake.side", ("motor", "hinge"))
    if values["T_stat"] < values["T_dyn"]:
        raise CaseError(
            f"params.brake.T_stat: must be at least T_dyn = {values['T_dyn']:g} N m, not {values['T_stat']:g}"
        )
    return BrakeDrop(**values, on_hinge=side == "hinge")


def read_pulse(params: Document) -> tuple[float, float, float] | None:
    """A torque at the hinge from t_on to t_off."""
    if "pulse" not in params:
        return None
    values = section(params["pulse"], "params.pulse", schema.PULSE)
    rising([values["t_on"], values["t_off"]], "params.pulse: t_on, t_off", "s")
    return values["t_on"], values["t_off"], values["tau"]


def read_drive(params: Document, values: dict[str, float]) -> Transmission:
    """Motor shaft and gear, of constant ratio N or through a lever."""
    rod = None
    if "lever" in params or "i_s" in params:
        if "N" in params:
            raise CaseError("params.N: give either N or i_s with lever, not both")
        need(params, "params.", "i_s", " (a lever needs it)")
        pivots = section(need(params, "params.", "lever", " (i_s needs it)"), "params.lever", schema.LEVER)
        rod = lever(pivots["Xb"], pivots["Zb"], pivots["xi"], pivots["eta"])
    need(params, "params.", "N" if rod is None else "i_s", " (or give i_s with lever)")
    return Transmission(
        N=values["N"] if rod is None else values["i_s"],
        lever=rod,
        Kt=values.get("Kt", 0.0),
        Ke=values.get("Ke", 0.0),
        **{key: values[key] for key in ("eta_f", "eta_b", "J_m", "b_m", "T_m")},
    )


def read_supply(motor: str, params: Document, values: dict[str, float]) -> Supply | None:
    """The circuit, unless the terminals are open or there is no motor."""
    if motor not in schema.WITH_CIRCUIT:
        return None
    bridge_ohm = values.get("R_on", 0.0) if motor != "cascade" else 0.0
    circuit = Circuit(values["R"], values["L"], source_ohm=bridge_ohm)
    if motor != "bridge":
        if motor == "shorted":
            circuit.source_ohm += values["R_brake"]
        return Supply(circuit, [], 0.0, 0.0, circuit.source_ohm)
    duty = read_duty(need(params, "params.", "duty", " (motor bridge)"))
    return Supply(circuit, duty, values["V_oc"], values["R_s"], bridge_ohm)


def read_duty(value: object) -> Schedule:
    """One duty for the whole time, or a list of [t, duty]."""
    if not isinstance(value, list):
        return [(0.0, number(value, "params.duty", schema.DUTY))]
    schedule = []
    for n, row in enumerate(as_list(value, "params.duty", "[t, duty] pairs")):
        path = f"params.duty[{n}]"
        if not isinstance(row, list) or len(row) != 2:
            raise CaseError(f"{path}: must be a pair [t in s, duty -1 to 1]")
        schedule.append(
            (number(row[0], f"{path}[0]", schema.TIME), number(row[1], f"{path}[1]", schema.DUTY))
        )
    rising([t for t, _ in schedule], "params.duty", "s")
    return schedule


def read_loop(params: Document, initial: dict[str, float]) -> Loop:
    """The cascade's gains and its path."""
    why = " (motor cascade)"
    if "lever" in params:
        raise CaseError("params.lever: motor cascade needs a constant ratio N instead")
    gains = Gains(**section(need(params, "params.", "controller", why), "params.controller", schema.GAINS))
    times = gains.Ts_v / gains.Ts_i
    if times < 0.999 or abs(times - round(times)) > 1e-6 * times:
        raise CaseError(
            f"params.controller.Ts_v: must be a whole multiple of Ts_i = {gains.Ts_i:g} s, not {gains.Ts_v:g}"
        )
    path = SCurve(**section(need(params, "params.", "scurve", why), "params.scurve", schema.SCURVE))
    if (wrong := path.wrong()) is not None:
        raise CaseError(f"params.scurve.{wrong}")
    return Loop(gains, path, (initial.get("I_v", 0.0), initial.get("I_i", 0.0)))
