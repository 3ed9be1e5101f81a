"""Pages of the reference written from tables: `python -m controller.reference_pages` writes them all.

A test compares each page with its table, so neither can change without the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from controller.cli import COMMANDS
from controller.exit_codes import ExitCode
from safety.causes import CAUSES
from safety.guard import messages, table_rows
from safety.guard.toml_lines import Row

WRITTEN: Final = (
    "Written from the tables in the code by `python -m controller.reference_pages`; a test compares."
)
EXITS: Final = {
    ExitCode.OK: "done; of a demo: programme completed, rider parked",
    ExitCode.FAILED: "anything else went wrong",
    ExitCode.ENDED_EARLY: "ended early, rider parked",
    ExitCode.NOT_UPRIGHT: "at rest, waiting for a person",
    ExitCode.USAGE: "the command line makes no sense",
    ExitCode.NO_INPUT: "a file is not there",
    ExitCode.UNAVAILABLE: "a port or a part is not there",
    ExitCode.BUSY: "somebody else holds the port, the folder or the address",
    ExitCode.PERMISSION: "not allowed",
    ExitCode.CONFIG: "a file is wrong; every line that is wrong is told",
}


def table_file() -> Iterator[str]:
    """The keys of table.toml."""
    yield from ("# The table file", "", WRITTEN, "")
    yield "`keel check table.toml` tells every line that is wrong. Unknown keys are errors. Angles are"
    yield "inversion angles: 0 horizontal, growing head-down, upright about -70. Units stand in the keys."
    for section in table_rows.SECTIONS:
        needed = "always there" if section.required else "may be left out"
        yield from ("", f"## [{section.name}]", "", f"{section.help.capitalize()}; {needed}.", "")
        yield from ("| key | what | allowed | if left out |", "|---|---|---|---|")
        for row in table_rows.ROWS:
            if row.section == section.name:
                yield f"| `{row.key}`{_only(row)} | {row.help} | {_allowed(row)} | {_default(row)} |"


def _only(row: Row) -> str:
    return f" ({' or '.join(row.when)})" if row.when else ""


def _allowed(row: Row) -> str:
    if row.choices:
        return ", ".join(str(choice) for choice in row.choices)
    if row.low is not None and row.high is not None:
        return f"{row.low:g} to {row.high:g} {row.unit}".rstrip()
    return {"flag": "true, false", "text": "text"}.get(row.kind, row.kind)


def _default(row: Row) -> str:
    return "must be there" if row.required else f"{row.default}" if row.default not in (None, "") else ""


def causes() -> Iterator[str]:
    """Why a session was ended."""
    yield from ("# Causes", "", WRITTEN, "")
    yield "Why motion was ended, as records, reports and the panel name it. The first cause is kept."
    yield from ("", "| number | name | what happened | what to do | hazards |", "|---|---|---|---|---|")
    for cause in CAUSES:
        hazards = ", ".join(cause.hazards)
        yield f"| {cause.number} | `{cause.name}` | {cause.text} | {cause.remedy} | {hazards} |"


def guard_messages() -> Iterator[str]:
    """The packets on the guard's socket."""
    yield from ("# Messages of the guard", "", WRITTEN, "")
    yield "AF_UNIX SEQPACKET at `guard.sock`, one message a packet, little-endian: version, type, fields."
    yield "A `?` behind a letter of Python's `struct` means that the smallest number stands for unknown."
    for layout in messages.BY_TYPE.values():
        yield from ("", f"## Type {layout.number}, {layout.size} bytes", "")
        yield from ("| field | type | what |", "|---|---|---|")
        for field in layout.fields:
            yield f"| `{field.name}` | {field.kind} | {field.what} |"


def commands() -> Iterator[str]:
    """Commands and exit codes."""
    yield from ("# Commands", "", WRITTEN, "", "`keel COMMAND --help` says more.", "")
    yield from ("| command | what it does |", "|---|---|")
    for name, row in COMMANDS.items():
        yield f"| `keel {name}` | {row.help} |"
    yield from ("", "## Exit codes", "", "| code | means |", "|---|---|")
    for code in ExitCode:
        yield f"| {code.value} | {EXITS[code]} |"


PAGES: Final[dict[str, Callable[[], Iterator[str]]]] = {
    "table-file.md": table_file,
    "causes.md": causes,
    "guard-messages.md": guard_messages,
    "commands.md": commands,
}


def text(name: str) -> str:
    """One page."""
    return "\n".join([*PAGES[name](), ""])


def main() -> None:
    """Write all pages into docs/reference."""
    folder = Path(__file__).resolve().parent.parent / "docs" / "reference"
    for name in PAGES:
        (folder / name).write_text(text(name))


if __name__ == "__main__":
    main()
