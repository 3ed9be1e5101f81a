"""Sessions of the past, put together from the lines of the ledger."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from safety.guard.ledger_file import BACK, DEBIT, Entry


class Spent(NamedTuple):
    """One session of the past."""

    session: int
    ms: int  # counted as used: debited, less what was given back
    at_ms: int  # its last line
    open: bool  # nothing was given back yet


def same_rider(one: str, other: str) -> bool:
    """Whether two ids mean one person: neither case nor spaces nor the way of writing a letter count."""
    return _plain(one) == _plain(other)


def _plain(rider: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", rider).casefold().split())


def sessions(entries: Iterable[Entry]) -> list[Spent]:
    """Each debit with what was given back of it, once."""
    found: list[Spent] = []
    for entry in entries:
        if entry.kind == DEBIT:
            found.append(Spent(entry.session, entry.ms, entry.at_ms, True))
        elif entry.kind == BACK:
            place = next((n for n in reversed(range(len(found))) if found[n].session == entry.session), None)
            if place is not None and found[place].open:
                found[place] = Spent(entry.session, max(0, found[place].ms - entry.ms), entry.at_ms, False)
    return found
