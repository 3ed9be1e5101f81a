"""Controller and guard, the real objects over socket pairs, on an ideal table: it is where it was told to be.

One tick is 20 ms of a clock that only counts. The rider follows the book unless a test takes over.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from controller.channel import GuardClient, StationServer
from controller.facts import facts_of
from controller.loop import Controller
from controller.programme import shipped
from firmware_bridge.ports import AngleSensor, Capabilities, HeadKeeper, Inputs, MotorDrive, Outputs
from firmware_bridge.readings import ARMED, DISARMED, AngleReading, Arming, DriveReading, InputsReading
from hil.known_rider import acquaint
from safety.guard import messages, table
from safety.guard.channel import Channel, Facts
from safety.guard.guard import Guard
from safety.guard.store import Store

TICK_MS = 20
PARK_CDEG = -7000
TABLE = b"""
[table]
name = "Ideal"
power_loss = "battery"
battery_returns = 2
crank = true
way_out_after_cut = "second-drive"
[stops]
up_deg = -74
down_deg = 66
[limits]
cap_deg = 60
[drive]
type = "node"
port = "/dev/none"
"""
CALM = InputsReading(
    0, 0, False, False, False, False, True, False, False, True, False, False, False, True, True
)


class IdealTable:
    """All four ports of the guard at once; nothing wears, nothing lies."""

    def __init__(self) -> None:
        self.drive: MotorDrive = self
        self.inclinometer: AngleSensor = _Frame(self)
        self.inputs: Inputs = _Contacts(self)
        self.outputs: Outputs = self
        self.head_keeper: HeadKeeper | None = None
        self.trouble: str | None = None
        self.capabilities = Capabilities("ideal", False, True, True, 100, "brake")
        self.contacts = CALM
        self.angle_cdeg = PARK_CDEG
        self.rate_cdps = 0
        self.lamp = False
        self._armed = False
        self._enabled = True
        self._now_ms = 0
        self._ticks = 0
        self._goal: tuple[int, int] | None = None

    def take(self, now_ms: int) -> None:
        self._now_ms, self._ticks = now_ms, self._ticks + 1
        if self._goal is not None:
            self.angle_cdeg, self.rate_cdps = self._goal

    def send(self, tick: int, checkpoints: int, now_ms: int) -> None:
        """The command acts until the next tick."""

    def withhold(self, tick: int, checkpoints: int, now_ms: int) -> None:
        """It does not say what its watchdog does, so nobody asks."""

    def arm(self, now_ms: int) -> Arming:
        self._armed = True
        return Arming(True)

    def move(self, angle_cdeg: int, rate_cdps: int) -> None:
        self._goal = (angle_cdeg, rate_cdps)

    def stop(self, decel_cdps2: int) -> None:
        self._goal = (self.angle_cdeg, 0)

    def release(self) -> None:
        self._goal, self._armed = (self.angle_cdeg, 0), False

    def yield_to_own_return(self) -> None:
        self._goal = None

    def read(self) -> DriveReading:
        state = ARMED if self._armed else DISARMED
        return DriveReading(
            self._now_ms, self._ticks & 0xFF, self.angle_cdeg, self.rate_cdps, state, 0, 0, 1_000, 1
        )

    def angle(self) -> AngleReading:
        return AngleReading(self._now_ms, self._ticks & 0xFF, self.angle_cdeg, self.rate_cdps)

    def pressed(self) -> InputsReading:
        at_park = abs(self.angle_cdeg - PARK_CDEG) < 300
        past_rest = self.angle_cdeg > -200
        return self.contacts._replace(
            at_ms=self._now_ms,
            counter=self._ticks & 0xFF,
            at_park=at_park,
            past_rest=past_rest,
            enabled=self._enabled,
        )

    def set(self, sounder: bool, lamp: bool, enable: bool, session_open: bool) -> None:
        self.lamp, self._enabled = lamp, enable

    def close(self) -> None:
        """Nothing is open."""


class _Frame:
    def __init__(self, ideal: IdealTable) -> None:
        self._ideal = ideal

    def read(self) -> AngleReading:
        return self._ideal.angle()


class _Contacts:
    def __init__(self, ideal: IdealTable) -> None:
        self._ideal = ideal

    def read(self) -> InputsReading:
        return self._ideal.pressed()


class Rig:
    """One table, one guard, one controller, one station's two sockets."""

    def __init__(self, folder: Path, tick_ms: Callable[[int], int] | None = None) -> None:
        self.folder = folder
        self.table = IdealTable()
        self.machine = table.parse(TABLE)
        self.now_ms = 1_000_000
        self.rider: Callable[[Rig], None] = Rig.by_the_book
        self.status: dict[str, Any] = {}
        self.plan: list[Any] = []
        self.replies: dict[int, dict[str, Any]] = {}
        self.states: list[str] = []
        self.station_lives = True
        self.report: dict[str, Any] = {}
        self.refused: list[dict[str, Any]] = []
        self._asked_ms: int | None = None
        self.start_guard()
        self.start_controller(7)

    def start_guard(self) -> None:
        """A fresh guard on the same disk, with a station that is alive."""
        acquaint(self.folder, self.machine.sha256, "ada")
        store = Store(self.folder, self.machine.sha256, lambda: 1_700_000_000, self.now_ms, "boot")
        self.store = store
        facts = Facts(1, self.machine.park_cdeg, self.machine.cap_cdeg, bytes.fromhex(self.machine.sha256))
        self.channel = Channel(facts)
        self.guard = Guard(self.machine, self.table, self.channel, store, 1)
        self.alive = self.client()
        self.alive.send(messages.HELLO_LAYOUT.pack((messages.ROLES.index("station"), 99)))

    def client(self) -> socket.socket:
        """One end of a connection to the guard."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.channel.attach(theirs)
        ours.setblocking(False)
        return ours

    def start_controller(self, instance: int) -> None:
        """A fresh controller that has just connected."""
        guard = GuardClient(None, instance, self.client())
        stations = StationServer(None)
        self.station, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.station.setblocking(False)
        stations.attach(theirs)
        self.controller = Controller(facts_of(self.machine), guard, stations)

    def close(self) -> None:
        """Let everything go."""
        self.guard.close()
        self.controller.guard.close()
        self.controller.stations.close()
        self.station.close()
        self.alive.close()

    def tick(self) -> None:
        """20 ms."""
        self.now_ms += TICK_MS
        if self.now_ms % 500 == 0 and self.station_lives:
            self.alive.send(messages.ALIVE_LAYOUT.pack((99,)))
        self.rider(self)
        self.report = messages.REPORT_LAYOUT.as_dict(self.guard.tick(self.now_ms))
        if self.report["refusal"]:
            self.refused.append(self.report)
        self.controller.tick(self.now_ms)
        if self.states[-1:] != [self.controller.state]:
            self.states.append(self.controller.state)
        self._drain()

    def _drain(self) -> None:
        for link in (self.station, self.alive):
            while True:
                try:
                    packet = link.recv(200_000)
                except BlockingIOError:
                    break
                if link is self.station:
                    self._message(json.loads(packet))

    def _message(self, message: dict[str, Any]) -> None:
        if message["type"] == "reply":
            self.replies[message["id"]] = message
            return
        self.plan = message.pop("plan", self.plan)
        self.status = message

    def run(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(round(seconds * 1_000 / TICK_MS)):
            self.tick()

    def until(self, holds: Callable[[], bool], seconds: float) -> None:
        """Let time pass until something holds; fails when it never does."""
        for _ in range(round(seconds * 1_000 / TICK_MS)):
            if holds():
                return
            self.tick()
        raise AssertionError(f"not within {seconds} s: {self.status}, {self.report}")

    def ask(self, **message: Any) -> dict[str, Any]:
        """Send a message as a station and wait for its reply."""
        number = len(self.replies) + 1
        self.station.send(json.dumps({"id": number, **message}).encode())
        self.until(lambda: number in self.replies, 1)
        return self.replies[number]

    def load(self, name: str = "beginner", tier: str = "beginner") -> dict[str, Any]:
        """Load a shipped programme."""
        text = shipped()[name].read_text(encoding="utf-8")
        rider = {"id": "ada", "tier": tier}
        return self.ask(type="load", programme=text, name=f"{name}.toml", rider=rider)

    def ready(self, name: str = "beginner", tier: str = "beginner") -> None:
        """Load, test, mount, begin."""
        self.until(lambda: self.controller.state == "parked", 5)
        assert self.load(name, tier)["accepted"]
        self.until(lambda: self.controller.state == "ready", 60)

    def reach(self, state: str, seconds: float = 300, name: str = "beginner") -> None:
        """Ride until a state."""
        self.ready(name)
        assert self.ask(type="start")["accepted"]
        self.until(lambda: self.controller.state == state, seconds)

    def contacts(self, **now: bool) -> None:
        """Set buttons and contacts."""
        self.table.contacts = self.table.contacts._replace(**now)

    def by_the_book(self) -> None:
        """Holds the pendant, mounts after the tests, answers a check-in by release and press."""
        on = bool(self.report.get("tested"))
        held = True
        if self.table.lamp and self._asked_ms is None:
            self._asked_ms = self.now_ms
        if self._asked_ms is not None:
            since_ms = self.now_ms - self._asked_ms
            held = not 2_000 <= since_ms < 2_300
            if since_ms > 2_400 and not self.table.lamp:
                self._asked_ms = None
        self.contacts(pendant=held, ankle_a=on, ankle_b=on, load=on)
