"""A machine with a calendar and a dose ledger on it, to be restarted, put back and tampered with."""

from __future__ import annotations

from pathlib import Path

from safety.guard import table
from safety.guard.dose import Dose, Refused
from safety.guard.elsewhere import Elsewhere
from tests import house

TABLE = table.parse((house.ROOT / "install/table.toml.example").read_bytes())
FULL_MS = 600_000  # of the tier below
TIER = 1
MINUTE_MS = 60_000
HOUR_MS = 3_600_000
BOOTED_MS = 20_000  # from power to the guard's first tick
YEAR_S = 365 * 86_400
NAMES = ("ledger.jsonl", "ledger.head", "guard.state")


class Machine:
    """A machine with its calendar; the guard on it is started and killed at will."""

    def __init__(self, folder: Path, run_dir: Path | None = None) -> None:
        self.folder = folder
        self.run_dir = run_dir
        self.counts = True
        self.wall_s = 1_800_000_000
        self.now_ms = 50_000
        self.boots = 1
        self.true_ms = 0  # what really passed
        self.boot_known = True
        self.dose = self.start(used_before=False)
        self.passes(100 * HOUR_MS)

    def start(self, used_before: bool = True) -> Dose:
        boot = f"boot {self.boots}" if self.boot_known else ""
        self.dose = Dose(
            self.folder / "ledger.jsonl",
            lambda: self.wall_s,
            boot,
            "",
            self.counts,
            used_before,
            Elsewhere(self.run_dir, boot),
        )
        return self.dose

    def passes(self, ms: int, alive: bool = True) -> None:
        """Time, with the guard ticking every second of the last minutes or not."""
        self.now_ms += ms
        self.true_ms += ms
        self.wall_s += ms // 1_000
        if alive:
            self.dose.tick(self.now_ms)

    def reboots(self, off_s: int = 0) -> None:
        self.boots += 1
        self.now_ms = BOOTED_MS
        self.true_ms += off_s * 1_000 + BOOTED_MS
        self.wall_s += off_s + BOOTED_MS // 1_000
        self.start()

    def left(self, rider: str = "a") -> int:
        found = self.dose.left(rider, TIER, TABLE, self.now_ms)
        return 0 if isinstance(found, Refused) else found

    def ride(self, used_ms: int, session: int) -> None:
        self.dose.debit("a", session, used_ms + 1_000, self.now_ms)
        self.passes(1_000)
        self.dose.give_back("a", session, 1_000, self.now_ms)
