"""mark.json: the session that is open. A guard that wakes up away from park goes on from it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from safety.guard import files, messages, ring_file
from safety.observation import Terms


class Mark(NamedTuple):
    """What the guard wrote down at BEGIN."""

    terms: Terms
    table_sha256: str
    rider: str
    used_ms: int
    ledger_head: str  # a copy: a ledger older than this has been rolled back


def write(path: Path, mark: Mark) -> None:
    """Durable, so at park only. Raises OSError."""
    files.replace(path, {**mark._asdict(), "terms": mark.terms._asdict()}, durable=True)


def read(path: Path, reports: Path) -> Mark | None:
    """The open session, with the head-down time that the ring has seen since; None = none was open."""
    found = files.read(path)
    if found is None:
        return None
    try:
        terms = Terms(**{key: int(value) for key, value in found["terms"].items()})
        mark = Mark(
            terms,
            str(found["table_sha256"]),
            str(found["rider"]),
            int(found["used_ms"]),
            str(found["ledger_head"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return mark._replace(used_ms=max(mark.used_ms, _used_ms(reports, terms.session)))


def _used_ms(reports: Path, session: int) -> int:
    place, used = messages.REPORT_LAYOUT.index["session"], messages.REPORT_LAYOUT.index["used_ms"]
    for _, packet in reversed(ring_file.read(reports)):
        values = messages.REPORT_LAYOUT.unpack(packet)
        if values is not None and values[place] == session:
            return int(values[used])
    return 0
