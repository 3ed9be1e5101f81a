"""One ODrive behind one link: at most one question outstanding, commands in between, and nothing waits.

Answers carry no name of what was asked. What tells them apart is their kind (two decimals, one decimal, one
whole number, one of three complaints) and their order. So while a question is unanswered no other one of its
kind is asked, for half a second: an answer of another kind shows that the one before was lost, since it would
have come first. On a line that is always late no answer is taken for one at all. And what has come before a
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
OWED_MS: Final = 500  # later than that no answer comes
PARSERS: Final[dict[Kind, Callable[[str], lines.Value]]] = {
    "pair": lines.pair,
    "decimal": lines.decimal,
    "whole": lines.whole,
    "complaint": lines.complaint,
    "no_motor": lines.no_motor,
    "no_form": lines.no_form,
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
        self._owed: dict[Kind, int] = {}  # unanswered: when the last one of its kind was asked
        self.trouble: str | None = None

    @property
    def name(self) -> str:
        """The port as the user named it."""
        return self._link.name

    @property
    def is_idle(self) -> bool:
        """Whether a question may be asked."""
        return self._question is None

    def may_ask(self, question: Question, now_ms: int) -> bool:
        """Whether its answer could be told from one that is still owed."""
        asked_ms = self._owed.get(question.kind)
        return asked_ms is None or now_ms - asked_ms >= OWED_MS

    def _transfer_ms(self, length: int) -> int:
        return -(-length * BITS * 1_000 // self._baud)

    def send(self, commands: Sequence[str], questions: Sequence[Question], now_ms: int) -> Question | None:
        """Commands go out in any case; then the first question that may be asked, if any. Which was asked."""
        allowed = (one for one in questions if self.is_idle and self.may_ask(one, now_ms))
        question = next(allowed, None)
        told = b"".join(lines.encode(command) for command in commands)
        asked = lines.encode(question.text) if question is not None else b""
        if not told and not asked:
            return None
        try:
            if question is not None:
                self._link.read()
            self._link.write(told + asked)
        except LinkLost as error:
            self.trouble = str(error)
            return None
        if question is not None:
            self._owed.pop(question.kind, None)
            self._question, self._sent_ms, self._frame = question, now_ms, told + asked
            length = len(told) + len(asked)
            self._true_ms = now_ms + self._transfer_ms(length)
            self._deadline_ms = now_ms + self._transfer_ms(length + LONGEST_REPLY) + SLACK_MS
            self._received.clear()
        return question

    def take(self, now_ms: int) -> Answer | None:
        """Collect what has arrived; an Answer when the outstanding question has ended, well or badly."""
        if self._question is None:
            return None
        try:
            self._received += self._link.read()
        except LinkLost as error:
            return self._end(self._question, None, error)
        received = self._without_late()
        whole = received.endswith(b"\n") or len(received) > LONGEST_UNREAD
        if not whole and now_ms < self._deadline_ms:
            return None
        if received and (received.startswith(self._frame) or self._frame.startswith(received)):
            return self._end(self._question, None, lines.BadLine(f"'{self._question.text}' {ECHOED}"))
        if not whole:
            text = f"{lines.shown(received)} to '{self._question.text}' within {now_ms - self._sent_ms} ms"
            return self._end(self._question, None, NoAnswer(text))
        value = value_of(self._question.kind, received)
        if isinstance(value, BridgeError):
            return self._end(self._question, None, value)
        return self._end(self._question, value, None)

    def _without_late(self) -> bytes:
        """What has come, but for whole lines that answer what was asked before."""
        rest = bytearray()
        for line in bytes(self._received).splitlines(keepends=True):
            late = [kind for kind in self._owed if not isinstance(value_of(kind, line), BridgeError)]
            if late:
                del self._owed[late[0]]
            else:
                rest += line
        self._received = rest
        return bytes(rest)

    def _end(self, question: Question, value: lines.Value | None, error: BridgeError | None) -> Answer:
        self._question = None
        self.trouble = None if error is None else f"{self.name}: {error}"
        if error is None:
            self._owed.clear()
        elif self._owed or not isinstance(error, lines.BadLine):  # else the spoilt line was the answer
            self._owed[question.kind] = self._sent_ms
        return Answer(question, self._true_ms, value, error)

    def close(self) -> None:
        """Close the link."""
        self._link.close()


def value_of(kind: Kind, received: bytes) -> lines.Value | lines.BadLine:
    """The value of one answer of this kind, or why it is none."""
    try:
        return PARSERS[kind](lines.decode(received))
    except lines.BadLine as error:
        return error
