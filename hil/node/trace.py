"""Traces for the node's firmware: a host that behaves, a wire and a table that do not always.

The host answers the real challenges, so the trace is made in closed loop with the plant; what comes out
is the input alone, which any Python can replay (firmware_bridge.node.replay).
"""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from firmware_bridge.codec.node_frames import (
    HEAD_BYTES,
    Command,
    Config,
    Deframer,
    Head,
    Hello,
    HelloReply,
    Message,
    Status,
    encode,
)
from firmware_bridge.node import protocol, replay
from simulator.plant.bed import RIDER
from simulator.plant.fast import TablePlant
from simulator.plant.params import GEARS

TICK_MS: Final = 10
HEAD: Final = struct.Struct("<IihhHHBB")
IN_ORDER: Final = protocol.ESTOP_OK | protocol.SUPPLY_OK | protocol.ANKLE_A | protocol.ANKLE_B
LONGEST_DATA: Final = 200
# Pauses of 2 s and 1 s instead of 60 s and 20 s, so that own returns end within a trace.
LIMITS: Final = tuple({"rest_pause_s": 2, "mid_pause_s": 1}.get(row[0], row[5]) for row in protocol.LIMITS)
HEAD_SHARE: Final = 0.01  # of the messages: the ledger's head, at rest and under way
TARGETS_DEG: Final = (-40.0, 5.0, -20.0, 15.0, -66.0, 8.0)


class Event(NamedTuple):
    """Something that goes wrong for a while."""

    name: str
    ticks: int


# Every one stands for a line of the node's failure list.
EVENTS: Final = (
    Event("nothing", 280),
    Event("bit_flips", 100),
    Event("truncated", 60),
    Event("garbage", 60),
    Event("doubled", 60),
    Event("late", 60),
    Event("host_silent", 80),
    Event("host_gone", 1500),
    Event("estop", 120),
    Event("estop_and_return", 250),
    Event("stop_and_cut", 80),
    Event("encoder_silent", 300),
    Event("encoder_frozen", 300),
    Event("encoder_jumped", 200),
    Event("inclination_silent", 150),
    Event("inclination_shifted", 200),
    Event("no_angle", 250),
    Event("over_angle", 150),
    Event("jam", 600),
    Event("reversed", 200),
    Event("reboot", 10),
    Event("disarmed", 100),
)
INPUTS: Final = {  # event: bits off, bits on
    "estop": (protocol.ESTOP_OK, 0),
    "estop_and_return": (protocol.ESTOP_OK, protocol.RETURN_A),
    "over_angle": (0, protocol.OVER_ANGLE),
    "no_angle": (0, protocol.RETURN_B),
}


@dataclass(slots=True)
class Trace:
    """`data` is the file; `output` what CPython made of it while it was recorded, one item a tick."""

    data: bytes
    ticks: int
    output: list[bytes]
    events: list[str]
    states: dict[int, int] = field(default_factory=dict)  # state: ticks


class Maker:
    """Host, wire and table round one player."""

    def __init__(self, seed: int, gear: str, role: str = "table") -> None:
        self._random = random.Random(seed)
        self._flags = (replay.GEAR_A2 if gear == "a2" else 0) | (replay.ROLE_IO if role == "io" else 0)
        self._plant = TablePlant(GEARS[gear], -60.0, RIDER)
        self._player = replay.Player()
        self._deframer = Deframer()
        self._event = Event("nothing", 200)
        self._left = 200
        self._deck: list[Event] = []  # every event once before any comes again
        self._challenge = self._seq = self._tick = 0
        self._greeted = self._configured = False
        self._state = 0
        self._angle_deg = -60.0
        self._rate_dps = 0.0
        self._held_back = b""
        self._frozen_mdeg = 0
        self._now_ms = (1 << 30) - 5_000  # the clock wraps under way

    def make(self, ticks: int) -> Trace:
        """So many ticks."""
        trace = Trace(b"", ticks, [], [])
        rows: list[bytes] = []
        for tick in range(ticks):
            self._draw(trace)
            data = self._bytes(tick)[:LONGEST_DATA]
            row = self._head(len(data)) + data
            self._player.play(row[: replay.HEAD], data)
            rows.append(row)
            given = self._player.written()
            trace.output.append(given)
            trace.states[given[3]] = trace.states.get(given[3], 0) + 1
            self._take(given[replay.OUT_HEAD :])
            self._actuate()
            self._now_ms = (self._now_ms + TICK_MS) & 0x3FFF_FFFF
        trace.data = b"".join(rows)
        return trace

    def _draw(self, trace: Trace) -> None:
        self._left -= 1
        if self._left > 0:
            return
        if self._event.name != "nothing":
            self._event = EVENTS[0]
        else:
            if not self._deck:
                self._deck = self._random.sample(EVENTS[1:], len(EVENTS) - 1)
            self._event = self._deck.pop()
        self._left = max(5, int(self._event.ticks * self._random.uniform(0.7, 1.0)))
        self._frozen_mdeg = round(self._plant.angle_deg * 1000)
        self._plant.drag_nm = 5_000.0 if self._event.name == "jam" else 0.0
        trace.events.append(self._event.name)

    # The host

    def _bytes(self, tick: int) -> bytes:
        name = self._event.name
        if name in ("host_silent", "host_gone", "jam") or tick % 2:
            return self._noise() if name == "garbage" else b""
        data = self._message()
        held, self._held_back = self._held_back, b""
        if name == "late" and self._random.random() < 0.5:
            self._held_back, data = data, b""
        return held + self._spoilt(name, data)

    def _spoilt(self, name: str, data: bytes) -> bytes:
        draw = self._random
        if name == "bit_flips" and data and draw.random() < 0.5:
            spoilt = bytearray(data)
            for _ in range(draw.choice((1, 1, 2, 5))):
                spoilt[draw.randrange(len(spoilt))] ^= 1 << draw.randrange(8)
            return bytes(spoilt)
        if name == "truncated" and draw.random() < 0.5:
            return data[: draw.randrange(len(data) + 1)]
        if name == "garbage" and draw.random() < 0.3:
            return self._noise() + data
        return data * 2 if name == "doubled" else data

    def _noise(self) -> bytes:
        draw = self._random
        return bytes(draw.choice((0, 1, 255, draw.randrange(256))) for _ in range(draw.randrange(90)))

    def _message(self) -> bytes:
        if not self._greeted:
            return self._frame(Hello(protocol.VERSION, 0, self._random.getrandbits(32)))
        if not self._configured:
            self._configured = True
            return self._frame(Config(protocol.WRITE, LIMITS)) + self._frame(Config(protocol.READ, LIMITS))
        if self._random.random() < HEAD_SHARE:
            return self._frame(Head(self._random.randrange(2), self._random.randbytes(HEAD_BYTES)))
        self._plan()
        self._tick = (self._tick + 1) & 0xFFFF
        answer = protocol.answer(self._challenge, self._tick, 7)
        disarms = self._event.name == "disarmed" or self._state == protocol.FAULT
        request = protocol.SESSION_OPEN | (0 if disarms else protocol.ARM)
        if self._state == protocol.OWN_RETURN and self._random.random() < 0.02:
            request |= protocol.TAKEOVER
        return self._frame(
            Command(
                self._mode(),
                request,
                self._random.randrange(8),
                round(self._angle_deg * 100),
                round(self._rate_dps * 100),
                3000,
                self._challenge,
                self._tick,
                7,
                answer,
            )
        )

    def _mode(self) -> int:
        if self._event.name == "stop_and_cut":
            return self._random.choice((protocol.STOP, protocol.STOP, protocol.CUT))
        return protocol.NONE if self._state == protocol.DISARMED else protocol.MOVE

    def _plan(self) -> None:
        """A setpoint 20 ms further at 2 deg/s; from where the table is when nobody follows."""
        target = TARGETS_DEG[self._tick // 700 % len(TARGETS_DEG)]
        if self._state != protocol.ARMED:
            self._angle_deg, self._rate_dps = self._plant.angle_deg, 0.0
        else:
            step = max(-0.04, min(0.04, target - self._angle_deg))
            self._angle_deg += step
            self._rate_dps = step / 0.02

    def _frame(self, message: Message) -> bytes:
        self._seq = (self._seq + 1) & 0xFF
        return encode(message, self._seq)

    def _take(self, data: bytes) -> None:
        for _, message in self._deframer.feed(data):
            if isinstance(message, HelloReply):
                self._greeted, self._configured = True, False
                self._challenge = message.challenge
            elif isinstance(message, Status):
                self._challenge, self._state = message.challenge, message.state

    # The table

    def _head(self, size: int) -> bytes:
        name, angle_mdeg = self._event.name, round(self._plant.angle_deg * 1000)
        flags = self._flags | replay.ENCODER | replay.INCLINATION
        if name in ("encoder_silent", "no_angle"):
            flags &= ~replay.ENCODER
        if name in ("inclination_silent", "no_angle"):
            flags &= ~replay.INCLINATION
        if name == "reboot" and self._left == 1:
            flags |= replay.REBOOT
            self._greeted = self._configured = False
        encoder = self._frozen_mdeg if name == "encoder_frozen" else angle_mdeg
        encoder += 5_000 if name == "encoder_jumped" else 0
        noise = self._random.randrange(-4, 5)
        inclination = round(self._plant.angle_deg * 100) + noise
        inclination -= 500 if name == "inclination_shifted" else 0
        current = max(-32_000, min(32_000, round(self._plant.current_a * 1000)))
        off, on = INPUTS.get(name, (0, 0))
        on |= protocol.PAST_REST if self._plant.angle_deg > -2.0 else 0
        on |= protocol.AT_PARK if self._plant.angle_deg < -69.0 else 0
        inputs = IN_ORDER & ~off | on
        return HEAD.pack(
            self._now_ms, encoder, inclination, current, inputs, protocol.ALL_INPUTS, flags, size
        )

    def _actuate(self) -> None:
        plant, brain = self._plant, self._player.brain
        if brain.bridge_on:
            plant.drive(brain.duty_permille * (-1 if self._event.name == "reversed" else 1) / 1000)
        else:
            plant.open_circuit()
        plant.brake(brain.brake_closed)
        plant.advance(TICK_MS)


def make(ticks: int = 12_000, seed: int = 1, gear: str = "a1", role: str = "table") -> Trace:
    """A trace of so many ticks of 10 ms."""
    return Maker(seed, gear, role).make(ticks)
