"""ledger.jsonl: who has been head-down for how long; debited before, given back after, never rewritten.

Every line carries the hash of all before it. The newest hash lies beside it in ledger.head and in the mark of
an open session: a ledger that is missing, torn or older than a copy leaves nothing for 24 hours.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

from safety.guard import files
from safety.guard.table import Table
from safety.limits import TIERS

DAY_MS: Final = 86_400_000
DEBIT: Final = "debit"
BACK: Final = "back"
LOST: Final = "lost"  # the history before this line cannot be trusted
# Either of these means that the calendar went on while the machine was off.
_CLOCKS: Final = (Path("/dev/rtc0"), Path("/run/systemd/timesync/synchronized"))


class Refused(NamedTuple):
    """No session for this rider now."""

    why: str


class Entry(NamedTuple):
    """One line."""

    kind: str
    rider: str
    session: int
    ms: int
    wall_s: int
    boot: str  # of the machine
    now_ms: int  # its monotonic clock
    head: str = ""  # hash of the line before and of this one


class Dose:
    """The ledger of all riders."""

    def __init__(
        self,
        path: Path,
        wall_s: Callable[[], int],
        boot: str,
        copy: str = "",
        calendar_counts: bool | None = None,
    ) -> None:
        self._path = path
        self._copy_path = path.with_suffix(".head")
        self._wall_s = wall_s
        self._boot = boot
        self._calendar = any(one.exists() for one in _CLOCKS) if calendar_counts is None else calendar_counts
        self._entries, self._whole = _read(path)
        copies = {copy, str((files.read(self._copy_path) or {}).get("head", ""))} - {""}
        self._lost = not self._whole or not copies <= {entry.head for entry in self._entries}

    @property
    def head(self) -> str:
        """The hash of everything so far."""
        return self._entries[-1].head if self._entries else ""

    def left(self, rider: str, tier: int, table: Table, now_ms: int) -> int | Refused:
        """Head-down time a rider has left in the rolling 24 h. Waits for the disk once after a loss."""
        if not 0 <= tier < len(TIERS):
            return Refused(f"tier {tier} is unknown; allowed 0 to {len(TIERS) - 1}")
        if self._lost:
            self._begin_anew(now_ms)
        today = [entry for entry in self._entries if self._age_ms(entry, now_ms) < DAY_MS]
        if any(entry.kind == LOST for entry in today):
            return Refused("the dose ledger was lost or put back to an older one; nothing is left for 24 h")
        used, sessions = _used(entry for entry in today if entry.rider == rider)
        if sessions >= table.sessions_a_day:
            return Refused(
                f"{sessions} sessions in 24 h; allowed {table.sessions_a_day}; come again tomorrow"
            )
        return max(0, min(TIERS[tier].day_ms, table.day_max_ms) - used)

    def debit(self, rider: str, session: int, ms: int, now_ms: int) -> str:
        """Write an allowance down as used; the new head. Waits for the disk. Raises OSError."""
        return self._append(Entry(DEBIT, rider, session, ms, self._wall_s(), self._boot, now_ms))

    def give_back(self, rider: str, session: int, ms: int, now_ms: int) -> str:
        """Write down what was not used after all; the new head. Waits for the disk. Raises OSError."""
        return self._append(Entry(BACK, rider, session, ms, self._wall_s(), self._boot, now_ms))

    def _age_ms(self, entry: Entry, now_ms: int) -> int:
        """By the machine's clock; over a restart the calendar counts only where it went on, and forward."""
        if entry.boot == self._boot:
            return max(0, now_ms - entry.now_ms)
        passed_ms = (self._wall_s() - entry.wall_s) * 1_000 if self._calendar else 0
        return max(passed_ms, now_ms, 0)

    def _begin_anew(self, now_ms: int) -> None:
        if self._path.exists():
            os.replace(self._path, self._path.with_name(f"ledger.{self._wall_s()}.bad"))
        self._entries, self._lost = [], False
        self._append(Entry(LOST, "", 0, 0, self._wall_s(), self._boot, now_ms))

    def _append(self, entry: Entry) -> str:
        entry = entry._replace(head=_hash(self.head, entry))
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
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
        self._entries.append(entry)
        files.replace(self._copy_path, {"head": entry.head}, durable=True)
        return entry.head


def _used(entries: Any) -> tuple[int, int]:
    """Time and sessions of a list of entries; a session that was given back whole is none."""
    by_session: dict[int, int] = {}
    for entry in entries:
        sign = 1 if entry.kind == DEBIT else -1
        by_session[entry.session] = by_session.get(entry.session, 0) + sign * entry.ms
    return sum(max(0, ms) for ms in by_session.values()), sum(ms > 0 for ms in by_session.values())


def _line(entry: Entry) -> bytes:
    return (json.dumps(entry._asdict(), separators=(",", ":"), ensure_ascii=False) + "\n").encode()


def _hash(before: str, entry: Entry) -> str:
    body = json.dumps(entry._replace(head=before), separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(body.encode()).hexdigest()


def _read(path: Path) -> tuple[list[Entry], bool]:
    """The entries, and whether they are whole. A last line without an end was never finished."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return [], True
    except OSError:
        return [], False
    entries: list[Entry] = []
    *lines, tail = data.split(b"\n")
    for line in lines:
        try:
            entry = Entry(**json.loads(line))
        except (ValueError, TypeError):
            return entries, False
        if entry.head != _hash(entries[-1].head if entries else "", entry):
            return entries, False
        entries.append(entry)
    if tail:
        with path.open("r+b") as file:
            file.truncate(len(data) - len(tail))
    return entries, True
