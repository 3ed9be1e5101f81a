"""ledger.jsonl as lines: each carries the hash of all before it, so that none can be changed or left out."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Final, NamedTuple

from safety.guard import files

DEBIT: Final = "debit"
BACK: Final = "back"
OVER: Final = "over"  # head-down for longer than was debited
LOST: Final = "lost"  # the history before this line cannot be trusted


class Entry(NamedTuple):
    """One line."""

    kind: str
    rider: str  # of a line LOST: what was wrong
    session: int
    ms: int
    at_ms: int  # of the ledger's own time, which never goes back
    wall_s: int  # for people
    head: str = ""  # hash of the line before and of this one


def append(path: Path, entry: Entry) -> None:
    """One line more, forced to the disk. Raises OSError; then the file is as it was."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        size = os.fstat(descriptor).st_size
        try:
            files.write_all(descriptor, _line(entry))
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, size)
            raise
    finally:
        os.close(descriptor)
    if size == 0:
        files.sync_folder(path.parent)


def chained(before: str, entry: Entry) -> Entry:
    """The entry with its head. `before` is the head of the line above, "" for the first one."""
    body = json.dumps(entry._replace(head=before), separators=(",", ":"), ensure_ascii=False)
    return entry._replace(head=hashlib.sha256(body.encode()).hexdigest())


def read(path: Path) -> tuple[list[Entry], str | None]:
    """The entries up to the first that is wrong, and what is wrong there; None = nothing."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return [], None
    except OSError as error:
        return [], f"cannot be read ({error.strerror})"
    *lines, _ = data.split(b"\n")  # a last line without an end was never finished
    entries: list[Entry] = []
    for number, line in enumerate(lines, 1):
        entry = _entry(line)
        if entry is None or entry != chained(entries[-1].head if entries else "", entry):
            return entries, f"has been changed or cut at line {number}"
        entries.append(entry)
    return entries, None


def mend(path: Path) -> None:
    """Take away a last line that was never finished. Raises OSError."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return
    whole = data.rfind(b"\n") + 1
    if whole != len(data):
        with path.open("r+b") as file:
            file.truncate(whole)


def _line(entry: Entry) -> bytes:
    return (json.dumps(entry._asdict(), separators=(",", ":"), ensure_ascii=False) + "\n").encode()


def _entry(line: bytes) -> Entry | None:
    try:
        entry = Entry(**json.loads(line))
    except (ValueError, TypeError, RecursionError):
        return None
    kinds = zip(entry, (str, str, int, int, int, int, str), strict=True)
    return entry if all(type(value) is kind for value, kind in kinds) else None
