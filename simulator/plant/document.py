"""Case files as text: strict JSON, and errors that name the key, the value and what is allowed."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple, NoReturn

Document = dict[str, Any]
SHOWN = 60  # characters of a wrong value in a message


class CaseError(ValueError):
    """A case that cannot be taken as it is; the text says where and why."""


class Range(NamedTuple):
    """What a number may be. Bounds are included unless `open_low` leaves the lower one out."""

    low: float = -math.inf
    high: float = math.inf
    unit: str = ""
    open_low: bool = False

    def takes(self, value: float) -> bool:
        """Whether a number lies in it."""
        return (self.low < value if self.open_low else self.low <= value) and value <= self.high

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        parts = []
        if self.low > -math.inf:
            parts.append(f"{'above' if self.open_low else 'at least'} {self.low:g}{unit}")
        if self.high < math.inf:
            parts.append(f"at most {self.high:g}{unit}")
        return "a finite number" + (f", {' and '.join(parts)}" if parts else f" in{unit}" if unit else "")


def parse(raw: bytes) -> Document:
    """The object in a case file."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaseError(
            f"not a text file (byte {error.start} is not UTF-8); a case is a JSON object"
        ) from error
    if not text.strip():
        raise CaseError("the file is empty; a case is a JSON object")
    try:
        found = json.loads(text, parse_constant=refuse_constant, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise CaseError(f"line {error.lineno}, column {error.colno}: not JSON: {error.msg}") from error
    except RecursionError as error:
        raise CaseError("not a case: nested too deeply") from error
    except CaseError:
        raise
    except ValueError as error:
        raise CaseError(f"not JSON: {error}") from error
    if not isinstance(found, dict):
        raise CaseError(f"a case is one JSON object, this is {kind(found)}")
    return found


def refuse_constant(name: str) -> NoReturn:
    """NaN and Infinity are not JSON, though Python reads them."""
    raise CaseError(f"{name} is not a number a case may hold; every number must be finite")


def unique(pairs: list[tuple[str, Any]]) -> Document:
    """An object in which no key stands twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise CaseError(f"the key {shown(twice)} stands twice in one object")
    return found


def kind(value: object) -> str:
    """A value's type in the words of JSON."""
    names = {dict: "an object", list: "a list", str: "a text", bool: "a truth value", type(None): "null"}
    return names.get(type(value), "a number")


def shown(value: object) -> str:
    """A value as it stands in the file, cut short."""
    text = json.dumps(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "..."


def suggestion(word: object, allowed: Iterable[str]) -> str:
    """The nearest allowed word, or nothing."""
    words = list(allowed)
    same = [known for known in words if known.casefold() == str(word).casefold()]
    near = same or difflib.get_close_matches(str(word), words, 1)
    return f", did you mean {near[0]}?" if near else ""


def only(found: Document, path: str, allowed: Iterable[str], unmentioned: Iterable[str] = ()) -> None:
    """Refuse keys nobody knows; the unmentioned are let pass without being advertised."""
    allowed = list(allowed)
    for key in found:
        if key not in allowed and key not in unmentioned:
            raise CaseError(
                f"{path}{key}: unknown key{suggestion(key, allowed)}; allowed: {', '.join(sorted(allowed))}"
            )


def need(found: Document, path: str, key: str, why: str = "") -> Any:
    """A key that must be there."""
    if key not in found:
        raise CaseError(f"{path}{key}: missing{why}{suggestion(key, found)}")
    return found[key]


def number(value: object, path: str, allowed: Range) -> float:
    """A finite number in its range."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CaseError(f"{path}: must be {allowed}, this is {kind(value)}: {shown(value)}")
    try:
        real = float(value)
    except OverflowError:
        real = math.inf
    if not math.isfinite(real) or not allowed.takes(real):
        raise CaseError(f"{path}: must be {allowed}, this is {shown(value)}")
    return real


def numbers(
    found: Document, path: str, spec: Mapping[str, Range], optional: Iterable[str] = ()
) -> dict[str, float]:
    """Those of the named numbers that are there; the others must be optional."""
    return {
        key: number(need(found, path, key), path + key, allowed)
        for key, allowed in spec.items()
        if key in found or key not in optional
    }


def section(
    value: object, path: str, spec: Mapping[str, Range], words: Iterable[str] = ()
) -> dict[str, float]:
    """An object of numbers, all needed and no others but the words."""
    found = as_object(value, path)
    only(found, f"{path}.", [*spec, *words])
    return numbers(found, f"{path}.", spec)


def as_object(value: object, path: str) -> Document:
    """A value that must be an object."""
    if not isinstance(value, dict):
        raise CaseError(f"{path}: must be an object, this is {kind(value)}: {shown(value)}")
    return value


def as_list(value: object, path: str, of_what: str) -> list[Any]:
    """A value that must be a list with something in it."""
    if not isinstance(value, list) or not value:
        raise CaseError(f"{path}: must be a list of {of_what} with at least one, this is {shown(value)}")
    return value


def word(value: object, path: str, allowed: Iterable[str]) -> str:
    """One of a few words."""
    allowed = list(allowed)
    if not isinstance(value, str) or value not in allowed:
        raise CaseError(
            f"{path}: must be one of {', '.join(allowed)}, this is {shown(value)}{suggestion(value, allowed)}"
        )
    return value


def rising(values: list[float], path: str, unit: str, strictly: bool = False) -> None:
    """Refuse a list that falls somewhere."""
    for n, (before, after) in enumerate(pairwise(values), start=1):
        if after < before or (strictly and after == before):
            raise CaseError(
                f"{path}[{n}]: must not come before {path}[{n - 1}] = {before:g} {unit}, this is {after:g}"
            )
