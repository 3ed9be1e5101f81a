"""All files of one guard, in one folder that one guard may use."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from safety.causes import name_of
from safety.guard import dose_clock, files, known_table, latch_file, mark
from safety.guard.dose import Dose
from safety.guard.elsewhere import Elsewhere
from safety.guard.events import Events
from safety.guard.ring_file import Ring
from safety.trial import TESTS

DAY_MS: Final = 86_400_000
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


class InUse(Exception):
    """Another guard holds this folder (exit 75)."""


class Store:
    """Opened once. What waits for the disk says so in its name or its docstring."""

    def __init__(
        self,
        folder: Path,
        table_sha256: str,
        wall_s: Callable[[], int],
        now_ms: int,
        machine_boot: str | None = None,
        run_dir: Path | None = None,
    ) -> None:
        self.folder = folder
        self._table_sha256 = table_sha256
        self._wall_s = wall_s
        self._boot = machine_boot if machine_boot is not None else _machine_boot()
        self._lock = _locked(folder)
        events, ring = folder / "guard.events.jsonl", folder / "guard.ring"
        aside = Elsewhere(run_dir, self._boot)
        used_before = known_table.used(folder) or aside.read() is not None
        self.mark = mark.read(folder / "mark.json")
        self._seen = mark.last_seen(ring, self.mark.terms.session) if self.mark else None
        copy = self.mark.ledger_head if self.mark else ""
        self.dose = Dose(folder / "ledger.jsonl", wall_s, self._boot, copy, None, used_before, aside)
        self.accepted = known_table.met(folder, table_sha256, new_folder=not used_before)
        self.events = Events(events, wall_s)
        self.ring, self.ring_trouble = _ring(ring)
        self._latch = latch_file.Latch(folder)
        self._tested_ms = now_ms  # when they passed, by the machine's clock
        self.tested = self._tested(now_ms)

    @property
    def same_table(self) -> bool:
        """Whether the open session was begun with this very table file."""
        return self.mark is not None and self.mark.table_sha256 == self._table_sha256

    @property
    def changed_table(self) -> str:
        """What to tell whoever wants to begin with a table file that nobody has accepted."""
        short = self._table_sha256[: known_table.SHORT]
        return (
            f"the table file is not the accepted one (its sha256 begins with {short}); read it, stop"
            f" the guard at park, then: keel check TABLE.toml --accept {short} --state-dir {self.folder}"
        )

    def used_ms(self, now_ms: int, inverted_cdeg: int) -> int:
        """Head-down time of the session that was found open."""
        if self.mark is None:
            return 0
        return mark.used_ms(self.mark, self._seen, self._boot, now_ms, inverted_cdeg)

    @property
    def in_place(self) -> bool:
        """Whether the folder is still the one that was opened: it may have been taken away meanwhile."""
        try:
            return os.path.samestat(os.stat(self.folder), os.fstat(self._lock))
        except OSError:
            return False

    def doubt_folder(self) -> None:
        """A new folder, and yet somebody else knows a ledger: its first table is not taken for accepted."""
        if self.dose.blank:
            self.accepted = False
            with contextlib.suppress(OSError):
                files.remove(self.folder / known_table.NAME, durable=False)

    def free_bytes(self) -> int:
        """Room on the disk."""
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    def write_mark(self, content: mark.Mark) -> None:
        """Waits for the disk. Raises OSError."""
        mark.write(self.folder / "mark.json", content._replace(boot=self._boot))

    def remove_mark(self) -> None:
        """Waits for the disk. Raises OSError."""
        files.remove(self.folder / "mark.json", durable=True)

    @property
    def latched_cause(self) -> int:
        """The latch as a guard would find it, 0 = none."""
        return self._latch.cause

    def latch(self, cause: int, parked: bool, now_ms: int, busy: bool = False) -> None:
        """Keep a latch over a restart, 0 = it has been reset; at park over a power cut, too.

        A full disk must not stop a return: it is told, and tried again, not while the guard is `busy`.
        """
        if self._latch.keep(cause, parked, busy, now_ms):
            wrong = self._latch.wrong
            self.events.write(now_ms, "latch_kept", latch=name_of(cause), wrong=wrong, cause=None)

    def test_due(self, now_ms: int) -> bool:
        """A guard may stay on for longer than its tests are good for."""
        return self.tested and now_ms - self._tested_ms >= DAY_MS

    def note_tested(self, now_ms: int) -> None:
        """The day's tests have passed on this table."""
        self.tested, self._tested_ms = True, now_ms
        entry = {
            "table_sha256": self._table_sha256,
            "tests": list(TESTS),
            "boot": self._boot,
            "now_ms": now_ms,
            "wall_s": self._wall_s(),
        }
        try:
            files.replace(self.folder / "tests.json", entry, durable=False)
        except OSError:
            self.events.lost += 1  # after a restart the tests are made again

    def forget_tested(self) -> None:
        """They are made anew, and have not passed yet."""
        self.tested = False
        try:
            (self.folder / "tests.json").unlink(missing_ok=True)
        except OSError:
            self.events.lost += 1

    def close(self) -> None:
        """Close everything."""
        self.events.close()
        self.ring.close()
        os.close(self._lock)

    def _tested(self, now_ms: int) -> bool:
        """Within a day. An open session had them, which brings it home; then they may be due all the same."""
        age_ms = self._tests_age_ms(now_ms)
        self._tested_ms = now_ms - (DAY_MS if age_ms is None else age_ms)
        return self.same_table or (age_ms is not None and age_ms < DAY_MS)

    def _tests_age_ms(self, now_ms: int) -> int | None:
        """By the machine's clock, after its restart by a calendar that went on; None = nobody can say."""
        found = files.read(self.folder / "tests.json")
        if found is None or found.get("table_sha256") != self._table_sha256:
            return None
        if found.get("tests") != list(TESTS):  # passed with a release that had others
            return None
        by_boot = self._boot != "" and found.get("boot") == self._boot
        if not by_boot and not dose_clock.calendar_goes_on():
            return None
        then, now = (found.get("now_ms"), now_ms) if by_boot else (found.get("wall_s"), self._wall_s())
        if not isinstance(then, int) or then > now:
            return None
        return now - then if by_boot else (now - then) * 1_000


def _machine_boot() -> str:
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""


def _locked(folder: Path) -> int:
    # The folder itself: a disk that has become read-only must not keep a guard from bringing somebody home.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise InUse(f"{folder}: another guard uses this folder; stop that one first") from None
    return descriptor


def _ring(path: Path) -> tuple[Ring, str | None]:
    try:
        return Ring(path), None
    except OSError as error:
        return Ring(None), f"{path}: {error.strerror}; reports are kept in memory only"
