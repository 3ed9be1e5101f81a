"""Planted bugs: for each row of each safety table a handful of ways to get it wrong, as data.

`BUGS` is made from the tables themselves, so a new rule brings its bugs along. `plant` puts one into this
process (a fresh one, please); `planted` is the same for a `with` block. Whatever claims to check `safety/`
must go red on each of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

import safety.causes
import safety.facts
import safety.homecoming
import safety.look
import safety.modes
import safety.rules
import safety.step
import safety.verdict
from hil.verification import wrong_rows as wrong
from safety.decision import MODES, STAGES
from safety.gate import CONDITIONS
from safety.rules import ROWS

MEMORY: Final = wrong.MEMORY  # what a late row remembers: part of the state, for whoever searches
REACTIONS: Final = {
    name: bit
    for name, bit in vars(safety.rules).items()
    if type(bit) is int and name not in {*vars(safety.facts), *vars(safety.verdict)} and name != "NOTHING"
}
_BEFORE, _AFTER = safety.modes.BEFORE, safety.modes.AFTER
_STAGES: Final = safety.homecoming._STAGES
_FREEZABLE: Final = safety.homecoming._FREEZABLE
_SCOPES: Final = safety.look._SCOPES
_SERVICE: Final = safety.modes.SERVICE_CAUSES


class Bug(NamedTuple):
    """One bug. `swaps` are (old, new) objects; the old one is replaced wherever `safety` has it by name."""

    table: str
    name: str
    kind: str
    swaps: Callable[[], tuple[tuple[Any, Any], ...]]

    @property
    def id(self) -> str:
        """As on the command line."""
        return f"{self.table}:{self.name}:{self.kind}"


def _without(rows: tuple[Any, ...], place: int) -> tuple[Any, ...]:
    return rows[:place] + rows[place + 1 :]


def _with(rows: tuple[Any, ...], place: int, row: Any) -> tuple[Any, ...]:
    return (*rows[:place], row, *rows[place + 1 :])


def _in_table(table: str, rows: tuple[Any, ...], names: list[str], ways: wrong.Ways) -> Iterator[Bug]:
    """Each row removed, and spoilt in each way that makes a difference to it."""
    for place, (name, row) in enumerate(zip(names, rows, strict=True)):
        gone = _without(rows, place)
        yield Bug(table, name, "removed", lambda gone=gone: ((rows, gone),))  # type: ignore[misc]
        for kind, spoil in ways.items():
            spoilt = spoil(row)
            if spoilt is not None:
                changed = _with(rows, place, spoilt)
                yield Bug(table, name, kind, lambda changed=changed: ((rows, changed),))  # type: ignore[misc]


def _names(rows: tuple[Any, ...]) -> list[str]:
    """Events of the mode table, made unique by the mode they lead to."""
    return [f"{row.event}->{MODES[row.to]}".replace(" ", "_").replace(",", "") for row in rows]


def _in_map(table: str, rows: dict[int, Any], words: tuple[str, ...], ways: wrong.Ways) -> Iterator[Bug]:
    for key, row in rows.items():
        for kind, spoil in ways.items():
            spoilt = spoil(row)
            if spoilt is not None:
                changed = {**rows, key: spoilt}
                yield Bug(table, words[key], kind, lambda changed=changed: ((rows, changed),))  # type: ignore[misc]


def _reactions() -> Iterator[Bug]:
    """One reaction that no return hears of."""
    begun, joined = safety.homecoming.begun, safety.homecoming.joined
    for name, bit in REACTIONS.items():
        swaps = ((begun, wrong.deaf(begun, 0, bit)), (joined, wrong.deaf(joined, 1, bit)))
        yield Bug("reaction", name, "ignored", lambda swaps=swaps: swaps)  # type: ignore[misc]


def _listed(table: str, rows: tuple[int, ...], name: Callable[[int], str]) -> Iterator[Bug]:
    for place, row in enumerate(rows):
        gone = _without(rows, place)
        yield Bug(table, name(row), "removed", lambda gone=gone: ((rows, gone),))  # type: ignore[misc]


def _all() -> Iterator[Bug]:
    yield from _in_table("rule", ROWS, [row.name for row in ROWS], wrong.RULE)
    yield from _in_table("gate", CONDITIONS, [row.name for row in CONDITIONS], wrong.GATE)
    yield from _in_table("mode", _BEFORE, _names(_BEFORE), wrong.MODE)
    yield from _in_table("mode", _AFTER, _names(_AFTER), wrong.MODE)
    yield from _in_map("stage", _STAGES, STAGES, wrong.STAGE)
    yield from _in_map("scope", _SCOPES, MODES, wrong.SCOPE)
    yield from _reactions()
    yield from _listed("freezable", _FREEZABLE, lambda stage: STAGES[stage])
    yield from _listed("service", _SERVICE, _cause)


def _cause(number: int) -> str:
    return safety.causes.BY_NUMBER[number].name


BUGS: Final = {bug.id: bug for bug in _all()}


@contextmanager
def planted(bug: str) -> Iterator[None]:
    """The bug of this id, inside of the block only. Raises KeyError for an id that is not in `BUGS`."""
    undo = plant(bug)
    try:
        yield
    finally:
        undo()


def plant(bug: str) -> Callable[[], None]:
    """The bug of this id from now on; the answer takes it out again."""
    MEMORY[0] = 0
    return swapped(BUGS[bug].swaps())


def swapped(swaps: tuple[tuple[Any, Any], ...]) -> Callable[[], None]:
    """Each old object replaced by the new one wherever `safety` has it by name; the answer undoes it."""
    changed = [(module, name, old, new) for old, new in swaps for module, name in _places(old)]
    assert len({id(old) for _, _, old, _ in changed}) == len(swaps), (
        "nothing in safety has this table by name"
    )
    for module, name, _, new in changed:
        setattr(module, name, new)

    def undo() -> None:
        MEMORY[0] = 0
        for module, name, old, _ in changed:
            setattr(module, name, old)

    return undo


def _places(old: Any) -> list[tuple[Any, str]]:
    """Every global of `safety` that is this very object."""
    modules = [module for name, module in list(sys.modules.items()) if name.split(".")[0] == "safety"]
    return [(module, name) for module in modules for name, value in vars(module).items() if value is old]
