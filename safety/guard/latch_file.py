"""The latch on paper: which cause forbids a new session, over restarts and power cuts (HZ-49)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from safety.causes import BY_NAME, BY_NUMBER
from safety.guard import files

NAME: Final = "latch.json"
RETRY_MS: Final = 1_000  # a disk that would not take it is asked again
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


class Latch:
    """What the disk has of it. Kept only once that has succeeded; tried again while it has not."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.cause = read(folder)  # as a guard would find it, 0 = none
        self.wrong: str | None = None  # why what should be kept is not
        # A guard that was killed away from park may have left it with the kernel only.
        self._forced = self.cause == 0
        self._tried: tuple[int, int] | None = None  # cause and time of the last try that failed

    def keep(self, cause: int, parked: bool, led: bool, now_ms: int) -> bool:
        """Have the disk keep it, 0 = it has been reset; True when `wrong` has changed. Never raises.

        Forced at park only, as a drive that is not fed for 100 ms begins its own return. While the table is
        `led` nothing is tried a second time: a sick disk may take its time.
        """
        before = self.wrong
        if cause == self.cause and (self._forced or not parked):
            self.wrong, self._tried = None, None
        elif self._due(cause, led and not parked, now_ms):
            self._try(cause, parked, now_ms)
        return self.wrong != before

    def _due(self, cause: int, led: bool, now_ms: int) -> bool:
        if self._tried is None or self._tried[0] != cause:
            return True
        return not led and now_ms - self._tried[1] >= RETRY_MS

    def _try(self, cause: int, parked: bool, now_ms: int) -> None:
        try:
            write(self._folder, cause, durable=parked)
        except OSError as error:
            self.wrong, self._tried = error.strerror or str(error), (cause, now_ms)
            return
        self.cause, self._forced = cause, parked
        self.wrong, self._tried = None, None
