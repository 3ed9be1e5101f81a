"""Everything that can go wrong in a campaign, in one table: the world's faults and the machine's.

`ends` says where such a run may end: "park", or "person" where the design leaves the last step to somebody
(design 5 and 6: an obstruction, no motor, no supply, no node; the crank and hold-to-run are theirs).
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

from hil.campaign.host_faults import HOST_FAULTS
from simulator.fault_record import Severity
from simulator.fault_wires import PLACES
from simulator.faults import FAULTS, unknown
from simulator.setup import WorldSetup
from simulator.world import World

NOMINAL: Final = "nominal"
ALL: Final = "all"
PARK, PERSON = "park", "person"


class Row(NamedTuple):
    """How a fault is used. `lasts_s` None: it stays; else drawn from the range, or it stays (`may_stay`)."""

    name: str
    what: str
    host: bool
    lasts_s: tuple[float, float] | None
    may_stay: bool
    ends: str
    severity: Severity | None = None
    places: tuple[str, ...] = ()  # scenarios, or states of the controller, with an occasion; none named: all
    open: str = ""  # why it is drawn only when it is named: what is known to be wrong


_PRESSES: Final = ("stop_button", "return_button", "return_b_button")
_FOR_A_WHILE: Final = (
    "pendant_released",
    "pendant_squeezed",
    "ankle_open",
    "ankles_open",
    "estop",
    "inclinometer_cut",
    "load_lost",
    "inputs_doubtful",
    "supply_low",
    "blocked",
    "node_off",
    "wire_cut",
    "inputs_cut",
    *(f"{place.prefix}_{half}" for place in PLACES for half in ("deaf", "mute")),
)
_STOPS: Final = {"stop_guard": (0.2, 6.0), "stop_controller": (0.3, 6.0), "stop_station": (1.0, 12.0)}
_NEED_A_PERSON: Final = (
    "blocked",
    "jammed",
    "motor_dead",
    "motor_shorted",
    "motor_reversed",
    "belt_broken",
    "brake_stuck",
    "supply_lost",
    "node_off",
    "estop",
    "runaway",
)
# Without our node the drive only stops and holds when its wire or the wire of its inputs is gone (design 5).
NEED_A_PERSON_WITHOUT_NODE: Final = tuple(
    name
    for name in FAULTS
    # A frozen encoder ends in such a drive's own alarm, which is not cleared away from park.
    if name.startswith(("wire_", "inputs_wire_")) or name in ("inputs_cut", "encoder_frozen")
)
# Faults that show only where something happens to show them.
_OCCASIONS: Final = {
    "straps_loose": ("lowering", "holding", "oscillating"),
    "rider_silent": ("asked",),
    "pendant_stuck": ("asked",),
    "pendant_bounce": ("asked",),
    "rest_switch_bounce": ("lowering", "holding", "raising", "oscillating"),
    "rest_switch_open": ("lowering", "holding", "raising", "oscillating"),
}


# What is not mended yet. The page of faults has the list.
_UNSEEN: Final = "no ride with one fault alone closes the brake or opens the relay, so it has no occasion"
OPEN: Final[dict[str, str]] = {
    "belt_broken": "only a second brake, at the hinge, would hold it: it falls at 50 deg/s (I3, I6, I18)",
    "encoder_swapped": "a heavy rider on gear a2: the loop swings on a late angle even when calm (I6, I8)",
    **dict.fromkeys(("brake_worn", "brake_gone", "brake_slow", "brake_open"), _UNSEEN),
    "enable_welded": f"{_UNSEEN}; the test of the day finds it",
}


def _row(name: str) -> Row:
    if name in HOST_FAULTS:
        stop = _STOPS.get(name)
        host = HOST_FAULTS[name]
        return Row(name, host.what, True, stop, False, PARK, host.severity)
    fault = FAULTS[name]
    lasts: tuple[float, float] | None = None
    if name in _PRESSES:
        lasts = (0.2, 3.0)
    elif name in _FOR_A_WHILE:
        lasts = (0.1, 10.0)
    ends = PERSON if name in _NEED_A_PERSON else PARK
    places, why = _OCCASIONS.get(name, ()), OPEN.get(name, "")
    return Row(name, fault.what, False, lasts, name in _FOR_A_WHILE, ends, fault.severity, places, why)


NOTHING: Final = Row(NOMINAL, "nothing goes wrong", False, None, False, PARK)
CATALOGUE: Final = {NOMINAL: NOTHING} | {name: _row(name) for name in (*FAULTS, *HOST_FAULTS)}


@cache
def possible(drive: str) -> tuple[str, ...]:
    """What can go wrong on a table with this drive; asked of a world that has it."""
    there = World(WorldSetup(drive=drive)).faults.names()
    return (NOMINAL, *there, *HOST_FAULTS)


def choose(words: str | None, drive: str) -> list[str]:
    """The names of `--faults a,b`; all that the drive can have ("all"); or all but those that are known to
    break something (None). Raises ValueError with what there is."""
    fits = possible(drive)
    if words is None:
        return [name for name in fits if not CATALOGUE[name].open]
    if words == ALL:
        return list(fits)
    chosen = [word.strip() for word in words.split(",") if word.strip()]
    for name in chosen:
        if name not in CATALOGUE:
            raise ValueError(unknown(name, fits))
        if name not in fits:
            raise ValueError(f"fault {name!r} needs another drive than {drive}; there are {', '.join(fits)}")
    if not chosen:
        raise ValueError(f"no fault is named; there are {', '.join(fits)}")
    return list(dict.fromkeys(chosen))
