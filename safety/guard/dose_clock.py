"""The ledger's own time: milliseconds that only ever grow, whatever is done to the machine's calendar.

While the machine is on it goes with the monotonic clock. What passed while it was off counts once a boot, and
only where a calendar went on (an RTC, or a clock set by NTP): by how far that is past the latest moment ever
known. A calendar that was put back is taken as if it had gone on (HZ-35, HZ-48).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

# Either of these means that the calendar went on while the machine was off.
_CLOCKS: Final = (Path("/dev/rtc0"), Path("/run/systemd/timesync/synchronized"))
LEAST_WALL_S: Final = 1_672_531_200  # 2023: a calendar before this is one that has lost its battery
JUMP_MS: Final = 2_000
BEHIND_S: Final = 60  # less than that nobody would notice


class Moment(NamedTuple):
    """One moment of the past."""

    at_ms: int
    now_ms: int  # the monotonic clock
    boot: str  # of the machine, "" = not known
    sure_at_ms: int  # the latest moment whose calendar time is known ...
    sure_wall_s: int  # ... and this is it; 0 = none
    settled: bool  # what passed before this boot has been counted


BEGINNING: Final = Moment(0, 0, "", 0, 0, False)
FIRST_STATE: Final = {**BEGINNING._asdict(), "head": ""}  # of a folder that is new


def calendar_goes_on() -> bool:
    """Whether this machine's calendar may be believed after it was off."""
    return any(one.exists() for one in _CLOCKS)


def moment_of(found: dict[str, Any] | None) -> Moment | None:
    """The moment in a file's object, None when there is none."""
    try:
        moment = Moment(*(found[name] for name in Moment._fields)) if found else None
    except KeyError:
        return None
    if moment is None or not all(
        type(value) is type(like) for value, like in zip(moment, BEGINNING, strict=True)
    ):
        return None
    return moment


class DoseClock:
    """`now` is the ledger's time; `moment` is what to keep of it."""

    def __init__(
        self, known: Moment | None, boot: str, wall_s: Callable[[], int], counts: Callable[[], bool]
    ) -> None:
        self._wall_s = wall_s
        self._counts = counts
        self._boot = boot
        self._known = known or BEGINNING
        self._floor_ms = 0
        self._trusted = self._known.sure_wall_s > 0  # a time that the machine was off can be told from it
        self._began = False
        self._at_ms = self._now_ms = 0
        self._sure = (0, 0)
        self._settled = False

    def not_before(self, at_ms: int, wall_s: int) -> None:
        """Something is known to have happened then; its calendar time can only make what passed shorter.

        The moment itself stays as old as it is: what passed since counts from it, not from the later one.
        """
        self._floor_ms = max(self._floor_ms, at_ms)
        known = self._known
        since_ms = max(0, at_ms - known.sure_at_ms)
        self._known = known._replace(
            sure_at_ms=known.sure_at_ms + since_ms,
            sure_wall_s=max(_went_on(known.sure_wall_s, since_ms), wall_s),
        )

    def now(self, now_ms: int) -> int:
        """The ledger's time at this moment of the monotonic clock."""
        if not self._began:
            self._begin(now_ms)
        self._at_ms += max(0, now_ms - self._now_ms)
        self._now_ms = max(self._now_ms, now_ms)
        return self._at_ms

    def settle(self) -> None:
        """Count what passed while the machine was off, once the calendar can be believed."""
        wall_s = self._wall_s()
        if wall_s < LEAST_WALL_S or not self._counts():
            return
        sure_at_ms, sure_wall_s = self._sure
        if not self._settled and self._trusted:
            self._at_ms = max(self._at_ms, sure_at_ms + (wall_s - sure_wall_s) * 1_000)
        self._settled = True
        self._sure = self._at_ms, max(wall_s, _went_on(sure_wall_s, self._at_ms - sure_at_ms))

    def jumped(self, now_ms: int) -> bool:
        """Whether the calendar has been put forward since it was last known."""
        at_ms, wall_s = self._sure
        ahead_ms = (self._wall_s() - wall_s) * 1_000 - (self.now(now_ms) - at_ms)
        return self._settled and ahead_ms > JUMP_MS

    def behind(self, now_ms: int) -> bool:
        """Whether the calendar has been put back since it was last known."""
        at_ms, wall_s = self._sure
        went_on_s = _went_on(wall_s, self.now(now_ms) - at_ms)
        return went_on_s > 0 and went_on_s - self._wall_s() > BEHIND_S

    def moment(self, now_ms: int) -> Moment:
        """What to write down now."""
        at_ms = self.now(now_ms)
        self.settle()
        sure = self._sure if self._settled or self._trusted else (0, 0)
        return Moment(max(at_ms, self._at_ms), now_ms, self._boot, *sure, self._settled)

    def _begin(self, now_ms: int) -> None:
        known = self._known
        self._began = True
        self._now_ms = now_ms
        self._at_ms, self._sure = known.at_ms, (known.sure_at_ms, known.sure_wall_s)
        if not self._boot or not known.boot:
            self._trusted = False  # nobody can say whether the machine was off at all
        elif known.boot == self._boot:
            self._at_ms += max(0, now_ms - known.now_ms)
            self._settled = known.settled
        else:
            self._at_ms += max(0, now_ms)  # the machine has been on for so long
        self._at_ms = max(self._at_ms, self._floor_ms)
        self.settle()


def _went_on(wall_s: int, since_ms: int) -> int:
    """What a calendar that was put back is taken for; 0 = never known."""
    return wall_s + since_ms // 1_000 if wall_s else 0
