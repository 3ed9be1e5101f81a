"""guard.events.jsonl: one object a line, the authority for causes. With the kernel at once, never forced."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

TAIL: Final = 65_536  # bytes looked at for the last number


class Events:
    """The event file; when the disk is full the events are counted and the table goes on."""

    def __init__(self, path: Path, wall_s: Callable[[], int]) -> None:
        self._wall_s = wall_s
        self.lost = 0
        self.tell: Callable[[str], None] | None = None  # each event, for who runs the guard by hand
        self.seq, torn = _last(path)
        # A line that a crash cut short is ended, so that the next one stays readable.
        self._broken = torn
        try:
            self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        except OSError:
            # Read-only or full: the events are counted as lost, and the table is brought home all the same.
            self._descriptor = os.open("/dev/full", os.O_WRONLY)

    def write(self, now_ms: int, event: str, **facts: Any) -> None:
        """Add one event. Never raises: a full disk must not stop a return."""
        self.seq += 1
        entry = {"seq": self.seq, "now_ms": now_ms, "wall_s": self._wall_s(), "event": event, **facts}
        if self.lost:
            entry["lost_before"] = self.lost
        line = json.dumps(entry, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
        if self.tell is not None:
            self.tell(line.decode().rstrip())
        if self._broken:
            line = b"\n" + line
        try:
            written = os.write(self._descriptor, line)
        except OSError:
            self.lost += 1
            return
        self._broken = written != len(line)
        self.lost = self.lost + 1 if self._broken else 0

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def _last(path: Path) -> tuple[int, bool]:
    """The number of the last whole line, and whether the file ends within a line."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL))
            tail = file.read(TAIL)
    except OSError:
        return 0, False
    for line in reversed(tail.splitlines()):
        try:
            return int(json.loads(line)["seq"]), not tail.endswith(b"\n")
        except (ValueError, KeyError, TypeError):
            continue
    return 0, bool(tail) and not tail.endswith(b"\n")
