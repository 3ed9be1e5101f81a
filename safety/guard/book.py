"""The open session on paper: dose and mark written before anybody goes down, the rest given back.

Whatever waits for the disk happens here, at park, after the tick's commands are out.
"""

from __future__ import annotations

import contextlib
from typing import Final

from safety import limits as rules
from safety.bounds import SessionBounds, of_session
from safety.guard.arrivals import BeginAsked
from safety.guard.dose import Refused
from safety.guard.mark import Mark
from safety.guard.store import Store
from safety.guard.table import Table
from safety.limits import Limits
from safety.observation import Terms

OFFER_MS: Final = 2_000  # so long a debited session may wait for the rules to take it
FREE_BYTES_MIN: Final = 16 * 1024 * 1024


class Book:
    """At most one session at a time."""

    def __init__(self, table: Table, limits: Limits, store: Store) -> None:
        self._table = table
        self._limits = limits
        self._store = store
        self.mark: Mark | None = store.mark
        self.asked: BeginAsked | None = None  # debited, waits for the rules
        self._asked_ms = 0
        self._unwritten: tuple[Mark, int] | None = None  # ended, with its time; the disk did not take it
        self.bound_by: dict[str, str] = {}  # which limits bind the session that was opened last
        self.day_left_ms = table.day_max_ms

    @property
    def session(self) -> int:
        """The number of the open session, 0 = none."""
        return self.mark.terms.session if self.mark else 0

    def woke(self, used_ms: int) -> None:
        """The session that was found open has used so much by now."""
        if self.mark is not None:
            self.mark = self.mark._replace(used_ms=used_ms)

    def open(self, asked: BeginAsked, now_ms: int) -> str | None:
        """Debit and mark a session; returns why not. May wait for the disk."""
        if self.mark is not None:
            return f"session {self.session} is still open; end it first"
        if not asked.rider.strip():
            return "no rider is named; choose one"
        folder = self._store.folder
        if not self._store.in_place:
            return f"{folder} was taken away while the guard runs; put it back, or start the guard anew"
        try:
            if self._store.free_bytes() < FREE_BYTES_MIN:
                return f"the disk is full ({folder}); make room, allowed from 16 MB"
            self._account(now_ms)
            return self._debit(asked, now_ms)
        except OSError as error:
            return f"the dose cannot be written down: {error.strerror}; see to the disk of {folder}"

    def _debit(self, asked: BeginAsked, now_ms: int) -> str | None:
        dose = self._store.dose
        left = dose.left(asked.rider, asked.tier, self._table, now_ms)
        if isinstance(left, Refused):
            return left.why
        if why := dose.why_not(asked.rider, asked.tier, asked.cap_cdeg, now_ms):
            return why
        terms = rules.terms(
            asked.session,
            asked.tier,
            asked.cap_cdeg,
            asked.allowance_ms,
            asked.bouts,
            asked.wall_ms,
            left,
            self._limits,
        )
        if isinstance(terms, str):
            return terms
        bounds = of_session(rules.TIERS[asked.tier], asked.cap_cdeg, self._table.bounds, self._limits)
        terms = within(terms, bounds)
        try:
            head = dose.debit(asked.rider, asked.session, terms.allowance_ms, now_ms)
            mark = Mark(terms, self._table.sha256, asked.rider, 0, head)
            self._store.write_mark(mark)
        except OSError:
            with contextlib.suppress(OSError):
                dose.give_back(asked.rider, asked.session, terms.allowance_ms, now_ms)
            raise
        self.mark, self.asked, self._asked_ms = mark, asked, now_ms
        self.bound_by = {name: bound.why for name, bound in bounds._asdict().items()}
        self.day_left_ms = max(0, left - terms.allowance_ms)
        return None

    def offer(self) -> Terms | None:
        """The debited session that the rules have not taken yet."""
        return self.mark.terms if self.mark is not None and self.asked is not None else None

    def taken(self) -> None:
        """The rules have begun the session."""
        self.asked = None

    def expired(self, now_ms: int) -> bool:
        """Whether the rules have not taken the offer in its time."""
        return now_ms - self._asked_ms > OFFER_MS

    def close(self, mark: Mark, used_ms: int, now_ms: int) -> str | None:
        """Account for what was used, take the mark away; returns what went wrong. May wait for the disk."""
        self.mark = self.asked = None
        self._unwritten = mark, used_ms
        try:
            self._account(now_ms)
        except OSError as error:
            # The whole allowance counts as used, and nobody begins before what was used beyond it is written.
            return f"not given back: {error.strerror}"
        return None

    def _account(self, now_ms: int) -> None:
        """Write the last session's end down, if that is still to be done. Raises OSError."""
        if self._unwritten is None:
            return
        mark, used_ms = self._unwritten
        back_ms = mark.terms.allowance_ms - used_ms
        self._store.dose.give_back(mark.rider, mark.terms.session, back_ms, now_ms)
        self._store.remove_mark()
        self._unwritten = None


def within(terms: Terms, bounds: SessionBounds) -> Terms:
    """Terms inside every bound; what a session did not ask for stays smaller."""
    return terms._replace(
        **{
            name: min(getattr(terms, name), bound.value)
            for name, bound in bounds._asdict().items()
            if name in Terms._fields
        }
    )
