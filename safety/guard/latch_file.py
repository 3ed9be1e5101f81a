"""The latch on paper: which cause forbids a new session, over restarts and power cuts (HZ-49)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from safety.causes import BY_NAME, BY_NUMBER
from safety.guard import files

NAME: Final = "latch.json"
RETRY_MS: Final = (1_000, 10_000, 60_000)  # a disk that would not take it is asked again, ever more seldom
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
        self._failed: tuple[int, int, int] | None = None  # cause, tries so far, time of the last one

    def keep(self, cause: int, parked: bool, busy: bool, now_ms: int) -> bool:
        """Have the disk keep it, 0 = it has been reset; True when `wrong` has changed. Never raises.

        Forced at park only, as a drive that is not fed for 100 ms begins its own return. While the guard is
        `busy` with the table led or a button held, nothing waits for the disk and nothing is tried a second
        time: a sick one may take its time, and a late tick takes the hold away.
        """
        before = self.wrong
        may_wait = parked and not busy
        if cause == self.cause and (self._forced or not may_wait):
            self.wrong, self._failed = None, None
        elif self._due(cause, busy, now_ms):
            self._try(cause, may_wait, now_ms)
        return self.wrong != before

    def _due(self, cause: int, busy: bool, now_ms: int) -> bool:
        if self._failed is None or self._failed[0] != cause:
            return True
        _, tries, then_ms = self._failed
        return not busy and now_ms - then_ms >= RETRY_MS[min(tries, len(RETRY_MS)) - 1]

    def _try(self, cause: int, durable: bool, now_ms: int) -> None:
        try:
            write(self._folder, cause, durable)
        except OSError as error:
            tries = self._failed[1] if self._failed is not None and self._failed[0] == cause else 0
            self.wrong, self._failed = error.strerror or str(error), (cause, tries + 1, now_ms)
            return
        self.cause, self._forced = cause, durable
        self.wrong, self._failed = None, None
