"""One device with a protocol of its own behind one link: at most one exchange outstanding, and nothing waits.

Such protocols number nothing, so a late or doubled answer can pass for the next one. What has arrived is
thrown away before each question; an answer of another length, or one that brings more than it should, is
none; after anything but a proper answer the line stays quiet for a tick; and where callers have the choice
they ask nothing whose answer looks like one that is still owed (`may_ask`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final, NamedTuple

from firmware_bridge.errors import ECHOED, BridgeError, LinkLost
from firmware_bridge.line_pace import Turn
from firmware_bridge.owed import Owed
from firmware_bridge.ports import ByteLink

QUIET_MS: Final = 15  # the rest of this tick; ticks are 20 ms apart, give or take
SLACK_MS: Final = 10  # USB adapters hand bytes on every 1 to 16 ms
Values = tuple[int, ...]


class BadAnswer(BridgeError):
    """Bytes that are not the answer to what was asked."""


class NoAnswer(BridgeError):
    """Silence, or an answer that broke off."""


class Ask(NamedTuple):
    """One question: the whole frame, how long the answer may be (none for none), and what it says."""

    what: str  # for a person
    frame: bytes
    lengths: Values
    decode: Callable[[bytes], Values]  # raises BadAnswer
    told_by: bytes = b""  # what else than its length its answer tells of it


class Answer(NamedTuple):
    """The end of one exchange: values, or why there are none."""

    ask: Ask
    sent_ms: int
    true_ms: int  # the question was over: the device cannot have looked earlier, the world not be older
    values: Values
    error: BridgeError | None


class LineTiming(NamedTuple):
    """How long an exchange takes on this line."""

    baud: int
    bits: int  # of one character on the wire
    reply_us: int  # the device's own delay

    def transfer_us(self, length: int) -> int:
        """Time of so many bytes on the wire."""
        return length * self.bits * 1_000_000 // self.baud

    def exchange_us(self, ask: Ask) -> int:
        """From the first bit of the question to the last of the longest answer."""
        reply_us = self.reply_us if ask.lengths else 0
        return self.transfer_us(len(ask.frame) + max(ask.lengths, default=0)) + reply_us

    def turn(self, ask: Ask, tells: bool = True) -> Turn:
        """As a part of a drive's cycle."""
        return Turn(self.exchange_us(ask), self.transfer_us(len(ask.frame)), tells)


class LinePort:
    """Question and answer over a ByteLink, stepped by `take` and `send` once a tick."""

    def __init__(self, link: ByteLink, timing: LineTiming) -> None:
        self._link = link
        self.timing = timing
        self._ask: Ask | None = None
        self._sent_ms = 0
        self._deadline_ms = 0
        self._quiet_until_ms: int | None = None
        self._received = bytearray()
        self._owed = Owed()
        self.trouble: str | None = None

    @property
    def name(self) -> str:
        """The port as the user named it."""
        return self._link.name

    def is_idle(self, now_ms: int) -> bool:
        """Whether `send` would send."""
        quiet = self._quiet_until_ms is not None and now_ms < self._quiet_until_ms
        return self._ask is None and not quiet

    def may_ask(self, ask: Ask, now_ms: int) -> bool:
        """Whether its answer could be told from one that is still owed."""
        return self._owed.may_ask(shape(ask), now_ms)

    def send(self, ask: Ask, now_ms: int) -> bool:
        """Throw away what lies on the line and send; False while one is outstanding or the line is quiet."""
        if not self.is_idle(now_ms):
            return False
        try:
            self._link.read()
            self._link.write(ask.frame)
        except LinkLost as error:
            self.trouble = str(error)
            return False
        self._ask, self._sent_ms = ask, now_ms
        self._owed.ask(shape(ask), now_ms)
        slack_ms = SLACK_MS if ask.lengths else 0
        self._deadline_ms = now_ms + -(-self.timing.exchange_us(ask) // 1_000) + slack_ms
        self._received.clear()
        return True

    def take(self, now_ms: int) -> Answer | None:
        """Collect what has arrived; an Answer when the outstanding exchange has ended, well or badly."""
        ask = self._ask
        if ask is None:
            return None
        try:
            self._received += self._link.read()
            received = bytes(self._received)
            if len(received) < max(ask.lengths, default=1) and now_ms < self._deadline_ms:
                return None
            return self._end(ask, now_ms, self._decoded(ask, received), None)
        except BridgeError as error:
            return self._end(ask, now_ms, (), error)

    def _decoded(self, ask: Ask, received: bytes) -> Values:
        if received.startswith(ask.frame):
            raise BadAnswer(f"{ask.what} {ECHOED}")
        if len(received) in ask.lengths:
            return ask.decode(received)
        if not ask.lengths and not received:
            return ()
        due = " or ".join(map(str, ask.lengths)) or "no"
        kind = NoAnswer if len(received) < max(ask.lengths, default=0) else BadAnswer
        raise kind(f"{len(received)} bytes in answer to {ask.what}, due {due}")

    def _end(self, ask: Ask, now_ms: int, values: Values, error: BridgeError | None) -> Answer:
        self._ask = None
        if ask.lengths:
            self._settle(ask, error)
        self.trouble = None if error is None else f"{self.name}: {error}"
        if error is not None:
            self._quiet_until_ms = now_ms + QUIET_MS
        sent_us = self.timing.transfer_us(len(ask.frame))
        return Answer(ask, self._sent_ms, self._sent_ms + sent_us // 1_000, values, error)

    def _settle(self, ask: Ask, error: BridgeError | None) -> None:
        if error is None:
            self._owed.answered()
        elif self._owed or not isinstance(error, BadAnswer):  # else the spoilt one was the answer
            self._owed.unanswered(shape(ask), self._sent_ms)

    def close(self) -> None:
        """Close the link."""
        self._link.close()


def shape(ask: Ask) -> Hashable:
    """All that its answer tells of it."""
    return ask.told_by or ask.lengths
