"""The guard's socket: many clients, one lease holder, nothing ever waits.

AF_UNIX SEQPACKET, because named datagrams queue ten and lose the rest. Who reads too slowly loses reports;
who is gone is seen in the same tick; STOP and RETURN are taken from anybody in any state.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from safety.guard import messages
from safety.guard.arrivals import Arrivals, Asked, BeginAsked
from safety.guard.client import QUEUE_MAX, Client
from safety.guard.listener import BACKLOG, Connection, Listener
from safety.guard.stations import Stations
from safety.observation import (
    AGE_MAX_MS,
    ORDER_CONTINUE,
    ORDER_END,
    ORDER_RETURN,
    ORDER_SEAT_LOST,
    ORDER_STOP,
    ORDER_TEST,
    Proposal,
)

CLIENTS_MAX: Final = 16
ACCEPTS_A_TICK: Final = BACKLOG + 1  # the kernel lets one more wait than it is told
GRACE_TICKS: Final = 10  # so long anybody is listened to who has just come
CROWD_MAX: Final = 200
# Packets taken from one client in a tick: a flood of one may delay neither the others nor the tick. What the
# lease holder has sent is taken whole, so that nothing old of it is left for a later tick. Whoever has sent
# more is skimmed: STOP and RETURN never wait behind a flood, of whoever sent it.
PACKETS_A_TICK: Final = 16
PACKETS_OF_HOLDER: Final = 256
PACKETS_OF_STRANGER: Final = 4
SKIMMED_A_TICK: Final = 2 * QUEUE_MAX
_OBSERVER, _CONTROLLER, _STATION = range(3)
NOT_YOURS: Final = "another controller holds the lease; stop that one first"
# Who may give which order; the rest is for everybody.
_LEASE_ORDERS: Final = (ORDER_TEST, ORDER_END)
_ORDERS: Final = (ORDER_STOP, ORDER_RETURN, ORDER_CONTINUE, ORDER_TEST, ORDER_END, ORDER_SEAT_LOST)


class Facts(NamedTuple):
    """What WELCOME tells."""

    boot_id: int
    park_cdeg: int
    cap_cdeg: int
    table_hash: bytes


class Channel:
    """All clients of one guard."""

    def __init__(self, facts: Facts, listener: Listener | None = None) -> None:
        self._facts = facts
        self._listener = listener
        self._clients: list[Client] = []
        self._holder: Client | None = None
        self._controller_ms: int | None = None
        self._stations = Stations()
        self._skims = 0
        self.proposal_seq = 0
        self.controller_state = 255
        self.phase = 255
        self.dropped = 0  # packets that were none of ours, or not in their place

    def attach(self, connected: Connection) -> None:
        """Take one end of a socket pair as a client (lockstep)."""
        self._clients.append(Client(connected))

    @property
    def has_controller(self) -> bool:
        """Whether somebody holds the lease."""
        return self._holder is not None

    def take(self, now_ms: int, late_ms: int) -> Arrivals:
        """Everything that has arrived. `late_ms` comes off each lease: a packet may have waited so long."""
        self._make_room()
        self._accept()
        arrivals = Arrivals()
        floods = []
        for client in self._clients:
            client.ticks += 1
            for _ in range(self._patience(client)):
                packet = client.receive()
                if packet is None:
                    break
                self._packet(client, packet, arrivals, now_ms, late_ms)
            else:
                floods.append(client)
        if floods:
            self._skim(floods, arrivals)
        self._sweep()
        return arrivals

    def controller_age_ms(self, now_ms: int) -> int:
        """Since the lease holder's last proposal that was newer than the one before; it leaving = never."""
        if self._holder is None or self._controller_ms is None:
            return AGE_MAX_MS
        return min(now_ms - self._controller_ms, AGE_MAX_MS)

    def station_age_ms(self, now_ms: int) -> int:
        """Since the last sign of life of the session's station; before a session, of any station."""
        return self._stations.age_ms(now_ms)

    def bind_station(self) -> None:
        """From now on only the station that spoke last counts: a restarted one feeds no running session."""
        self._stations.bind()

    def release_station(self) -> None:
        """The session is over."""
        self._stations.release(self._connected())

    def report(self, packet: bytes) -> None:
        """One report to everybody who said hello."""
        for client in self._clients:
            if client.role is not None:
                client.send(packet)

    def close(self) -> None:
        """Hang up."""
        for client in self._clients:
            client.close()
        if self._listener is not None:
            self._listener.close()

    def _patience(self, client: Client) -> int:
        if client is self._holder:
            return PACKETS_OF_HOLDER
        crowded = len(self._clients) > CLIENTS_MAX and client.role != _STATION
        return PACKETS_OF_STRANGER if client.role is None or crowded else PACKETS_A_TICK

    def _skim(self, floods: list[Client], arrivals: Arrivals) -> None:
        """Urgent orders out of what is left; who could not be skimmed in one tick comes first in the next."""
        left = SKIMMED_A_TICK
        for client in sorted(floods, key=lambda one: one.skimmed):
            if left == 0:
                return
            self._skims += 1
            client.skimmed = self._skims
            count, urgent = client.skim(min(left, QUEUE_MAX))
            left -= count
            for order, number in urgent.items():
                self._order(client, arrivals, number, order)

    def _connected(self) -> set[int]:
        return {client.instance for client in self._clients if client.role == _STATION}

    def _accept(self) -> None:
        """Everybody is let in and heard once, so that a STOP gets through whatever crowd is there."""
        listener = self._listener
        if listener is None:
            return
        for _ in range(ACCEPTS_A_TICK):
            try:
                connected, _ = listener.accept()
            except OSError:
                return
            self._clients.append(Client(connected))

    def _make_room(self) -> None:
        """Too many: whoever never said hello goes first, but not before it was heard for a while."""
        crowd = len(self._clients) - CLIENTS_MAX
        if crowd <= 0:
            return
        strangers = [one for one in self._clients if one.role is None]
        heard = [one for one in self._clients if one.ticks >= GRACE_TICKS or crowd > CROWD_MAX]
        observers = [one for one in reversed(heard) if one.role == _OBSERVER]
        rest = [one for one in reversed(heard) if one.role and one is not self._holder]
        # Strangers who still may speak have to go soon: nobody who said hello goes in their place.
        going = [one for one in heard if one.role is None][:crowd]
        for client in going + (observers + rest)[: max(0, crowd - len(strangers))]:
            client.close()
        self._sweep()

    def _sweep(self) -> None:
        """Forget who is gone; the oldest waiting controller gets a free lease."""
        if self._anybody_gone():
            for client in self._clients:
                if client.gone:
                    client.close()
            self._clients = [client for client in self._clients if not client.gone]
            if self._holder is not None and self._holder.gone:
                self._holder, self._controller_ms = None, None
                self.controller_state = self.phase = 255
            self._stations.forget(self._connected())
        if self._holder is None:
            self._holder = next((one for one in self._clients if one.role == _CONTROLLER), None)
            if self._holder is not None:
                self._welcome(self._holder)

    def _anybody_gone(self) -> bool:
        for client in self._clients:  # noqa: SIM110 - in every tick: a generator costs three times as much
            if client.gone:
                return True
        return False

    def _welcome(self, client: Client) -> None:
        boot_id, park_cdeg, cap_cdeg, table_hash = self._facts
        holds = int(client is self._holder)
        client.send(
            messages.WELCOME_LAYOUT.pack((boot_id, holds, park_cdeg, cap_cdeg, table_hash[:8])),
        )

    def _packet(self, client: Client, packet: bytes, arrivals: Arrivals, now_ms: int, late_ms: int) -> None:
        decoded = messages.decode(packet)
        kind = decoded[0].number if decoded else 0
        if decoded is None:
            self._garbage(client, packet)
        elif kind == messages.ORDER:
            self._order(client, arrivals, *decoded[1])
        elif kind == messages.HELLO:
            self._hello(client, now_ms, *decoded[1])
        elif kind == messages.ALIVE and client.role == _STATION:
            self._stations.heard(client.instance, now_ms)
        elif kind == messages.PROPOSAL and client.role == _CONTROLLER:
            self._proposal(client, decoded[1], arrivals, now_ms, late_ms)
        elif kind == messages.BEGIN:
            self._begin(client, decoded[1], arrivals)
        else:
            self.dropped += 1

    def _garbage(self, client: Client, packet: bytes) -> None:
        self.dropped += 1
        if not client.told:
            client.told = True
            version = packet[0] if packet else 0
            client.reply(0, False, f"not understood: version {version}; this guard speaks {messages.VERSION}")

    def _hello(self, client: Client, now_ms: int, role: int, instance: int) -> None:
        if role >= len(messages.ROLES) or client.role is not None:
            self.dropped += 1
            return
        client.role, client.instance = role, instance
        if role == _STATION:
            self._stations.heard(instance, now_ms)
        if role == _CONTROLLER and self._holder is None:
            self._holder = client
        self._welcome(client)

    def _order(self, client: Client, arrivals: Arrivals, number: int, order: int) -> None:
        if order not in _ORDERS:
            client.reply(number, False, f"there is no order {order}")
            self.dropped += 1
        elif order in _LEASE_ORDERS and client is not self._holder:
            client.reply(number, False, NOT_YOURS if self._holder else "say hello as controller first")
        elif order == ORDER_CONTINUE and client.role not in (_CONTROLLER, _STATION):
            client.reply(number, False, "only the seat may continue")
        else:
            arrivals.orders |= order
            arrivals.asked.append(Asked(client, number, order))

    def _proposal(
        self, client: Client, values: tuple[int, ...], arrivals: Arrivals, now_ms: int, late_ms: int
    ) -> None:
        if client is not self._holder:
            if not client.told:
                client.told = True
                client.reply(0, False, NOT_YOURS)
            return
        session, seq, moving, angle_cdeg, rate_cdps, lease_ms, state, phase = values
        # Freshness is judged by the sender's counter: a repeated packet is no sign of life.
        if self._controller_ms is not None and not 0 < (seq - self.proposal_seq) % 2**32 < 2**31:
            self.dropped += 1
            return
        self._controller_ms, self.proposal_seq = now_ms, seq
        self.controller_state, self.phase = state, phase
        left_ms = lease_ms - late_ms
        arrivals.proposal = (
            Proposal(session, seq, angle_cdeg, rate_cdps, left_ms) if moving and left_ms > 0 else None
        )

    def _begin(self, client: Client, values: tuple[int | bytes, ...], arrivals: Arrivals) -> None:
        number, session, rider, tier, cap_cdeg, allowance_ms, bouts, wall_ms = values
        if arrivals.begins:
            client.reply(int(number), False, "one BEGIN at a time; wait for the answer to the first")
            return
        if client is not self._holder:
            client.reply(int(number), False, NOT_YOURS if self._holder else "say hello as controller first")
            return
        name = messages.text(rider) if isinstance(rider, bytes) else ""
        terms = (int(value) for value in (session, tier, cap_cdeg, allowance_ms, bouts, wall_ms))
        session, tier, cap_cdeg, allowance_ms, bouts, wall_ms = terms
        arrivals.begins.append(
            BeginAsked(client, int(number), session, name, tier, cap_cdeg, allowance_ms, bouts, wall_ms)
        )
