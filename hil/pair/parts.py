"""What a set of live objects remembers, taken out and put back: every field, none by a list.

A field that somebody adds tomorrow is in it. What is of a kind that cannot be kept is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import is_dataclass
from types import FunctionType, MethodType
from typing import Any, Final

_PLAIN: Final = (int, str, bytes, tuple, type(None))
_BOXES: Final = (list, dict, bytearray)

_CANNOT: Final = "hil/pair/parts.py cannot keep it"

Saved = tuple[Any, ...]


class UnknownKind(TypeError):
    """A field of a kind that cannot be kept."""


class Parts:
    """Fields of all objects that can be reached from these; links between objects are taken as fixed."""

    def __init__(self, **roots: object) -> None:
        self.owners: list[tuple[str, dict[str, Any], tuple[str, ...]]] = []
        self.boxes: list[tuple[str, Any]] = []
        seen: set[int] = set()
        for name, root in roots.items():
            self._walk(name, root, seen)

    def _walk(self, path: str, owner: object, seen: set[int]) -> None:
        if id(owner) in seen:
            return
        seen.add(id(owner))
        fields = vars(owner)
        names = tuple(name for name, value in fields.items() if isinstance(value, _PLAIN))
        self.owners.append((path, fields, names))
        for name, value in fields.items():
            inner = f"{path}.{name}"
            if isinstance(value, _BOXES):
                _refuse_deep(inner, value)
                self.boxes.append((inner, value))
            elif isinstance(value, (FunctionType, MethodType)) or is_dataclass(value):
                continue
            elif name not in names:
                if not hasattr(value, "__dict__"):
                    raise UnknownKind(f"{inner} is a {type(value).__name__}: {_CANNOT}")
                self._walk(inner, value, seen)

    def paths(self) -> Iterator[str]:
        """Every field that is kept."""
        for path, _, names in self.owners:
            yield from (f"{path}.{name}" for name in names)
        yield from (path for path, _ in self.boxes)

    def save(self) -> Saved:
        """All of it, now."""
        owners = tuple([tuple([fields[name] for name in names]) for _, fields, names in self.owners])
        return owners, tuple([_copied(box) for _, box in self.boxes])

    def load(self, saved: Saved) -> None:
        """As it was."""
        owners, boxes = saved
        for (_, fields, names), values in zip(self.owners, owners, strict=True):
            fields.update(zip(names, values, strict=True))
        for (_, box), kept in zip(self.boxes, boxes, strict=True):
            _filled(box, kept)


def _refuse_deep(path: str, box: Any) -> None:
    values = box.values() if isinstance(box, dict) else box
    for value in values:
        if not isinstance(value, _PLAIN):
            raise UnknownKind(f"{path} holds a {type(value).__name__}: {_CANNOT}")


def _copied(box: Any) -> Any:
    if isinstance(box, dict):
        return tuple(box.items())
    return bytes(box) if isinstance(box, bytearray) else tuple(box)


def _filled(box: Any, kept: Any) -> None:
    if isinstance(box, dict):
        box.clear()
        box.update(kept)
    else:
        box[:] = kept
