"""Reads a TOML file against a table of rows and tells every error at once, each with its line.

Used for the table file by the guard and for programmes by the controller, so both speak the same way:
`table.toml:12: [drive].port: what, value with unit; allowed range; did you mean ...`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple

from safety.guard import toml_values

SIZE_MAX: Final = 262_144  # bytes; a file of a person is a hundred times smaller
Kind = Literal["text", "whole", "number", "flag", "choice"]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[A-Za-z0-9_-]+(?:\s*\.\s*[A-Za-z0-9_-]+)*)\s*=""")
_AT_LINE = re.compile(r"\(at line (\d+), column (\d+)\)")


class Row(NamedTuple):
    """One key: where it stands, what it may be, what it is for. Angles are inversion angles."""

    section: str
    key: str
    kind: Kind
    help: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str | int, ...] = ()
    default: Any = None
    required: bool = False
    when: tuple[str, ...] = ()  # only for these values of the section's deciding key; () = always
    least: float = 0.0  # a magnitude below this, but not 0, is taken for radians


class Section(NamedTuple):
    """One table or, when `repeated`, array of tables; `by` is the key that decides which rows apply."""

    name: str
    help: str
    required: bool = False
    repeated: bool = False
    by: str = ""


class TomlRefused(Exception):
    """The file cannot be used; `lines` are all reasons, each for a person (exit 78)."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)
        super().__init__("\n".join(self.lines))


class Document:
    """The checked values of one file; whoever has further rules adds complaints before `finish`."""

    def __init__(self, name: str, lines: Mapping[tuple[str, int, str], int]) -> None:
        self.name = name
        self.sections: dict[str, dict[str, Any]] = {}
        self.arrays: dict[str, list[dict[str, Any]]] = {}
        self._lines = lines
        self._complaints: list[tuple[int, str]] = []

    def line(self, section: str, key: str = "", index: int = 0) -> int:
        """The line of a key, else of its section, else the first one."""
        return self._lines.get((section, index, key)) or self._lines.get((section, index, "")) or 1

    def complain(self, section: str, key: str, what: str, index: int | None = None) -> None:
        """Add one error at a key (or at a section, key ""); `index` counts from 0 in an array of tables."""
        at = self.line(section, key, index or 0)
        place = f"[{section}]" if index is None else f"[[{section}]] {index + 1} "
        where = f"{place}.{key}" if key else place.rstrip()
        self._complaints.append((at, f"{self.name}:{at}: {where}: {what}"))

    def finish(self) -> Document:
        """This document, or TomlRefused with all complaints in the order of their lines."""
        if self._complaints:
            raise TomlRefused(text for _, text in sorted(self._complaints, key=lambda item: item[0]))
        return self


def read(data: bytes, name: str, sections: Iterable[Section], rows: Iterable[Row]) -> Document:
    """The values of every section, defaults filled in. Raises TomlRefused with every error found."""
    text = _text(data, name)
    found = _parsed(text, name)
    document = Document(name, line_index(text))
    known = {section.name: section for section in sections}
    by_section: dict[str, list[Row]] = {section: [] for section in known}
    for row in rows:
        by_section[row.section].append(row)
    if not found:
        raise TomlRefused([f"{name}:1: the file is empty; it needs {_names(known)}"])
    for key in found.keys() - known.keys():
        document.complain(key, "", "there is no such section" + toml_values.did_you_mean(key, known))
    for section in known.values():
        _section(document, section, by_section[section.name], found.get(section.name))
    return document.finish()


def line_index(text: str) -> dict[tuple[str, int, str], int]:
    """(section, index in its array, key) -> line; the key "" is the section's header."""
    lines: dict[tuple[str, int, str], int] = {}
    counts: dict[str, int] = {}
    section, index, quote = "", 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        quoted, quote = bool(quote), _open_quote(line, quote)
        if quoted:
            continue
        if header := _HEADER.match(line):
            section = header[2].strip("\"'")
            index = counts.get(section, 0) if header[1] == "[[" else 0
            counts[section] = index + 1
            lines.setdefault((section, index, ""), number)
        elif key := _KEY.match(line):
            _note_key(lines, (section, index), key[1], number)
    return lines


def _note_key(lines: dict[tuple[str, int, str], int], place: tuple[str, int], key: str, number: int) -> None:
    section, index = place
    *parents, name = [part.strip() for part in key.split(".")] if key[0] not in "\"'" else [key[1:-1]]
    if parents:
        section = ".".join([section, *parents] if section else parents)
    if section:
        lines.setdefault((section, index, name), number)
        lines.setdefault((section, index, ""), number)
    else:
        lines.setdefault((name, 0, ""), number)


def _open_quote(line: str, quote: str) -> str:
    """Which triple quote is open at the end of the line."""
    rest = line
    while True:
        if quote:
            _, found, rest = rest.partition(quote)
            if not found:
                return quote
            quote = ""
        places = [(rest.find(mark), mark) for mark in ('"""', "'''") if mark in rest]
        if not places:
            return ""
        at, quote = min(places)
        rest = rest[at + 3 :]


def _text(data: bytes, name: str) -> str:
    if len(data) > SIZE_MAX:
        raise TomlRefused([f"{name}:1: {len(data)} bytes are too many; allowed up to {SIZE_MAX} bytes"])
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"this is not text: byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise TomlRefused([f"{name}:{line}: {what}"]) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise TomlRefused([f"{name}:{line}: this is not text: it holds a zero byte"])
    return text


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise TomlRefused([f"{name}:1: the values are nested too deeply"]) from None
    except ValueError as error:
        at = _AT_LINE.search(str(error))
        line = int(at[1]) if at else text.count("\n") + 1
        what = _AT_LINE.sub("", str(error)).strip()
        column = f", column {at[2]}" if at else ""
        raise TomlRefused([f"{name}:{line}: this is not TOML: {what}{column}"]) from None


def _section(document: Document, section: Section, rows: list[Row], found: Any) -> None:
    if section.repeated:
        document.arrays[section.name] = _array(document, section, rows, found)
    elif isinstance(found, dict):
        document.sections[section.name] = _values(document, section, rows, found, None)
    elif found is not None:
        document.complain(section.name, "", f"must be a section: write [{section.name}] on a line of its own")
    elif section.required:
        document.complain(section.name, "", f"this section is missing: {section.help}")


def _array(document: Document, section: Section, rows: list[Row], found: Any) -> list[dict[str, Any]]:
    heading = f"write [[{section.name}]] above each"
    if found is None:
        if section.required:
            document.complain(section.name, "", f"there is none: {section.help}; {heading}")
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        document.complain(section.name, "", f"must be a list of sections: {heading}")
        return []
    return [_values(document, section, rows, one, index) for index, one in enumerate(found)]


def _values(
    document: Document, section: Section, rows: list[Row], found: dict[str, Any], index: int | None
) -> dict[str, Any]:
    def complain(key: str, what: str) -> None:
        document.complain(section.name, key, what, index)

    rows_by_key: dict[str, list[Row]] = {}
    for row in rows:
        rows_by_key.setdefault(row.key, []).append(row)
    for key in found.keys() - rows_by_key.keys():
        complain(key, "there is no such key" + toml_values.did_you_mean(key, rows_by_key))
    by = rows_by_key[section.by][0] if section.by else None
    decider = found.get(by.key, by.default) if by else None
    decided = by is None or decider in by.choices
    values: dict[str, Any] = {}
    for key, candidates in rows_by_key.items():
        fitting = [one for one in candidates if not one.when or decider in one.when]
        if fitting:
            values[key] = _value(fitting[0], key in found, found.get(key), complain)
        elif key in found and decided:
            only = _names(value for one in candidates for value in one.when)
            complain(key, f'belongs to {section.by} {only}, but {section.by} is "{decider}"; take it away')
    return values


def _value(row: Row, given: bool, value: Any, complain: Any) -> Any:
    if not given:
        if row.required:
            complain(row.key, f"is missing: {row.help}; {toml_values.allowed(row)}")
        return row.default
    wrong = toml_values.wrong(row, value)
    if wrong:
        complain(row.key, wrong)
        return row.default
    return float(value) if row.kind == "number" else value


def _names(names: Iterable[object]) -> str:
    return ", ".join(f'"{name}"' if isinstance(name, str) else str(name) for name in names)
