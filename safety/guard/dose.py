"""Who has been head-down for how long: debited before, given back after, never rewritten (HZ-48).

The newest hash of the ledger lies beside it in ledger.head, in the guard's own state, in the mark of an open
session, in the run folder and in the node. A ledger that is missing, changed or older than one of them
leaves nothing for 24 h.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from safety.guard import dose_clock, elsewhere, files, ledger_file, standing
from safety.guard.dose_clock import DoseClock
from safety.guard.dose_words import hours
from safety.guard.elsewhere import NOWHERE, Elsewhere
from safety.guard.ledger_file import BACK, DEBIT, LOST, OVER, Entry
from safety.guard.spent import Spent, same_rider, sessions
from safety.guard.table import Table
from safety.limits import TIERS

DAY_MS: Final = 86_400_000
SAVE_MS: Final = 60_000
LOOK_MS: Final = 1_000
KEPT_BAD: Final = 5  # ledgers that were not to be believed


class Refused(NamedTuple):
    """No session for this rider now."""

    why: str


class Dose:
    """The ledger of all riders. `used_before` says that the folder is no new one."""

    def __init__(
        self,
        path: Path,
        wall_s: Callable[[], int],
        boot: str,
        copy: str = "",
        calendar_counts: bool | None = None,
        used_before: bool = False,
        aside: Elsewhere = NOWHERE,
    ) -> None:
        self._path = path
        self._copy_path = path.with_suffix(".head")
        self._state_path = path.with_name("guard.state")
        self._aside = aside
        self._wall_s = wall_s
        counts = dose_clock.calendar_goes_on if calendar_counts is None else lambda: calendar_counts
        state = files.read_sealed(self._state_path)
        known = dose_clock.moment_of(state)
        witness = aside.read()
        self._clock = DoseClock(elsewhere.later(known, witness), boot, wall_s, counts)
        self._entries, wrong = ledger_file.read(path)
        self.trouble: str | None = f"{path.name} {wrong}" if wrong else None
        if self._entries:
            self._clock.not_before(self._entries[-1].at_ms, self._entries[-1].wall_s)
        beside = str((files.read(self._copy_path) or {}).get("head", ""))
        within = str((state or {}).get("head", ""))
        self.compare(copy, "the open session's mark")
        self.compare(beside, self._copy_path.name)
        self.compare(within, self._state_path.name)
        self.compare(str((witness or {}).get("head", "")), "the run folder")
        used_before = used_before or witness is not None
        self.blank: Final = not (
            self._entries or beside or within
        )  # nothing here says that anybody ever rode
        if known is None and not (used_before or self._entries or beside):
            self._first_start()
        else:
            self._look_for_copies(known is not None, beside, within)
        self._saved_ms: int | None = None
        self._looked_ms = 0

    def _look_for_copies(self, has_state: bool, beside: str, within: str) -> None:
        """Whoever puts an older ledger back takes the copies away that would tell."""
        if not has_state or (self._entries and not (beside and within)):
            lost = self._copy_path if has_state and within else self._state_path
            self._doubt(f"{self._path.name} has lost its copy in {lost.name}")

    def _first_start(self) -> None:
        """A new folder gets its first copy; in any other one, it was taken away."""
        with contextlib.suppress(OSError):
            files.seal(self._state_path, dose_clock.FIRST_STATE, durable=True)

    @property
    def head(self) -> str:
        """The hash of everything so far."""
        return self._entries[-1].head if self._entries else ""

    def compare(self, copy: str, where: str) -> None:
        """A copy of the head, or the beginning of one, that lies somewhere else: the ledger must know it."""
        if copy and not any(entry.head.startswith(copy) for entry in self._entries):
            missing = "is missing" if not self._path.exists() else f"is older than {where} says"
            self._doubt(f"{self._path.name} {missing}")

    def _doubt(self, what: str) -> None:
        self.trouble = self.trouble or what

    def tick(self, now_ms: int) -> None:
        """Once a tick at park: the ledger's time is written down every minute, and when the calendar jumps.

        May wait for the disk when the ledger is not to be believed and a new one is begun.
        """
        if self._saved_ms is not None and now_ms - self._looked_ms < LOOK_MS:
            return
        self._looked_ms = now_ms
        if self.trouble is not None:
            with contextlib.suppress(OSError):
                self._begin_anew(self.trouble, now_ms)
        if self._saved_ms is None or now_ms - self._saved_ms >= SAVE_MS or self._clock.jumped(now_ms):
            self.save(now_ms, durable=False)

    def save(self, now_ms: int, durable: bool) -> None:
        """Write the state down; where that fails, time that the machine is off does not count.

        Not while the ledger is not to be believed: what lies beside it is what tells.
        """
        self._saved_ms = now_ms
        if self.trouble is not None:
            return
        content = {**self._clock.moment(now_ms)._asdict(), "head": self.head}
        with contextlib.suppress(OSError):
            files.seal(self._state_path, content, durable)
        self._aside.keep(content)

    def left(self, rider: str, tier: int, table: Table, now_ms: int) -> int | Refused:
        """Head-down time a rider has left in the rolling 24 h. Waits for the disk once after a loss."""
        if not 0 <= tier < len(TIERS):
            return Refused(f"tier {tier} is unknown; allowed 0 to {len(TIERS) - 1}")
        if self.trouble is not None:
            self._begin_anew(self.trouble, now_ms)
        since_ms = self._clock.now(now_ms) - DAY_MS
        lost = self._last_loss()
        if lost is not None and lost.at_ms > since_ms:
            left_ms = lost.at_ms - since_ms
            return Refused(f"{lost.rider}: no dose for anybody for {hours(left_ms)}; {REMEDY}")
        today = [one for one in self.spent(rider) if one.at_ms > since_ms and one.ms > 0]
        if len(today) >= table.sessions_a_day:
            again_ms = today[-table.sessions_a_day].at_ms - since_ms
            return Refused(
                f"{len(today)} sessions in 24 h; allowed {table.sessions_a_day};"
                f" come again in {hours(again_ms)}{self._of_the_date(now_ms)}"
            )
        return max(0, min(TIERS[tier].day_ms, table.day_max_ms) - sum(one.ms for one in today))

    def why_not(self, rider: str, tier: int, cap_cdeg: int, now_ms: int) -> str | None:
        """What the rider's past says against a session of this tier and height; asked after `left`."""
        why = standing.why_not(self.spent(rider), tier, cap_cdeg, self._clock.now(now_ms))
        return why and why + self._of_the_date(now_ms)

    def _of_the_date(self, now_ms: int) -> str:
        """For whoever sees another date than the ledger counts by."""
        return BEHIND if self._clock.behind(now_ms) else ""

    @property
    def lost(self) -> str | None:
        """What was wrong with the ledger when it was last begun anew, None = nothing ever."""
        lost = self._last_loss()
        return lost.rider if lost else None

    def _last_loss(self) -> Entry | None:
        return next((one for one in reversed(self._entries) if one.kind == LOST), None)

    def spent(self, rider: str) -> list[Spent]:
        """The sessions of one rider, oldest first."""
        return sessions(entry for entry in self._entries if same_rider(entry.rider, rider))

    def debit(self, rider: str, session: int, ms: int, now_ms: int) -> str:
        """Write an allowance down as used; the new head. Waits for the disk. Raises OSError."""
        return self._append(DEBIT, rider, session, ms, now_ms)

    def give_back(self, rider: str, session: int, ms: int, now_ms: int) -> str:
        """Write down what was not used after all; the new head. Waits for the disk. Raises OSError.

        Below 0: so much was used beyond the allowance, which is debited as well. Only once for each debit: a
        mark that is found again gives nothing back again.
        """
        last = next((one for one in reversed(self.spent(rider)) if one.session == session), None)
        if last is None or not last.open:
            return self.head
        if ms < 0:
            return self._append(OVER, rider, session, -ms, now_ms)
        return self._append(BACK, rider, session, min(ms, last.ms), now_ms)

    def _begin_anew(self, what: str, now_ms: int) -> None:
        if self._path.exists():
            os.replace(self._path, _unused(self._path.with_suffix(".bad")))
        self._entries = []
        self._append(LOST, what, 0, 0, now_ms)
        self.trouble = None
        self.save(now_ms, durable=True)

    def _append(self, kind: str, rider: str, session: int, ms: int, now_ms: int) -> str:
        entry = Entry(kind, rider, session, ms, self._clock.now(now_ms), self._wall_s())
        entry = ledger_file.chained(self.head, entry)
        ledger_file.mend(self._path)
        ledger_file.append(self._path, entry)
        self._entries.append(entry)
        files.replace(self._copy_path, {"head": entry.head}, durable=True)
        self.save(now_ms, durable=True)
        return entry.head


REMEDY: Final = "leave the machine on till then; see docs/reference/dose-ledger.md"
BEHIND: Final = "; this machine's date was put back, which does not count"


def _unused(path: Path) -> Path:
    """A name that is free; the last of them is used again and again."""
    names = [path, *(path.with_name(f"{path.name}{number}") for number in range(2, KEPT_BAD + 1))]
    return next((name for name in names if not name.exists()), names[-1])
