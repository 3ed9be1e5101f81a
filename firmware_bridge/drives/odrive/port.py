"""One ODrive behind one link: at most one question outstanding, commands in between, and nothing waits.

Answers carry no name of what was asked. What tells them apart is their kind (two decimals, one decimal, one
whole number), so callers never ask twice running for the same kind, and everything that has come before a
question is thrown away when it is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from firmware_bridge.drives.odrive import lines
from firmware_bridge.drives.odrive.properties import Kind
from firmware_bridge.errors import ECHOED, BridgeError, LinkLost
from firmware_bridge.ports import ByteLink

SLACK_MS: Final = 10  # USB adapters hand bytes on every 1 to 16 ms
BITS: Final = 10  # 8N1
LONGEST_REPLY: Final = 48
LONGEST_UNREAD: Final = 512
PARSERS: Final[dict[Kind, Callable[[str], lines.Value]]] = {
    "pair": lines.pair,
    "decimal": lines.decimal,
    "whole": lines.whole,
}


class NoAnswer(BridgeError):
    """Silence, or an answer that broke off."""


class Question(NamedTuple):
    """One line that is answered, and what the answer looks like."""

    text: str
    kind: Kind


class Answer(NamedTuple):
    """The end of one question: its value, or why there is none."""

    question: Question
    true_ms: int  # the question was over: the drive cannot have looked earlier
    value: lines.Value | None
    error: BridgeError | None


class LinePort:
    """Stepped by `take` and `send` once a tick."""

    def __init__(self, link: ByteLink, baud: int) -> None:
        self._link = link
        self._baud = baud
        self._question: Question | None = None
        self._frame = b""  # as sent
        self._sent_ms = 0
        self._true_ms = 0
        self._deadline_ms = 0
        self._received = bytearray()
        self.trouble: str | None = None

    @property
    def name(self) -> str:
        """The port as the user named it."""
        return self._link.name

    @property
    def is_idle(self) -> bool:
        """Whether a question may be asked."""
        return self._question is None

    def _transfer_ms(self, length: int) -> int:
        return -(-length * BITS * 1_000 // self._baud)

    def send(self, commands: Sequence[str], question: Question | None, now_ms: int) -> bool:
        """Commands go out in any case; the question only when none is outstanding. True when it was asked."""
        asks = question is not None and self.is_idle
        told = b"".join(lines.encode(command) for command in commands)
        asked = lines.encode(question.text) if question is not None and asks else b""
        if not told and not asked:
            return False
        try:
            if asks:
                self._link.read()
            self._link.write(told + asked)
        except LinkLost as error:
            self.trouble = str(error)
            return False
        if asks:
            self._question, self._sent_ms, self._frame = question, now_ms, told + asked
            length = len(told) + len(asked)
            self._true_ms = now_ms + self._transfer_ms(length)
            self._deadline_ms = now_ms + self._transfer_ms(length + LONGEST_REPLY) + SLACK_MS
            self._received.clear()
        return asks

    def take(self, now_ms: int) -> Answer | None:
        """Collect what has arrived; an Answer when the outstanding question has ended, well or badly."""
        if self._question is None:
            return None
        try:
            self._received += self._link.read()
        except LinkLost as error:
            return self._end(self._question, None, error)
        received = bytes(self._received)
        whole = received.endswith(b"\n") or len(received) > LONGEST_UNREAD
        if not whole and now_ms < self._deadline_ms:
            return None
        if received and (received.startswith(self._frame) or self._frame.startswith(received)):
            return self._end(self._question, None, lines.BadLine(f"'{self._question.text}' {ECHOED}"))
        if not whole:
            text = f"{lines.shown(received)} to '{self._question.text}' within {now_ms - self._sent_ms} ms"
            return self._end(self._question, None, NoAnswer(text))
        try:
            value = PARSERS[self._question.kind](lines.decode(received))
        except lines.BadLine as error:
            return self._end(self._question, None, error)
        return self._end(self._question, value, None)

    def _end(self, question: Question, value: lines.Value | None, error: BridgeError | None) -> Answer:
        self._question = None
        self.trouble = None if error is None else f"{self.name}: {error}"
        return Answer(question, self._true_ms, value, error)

    def close(self) -> None:
        """Close the link."""
        self._link.close()
