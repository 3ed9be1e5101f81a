"""The controller's two channels: a client of the guard, a server of stations. Neither ever waits."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, NamedTuple

from safety.guard import messages
from safety.guard.listener import Connection, Listener, connect, listen

RETRY_MS: Final = 200
REPORT_MAX_MS: Final = 200  # a guard that is silent for so long is not there
GUARD_PACKET_MAX: Final = 512
STATION_PACKET_MAX: Final = 150_000  # a programme file of a person is a hundredth of it
STATIONS_MAX: Final = 16
PACKETS_A_TICK: Final = 64
REPLIES_KEPT: Final = 32


class Report(NamedTuple):
    """What the controller reads of a REPORT."""

    now_ms: int
    boot_id: int
    session: int
    mode: int
    trusted_cdeg: int | None
    trusted_cdps: int | None
    inputs: int
    inputs_known: int
    refusal: int
    refusals: int
    first_cause: int
    stage: int
    stage_left_ms: int
    check_in: int
    check_in_left_ms: int
    used_ms: int
    tested: int


_READ: Final = itemgetter(*(messages.REPORT_LAYOUT.index[name] for name in Report._fields))


_PLAIN: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


class Reply(NamedTuple):
    """The guard's answer to one request."""

    accepted: bool
    reason: str


class GuardClient:
    """One connection to the guard at a time, opened again every 200 ms while it is gone."""

    def __init__(
        self,
        path: Path | None,
        instance: int,
        connected: Connection | None = None,
        connect: Callable[[Path], Connection] = connect,
    ) -> None:
        """`connected` is one end of a socket pair instead of a path; lockstep has its own `connect`."""
        self._path = path
        self._open = connect
        self.instance: Final = instance
        self._socket = connected
        self._greeted = False
        self._tried_ms: int | None = None
        self._report_ms: int | None = None
        self._report: Report | None = None
        self._requests = 0
        self._seq = 0
        self.welcome: dict[str, Any] | None = None
        self.replies: dict[int, Reply] = {}
        self.lost = 0  # packets the guard was too slow for

    @property
    def connected(self) -> bool:
        """Whether there is somebody at the other end."""
        return self._socket is not None

    def report(self, now_ms: int) -> Report | None:
        """The newest report, None when there is no fresh one."""
        if self._report_ms is None or now_ms - self._report_ms > REPORT_MAX_MS:
            return None
        return self._report

    def pump(self, now_ms: int) -> None:
        """Connect if need be; read everything that has arrived."""
        if self._socket is None:
            self._connect(now_ms)
        elif not self._greeted:
            self._greet(self._socket)
        newest: bytes | None = None
        while (packet := self._receive()) is not None:
            if len(packet) > 1 and packet[1] == messages.REPORT:
                newest = packet  # only the newest one is unpacked
            else:
                self._other(packet)
        if newest is not None and (values := messages.REPORT_LAYOUT.unpack(newest)) is not None:
            self._report = Report._make(_READ(values))
            self._report_ms = now_ms

    def propose(
        self, session: int, setpoint: tuple[int, int] | None, state: int, phase: int, lease_ms: int
    ) -> None:
        """This tick's proposal; `setpoint` None = alive, but asking for nothing."""
        self._seq = (self._seq + 1) & 0xFFFF_FFFF
        angle_cdeg, rate_cdps = setpoint or (0, 0)
        moving = int(setpoint is not None)
        fields = (session, self._seq, moving, angle_cdeg, rate_cdps, lease_ms, state, phase)
        self._send(messages.PROPOSAL_LAYOUT.pack(fields))

    def order(self, order: int) -> int:
        """Send an order; returns the id under which `replies` will have the answer."""
        self._requests += 1
        self._send(messages.ORDER_LAYOUT.pack((self._requests, order)))
        return self._requests

    def begin(
        self, session: int, rider: str, tier: int, cap_cdeg: int, allowance_ms: int, bouts: int, wall_ms: int
    ) -> int:
        """Ask for a session; returns the id of the answer."""
        self._requests += 1
        name = rider.encode()[:32].decode("utf-8", "ignore").encode()
        fields = (self._requests, session, name, tier, cap_cdeg, allowance_ms, bouts, wall_ms)
        self._send(messages.BEGIN_LAYOUT.pack(fields))
        return self._requests

    def close(self) -> None:
        """Hang up; what was known is forgotten."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._greeted = None, False
        self._report = self._report_ms = self.welcome = None
        self.replies.clear()

    def _connect(self, now_ms: int) -> None:
        if self._path is None or (self._tried_ms is not None and now_ms - self._tried_ms < RETRY_MS):
            return
        self._tried_ms = now_ms
        try:
            fresh = self._open(self._path)
        except OSError:
            return
        self._socket = fresh
        self._greet(fresh)

    def _greet(self, connected: Connection) -> None:
        connected.setblocking(False)
        self._greeted = True
        self._send(messages.HELLO_LAYOUT.pack((messages.ROLES.index("controller"), self.instance)))

    def _receive(self) -> bytes | None:
        if self._socket is None:
            return None
        try:
            packet = self._socket.recv(GUARD_PACKET_MAX)
        except BlockingIOError:
            return None
        except OSError:
            packet = b""
        if not packet:
            self.close()
            return None
        return packet

    def _other(self, packet: bytes) -> None:
        decoded = messages.decode(packet)
        if decoded is None:
            return
        layout, values = decoded
        if layout.number == messages.WELCOME:
            self.welcome = layout.as_dict(values)
        elif layout.number == messages.REPLY:
            number, accepted, reason = values
            if len(self.replies) >= REPLIES_KEPT:
                self.replies.pop(next(iter(self.replies)))
            self.replies[number] = Reply(bool(accepted), messages.text(reason))

    def _send(self, packet: bytes) -> None:
        if self._socket is None:
            return
        try:
            self._socket.send(packet)
        except BlockingIOError:
            self.lost += 1
        except OSError:
            self.close()


class Station:
    """One station that is connected."""

    __slots__ = ("connected", "knows_plan", "lost")

    def __init__(self, connected: Connection) -> None:
        connected.setblocking(False)
        self.connected = connected
        self.knows_plan = False
        self.lost = 0  # packets it was too slow for

    def send(self, message: dict[str, Any]) -> None:
        """One message, or lose it: nobody is waited for."""
        packet = _PLAIN.encode(message).encode()
        try:
            self.connected.send(packet)
        except BlockingIOError:
            self.lost += 1
        except OSError as error:
            # A station that is gone is found by its next read; a packet too long for it is only lost.
            self.lost += 1
            if error.errno not in (errno.EPIPE, errno.ECONNRESET, errno.EMSGSIZE, errno.ENOBUFS):
                raise

    def reply(self, number: int, accepted: bool, reason: str | None = None) -> None:
        """Answer one request."""
        self.send({"type": "reply", "id": number, "accepted": accepted, "reason": reason})


class StationServer:
    """All stations. One JSON object a packet."""

    def __init__(self, path: Path | None, listen: Callable[[Path], Listener] = listen) -> None:
        """Binds at once; AlreadyListening when another controller answers on this socket."""
        self._listener = None if path is None else listen(path)
        self.stations: list[Station] = []

    def attach(self, connected: Connection) -> None:
        """Take one end of a socket pair as a station (lockstep)."""
        self.stations.append(Station(connected))

    def take(self) -> list[tuple[Station, dict[str, Any]]]:
        """Every message that has arrived; what is none is answered here."""
        self._accept()
        taken: list[tuple[Station, dict[str, Any]]] = []
        for station in list(self.stations):
            for _ in range(PACKETS_A_TICK):
                packet = self._receive(station)
                if packet is None:
                    break
                message = _message(packet)
                if message is None:
                    station.reply(0, False, "not understood: one JSON object a packet, at most 150,000 bytes")
                else:
                    taken.append((station, message))
        return taken

    def close(self) -> None:
        """Hang up."""
        for station in self.stations:
            station.connected.close()
        self.stations.clear()
        if self._listener is not None:
            self._listener.close()

    def _accept(self) -> None:
        while self._listener is not None:
            try:
                connected, _ = self._listener.accept()
            except OSError:
                return
            if len(self.stations) < STATIONS_MAX:
                self.stations.append(Station(connected))
            else:
                connected.close()

    def _receive(self, station: Station) -> bytes | None:
        try:
            packet = station.connected.recv(STATION_PACKET_MAX + 1)
        except BlockingIOError:
            return None
        except OSError:
            packet = b""
        if not packet:
            station.connected.close()
            self.stations.remove(station)
            return None
        return packet


def _message(packet: bytes) -> dict[str, Any] | None:
    if len(packet) > STATION_PACKET_MAX:
        return None
    try:
        message = json.loads(packet)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None
