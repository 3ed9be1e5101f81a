"""One Modbus device behind one link: at most one request outstanding, and nothing waits.

A serial line has no transaction numbers, so a late or doubled answer can pass for the answer to the next
request. Four things prevent it: what has arrived is thrown away before each request; after anything but a
proper answer one tick stays quiet; callers take turns with reads of other lengths (`turns_differ`); and where
they have the choice they ask nothing whose answer looks like one that is still owed (`may_ask`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from firmware_bridge.codec import modbus
from firmware_bridge.errors import ECHOED, BridgeError, LinkLost
from firmware_bridge.owed import Owed
from firmware_bridge.ports import ByteLink

QUIET_MS: Final = 15  # the rest of this tick; ticks are 20 ms apart, give or take
SLACK_MS: Final = 10  # USB adapters hand bytes on every 1 to 16 ms


class NoAnswer(BridgeError):
    """Silence, or an answer that broke off."""


class Echoed(modbus.BadAnswer):
    """The adapter hands back what is sent; over such a one a write can pass for its own confirmation."""


class Timing(NamedTuple):
    """How long a transaction takes on this line."""

    baud: int
    bits: int  # of one character on the wire: 10 without, 11 with parity
    silence_us: int  # C3.5, before the device believes that the request is over
    reply_us: int  # the device's own transmission wait

    def transfer_us(self, length: int) -> int:
        """Time of so many bytes on the wire."""
        return length * self.bits * 1_000_000 // self.baud

    def transaction_us(self, request: modbus.Request) -> int:
        """From the first bit of the request to the last of the answer."""
        length = modbus.request_length(request) + modbus.answer_length(request)
        return self.transfer_us(length) + self.silence_us + self.reply_us


class Answer(NamedTuple):
    """The end of one transaction: registers, or why there are none."""

    request: modbus.Request
    sent_ms: int
    true_ms: int  # the request was over: the device cannot have looked earlier, the world not be older
    registers: tuple[int, ...]
    error: BridgeError | None


class ModbusPort:
    """Request and answer over a ByteLink, stepped by `take` and `send` once a tick."""

    def __init__(self, link: ByteLink, timing: Timing) -> None:
        self._link = link
        self._timing = timing
        self._request: modbus.Request | None = None
        self._frame = b""  # as sent
        self._sent_ms = 0
        self._deadline_ms = 0
        self._quiet_until_ms: int | None = None
        self._received = bytearray()
        self._owed = Owed()
        self.trouble: str | None = None
        self.stray_bytes = 0  # thrown away, so far

    @property
    def name(self) -> str:
        """The port as the user named it."""
        return self._link.name

    def is_idle(self, now_ms: int) -> bool:
        """Whether `send` would send."""
        quiet = self._quiet_until_ms is not None and now_ms < self._quiet_until_ms
        return self._request is None and not quiet

    def may_ask(self, request: modbus.Request, now_ms: int) -> bool:
        """Whether its answer could be told from one that is still owed."""
        return self._owed.may_ask(modbus.shape(request), now_ms)

    def send(self, request: modbus.Request, now_ms: int) -> bool:
        """Throw away what lies on the line and send; False while one is outstanding or the line is quiet."""
        if not self.is_idle(now_ms):
            return False
        try:
            self.stray_bytes += len(self._link.read())
            self._frame = modbus.encode(request)
            self._link.write(self._frame)
        except LinkLost as error:
            self.trouble = str(error)
            return False
        self._request, self._sent_ms = request, now_ms
        self._owed.ask(modbus.shape(request), now_ms)
        self._deadline_ms = now_ms + self._timing.transaction_us(request) // 1_000 + SLACK_MS
        self._received.clear()
        return True

    def take(self, now_ms: int) -> Answer | None:
        """Collect what has arrived; an Answer when the outstanding request has ended, well or badly."""
        if self._request is None:
            return None
        try:
            self._received += self._link.read()
        except LinkLost as error:
            return self._end(self._request, now_ms, (), error)
        received = bytes(self._received)
        if len(received) < modbus.due_length(self._request, received):
            return self._wait(self._request, len(received), now_ms)
        try:
            refuse_echo(self._request, self._frame, received)
            return self._end(self._request, now_ms, modbus.decode(self._request, received), None)
        except BridgeError as error:
            return self._end(self._request, now_ms, (), error)

    def _wait(self, request: modbus.Request, length: int, now_ms: int) -> Answer | None:
        if now_ms < self._deadline_ms:
            return None
        due = modbus.answer_length(request)
        text = f"{length} of {due} bytes to {request.describe()} within {now_ms - self._sent_ms} ms"
        return self._end(request, now_ms, (), NoAnswer(text))

    def _end(
        self, request: modbus.Request, now_ms: int, registers: tuple[int, ...], error: BridgeError | None
    ) -> Answer:
        self._request = None
        self._settle(request, error)
        if error is not None:
            self.trouble = f"{self.name}: {error}"
        if error is not None and not isinstance(error, modbus.Refused):
            self._quiet_until_ms = now_ms + QUIET_MS
        elif error is None:
            self.trouble = None
        sent_us = self._timing.transfer_us(modbus.request_length(request))
        return Answer(request, self._sent_ms, self._sent_ms + sent_us // 1_000, registers, error)

    def _settle(self, request: modbus.Request, error: BridgeError | None) -> None:
        """A single write's confirmation may be our own echo, an exception that of any request: no proof."""
        if error is None and request.function != modbus.WRITE_ONE:
            self._owed.answered()
        if error is None or isinstance(error, modbus.Refused):
            return
        if self._owed or not isinstance(error, modbus.BadAnswer):  # else the spoilt one was the answer
            self._owed.unanswered(modbus.shape(request), self._sent_ms)

    def close(self) -> None:
        """Close the link."""
        self._link.close()


def refuse_echo(request: modbus.Request, sent: bytes, received: bytes) -> None:
    """The answer to a single write (06h) is an echo by the standard; all others begin differently."""
    if request.function != modbus.WRITE_ONE and received.startswith(sent):
        raise Echoed(f"{request.describe()} {ECHOED}")


def turns_differ(lengths: Sequence[int], apart: int) -> bool:
    """Whether any two reads up to `apart` turns from each other (round and round) differ in length."""
    count = len(lengths)
    return all(lengths[i] != lengths[(i + d) % count] for i in range(count) for d in range(1, apart + 1))
