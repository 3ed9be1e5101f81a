"""The faults a demo can be asked for: `--fault NAME@T`, T in seconds of table time."""

from __future__ import annotations

import difflib
from typing import Final, NamedTuple

# name: (kind, argument, what happens)
FAULTS: Final = {
    "kill_guard": ("kill", "guard", "kill -9 of the safety process"),
    "kill_controller": ("kill", "controller", "kill -9 of the controller"),
    "kill_station": ("kill", "station", "kill -9 of the station"),
    "rider_silent": ("switch", "rider_silent", "the rider answers no check-in"),
    "ankle_open": ("switch", "ankle_open", "one ankle contact opens"),
    "ankles_open": ("switch", "ankles_open", "both ankle contacts open"),
    "estop": ("switch", "estop", "the e-stop chain opens"),
    "wire_cut": ("switch", "wire_cut", "the wire to the drive is cut"),
    "stop_button": ("switch", "stop_button", "the local STOP is pressed"),
    "return_button": ("switch", "return_button", "a local RETURN is pressed"),
}


class Fault(NamedTuple):
    """One fault at one moment."""

    name: str
    kind: str  # kill | switch
    argument: str
    at_s: float


def parse(text: str) -> Fault:
    """`NAME@T` as a fault. Raises ValueError with what is allowed."""
    name, _, at = text.partition("@")
    if name not in FAULTS:
        near = difflib.get_close_matches(name, FAULTS, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ValueError(f"--fault {text}: there is no fault '{name}'; there are {', '.join(FAULTS)}{hint}")
    try:
        at_s = float(at)
    except ValueError:
        at_s = -1.0
    if not 0.0 <= at_s <= 36_000.0:
        raise ValueError(f"--fault {text}: the moment '{at}' must be 0 to 36000 seconds, as in {name}@90")
    kind, argument, _ = FAULTS[name]
    return Fault(name, kind, argument, at_s)
