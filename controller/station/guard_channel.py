"""The guard, seen from the station: reports in, signs of life and orders out (safety/guard/messages.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from controller.station.channels import Channel
from controller.station.commands import NO_ANSWER, NO_GUARD, Outcome
from safety.guard import messages

ALIVE_EVERY_MS: Final = 500
ANSWER_WITHIN_MS: Final = 2_000
Answer = Callable[[Outcome], None]


class GuardChannel:
    """Connection to `guard.sock` in the role of the station."""

    def __init__(self, channel: Channel, instance: int) -> None:
        self.channel = channel
        self.welcome: dict[str, Any] | None = None
        self.report: tuple[Any, ...] | None = None
        self.report_at_ms: int | None = None
        self._instance = instance
        self._alive_at_ms: int | None = None
        self._number = 0
        self._pending: dict[int, tuple[int, Answer]] = {}

    def pump(self, now_ms: int) -> list[tuple[Any, ...]]:
        """Connect if need be, read what has come; returns the new reports, oldest first."""
        if self.channel.connect(now_ms):
            role = messages.ROLES.index("station")
            self.channel.send(messages.HELLO_LAYOUT.pack((role, self._instance)))
            self._alive_at_ms = None
        reports = []
        for packet in self.channel.read():
            decoded = messages.decode(packet)
            if decoded is not None:
                reports += self._take(*decoded)
        if reports:
            self.report, self.report_at_ms = reports[-1], now_ms
        self._say_alive(now_ms)
        self._give_up(now_ms)
        return reports

    def _take(self, layout: messages.Layout, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if layout.number == messages.REPORT:
            return [values]
        if layout.number == messages.WELCOME:
            self.welcome = layout.as_dict(values)
            self.welcome["table_hash"] = self.welcome["table_hash"].hex()
        if layout.number == messages.REPLY:
            number, accepted, reason = values
            _, answer = self._pending.pop(number, (0, None))
            if answer is not None:
                answer(outcome(bool(accepted), messages.text(reason)))
        return []

    def _say_alive(self, now_ms: int) -> None:
        due = self._alive_at_ms is None or now_ms - self._alive_at_ms >= ALIVE_EVERY_MS
        if due and self.channel.send(messages.ALIVE_LAYOUT.pack((self._instance,))):
            self._alive_at_ms = now_ms

    def _give_up(self, now_ms: int) -> None:
        for number, (until_ms, answer) in list(self._pending.items()):
            if now_ms > until_ms or not self.channel.connected:
                del self._pending[number]
                answer(NO_ANSWER)

    def order(self, order: int, answer: Answer, now_ms: int) -> None:
        """Send one order. Nothing is kept for later: an order that cannot go now is refused now."""
        self._number += 1
        if not self.channel.send(messages.ORDER_LAYOUT.pack((self._number, order))):
            answer(NO_GUARD)
            return
        self._pending[self._number] = (now_ms + ANSWER_WITHIN_MS, answer)

    def age_ms(self, now_ms: int) -> int | None:
        """Age of the newest report, None before the first."""
        return None if self.report_at_ms is None else now_ms - self.report_at_ms


def outcome(accepted: bool, reason: str) -> Outcome:
    """The guard's answer in the station's words."""
    if accepted:
        return Outcome(True, "done", reason or "Done.")
    return Outcome(False, "refused", reason or "The guard refused.", "Look at the state on the panel.")
