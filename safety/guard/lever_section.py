"""The section [lever] of the table file: a drive on a rod between two pivots (firmware_bridge/lever.py).

With it the drive's own gain between degrees and its unit, one number, is taken away and made from what it
counts for a metre of the rod.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any, Final, NamedTuple

from firmware_bridge import keys
from firmware_bridge.drives import catalogue
from firmware_bridge.lever import BadLever, Lever, Pivots, lever
from safety.guard.toml_lines import Document, Row, Section

SECTION: Final = Section("lever", "a linear actuator or spindle between two pivots moves the table")
PLAY_DEG: Final = 2.0  # beyond the stops: rubber gives, and a sensor is a little off
LENGTH_OFF_M: Final = 0.010  # of what a ruler may be off in five distances
GAINS: Final = {  # the key it takes the place of: its own key, and how much that is for a radian
    "counts_per_degree": ("counts_per_metre", "counts", math.pi / 180),
    "gear_ratio": ("turns_per_metre", "turns of the motor", math.tau),
}
_HERE: Final = re.compile(rb"^\s*\[\s*lever\s*\]", re.MULTILINE)


def _distance(key: str, what: str) -> Row:
    return Row("lever", key, "number", what, "m", -3, 3, required=True)


ROWS: Final = (
    _distance("base_x_m", "from the hinge to the rod's pivot on the frame, towards the head, bed horizontal"),
    _distance("base_z_m", "the same upwards; below the hinge it is negative"),
    _distance("eye_x_m", "from the hinge to the rod's pivot on the bed, towards the head, bed horizontal"),
    _distance("eye_z_m", "the same upwards"),
    Row(
        "lever",
        "length_at_horizontal_m",
        "number",
        "the rod pin to pin, bed horizontal, measured by itself: checks the four above",
        "m",
        0.05,
        4,
        required=True,
    ),
    Row(
        "lever",
        "counts_per_metre",
        "number",
        "feedback counts while the rod grows by one metre, for drives with counts_per_degree",
        "counts/m",
        1,
        1e9,
    ),
    Row(
        "lever",
        "turns_per_metre",
        "number",
        "turns of the motor while the rod grows by one metre, for drives with gear_ratio",
        "turns/m",
        1,
        1e6,
    ),
)


class _Gain(NamedTuple):
    """One drive's: its own key, the lever's, and what may be."""

    own: keys.Key
    key: str
    noun: str
    per_rad: float  # of its own unit, for one of the lever's for a radian


def takes_one(kind: str) -> bool:
    """Whether this drive can be on a lever."""
    return hasattr(catalogue.known()[kind].config, "lever")


def without_gain(rows: tuple[Row, ...], data: bytes) -> tuple[Row, ...]:
    """The rows of a file: with a [lever] in it no drive's own gain has to be given."""
    if not _HERE.search(data):
        return rows
    return tuple(
        row._replace(required=False, default=None) if row.section == "drive" and row.key in GAINS else row
        for row in rows
    )


def _gain(kind: str) -> _Gain:
    own = next(key for key in keys.keys_of(catalogue.known()[kind].config) if key.name in GAINS)
    return _Gain(own, *GAINS[own.name])


def check(document: Document) -> None:
    """Complain of all that is wrong with it, and with what it asks of the drive."""
    found, drive, kind = document.sections.get("lever"), document.sections["drive"], _kind(document)
    if found is None:
        return
    if not takes_one(kind):
        able = ", ".join(name for name in catalogue.DRIVES if takes_one(name))
        document.complain(
            "lever", "", f'a drive of type "{kind}" cannot be on one; allowed: {able}; or take it away'
        )
        return
    gain = _gain(kind)
    if drive.get(gain.own.name) is not None:
        what = f"with a [lever] this is [lever].{gain.key}; take it away"
        document.complain("drive", gain.own.name, what)
    for key, *_ in GAINS.values():
        if key == gain.key and found[key] is None:
            document.complain("lever", key, f"is missing: {gain.noun} while the rod grows by one metre")
        elif key != gain.key and found[key] is not None:
            document.complain("lever", key, f'not of "{kind}", which has {gain.key}; take it away')
    try:
        geometry = _geometry(document)
    except BadLever as bad:
        document.complain("lever", bad.key, str(bad))
        return
    _check_length(document, geometry)
    if found[gain.key] is not None:
        _check_gain(document, geometry, gain)


def _kind(document: Document) -> str:
    kind: str = document.sections["drive"]["type"]
    return kind


def _geometry(document: Document) -> Lever:
    """Good from stop to stop, and a little beyond. Raises BadLever."""
    found, stops = document.sections["lever"], document.sections["stops"]
    pivots = Pivots(*(found[key] for key in Pivots._fields))
    low, high = (stops["up_deg"] - PLAY_DEG, stops["down_deg"] + PLAY_DEG)
    return lever(pivots, round(low * 100), round(high * 100))


def _check_length(document: Document, geometry: Lever) -> None:
    measured_m = document.sections["lever"]["length_at_horizontal_m"]
    made_m = geometry.length_m(0.0)
    off_m = abs(made_m - measured_m)
    if off_m > LENGTH_OFF_M:
        document.complain(
            "lever",
            "length_at_horizontal_m",
            f"{measured_m:g} m was measured, the pivots make {made_m:.3f} m, {off_m * 1_000:.0f} mm apart;"
            f" allowed {LENGTH_OFF_M * 1_000:.0f} mm; measure again, and mind the signs",
        )


def _check_gain(document: Document, geometry: Lever, gain: _Gain) -> None:
    """At horizontal as a constant gain might be; nowhere so coarse that a step is no step any more."""
    per_metre = document.sections["lever"][gain.key]
    own, low, high = gain.own, gain.own.low or 0.0, gain.own.high or math.inf
    cdeg, arm_m = geometry.shortest_arm
    unit = f" {own.unit}" if own.unit else ":1"
    least, level = (per_metre * arm * gain.per_rad for arm in (arm_m, abs(geometry.arm_m(0.0))))
    for at_deg, value in ((cdeg / 100, least), (0.0, level)):
        if not low <= value <= high:
            what = f"at {at_deg:g} deg that is {value:.3g}{unit}, allowed {low:g} to {high:g}{unit}"
            remedy = "a rod further from the hinge there, or a finer sensor or gear"
            document.complain("lever", gain.key, f"{what} ({own.help}); {remedy}")
            return
    drive = document.sections["drive"]
    if "zero_counts" in drive:
        _check_feedback(document, geometry, level)


def _check_feedback(document: Document, geometry: Lever, per_degree: float) -> None:
    """An analog feedback has to reach from stop to stop."""
    drive, stops = document.sections["drive"], document.sections["stops"]
    row = next(
        key for key in keys.keys_of(catalogue.known()[_kind(document)].config) if key.name == "zero_counts"
    )
    for name in ("up_deg", "down_deg"):
        even_deg = geometry.even_cdeg(stops[name] * 100) / 100
        counts = drive["zero_counts"] + drive["sign"] * even_deg * per_degree
        if not (row.low or 0) <= counts <= (row.high or math.inf):
            what = f"at the stop of {stops[name]:g} deg the feedback would be {counts:.0f} counts"
            document.complain(
                "drive",
                "zero_counts",
                f"{what}, allowed {row.low:g} to {row.high:g}; look at sign and [lever].counts_per_metre",
            )


def fitted(document: Document, config: Any) -> Any:
    """A drive's config with its lever, and its gain as it is at horizontal; the same without one."""
    if document.sections.get("lever") is None:
        return config
    gain, geometry = _gain(_kind(document)), _geometry(document)
    per_metre = document.sections["lever"][gain.key]
    own = {gain.own.name: per_metre * abs(geometry.arm_m(0.0)) * gain.per_rad}
    return replace(config, lever=geometry, **own)
