"""The real guard, driver and node firmware on the fast plant: memory links, real sockets, a counted clock.

Clients are written as another program would write them.
"""

from __future__ import annotations

import itertools
import json
import socket
from pathlib import Path
from typing import Any

from firmware_bridge.assembly import open_devices
from firmware_bridge.config import DevicesConfig
from firmware_bridge.link.memory import memory_pair
from firmware_bridge.node import protocol
from hil.known_rider import acquaint
from safety import decision as d
from safety import observation as o
from safety.guard import messages as m
from safety.guard import table
from safety.guard.channel import Channel, Facts
from safety.guard.guard import Guard
from safety.guard.store import Store
from tests import house
from tests.node_rig import IN_ORDER, Bed

TABLE = (house.ROOT / "install/table.toml.example").read_bytes()
TICK_MS = 20
PARKED = IN_ORDER | protocol.AT_PARK | protocol.ENABLED
EMPTY = PARKED | protocol.PENDANT
NEWS = (
    "mode", "first_cause", "stage", "check_in", "bout", "drive_state", "refusal", "tested", "trouble",
    "arming_refused",
)  # fmt: skip
# What each event tells besides its number, its times and its cause.
WORDS_OF = {name: f"{name} angle_cdeg" for name in NEWS} | {
    "start": "boot_id table table_sha256 session tested accepted wrong",
    "gap": "gap_ms",
    "asked_to_leave": "",
    "left": "angle_cdeg",
    "ring_lost": "wrong",
    "latch_kept": "latch wrong",
    "dose": "wrong",
    "not_tried": "what why",
    "begin_refused": "session why",
    "begin": f"rider tier bound_by {' '.join(o.Terms._fields)}",
    "end": "session used_ms wrong refusals",
}
MOUNTED = PARKED | protocol.PENDANT | protocol.ANKLE_A | protocol.ANKLE_B | protocol.LOAD


class Setpoints:
    """Setpoints to a new place at 1 deg/s2 and 1 deg/s3: a trapezoid of rates, smoothed over one second."""

    def __init__(self, at_deg: float) -> None:
        self.at = at_deg
        self.goal_deg = at_deg
        self._rates: list[float] = []

    def go(self, goal_deg: float, top_dps: float) -> None:
        """From standstill to a new goal."""
        way = goal_deg - self.at
        top = min(top_dps, abs(way) ** 0.5)
        up = max(round(top * 50), 1)
        flat = max(round(abs(way) / top * 50) - up, 0) if top else 0
        rates = [top * k / up for k in range(up)] + [top] * flat + [top * k / up for k in range(up, 0, -1)]
        padded = [0.0] * 50 + rates + [0.0] * 50
        sums = list(itertools.accumulate(padded, initial=0.0))
        smooth = [(sums[k + 50] - sums[k]) / 50 for k in range(len(padded) - 50)]
        scale = way * 50 / sum(smooth) if top else 0.0
        self._rates = [rate * scale for rate in reversed(smooth)]
        self.goal_deg = goal_deg

    def next(self) -> tuple[int, int]:
        """One tick on: angle and rate."""
        rate = self._rates.pop() if self._rates else 0.0
        self.at = self.at + rate / 50 if self._rates else self.goal_deg
        return round(self.at * 100), round(rate * 100)


class Wire:
    """One connected client."""

    def __init__(self, channel: Channel, role: int, instance: int) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        channel.attach(theirs)
        self.socket = ours
        ours.setblocking(False)
        self.report: dict[str, Any] = {}
        self.replies: list[tuple[int, bool, str]] = []
        self.say(m.HELLO_LAYOUT, role, instance)

    def say(self, layout: m.Layout, *values: Any) -> None:
        self.socket.send(layout.pack(values))

    def pump(self) -> None:
        """Take everything that has come."""
        while True:
            try:
                packet = self.socket.recv(512)
            except BlockingIOError:
                return
            decoded = m.decode(packet)
            if decoded is None:
                return
            layout, values = decoded
            if layout is m.REPORT_LAYOUT:
                self.report = layout.as_dict(values)
            elif layout is m.REPLY_LAYOUT:
                self.replies.append((values[0], bool(values[1]), m.text(values[2])))


class Rig(Bed):
    """A guard at its table. `beat` is one tick of everything."""

    def __init__(self, folder: Path, angle_deg: float = -70.0, table_file: bytes = TABLE) -> None:
        super().__init__("a1", angle_deg)
        self.folder = folder
        self.table = table.parse(table_file)
        self.inputs = EMPTY
        self.follow_park_switch = True
        self.seq = 0
        self.shape: Setpoints | None = None
        self.station_lives = True
        self.session = 0
        acquaint(folder, self.table.sha256, "Åse")
        self.start_guard()

    def start_guard(self) -> None:
        """A fresh guard process, in effect: new links, new sockets, the same folder."""
        host, self.device = memory_pair()
        config = self.table.devices
        self.devices = open_devices(DevicesConfig(config.drive), lambda port, baud, parity: host)
        self.channel = Channel(Facts(1, -7000, self.table.cap_cdeg, bytes.fromhex(self.table.sha256)))
        self.papers = Store(self.folder, self.table.sha256, lambda: 1_700_000_000, self.now_ms, "boot")
        self.guard = Guard(self.table, self.devices, self.channel, self.papers)
        self.clients: list[Wire] = []
        self.controller = self.client(1, 11)
        self.station = self.client(2, 12)
        self.shape = None

    def client(self, role: int, instance: int) -> Wire:
        """One more client; closed with the guard."""
        self.clients.append(Wire(self.channel, role, instance))
        return self.clients[-1]

    def kill_guard(self) -> None:
        """As kill -9: nothing is said to anybody."""
        self.guard.close()
        for client in self.clients:
            client.socket.close()
        if (self.folder / "guard.events.jsonl").is_file():
            self._check_words()

    def _check_words(self) -> None:
        """Of whatever a test was about: every event has told all that it should, and nothing else."""
        for event in self.events():
            told = set(event) - {"seq", "now_ms", "wall_s", "event", "cause", "lost_before"}
            assert (told, "cause" in event) == (set(WORDS_OF[event["event"]].split()), True), event

    def serve(self) -> None:
        """Node and table live for one tick."""
        if self.device.is_open:
            self.brain.take(self.device.read(), self.now_ms)
            if answer := self.brain.reply():
                self.device.write(answer)
        if self.follow_park_switch:
            self._switches()
        self.pass_time()

    def _switches(self) -> None:
        angle = self.plant.angle_deg
        bits = self.inputs & ~(protocol.AT_PARK | protocol.PAST_REST | protocol.ENABLED)
        bits |= protocol.ENABLED if self.brain.enable else 0  # the relay's read-back contact
        bits |= protocol.AT_PARK if abs(angle + 70) < 3.5 else 0
        bits |= protocol.PAST_REST if angle > -2 else 0
        self.inputs = bits

    def beat(self, guard: bool = True) -> None:
        """One tick of controller, station, guard, node and table."""
        if guard:
            self._lead()
            if self.now_ms % 500 < TICK_MS and self.station_lives:
                self.station.say(m.ALIVE_LAYOUT, 12)
            self.guard.tick(self.now_ms)
            self.controller.pump()
            self.station.pump()
        self.serve()

    def _lead(self) -> None:
        """The controller: shaped setpoints while there is a goal, else only a sign of life."""
        self.seq += 1
        angle, rate = (0, 0) if self.shape is None else self.shape.next()
        moving = int(self.shape is not None)
        self.controller.say(m.PROPOSAL_LAYOUT, self.session, self.seq, moving, angle, rate, 100, 4, 0)

    def lead(self, goal_deg: float, speed_dps: float = 1.0) -> None:
        """Lead the table there from where it is."""
        if self.shape is None:
            self.shape = Setpoints(self.plant.angle_deg)
        if goal_deg != self.shape.goal_deg:
            self.shape.go(goal_deg, speed_dps)

    def until(self, what: Any, most_s: float, guard: bool = True) -> None:
        """Beat until something holds."""
        for _ in range(round(most_s * 1_000 / TICK_MS)):
            if what():
                return
            self.beat(guard)
        raise AssertionError(f"not within {most_s} s: {self.controller.report}")

    def run(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(round(seconds * 1_000 / TICK_MS)):
            self.beat()

    @property
    def report(self) -> dict[str, Any]:
        return self.controller.report

    def mode(self) -> str:
        return d.MODES[self.report["mode"]]

    def order(self, order: int, who: Wire | None = None) -> tuple[int, bool, str]:
        """Give an order; its reply."""
        wire = who or self.controller
        wire.replies.clear()
        wire.say(m.ORDER_LAYOUT, 77, order)
        self.beat()
        wire.pump()
        return wire.replies[-1]

    def begin(self, angle_deg: float = 20, tier: int = 1, rider: str = "Åse") -> tuple[int, bool, str]:
        """Ask for a session; the reply."""
        self.session += 1
        self.controller.replies.clear()
        self.controller.say(
            m.BEGIN_LAYOUT,
            78,
            self.session,
            rider.encode(),
            tier,
            round(angle_deg * 100),
            100_000,
            1,
            600_000,
        )
        self.until(lambda: bool(self.controller.replies), 4)
        return self.controller.replies[-1]

    def arm_and_test(self) -> None:
        """The day's direction test, nobody on the table."""
        self.until(lambda: self.report.get("drive_state") == o.DRIVE_ARMED, 2)
        self.run(0.2)
        assert self.order(o.ORDER_TEST)[1], self.controller.replies
        self.lead(-68)
        self.until(lambda: self.plant.angle_deg > -68.2, 8)
        self.until(lambda: self.report["stage"] == d.TRYING_BRAKE, 3)
        self.shape = None
        self.until(lambda: self.report["stage"] == d.NO_STAGE, 4)
        self.lead(-70)
        self.until(lambda: self.report["tested"] and self.plant.angle_deg < -69.95, 10)
        self.shape = None
        self.until(lambda: self.mode() == "inhibited", 3)

    def ride(self, angle_deg: float = 10) -> None:
        """Test, mount, begin, go down."""
        self.arm_and_test()
        self.inputs = MOUNTED
        assert self.begin()[1], self.controller.replies
        if angle_deg > 8:  # the bout's proof of return
            self._lead_to(8)
            self._lead_to(6)
        self._lead_to(angle_deg)

    def _lead_to(self, angle_deg: float) -> None:
        self.lead(angle_deg, 1.5)
        self.until(lambda: abs(self.plant.angle_deg - angle_deg) < 0.1, 120)
        self.run(2)  # the stream's own end

    def ledger(self) -> list[dict[str, Any]]:
        """The ledger's lines of this very test."""
        lines = (json.loads(line) for line in (self.folder / "ledger.jsonl").read_text().splitlines())
        return [line for line in lines if line["at_ms"] >= 0]

    def events(self) -> list[dict[str, Any]]:
        """The event file."""
        path = self.folder / "guard.events.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()]
