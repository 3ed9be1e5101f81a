"""Which table file a person has accepted, by its hash: with a changed one nobody begins (HZ-47).

The first file that a guard meets in a new folder is the installer's and counts as accepted. From then on a
guard that finds other bytes, or no readable word about them, waits for a person:
`keel check TABLE --accept HASH`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from safety.guard import dose_clock, files

NAME: Final = "table.json"
SHORT: Final = 12  # hex digits that a person compares
# Any of these, and the folder is no new one: who took the others away gains no dose and no table by it.
OURS: Final = (
    *("ledger.*", "guard.state*", "guard.events*", "guard.ring"),
    *("mark.json*", "table.json*", "tests.json*", "latch.json*"),
)
_STATE: Final = "guard.state"
# What a very first start that was killed has left: first of all the state, then the table's word.
_BEGUN: Final = frozenset({_STATE, _STATE + ".new", NAME + ".new"})
_KEY: Final = "accepted_sha256"


def used(folder: Path) -> bool:
    """Whether a guard has used this folder: one of its files is there, whatever is in it."""
    found = {one.name for name in OURS for one in folder.glob(name)}
    if not found <= _BEGUN:
        return True
    return _STATE in found and files.read_sealed(folder / _STATE) != dose_clock.FIRST_STATE


def read(folder: Path) -> str | None:
    """The accepted hash, None when there is none or it cannot be read."""
    found = files.read_sealed(folder / NAME)
    sha256 = found.get(_KEY) if found else None
    return sha256 if isinstance(sha256, str) else None


def accept(folder: Path, sha256: str, durable: bool) -> None:
    """A person has read this very file. `durable` waits for the disk: at park only. Raises OSError."""
    files.seal(folder / NAME, {_KEY: sha256}, durable)


def met(folder: Path, sha256: str, new_folder: bool) -> bool:
    """Whether the file that a guard was started with is the accepted one."""
    if new_folder and not (folder / NAME).exists():
        try:
            accept(folder, sha256, durable=False)  # a guard may wake up away from park: nothing waits here
        except OSError:
            return False
    return read(folder) == sha256
