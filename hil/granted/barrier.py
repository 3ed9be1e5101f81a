"""The bench's clock: grants each tick to guard, controller and station in turn and waits for each of them.

Somebody missing or stopped: the bench runs at the pace of the wall until they are back. A process that died
is back `RESTART_MS` of table time later, not before and not after: a death costs the same at any speed.
One that is kept away from outside is not waited for, and costs no pace.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from firmware_bridge import clock
from hil.granted.member import Member
from hil.granted.packets import Done, Grant

TICK_MS: Final = 20
RESTART_MS: Final = 1_000
BACK_WITHIN_MS: Final = 15_000  # real time a restarted process may take; then we go on without it
PERIODS_MS: Final = {"guard": 20, "controller": 20, "station": 60}


@dataclass(slots=True)
class Place:
    """One role at the table: who fills it, or since when it has been empty."""

    role: str
    member: Member | None = None
    lost_at_ms: int | None = None
    next_ms: int = 0
    held_until_ms: int = 0  # stopped from outside: it gets no turns
    away_until_ms: int = 0  # killed from outside, and nobody starts it before

    @property
    def back_at_ms(self) -> int:
        """Not before."""
        return 0 if self.lost_at_ms is None else max(self.lost_at_ms + RESTART_MS, self.away_until_ms)


@dataclass(slots=True)
class Barrier:
    """Owns the clock's socket. `produced` and `settle` are the bench's byte counters (see packets)."""

    address: Path
    joined: Callable[[Member], None]
    produced: Callable[[Member], tuple[int, ...]]
    settle: Callable[[Member, Done], None]
    serve: Callable[[], None]  # keeps the wires alive while we wait for somebody
    places: dict[str, Place] = field(default_factory=lambda: {role: Place(role) for role in PERIODS_MS})
    closing: bool = False
    _server: socket.socket = field(init=False)
    _waiting: list[Member] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._server.bind(str(self.address))
        self._server.listen(8)
        self._server.setblocking(False)

    def accept(self, now_ms: int = 0) -> None:
        """Seat whoever has come, said hello and is due at table time `now_ms`."""
        while True:
            try:
                connection, _ = self._server.accept()
            except BlockingIOError:
                break
            connection.setblocking(True)
            self._waiting.append(Member(connection))
        for member in [waiting for waiting in self._waiting if waiting.read_hello()]:
            if member.is_dead():
                self._waiting.remove(member)
            elif self._is_due(self.places[member.role], now_ms):
                self._waiting.remove(member)
                self._seat(member)

    @staticmethod
    def _is_due(place: Place, now_ms: int) -> bool:
        return place.member is None and now_ms >= place.back_at_ms

    def _seat(self, member: Member) -> None:
        place = self.places[member.role]
        place.member, place.lost_at_ms = member, None
        place.held_until_ms = place.away_until_ms = 0
        self.joined(member)

    def complete(self, now_ms: int = 0) -> bool:
        """Whether every place is filled by somebody who answers, or empty because it has to be."""
        return all(
            now_ms < place.away_until_ms if place.member is None else not place.member.silent
            for place in self.places.values()
        )

    def wait_for_all(self, until_ms: int) -> bool:
        """Before the first tick: everybody has to be here. `until_ms` on the real clock."""
        while clock.monotonic_ms() < until_ms and not self.complete():
            self.accept()
            self.serve()
            clock.sleep_until_ms(clock.monotonic_ms() + 2)
        return self.complete()

    def tick(self, number: int, now_ms: int) -> None:
        """One tick for everybody whose period is due, strictly in turn."""
        self.accept(now_ms)
        for place in self.places.values():
            self._expect(place, now_ms)
            if now_ms >= max(place.next_ms, place.held_until_ms):
                place.next_ms = now_ms + PERIODS_MS[place.role]
                self._turn(place, number, now_ms)

    def _turn(self, place: Place, number: int, now_ms: int) -> None:
        member = place.member
        if member is None:
            return
        if member.listens():
            member.grant(Grant(number, now_ms, self.produced(member)))
            done = member.wait_done(number)
            if done is not None:
                self.settle(member, done)
        if member.is_dead():
            member.close()
            place.member, place.lost_at_ms = None, now_ms

    def pid(self, role: str) -> int:
        """The process in a place, 0 = nobody."""
        member = self.places[role].member
        return 0 if member is None else member.pid

    def hold(self, role: str, until_ms: int) -> None:
        """Give a place no turns until then: whoever fills it is stopped."""
        self.places[role].held_until_ms = until_ms

    def keep_away(self, role: str, until_ms: int) -> None:
        """Whoever fills a place has been killed, and is not back before then."""
        self.places[role].held_until_ms, self.places[role].away_until_ms = 0, until_ms

    def _expect(self, place: Place, now_ms: int) -> None:
        """A dead process is due back a fixed table time later: then the table waits for it."""
        if not self._is_awaited(place) or now_ms < place.back_at_ms:
            return
        give_up_ms = clock.monotonic_ms() + BACK_WITHIN_MS
        while self._is_awaited(place) and clock.monotonic_ms() < give_up_ms:
            self.accept(now_ms)
            self.serve()
            clock.sleep_until_ms(clock.monotonic_ms() + 2)
        if place.member is None:
            place.lost_at_ms = now_ms

    def _is_awaited(self, place: Place) -> bool:
        return place.member is None and place.lost_at_ms is not None and not self.closing

    def close(self) -> None:
        """Everybody sees the end of the clock."""
        for place in self.places.values():
            if place.member is not None:
                place.member.close()
        self._server.close()
