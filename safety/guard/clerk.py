"""What must be on paper: sessions begun and ended, latches, the day's tests, the ledger's copies.

Comes after the tick's commands are out; the disk is waited for only at park.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from firmware_bridge.ports import Devices
from safety import modes
from safety.causes import name_of
from safety.decision import ACTIVE, INHIBITED, LATCHED, MOVE, READY, Decision
from safety.guard import news
from safety.guard.arrivals import BeginAsked
from safety.guard.attendant import Attendant
from safety.guard.book import Book
from safety.guard.channel import Channel
from safety.guard.mark import Mark
from safety.guard.store import Store
from safety.guard.witness import Witness
from safety.limits import Limits
from safety.observation import Observation

SAME_REFUSAL_MS: Final = 10_000
_IDLE: Final = (INHIBITED, LATCHED)


class Desk(NamedTuple):
    """One tick as the clerk sees it."""

    seen: Observation
    decided: Decision
    refused: str | None  # why arming is refused
    leaving: bool
    now_ms: int


def at_park(decided: Decision, limits: Limits) -> bool:
    """Whether the trusted angle says park."""
    cdeg = decided.trusted_cdeg
    return cdeg is not None and abs(cdeg - limits.park_cdeg) <= limits.at_park_cdeg


class Clerk:
    """Keeps the book of sessions in step with the rules."""

    def __init__(
        self,
        book: Book,
        store: Store,
        channel: Channel,
        devices: Devices,
        limits: Limits,
        attendant: Attendant,
    ) -> None:
        self.book: Final = book
        self.refusals = 0  # of this session
        self._store = store
        self._channel = channel
        self._devices = devices
        self._limits = limits
        self._attendant = attendant
        self._witness = Witness(store.dose, devices.head_keeper)
        self._refusal: tuple[str, int] = "", 0
        self._lost: str | None = None  # what was wrong with the ledger
        self._inherited = book.session  # begun by a guard that is gone
        if book.mark is not None:
            channel.bind_station()

    def woke(self, now_ms: int) -> None:
        """The first tick: a session that was found open has used so much by now."""
        self.book.woke(self._store.used_ms(now_ms, self._limits.inverted_cdeg))

    def keep(self, begins: list[BeginAsked], desk: Desk) -> None:
        """Everything that this tick has to write."""
        decided, now_ms = desk.decided, desk.now_ms
        if decided.tested and not self._store.tested:
            self._store.note_tested(now_ms)
        elif self._store.tested and not decided.tested:
            self._store.forget_tested()
        parked = at_park(decided, self._limits)
        held = bool(
            desk.seen.inputs.return_a or desk.seen.inputs.return_b
        )  # three seconds of it reset a latch
        busy = held or decided.command == MOVE
        self._store.latch(decided.latched_cause, parked, now_ms, busy)
        self._attendant.see(desk.seen.inputs, parked, now_ms)
        for begin in begins:
            self._begin(begin, desk)
        asked, mark = self.book.asked, self.book.mark
        if asked is not None and mark is not None:
            self._taken(asked, mark, desk)
        elif mark is not None and decided.mode in _IDLE and parked:
            used_ms = max(decided.used_ms, mark.used_ms)
            self._close(mark, used_ms, name_of(decided.first_cause), now_ms)
        elif mark is None and parked:
            self._witness.tick(now_ms)
            self._say_dose(now_ms)

    def _begin(self, asked: BeginAsked, desk: Desk) -> None:
        why = self._why_not(desk) or self.book.open(asked, desk.now_ms)
        if why:
            asked.client.reply(asked.id, False, why)
            self._note_refusal(asked.session, why, desk.now_ms)
        else:
            self._witness.tell()
            self._channel.bind_station()
            self.refusals = 0

    def _note_refusal(self, session: int, why: str, now_ms: int) -> None:
        """Who asks the same again and again fills no disk with it."""
        before, then_ms = self._refusal
        if why != before or now_ms - then_ms >= SAME_REFUSAL_MS:
            self._refusal = why, now_ms
            self._store.events.write(now_ms, "begin_refused", session=session, why=why, cause=None)

    def _why_not(self, desk: Desk) -> str | None:
        decided = desk.decided
        if desk.leaving:
            return "the guard is leaving; start it again first"
        if decided.mode != INHIBITED:
            return news.why_not(decided, desk.seen, self._devices.trouble, desk.refused)
        if not decided.tested:
            return "the tests of the day have not passed; run them first"
        if not self._store.accepted:
            return self._store.changed_table
        if desk.seen.station_age_ms >= self._limits.station_lost_ms:
            return "no station is connected; start it first"
        if self._witness.silent:
            return "the node has not said yet which dose ledger it knows; try again in a second"
        return self._attendant.why_not(desk.now_ms)

    def _say_dose(self, now_ms: int) -> None:
        lost = self._store.dose.lost
        if lost != self._lost:
            self._lost = lost
            self._store.doubt_folder()
            self._store.events.write(now_ms, "dose", wrong=lost, cause=None)

    def _taken(self, asked: BeginAsked, mark: Mark, desk: Desk) -> None:
        """The debited session: has it begun?"""
        decided, now_ms = desk.decided, desk.now_ms
        if decided.mode in (READY, ACTIVE):
            self.book.taken()
            self._attendant.begun()
            self._store.events.write(
                now_ms,
                "begin",
                cause=None,
                rider=mark.rider,
                tier=asked.tier,
                bound_by=self.book.bound_by,
                **mark.terms._asdict(),
            )
            asked.client.reply(asked.id, True)
        elif self.book.expired(now_ms):
            # The rules' clocks and cause are still those of the session before.
            self._close(mark, mark.used_ms, None, now_ms)
            why = modes.HOT if modes.is_hot(desk.seen) else "the guard was not ready; look at its report"
            asked.client.reply(asked.id, False, why)
            self._note_refusal(asked.session, why, now_ms)

    def _close(self, mark: Mark, used_ms: int, cause: str | None, now_ms: int) -> None:
        session = mark.terms.session
        wrong = self.book.close(mark, used_ms, now_ms)
        self._channel.release_station()
        if session == self._inherited and cause is None:
            cause = "guard_lost"  # the drive brought the table home alone
        self._store.events.write(
            now_ms, "end", session=session, used_ms=used_ms, cause=cause, wrong=wrong, refusals=self.refusals
        )
