"""Everything a hand or a foot works. A fault outdoes a key on the bench, a key outdoes the person."""

from __future__ import annotations

from collections.abc import Mapping

# Contacts as they read with nobody near: released, not pressed, open; the e-stop's chain is closed.
IDLE = {
    "pendant": False,  # held in the rider's (before: the attendant's) hand
    "squeezed": False,  # a three-position pendant, through its middle: it is not held then
    "stop": False,  # pressed
    "return_a": False,
    "return_b": False,
    "estop": False,  # mushroom pressed
    "ankle_a": False,  # contact closed
    "ankle_b": False,
    "load": False,  # somebody lies on the table
}


class Buttons:
    """The state of every contact. A forced value of None gives the contact back to the next in line."""

    def __init__(self) -> None:
        self._person = dict(IDLE)
        self._keys: dict[str, bool] = {}
        self._faults: dict[str, bool] = {}
        self._now = dict(IDLE)
        self.changes = 0  # grows with every change of any of them

    def __getitem__(self, name: str) -> bool:
        return self._now[name]

    @property
    def now(self) -> Mapping[str, bool]:
        """All of them, to be read."""
        return self._now

    def names(self) -> tuple[str, ...]:
        """All contacts there are."""
        return tuple(IDLE)

    def by_person(self, name: str) -> bool:
        """How the simulated rider or attendant holds it, whatever outdoes them."""
        return self._person[name]

    def person(self, name: str, on: bool) -> None:
        """The simulated rider or attendant does it."""
        self._person[name] = on
        self._settle(name)

    def key(self, name: str, on: bool | None) -> None:
        """Somebody at the bench's keyboard holds it so; None lets go."""
        self._force(self._keys, name, on)

    def fault(self, name: str, on: bool | None) -> None:
        """A fault of the world holds it so; None lets go."""
        self._force(self._faults, name, on)

    def _force(self, layer: dict[str, bool], name: str, on: bool | None) -> None:
        if name not in IDLE:
            raise ValueError(f"no contact {name!r}; there are: {', '.join(IDLE)}")
        if on is None:
            layer.pop(name, None)
        else:
            layer[name] = on
        self._settle(name)

    def _settle(self, name: str) -> None:
        self._now[name] = self._faults.get(name, self._keys.get(name, self._person[name]))
        self.changes += 1
