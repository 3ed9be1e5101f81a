"""Simulated riders are no beginners: their ledger begins with the sessions that the highest tier asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from safety.guard import dose_clock, files, known_table
from safety.guard.ledger_file import BACK, DEBIT, Entry, append, chained
from safety.guard.standing import DAY_MS
from safety.limits import TIERS

SESSION_MS: Final = 60_000
DAYS: Final = 5  # between two of them


def acquaint(folder: Path, table_sha256: str, *riders: str) -> None:
    """Put a past into a new folder of a guard, and its table; a ledger that is there stays as it is."""
    path = folder / "ledger.jsonl"
    if path.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    head = ""
    count = max(tier.sessions_before for tier in TIERS)
    for rider in riders:
        for number in range(count):
            at_ms = -(count - number) * DAYS * DAY_MS
            for kind, ms in ((DEBIT, 2 * SESSION_MS), (BACK, SESSION_MS)):
                entry = chained(head, Entry(kind, rider, number + 1, ms, at_ms, 0))
                append(path, entry)
                head = entry.head
    known_table.accept(folder, table_sha256, durable=False)
    files.replace(path.with_suffix(".head"), {"head": head}, durable=False)
    state = {**dose_clock.BEGINNING._asdict(), "head": head}
    files.seal(path.with_name("guard.state"), state, durable=False)
