"""The guard: one object, one tick. Sense, judge, gate, act, report; whatever waits for the disk comes last.

The same object runs in lockstep, on the granted bench and on the machine. It takes time as an argument; the
clocks it may hold serve only to notice that this very tick has become too late, and what it cost.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from firmware_bridge.ports import Devices
from safety import limits as rules
from safety.decision import INHIBITED, LATCHED, Decision
from safety.guard import able, news, report
from safety.guard.act import act, take_back_if_late
from safety.guard.arrivals import Arrivals
from safety.guard.attendant import Attendant
from safety.guard.book import Book
from safety.guard.channel import Channel
from safety.guard.checkpoints import ACTED, CHANNEL, JUDGED, SENSED, TAKEN
from safety.guard.clerk import Clerk, Desk, at_park
from safety.guard.sense import observe
from safety.guard.store import Store
from safety.guard.table import Table
from safety.limits import TICK_MS, Limits
from safety.observation import DRIVE_ARMED, ORDER_RETURN, ORDER_TEST, Observation, Wake
from safety.step import State, boot, step

GREETING_TICKS: Final = 10
CUT_SHORT: Final = "guard.ring is not as long as it was made; reports are kept in memory only"
LEAVE_AFTER: Final = 5  # ticks at park with everything said to the drive
_IDLE: Final = (INHIBITED, LATCHED)


class Clocks(NamedTuple):
    """Clocks of the machine; lockstep has none."""

    monotonic_ms: Callable[[], int]
    cpu_us: Callable[[], int]


class Guard:
    """Everything the process knows."""

    def __init__(
        self,
        table: Table,
        devices: Devices,
        channel: Channel,
        store: Store,
        boot_id: int = 0,
        clocks: Clocks | None = None,
    ) -> None:
        limits = rules.for_table(table.park_cdeg, table.stop_up_cdeg, table.stop_down_cdeg, table.cap_cdeg)
        if isinstance(limits, str):
            raise ValueError(limits)
        self.table: Final = table
        self.limits: Final[Limits] = limits
        attendant = Attendant(table.attendant_required)
        self._clerk = Clerk(Book(table, limits, store), store, channel, devices, limits, attendant)
        self.book: Final = self._clerk.book
        self.decision: Decision | None = None
        self.observation: Observation | None = None
        self.finished = False
        self._devices = devices
        self._silence_ms = able.silence_ms(devices.drive.capabilities)
        self._channel = channel
        self._store = store
        self._boot_id = boot_id
        self._clocks = clocks
        self._news = news.News(store.events)
        self._state: State | None = None  # of the rules; made in the first tick
        self._tick = 0
        self._then_ms: int | None = None
        self._cost_us = 0
        self._refused: str | None = None
        self._leaving = False
        self._return_due = False
        self._ever_armed = False
        self._still_ticks = 0

    @property
    def away(self) -> bool:
        """Whether somebody may be away from park, so that the machine must stay on."""
        decided = self.decision
        known = decided is not None and decided.trusted_cdeg is not None
        return self.book.mark is not None or (
            known and decided is not None and not at_park(decided, self.limits)
        )

    def request_return(self) -> None:
        """A signal: RETURN, and leave when parked. Asking again changes nothing."""
        if not self._leaving:
            self._leaving = self._return_due = True

    def _leave_order(self, now_ms: int) -> int:
        if not self._return_due:
            return 0
        self._return_due = False
        self._store.events.write(now_ms, "asked_to_leave", cause=None)
        return ORDER_RETURN

    def close(self) -> None:
        """Let everything go; only when finished, or when the process dies anyway."""
        self._devices.close()
        self._channel.close()
        self._store.close()

    def tick(self, now_ms: int) -> report.Report:
        """One tick: what arrived is judged, the answer is on the wire, everybody is told."""
        began_us = self._clocks.cpu_us() if self._clocks else 0
        dt_ms = TICK_MS if self._then_ms is None else max(0, now_ms - self._then_ms)
        first, self._then_ms = self._then_ms is None, now_ms
        self._tick += 1
        if first:
            self._clerk.woke(now_ms)
            self._say_start(now_ms)
        elif dt_ms > self.limits.late_ms:
            # The rules take such a guard as woken up: what it knew about motion and buttons is old.
            self._store.events.write(now_ms, "gap", cause=None, gap_ms=dt_ms)
        arrivals, seen, decided = self._judge(now_ms, dt_ms)
        self._answer(arrivals, seen, decided)
        values = self._report(now_ms, seen, decided)
        self._clerk.keep(arrivals.begins, Desk(seen, decided, self._refused, self._leaving, now_ms))
        if self._may_leave(decided) and not self.finished:
            self.finished = True
            self._store.events.write(now_ms, "left", cause=None, angle_cdeg=decided.trusted_cdeg)
        if self._clocks:
            self._cost_us = self._clocks.cpu_us() - began_us
        return values

    def _judge(self, now_ms: int, dt_ms: int) -> tuple[Arrivals, Observation, Decision]:
        """Sense, judge, act, send: the part that must be quick."""
        late_ms = max(0, dt_ms - TICK_MS)
        self._devices.take(now_ms)
        passed = TAKEN
        arrivals = self._channel.take(now_ms, late_ms)
        passed |= CHANNEL
        orders = arrivals.orders | self._leave_order(now_ms)
        seen = observe(
            self._devices,
            now_ms,
            dt_ms,
            late_ms,
            arrivals.proposal,
            self.book.offer(),
            orders,
            self._channel.controller_age_ms(now_ms),
            self._channel.station_age_ms(now_ms),
            self._store.test_due(now_ms),
            self._silence_ms,
        )
        passed |= SENSED
        state = boot(self.limits, self._wake()) if self._state is None else self._state
        self._state, decided = step(state, seen, self.limits)
        passed |= JUDGED
        self._refused = act(self._devices, decided, seen.drive_state, self.book.session != 0, now_ms)
        passed |= ACTED
        if self._clocks:
            take_back_if_late(self._devices, decided, self._clocks.monotonic_ms() - now_ms)
        send = self._devices.send if decided.feed else self._devices.withhold
        send(self._tick, passed, now_ms)
        self.observation, self.decision = seen, decided
        self._ever_armed = self._ever_armed or seen.drive_state == DRIVE_ARMED
        return arrivals, seen, decided

    def _answer(self, arrivals: Arrivals, seen: Observation, decided: Decision) -> None:
        for asked in arrivals.asked:
            testing = asked.order == ORDER_TEST
            why = (
                news.why_not(decided, seen, self._devices.trouble, self._refused, testing) if testing else ""
            )
            asked.client.reply(asked.id, *news.answer(asked, decided, why))

    def _report(self, now_ms: int, seen: Observation, decided: Decision) -> report.Report:
        if decided.refusal:
            self._clerk.refusals += 1
        mark = self.book.mark
        rest = report.Rest(
            self._tick,
            now_ms,
            self._boot_id,
            self.book.session,
            self._channel.proposal_seq,
            self._channel.controller_state,
            self._channel.phase,
            self._clerk.refusals,
            self.book.day_left_ms,
            mark.terms.cap_cdeg if mark else self.table.cap_cdeg,
            self._cost_us,
        )
        if self.book.offer() is not None:
            decided = decided._replace(used_ms=0)  # nobody has ridden in this session yet
        values = report.report(seen, decided, self._devices.drive.read(), rest)
        packet = report.packed(values)
        self._channel.report(packet)
        if not self._store.ring.write(packet):
            self._store.events.write(now_ms, "ring_lost", cause=None, wrong=CUT_SHORT)
        # In its first ticks every device is silent: that is no news.
        trouble = self._devices.trouble if self._tick > GREETING_TICKS else None
        self._news.tick(now_ms, decided, seen, trouble, self._refused)
        return values

    def _may_leave(self, decided: Decision) -> bool:
        """Asked to, nobody's session is open, and the table is parked or was never ours to move."""
        free = self._leaving and self.book.mark is None and decided.mode in _IDLE
        free = free and (
            at_park(decided, self.limits) or (decided.trusted_cdeg is None and not self._ever_armed)
        )
        self._still_ticks = self._still_ticks + 1 if free else 0
        return self._still_ticks >= LEAVE_AFTER

    def _wake(self) -> Wake:
        mark = self.book.mark
        return Wake(
            mark.terms if mark else None,
            mark.used_ms if mark else 0,
            self._store.same_table,
            self._store.tested,
            self._store.latched_cause,
        )

    def _say_start(self, now_ms: int) -> None:
        self._store.events.write(
            now_ms,
            "start",
            cause=None,
            boot_id=self._boot_id,
            table=self.table.name,
            table_sha256=self.table.sha256,
            session=self.book.session,
            tested=self._store.tested,
            accepted=self._store.accepted,
            wrong=self._store.ring_trouble,
        )
