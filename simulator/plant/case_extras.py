"""What acts on a case's table beside its drive: a gas spring, a rotary damper, pushes, bent knees."""

from __future__ import annotations

import math

from simulator.plant.document import (
    CaseError,
    Document,
    Range,
    as_list,
    as_object,
    number,
    numbers,
    only,
    section,
)
from simulator.plant.gas_spring import Damper, GasSpring
from simulator.plant.lever import lever
from simulator.plant.pushes import Pulse

ANY = Range()
WARMTH = Range(-40.0, 80.0, "degC")
GAS_SPRING = {
    "Xb": ANY,
    "Zb": ANY,
    "xi": ANY,
    "eta": ANY,
    "F1": Range(0.0, 20_000.0, "N"),
    "x": Range(1.0, 3.0),
    "s_min": Range(0.0, unit="m", open_low=True),
    "s_max": Range(0.0, unit="m", open_low=True),
    "F_R": Range(0.0, 1_000.0, "N"),
    "T": WARMTH,
    "c": Range(0.0, 1e5, "N s/m"),
}
GAS_SPRING_OPTIONAL = ("F_R", "T", "c")
DAMPER = {"b_d": Range(0.0, 1_000.0, "N m s/rad"), "T": WARMTH, "way": Range(-1.0, 1.0)}
PUSH = (Range(0.0, 3600.0, "s"), Range(0.0, 60.0, "s", open_low=True), Range(-1e4, 1e4, "N m"))
KNEES = Range(0.0, math.radians(55.0), "rad")  # a woman's thigh reaches no further


def read_gas_spring(params: Document) -> GasSpring | None:
    """Pivots as those of a lever, force, progression, lengths; friction, temperature, damping if wanted."""
    if "gas_spring" not in params:
        return None
    found = as_object(params["gas_spring"], "params.gas_spring")
    only(found, "params.gas_spring.", GAS_SPRING)
    value = numbers(found, "params.gas_spring.", GAS_SPRING, GAS_SPRING_OPTIONAL)
    if not value["s_min"] < value["s_max"]:
        raise CaseError(
            f"params.gas_spring.s_min: must be below s_max = {value['s_max']:g} m, this is {value['s_min']:g}"
        )
    pivots = lever(value["Xb"], value["Zb"], value["xi"], value["eta"])
    known = {"F_R": "friction_n", "T": "temperature", "c": "damping_ns_m"}
    rest = {name: value[key] for key, name in known.items() if key in value}
    return GasSpring(pivots, value["F1"], value["x"], value["s_min"], value["s_max"], **rest)


def read_damper(params: Document) -> Damper | None:
    """`way` 1 or -1: only while omega has that sign; 0 or absent: both ways."""
    if "damper" not in params:
        return None
    given = {"T": 20.0, "way": 0.0, **as_object(params["damper"], "params.damper")}
    value = section(given, "params.damper", DAMPER)
    return Damper(value["b_d"], value["T"], value["way"])


def read_pushes(params: Document) -> tuple[Pulse, ...]:
    """Half sines: [begin in s, how long in s, greatest torque in N m] each."""
    if "pushes" not in params:
        return ()
    found = []
    for n, row in enumerate(as_list(params["pushes"], "params.pushes", "[t, duration, torque]")):
        path = f"params.pushes[{n}]"
        if not isinstance(row, list) or len(row) != len(PUSH):
            raise CaseError(f"{path}: must be [t in s, duration in s, torque in N m]")
        found.append(
            Pulse(
                *(
                    number(value, f"{path}[{place}]", allowed)
                    for place, (value, allowed) in enumerate(zip(row, PUSH, strict=True))
                )
            )
        )
    return tuple(found)


def read_knees(body: Document) -> float:
    """Angle of the shanks over the bed, 0 if absent."""
    return number(body.get("knees", 0.0), "body.knees", KNEES)
