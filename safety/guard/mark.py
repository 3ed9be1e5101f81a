"""mark.json: the session that is open. A guard that wakes up away from park goes on from it."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from safety.guard import files, messages, ring_file
from safety.observation import Terms

GAP_MS: Final = 5_000  # a guard that died is there again by then


class Mark(NamedTuple):
    """What the guard wrote down at BEGIN."""

    terms: Terms
    table_sha256: str
    rider: str
    used_ms: int
    ledger_head: str  # a copy: a ledger older than this has been rolled back
    boot: str = ""  # of the machine, "" = not known


class Seen(NamedTuple):
    """The last report that a guard wrote of a session."""

    now_ms: int
    used_ms: int
    cdeg: int | None  # where it was


def write(path: Path, mark: Mark) -> None:
    """Durable, so at park only. Raises OSError."""
    files.seal(path, {**mark._asdict(), "terms": mark.terms._asdict()}, durable=True)


def read(path: Path) -> Mark | None:
    """The open session; None = none was open, or what is there was changed."""
    found = files.read_sealed(path)
    if found is None:
        return None
    try:
        found["terms"] = Terms(**{key: int(value) for key, value in found["terms"].items()})
        mark = Mark(**found)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    texts = (mark.table_sha256, mark.rider, mark.ledger_head, mark.boot)
    return mark if all(isinstance(one, str) for one in texts) and isinstance(mark.used_ms, int) else None


def last_seen(reports: Path, session: int) -> Seen | None:
    """What the ring has of a session."""
    index = messages.REPORT_LAYOUT.index
    for _, packet in reversed(ring_file.read(reports)):
        values = messages.REPORT_LAYOUT.unpack(packet)
        if values is not None and values[index["session"]] == session:
            return Seen(*(values[index[name]] for name in ("now_ms", "used_ms", "trusted_cdeg")))
    return None


def used_ms(mark: Mark, seen: Seen | None, boot: str, now_ms: int, inverted_cdeg: int) -> int:
    """Head-down time of the session by now. While no guard looked, somebody head-down stayed head-down.

    So does anybody while nobody looked for longer than a restart takes: the last place says nothing of then,
    or the ring is an older one. After a restart of the machine, or without a report, nobody knows: then all
    of the allowance is used.
    """
    if seen is None or not boot or mark.boot != boot or now_ms < seen.now_ms:
        return max(mark.used_ms, mark.terms.allowance_ms)
    away_ms = now_ms - seen.now_ms
    upright = seen.cdeg is not None and seen.cdeg <= inverted_cdeg and away_ms <= GAP_MS
    return max(mark.used_ms, seen.used_ms + (0 if upright else away_ms))
