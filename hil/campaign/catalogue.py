"""Everything that can go wrong in a campaign, in one table: the world's faults and the machine's.

`ends` says where such a run may end: "park", or "person" where the design leaves the last step to somebody
(design 5 and 6: an obstruction, no motor, no supply, no node; the crank and hold-to-run are theirs).
"""

from __future__ import annotations

import difflib
from typing import Final, NamedTuple

from hil.campaign.host_faults import HOST_FAULTS
from simulator.faults import FAULTS

NOMINAL: Final = "nominal"
PARK, PERSON = "park", "person"


class Row(NamedTuple):
    """How a fault is used. `lasts_s` None: it stays; else drawn from the range, or it stays (`may_stay`)."""

    name: str
    what: str
    host: bool
    lasts_s: tuple[float, float] | None
    may_stay: bool
    ends: str
    drives: tuple[str, ...]


_PRESSES: Final = ("stop_button", "return_button", "return_b_button")
_FOR_A_WHILE: Final = (
    "pendant_released",
    "ankle_open",
    "ankles_open",
    "estop",
    "wire_cut",
    "inclinometer_cut",
    "load_lost",
    "inputs_doubtful",
    "supply_low",
    "inputs_cut",
    "blocked",
    "node_off",
)
_STOPS: Final = {"stop_guard": (0.2, 6.0), "stop_controller": (0.3, 6.0), "stop_station": (1.0, 12.0)}
_NEED_A_PERSON: Final = (
    "blocked",
    "jammed",
    "motor_dead",
    "motor_reversed",
    "supply_lost",
    "node_off",
    "estop",
    "runaway",
)
# Without our node the drive only stops and holds when its wire or the wire of its inputs is gone (design 5).
NEED_A_PERSON_WITHOUT_NODE: Final = ("wire_cut", "inputs_cut")


def _row(name: str) -> Row:
    if name in HOST_FAULTS:
        stop = _STOPS.get(name)
        return Row(name, HOST_FAULTS[name].what, True, stop, False, PARK, ("node", "blvr"))
    lasts: tuple[float, float] | None = None
    if name in _PRESSES:
        lasts = (0.2, 3.0)
    elif name in _FOR_A_WHILE:
        lasts = (0.1, 10.0)
    drives = ("blvr",) if FAULTS[name].wires else ("node", "blvr")
    ends = PERSON if name in _NEED_A_PERSON else PARK
    return Row(name, FAULTS[name].what, False, lasts, name in _FOR_A_WHILE, ends, drives)


NOTHING: Final = Row(NOMINAL, "nothing goes wrong", False, None, False, PARK, ("node", "blvr"))
CATALOGUE: Final = {NOMINAL: NOTHING} | {name: _row(name) for name in (*FAULTS, *HOST_FAULTS)}


def choose(words: str | None, drive: str) -> list[str]:
    """The names of `--faults a,b`, or all that the drive can have. Raises ValueError with what there is."""
    fits = [name for name, row in CATALOGUE.items() if drive in row.drives]
    if words is None:
        return fits
    chosen = [word.strip() for word in words.split(",") if word.strip()]
    for name in chosen:
        if name not in fits:
            near = difflib.get_close_matches(name, fits, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            why = f"needs another drive than {drive}" if name in CATALOGUE else "is unknown"
            raise ValueError(f"fault '{name}' {why}{hint}; there are {', '.join(fits)}")
    if not chosen:
        raise ValueError(f"no fault is named; there are {', '.join(fits)}")
    return list(dict.fromkeys(chosen))
