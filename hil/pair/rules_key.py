"""The state of the rules as far as it matters: all ages beyond every threshold are one."""

from __future__ import annotations

from typing import Any, Final

from hil.pair.numbers import CAP_MS
from safety.state import State

_TOLD_CAP: Final = 400  # cdeg led while a source stood still: far beyond what proves it frozen
_FOREVER: Final = frozenset(("used_ms", "bout_ms", "hold_ms", "wall_ms"))  # no clock of these sessions ends


class Rules:
    """Makes equal what behaves the same; parts that were met before are made once."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}

    def __call__(self, state: State | None) -> Any:
        """As a tuple; None for a guard that has not ticked yet."""
        if state is None:
            return None
        return tuple([self._part(name, part) for name, part in zip(state._fields, state, strict=True)])

    def _part(self, name: str, part: Any) -> Any:
        if not hasattr(part, "_fields"):
            return _capped(name, part)
        known = self._known.get(part)
        if known is None:
            fields = zip(part._fields, part, strict=True)
            known = self._known[part] = tuple([self._part(inner, value) for inner, value in fields])
        return known


def _capped(name: str, value: Any) -> Any:
    if name in _FOREVER:
        return 0
    if name.endswith("_ms"):
        return min(value, CAP_MS)
    return max(-_TOLD_CAP, min(value, _TOLD_CAP)) if name.endswith("told_cdeg") else value
