"""Everything that can be made to go wrong in a simulated table: one table of records, and their switches."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from simulator import fault_channels, fault_inputs, fault_plant, fault_rider, fault_wires
from simulator.fault_record import NEEDS, Fault, Severity

if TYPE_CHECKING:
    from simulator.world import World

GROUPS: Final[dict[str, dict[str, Fault]]] = {
    "Rider and attendant": fault_rider.ROWS,
    "Contacts and switches": fault_inputs.ROWS,
    "Sensors": fault_channels.ROWS,
    "Motor, gear, brake, supply": fault_plant.ROWS,
    "Wires": fault_wires.ROWS,
}
FAULTS: Final = {name: fault for rows in GROUPS.values() for name, fault in rows.items()}


class UnknownFault(ValueError):
    """There is no such fault, or not in this world, or not so much of it; the text says what there is."""


def unknown(name: str, known: Iterable[str]) -> str:
    """What to say about a name that is none."""
    known = list(known)
    near = difflib.get_close_matches(name, known, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"there is no fault {name!r}{hint}; there are {', '.join(known)}"


def amount_of(name: str, severity: Severity | None, amount: float | None) -> float:
    """The severity to use; 1.0 where the fault has none. Raises UnknownFault outside of its range."""
    if severity is None:
        if amount is not None:
            raise UnknownFault(f"fault {name!r} has no severity: leave out ={amount:g}")
        return 1.0
    if amount is None:
        return severity.usual
    low, high, unit = severity.low, severity.high, severity.unit
    if not (math.isfinite(amount) and low <= amount <= high):
        raise UnknownFault(f"fault {name!r}: {amount:g} {unit}; allowed are {low:g} to {high:g} {unit}")
    return amount


class Faults:
    """The switches of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.on: set[str] = set()

    def names(self) -> list[str]:
        """Those this world can have."""
        return [name for name, fault in FAULTS.items() if self._missing(fault) is None]

    def switch(self, name: str, on: bool, amount: float | None = None) -> None:
        """Make it go wrong, by so much, or right again. Raises UnknownFault with what there is."""
        fault = FAULTS.get(name)
        if fault is None:
            raise UnknownFault(unknown(name, self.names()))
        if missing := self._missing(fault):
            raise UnknownFault(f"fault {name!r} needs {missing}, which this table has not")
        much = amount_of(name, fault.severity, amount)
        fault.act(self._world, much if on else None)
        (self.on.add if on else self.on.discard)(name)

    def _missing(self, fault: Fault) -> str | None:
        needs = (NEEDS[need] for need in fault.needs)
        return next((words for words, there in needs if not there(self._world)), None)
