"""The controller, seen from the station: status in; load, start and unload out. One JSON object a packet."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from controller.station.channels import Channel
from controller.station.commands import NO_ANSWER, NO_CONTROLLER, Outcome

ANSWER_WITHIN_MS: Final = 2_000
Answer = Callable[[Outcome], None]


class ControllerChannel:
    """Connection to `controller.sock`."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.status: dict[str, Any] | None = None
        self.status_at_ms: int | None = None
        self.plan: list[Any] = []
        self._number = 0
        self._pending: dict[int, tuple[int, Answer]] = {}

    def pump(self, now_ms: int) -> list[dict[str, Any]]:
        """Connect if need be, read what has come; returns the new statuses, oldest first."""
        if self.channel.connect(now_ms):
            self.channel.send(packed({"type": "hello"}))
        statuses = [status for packet in self.channel.read() if (status := self._take(packet)) is not None]
        if statuses:
            self.status, self.status_at_ms = statuses[-1], now_ms
        for number, (until_ms, answer) in list(self._pending.items()):
            if now_ms > until_ms or not self.channel.connected:
                del self._pending[number]
                answer(NO_ANSWER)
        return statuses

    def _take(self, packet: bytes) -> dict[str, Any] | None:
        try:
            message = json.loads(packet)
        except ValueError:
            return None
        kind = message.get("type") if isinstance(message, dict) else None
        if kind == "reply":
            _, answer = self._pending.pop(message.get("id"), (0, None))
            if answer is not None:
                answer(outcome(bool(message.get("accepted")), message.get("reason") or ""))
        if kind != "status":
            return None
        self.plan = message.pop("plan", None) or self.plan
        return dict(message)

    def ask(self, kind: str, body: dict[str, Any], answer: Answer, now_ms: int) -> None:
        """Send one request; it is refused at once when the controller is not there."""
        self._number += 1
        if not self.channel.send(packed({"type": kind, "id": self._number, **body})):
            answer(NO_CONTROLLER)
            return
        self._pending[self._number] = (now_ms + ANSWER_WITHIN_MS, answer)

    def age_ms(self, now_ms: int) -> int | None:
        """Age of the newest status, None before the first."""
        return None if self.status_at_ms is None else now_ms - self.status_at_ms


def packed(message: dict[str, Any]) -> bytes:
    """One object as a packet."""
    return json.dumps(message, separators=(",", ":")).encode()


def outcome(accepted: bool, reason: str) -> Outcome:
    """The controller's answer in the station's words."""
    if accepted:
        return Outcome(True, "done", reason or "Done.")
    return Outcome(False, "refused", reason or "The controller refused.", "Look at the prompt on the panel.")
