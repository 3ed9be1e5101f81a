"""A rider as a lump: mass, centre of mass and inertia from sex, stature, mass and posture.

Segments after de Leva 1996, J Biomech 29:1223-1230 (adjusted Zatsiorsky-Seluyanov); ankle height after
Drillis and Contini. Model error (one sigma, from three measured men): 12 mm along the bed, 10 mm across it,
8 % in inertia.
"""

from __future__ import annotations

import math
from typing import NamedTuple


class Segment(NamedTuple):
    """Mass as a part of the body's; length at the reference stature; the rest as parts of the length."""

    mass: float
    length_m: float
    com: float
    k_transverse: float
    k_long: float


class Sex(NamedTuple):
    """One column of the table; shoulder_m is mid-shoulder over mid-hip."""

    stature_m: float
    shoulder_m: float
    segments: dict[str, Segment]


class Lump(NamedTuple):
    """A mass at (xi, eta) with its own inertia about the direction of the hinge."""

    mass_kg: float
    xi_m: float
    eta_m: float
    inertia_kgm2: float


MALE = Sex(
    1.741,
    0.5155,
    {
        "head": Segment(0.0694, 0.2429, 0.5002, 0.315, 0.261),
        "trunk": Segment(0.4346, 0.6033, 0.5138, 0.306, 0.169),
        "upper_arm": Segment(0.0271, 0.2817, 0.5772, 0.269, 0.158),
        "forearm": Segment(0.0162, 0.2689, 0.4574, 0.265, 0.121),
        "hand": Segment(0.0061, 0.0862, 0.7900, 0.513, 0.401),
        "thigh": Segment(0.1416, 0.4222, 0.4095, 0.329, 0.149),
        "shank": Segment(0.0433, 0.4403, 0.4395, 0.246, 0.102),
        "foot": Segment(0.0137, 0.2581, 0.4415, 0.245, 0.124),
    },
)
FEMALE = Sex(
    1.735,
    0.4979,
    {
        "head": Segment(0.0668, 0.2437, 0.4841, 0.295, 0.261),
        "trunk": Segment(0.4257, 0.6148, 0.4964, 0.292, 0.147),
        "upper_arm": Segment(0.0255, 0.2751, 0.5754, 0.260, 0.148),
        "forearm": Segment(0.0138, 0.2643, 0.4559, 0.257, 0.094),
        "hand": Segment(0.0056, 0.0780, 0.7474, 0.454, 0.335),
        "thigh": Segment(0.1478, 0.3685, 0.3612, 0.364, 0.162),
        "shank": Segment(0.0481, 0.4386, 0.4352, 0.263, 0.092),
        "foot": Segment(0.0129, 0.2283, 0.4014, 0.279, 0.139),
    },
)
SEXES = {"male": MALE, "female": FEMALE}
ARMS = ("sides", "overhead", "crossed")
AXIAL = ("head", "trunk", "thigh", "shank")
TWICE = ("upper_arm", "forearm", "hand", "thigh", "shank", "foot")
ANKLE_HEIGHT = 0.039  # of the stature
BODY_DEPTH = 0.052  # body axis over the bed, of the stature
CROSSED_HEIGHT_M = 0.12  # crossed forearms over the body axis


def person(
    sex: str = "male",
    stature_m: float = 1.75,
    mass_kg: float = 80.0,
    arms: str = "sides",
    shank_rad: float = 0.0,
) -> Lump:
    """The rider's lump; xi counts from the ankle joint headward, eta from the bed plane up."""
    return lump(segments(SEXES[sex], stature_m, mass_kg, arms, shank_rad))


def lump(parts: list[Lump]) -> Lump:
    """Several masses as one, about their common centre."""
    mass = math.fsum(part.mass_kg for part in parts)
    xi = math.fsum(part.mass_kg * part.xi_m for part in parts) / mass
    eta = math.fsum(part.mass_kg * part.eta_m for part in parts) / mass
    inertia = math.fsum(
        part.inertia_kgm2 + part.mass_kg * ((part.xi_m - xi) ** 2 + (part.eta_m - eta) ** 2) for part in parts
    )
    return Lump(mass, xi, eta, inertia)


def lengths_m(sex: Sex, stature_m: float) -> dict[str, float]:
    """Lengths at this stature; the axial chain is stretched so that it closes to the stature."""
    chain = sum(sex.segments[name].length_m for name in AXIAL)
    closure = (1.0 - ANKLE_HEIGHT) * sex.stature_m / chain
    scale = stature_m / sex.stature_m
    found = {
        name: segment.length_m * scale * (closure if name in AXIAL else 1.0)
        for name, segment in sex.segments.items()
    }
    found["shoulder"] = sex.shoulder_m * scale * closure
    return found


def segments(sex: Sex, stature_m: float, mass_kg: float, arms: str, shank_rad: float) -> list[Lump]:
    """Every segment in its place; paired limbs as one of double mass, which is the same about the hinge."""
    length = lengths_m(sex, stature_m)
    depth = BODY_DEPTH * stature_m
    knee_x = length["shank"] * math.cos(shank_rad)
    knee_rise = length["shank"] * math.sin(shank_rad)
    hip_x = knee_x + length["thigh"] * math.cos(math.asin(knee_rise / length["thigh"]))
    c7_x = hip_x + length["trunk"]
    com = {name: segment.com for name, segment in sex.segments.items()}
    places = {
        "foot": (-0.5 * ANKLE_HEIGHT * stature_m, com["foot"] * length["foot"]),
        "shank": (knee_x * (1 - com["shank"]), depth + knee_rise * (1 - com["shank"])),
        "thigh": (hip_x + (knee_x - hip_x) * com["thigh"], depth + knee_rise * com["thigh"]),
        "trunk": (hip_x + length["trunk"] * (1 - com["trunk"]), depth),
        "head": (c7_x + length["head"] * (1 - com["head"]), depth),
        **arm_places(length, com, hip_x + length["shoulder"], depth, arms),
    }
    whole = sum(segment.mass * (2 if name in TWICE else 1) for name, segment in sex.segments.items())
    result = []
    for name, (xi, eta) in places.items():
        segment = sex.segments[name]
        mass = mass_kg * segment.mass * (2 if name in TWICE else 1) / whole
        across = arms == "crossed" and name in ("forearm", "hand")
        radius = (segment.k_long if across else segment.k_transverse) * length[name]
        result.append(Lump(mass, xi, eta, mass * radius**2))
    return result


def arm_places(
    length: dict[str, float], com: dict[str, float], shoulder_x: float, depth: float, arms: str
) -> dict[str, tuple[float, float]]:
    """Centres of upper arm, forearm and hand for a posture of the arms."""
    way = 1.0 if arms == "overhead" else -1.0
    upper = shoulder_x + way * com["upper_arm"] * length["upper_arm"]
    elbow = shoulder_x + way * length["upper_arm"]
    if arms == "crossed":
        front = depth + CROSSED_HEIGHT_M
        return {"upper_arm": (upper, depth), "forearm": (elbow, front), "hand": (elbow, front)}
    wrist = elbow + way * length["forearm"]
    return {
        "upper_arm": (upper, depth),
        "forearm": (elbow + way * com["forearm"] * length["forearm"], depth),
        "hand": (wrist + way * com["hand"] * length["hand"], depth),
    }
