"""Sessions of the past, put together from the lines of the ledger."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from safety.guard.ledger_file import BACK, DEBIT, OVER, Entry


class Spent(NamedTuple):
    """One session of the past."""

    session: int
    ms: int  # counted as used: debited, less what was given back or with what was used beyond it
    at_ms: int  # its last line
    open: bool  # not closed yet


def same_rider(one: str, other: str) -> bool:
    """Whether two ids mean one person: neither case nor spaces nor the way of writing a letter count."""
    return _plain(one) == _plain(other)


def _plain(rider: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", rider).casefold().split())


def sessions(entries: Iterable[Entry]) -> list[Spent]:
    """Each debit with what was given back of it or used beyond it, once."""
    found: list[Spent] = []
    for entry in entries:
        if entry.kind == DEBIT:
            found.append(Spent(entry.session, entry.ms, entry.at_ms, True))
        elif entry.kind in (BACK, OVER):
            place = next((n for n in reversed(range(len(found))) if found[n].session == entry.session), None)
            if place is not None and found[place].open:
                used_ms = found[place].ms + (entry.ms if entry.kind == OVER else -entry.ms)
                found[place] = Spent(entry.session, max(0, used_ms), entry.at_ms, False)
    return found
