"""guard.known in the run folder: a word about the ledger that does not share the state folder's fate.

It holds within one boot of the machine. A state folder that was taken away, emptied or put back whole to an
older copy is known by it, on a table without a node, too (HZ-48).
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any, Final, NamedTuple

from safety.guard import dose_clock, files
from safety.guard.dose_clock import Moment

NAME: Final = "guard.known"


class Elsewhere(NamedTuple):
    """Where it lies, None = nowhere, and the machine's boot, "" = not known."""

    folder: Path | None
    boot: str

    def read(self) -> dict[str, Any] | None:
        """What was kept in this boot, None = nothing."""
        found = files.read_sealed(self.folder / NAME) if self.folder is not None else None
        return found if found is not None and self.boot and found.get("boot") == self.boot else None

    def keep(self, content: dict[str, Any]) -> None:
        """Never waits for the disk; a folder that takes nothing is no reason to stop."""
        if self.folder is not None:
            with contextlib.suppress(OSError):
                files.seal(self.folder / NAME, content, durable=False)


NOWHERE: Final = Elsewhere(None, "")


def later(one: Moment | None, found: dict[str, Any] | None) -> Moment | None:
    """Of a moment in the state folder and of the one kept elsewhere, the later one."""
    other = dose_clock.moment_of(found and {name: found.get(name) for name in Moment._fields})
    if one is None or other is None:
        return one
    return max(one, other, key=lambda moment: moment.at_ms)
