"""One node on one link, stepped by `take` and `send` once a tick; an answer is read a tick later.

A STATUS counts when its CRC, version and length are right, it answers a COMMAND of ours, and its counter went
on. Its time is the end of that COMMAND: the node answers at once, so the sample is not younger, and a STATUS
that was late on the wire shows its age.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from firmware_bridge import readings
from firmware_bridge.codec import node_frames
from firmware_bridge.codec.node_frames import (
    Command,
    Config,
    ConfigReply,
    Deframer,
    HeadReply,
    HelloReply,
    Status,
)
from firmware_bridge.config import NodeConfig
from firmware_bridge.drives.node import handshake
from firmware_bridge.drives.node.handshake import Handshake
from firmware_bridge.drives.node.head import KeptHead
from firmware_bridge.errors import LinkLost
from firmware_bridge.line_pace import Pace
from firmware_bridge.node import protocol
from firmware_bridge.ports import ByteLink

SILENT_MS: Final = 200  # longer than any watchdog we allow: it has gone its own way
VERIFY_MS: Final = 60_000
TICK_MS: Final = 20
BUDGET: Final = 5  # lost answers before they are trouble
_KEPT: Final = 32  # COMMANDs whose answer may still come
_IDLE: Final = (protocol.NONE, 0, 0, 0)
_STATUS_BYTES: Final = len(node_frames.encode(Status(*(0 for _ in Status._fields)), 0))
_COMMAND_BYTES: Final = len(node_frames.encode(Command(*(0 for _ in Command._fields)), 0))
_EXCHANGE_BYTES: Final = _COMMAND_BYTES + _STATUS_BYTES
_ANY: Final = tuple(0 for _ in protocol.LIMITS)


class Taken(NamedTuple):
    """A STATUS with its time and its counter unrolled."""

    status: Status
    at_ms: int
    counter: int


class NodePort:
    """The wire to one node; the facets in driver.py put names on it."""

    def __init__(self, config: NodeConfig, link: ByteLink, role: str) -> None:
        self.limits = config.limits
        self.newest: Taken | None = None
        self.wants_arm = role == "io"  # without a motor there is nothing to wait for
        self.takes_over = False
        self.state = readings.OFFLINE
        self.boot_count = 0
        self.intent = _IDLE
        self.outputs = 0
        self.session_open = False
        self.head = KeptHead()
        self.rejected = 0
        self._role = role
        self._link = link
        self._bits = 10 if config.parity == "none" else 11
        self._baud = config.baud
        self.pace = self._pace()
        self._handshake = Handshake(config, role)
        self._handshake.begin(0)
        self._deframer = Deframer()
        self._seq = 0
        self._sent: dict[int, tuple[int, int]] = {}  # seq: time, bytes
        self._challenge = 0
        self._budget = 0
        self._heard_ms: int | None = None
        self._verified_ms = 0
        self._link_trouble: str | None = None

    @property
    def refused(self) -> str | None:
        """Why arming is refused."""
        return self._handshake.refused

    @property
    def proved(self) -> bool:
        """Whether identity and limits are proved since the node's last reset."""
        return self._handshake.stage == handshake.PROVED

    @property
    def trouble(self) -> str | None:
        """In words for a person."""
        if self._link_trouble or self.refused:
            return self._link_trouble or self.refused
        if self._heard_ms is None:
            return f"node on {self._link.name}: no answer; check plug, power and baud rate ({self._baud})"
        if self._budget >= BUDGET:
            return f"node on {self._link.name}: answers get lost; check cable and screen"
        return None

    def close(self) -> None:
        """Close the link."""
        self._link.close()

    # In

    def take(self, now_ms: int) -> None:
        """Read what has arrived."""
        try:
            data = self._link.read()
            self._link_trouble = None
        except LinkLost as error:
            data = b""
            self._link_trouble = str(error)
        for frame in self._deframer.feed(data):
            message = frame.message
            if isinstance(message, Status):
                self._status(message, now_ms)
            elif isinstance(message, HelloReply):
                self._hello(message, now_ms)
            elif isinstance(message, ConfigReply):
                self._handshake.configured(message, now_ms)
                self.wants_arm = self._role == "io" or (self.wants_arm and self.proved)
            elif isinstance(message, HeadReply):
                self.head.replied(message)
        if self._heard_ms is not None and now_ms - self._heard_ms > SILENT_MS:
            self._begin_again(now_ms)

    def _hello(self, reply: HelloReply, now_ms: int) -> None:
        if self._handshake.greeted(reply, now_ms):
            self._challenge = reply.challenge
            self._heard_ms = now_ms
            if reply.boot_count != self.boot_count:
                self.boot_count = reply.boot_count
                self._sent.clear()
                self.newest = None

    def _status(self, status: Status, now_ms: int) -> None:
        sent = self._sent.pop(status.ack, None)
        last = self.newest
        if status.boot_count != self.boot_count and sent is not None:
            self.boot_count = status.boot_count  # shows at once, and takes the arming away
            self.newest = Taken(status, self._time_of(sent, now_ms), (last.counter if last else 0) + 1)
            self._begin_again(now_ms)
            return
        ahead = 1 if last is None else (status.counter - last.status.counter) & 0xFFFF
        if sent is None or not 0 < ahead < 0x8000:
            self.rejected += 1
            return
        self._budget = max(0, min(BUDGET, self._budget + (ahead - 1 if ahead > 1 else -1)))
        self.newest = Taken(status, self._time_of(sent, now_ms), (last.counter if last else 0) + ahead)
        self._challenge = status.challenge
        self._heard_ms = now_ms
        self._follow_state(status.state)

    def _time_of(self, sent: tuple[int, int], now_ms: int) -> int:
        """When the answer to this COMMAND was true, at the latest."""
        sent_ms, size = sent
        return min(now_ms - self._transfer_ms(_STATUS_BYTES), sent_ms + self._transfer_ms(size))

    def _follow_state(self, state: int) -> None:
        """What the node's state means for our arming: its own return and its faults end it."""
        if state in (protocol.OWN_RETURN, protocol.FAULT) and self.state != state:
            self.wants_arm = self._role == "io"
            self.takes_over = False
        elif state == protocol.ARMED:
            self.takes_over = False
        self.state = state

    def _begin_again(self, now_ms: int) -> None:
        self._heard_ms = None
        self._handshake.begin(now_ms)
        self.head.begin()
        self.wants_arm = self._role == "io"
        self.takes_over = False
        self.state = readings.OFFLINE

    def _pace(self) -> Pace:
        """COMMAND and STATUS of each tick fit into it, with as much again left for the minute's read-back."""
        took_ms = self._transfer_ms(_EXCHANGE_BYTES)
        if took_ms > TICK_MS:
            section = "drive" if self._role == "table" else "inputs"
            raise ValueError(
                f"[{section}].baud: at {self._baud} baud one exchange takes {took_ms} ms, "
                f"allowed {TICK_MS} ms; set the node to 460800 baud"
            )
        return Pace(self._baud, took_ms + 1, TICK_MS, 2 * TICK_MS)

    def _transfer_ms(self, size: int) -> int:
        return size * self._bits * 1_000 // self._baud

    # Out

    def send(self, tick: int, checkpoints: int, now_ms: int) -> None:
        """The question of the handshake, or this tick's COMMAND; the limits are read back every minute."""
        intent, self.intent = self.intent, _IDLE
        question = self._handshake.request(now_ms)
        if question is not None:
            self._write(question, now_ms)
        elif self._handshake.stage != handshake.GREETING:
            self._write(self._command(intent, tick & 0xFFFF, checkpoints & 0xFFFF), now_ms)
            if now_ms - self._verified_ms >= VERIFY_MS:
                self._verified_ms = now_ms
                self._write(Config(protocol.READ, _ANY), now_ms)
            elif self.proved and (head := self.head.request(now_ms)):
                self._write(head, now_ms)

    def _command(self, intent: tuple[int, int, int, int], tick: int, checkpoints: int) -> Command:
        mode, angle_cdeg, rate_cdps, decel_cdps2 = intent
        request = protocol.SESSION_OPEN if self.session_open else 0
        if self.wants_arm and self.proved:
            request |= protocol.ARM
        if self.takes_over and mode in (protocol.MOVE, protocol.STOP):
            request |= protocol.TAKEOVER
        answer = protocol.answer(self._challenge, tick, checkpoints)
        return Command(
            mode,
            request,
            self.outputs,
            angle_cdeg,
            rate_cdps,
            decel_cdps2,
            self._challenge,
            tick,
            checkpoints,
            answer,
        )

    def _write(self, message: node_frames.Message, now_ms: int) -> None:
        self._seq = (self._seq + 1) & 0xFF
        frame = node_frames.encode(message, self._seq)
        try:
            self._link.write(frame)
        except LinkLost as error:
            self._link_trouble = str(error)
            return
        if isinstance(message, Command):
            self._sent[self._seq] = (now_ms, len(frame))
            if len(self._sent) > _KEPT:
                del self._sent[next(iter(self._sent))]
