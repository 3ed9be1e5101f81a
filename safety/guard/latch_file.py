"""The latch on paper: which cause forbids a new session, over restarts and power cuts (HZ-49)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from safety.causes import BY_NAME, BY_NUMBER
from safety.guard import files

NAME: Final = "latch.json"
# What cannot be read may have been the worst of them: only a service person takes it away.
UNREADABLE: Final = BY_NAME["runaway"].number


def read(folder: Path) -> int:
    """The cause's number, 0 = none. A file that is there but is no latch counts as the worst one."""
    path = folder / NAME
    if not path.exists():
        return 0
    found = files.read(path)
    cause = found.get("cause") if found else None
    return cause if type(cause) is int and cause in BY_NUMBER else UNREADABLE


def write(folder: Path, cause: int, durable: bool) -> None:
    """Keep it, or with 0 take it away. `durable` waits for the disk: at park only. Raises OSError."""
    if cause:
        files.replace(folder / NAME, {"cause": cause}, durable)
    else:
        files.remove(folder / NAME, durable)
