"""The partner beside a table that needs one (HZ-45): a sign at its own buttons before each session.

Nothing on a network can give it: STOP or a RETURN button at the table, pressed and let go at park. It counts
for one session and for a minute. Later it is the check-in that calls the partner.
"""

from __future__ import annotations

from typing import Final

from safety.observation import Inputs

SIGN_MS: Final = 60_000


class Attendant:
    """Watches the buttons at the table."""

    def __init__(self, required: bool) -> None:
        self._required = required
        self._pressed = False
        self._sign_ms: int | None = None

    def see(self, inputs: Inputs, at_park: bool, now_ms: int) -> None:
        """One tick. Unknown is neither pressed nor let go, so a dead board of inputs gives no sign."""
        buttons = (inputs.stop, inputs.return_a, inputs.return_b)
        if not at_park:
            self._pressed, self._sign_ms = False, None
        elif True in buttons:
            self._pressed = True
        elif self._pressed and None not in buttons:
            self._pressed, self._sign_ms = False, now_ms

    def why_not(self, now_ms: int) -> str | None:
        """Why no session may begin, None when the partner is there or none is needed."""
        signed = self._sign_ms is not None and 0 <= now_ms - self._sign_ms <= SIGN_MS
        if signed or not self._required:
            return None
        return (
            "this table needs a partner beside it: let them press and let go STOP or RETURN at the table,"
            f" then start within {SIGN_MS // 1_000} s"
        )

    def begun(self) -> None:
        """A session has begun: the next one needs a sign of its own."""
        self._sign_ms = None
