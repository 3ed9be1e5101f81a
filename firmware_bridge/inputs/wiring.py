"""How a contact is wired, as the table file says it: "17", "!17" or "17/27"."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

SHAPE: Final = re.compile(r"(!?)(\d{1,3})(?:/(\d{1,3}))?")


class Wiring(NamedTuple):
    """Lines of one contact. With two it is antivalent: exactly one is closed."""

    line: int
    inverted: bool = False  # closed while nothing is the matter: the wire that breaks looks like the alarm
    other: int | None = None  # closed when the first is open

    @property
    def lines(self) -> tuple[int, ...]:
        """One or two."""
        return (self.line,) if self.other is None else (self.line, self.other)


def parsed(text: str) -> Wiring:
    """Raises ValueError with what is allowed."""
    found = SHAPE.fullmatch(text)
    if found is None or (found[1] and found[3]) or found[2] == found[3]:
        raise ValueError(
            f'"{text}" is no wiring; allowed "17" (true when closed), "!17" (true when open),'
            ' "17/27" (antivalent: the second is open when the first is closed)'
        )
    return Wiring(int(found[2]), bool(found[1]), int(found[3]) if found[3] else None)
