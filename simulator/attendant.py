"""The attendant beside the table: helps when the sounder calls, or the e-stop is in, and nobody comes home.

Presses RETURN for a second; if the table does not move then, holds it down for as long as the table moves.
What they know is what they see and hear.
"""

from __future__ import annotations

from simulator.buttons import Buttons
from simulator.rider import Sight

BUTTON = "return_b"
PRESS_US = 1_000_000
AGAIN_US = 4_000_000  # between two tries
STANDS_US = 3_000_000  # held without any motion for so long: let go
ARRIVED_US = 500_000  # the same at park
AWAY_DEG = 2.0
STILL_DPS = 0.05


class Attendant:
    """Call `look` every 20 ms or so."""

    def __init__(self, buttons: Buttons, park_deg: float, helps_after_s: float) -> None:
        self._buttons = buttons
        self._park_deg = park_deg
        self._patience_us = round(helps_after_s * 1e6)
        self._moved_us = 0
        self._quiet_us = 0  # when nothing called for help last
        self._let_go_us: int | None = None  # a short press ends then
        self._holds = False
        self._tries = 0
        self._next_us = 0

    def look(self, sight: Sight) -> None:
        """See, decide, act."""
        now_us = sight.now_us
        if abs(sight.rate_dps) > STILL_DPS:
            self._moved_us = now_us
        home = sight.angle_deg <= self._park_deg + AWAY_DEG
        if home or not (sight.sounder or self._buttons["estop"]):
            self._quiet_us = now_us
        if self._let_go_us is not None or self._holds:
            self._end(now_us, home)
        elif now_us - max(self._quiet_us, self._moved_us) >= self._patience_us and now_us >= self._next_us:
            self._help(now_us)

    def _help(self, now_us: int) -> None:
        """A short press first, after that hold-to-run; with the e-stop in only holding is of use."""
        self._buttons.person(BUTTON, True)
        self._moved_us = now_us
        self._holds = self._tries % 2 == 1 or self._buttons["estop"]
        self._let_go_us = None if self._holds else now_us + PRESS_US
        self._tries += 1

    def _end(self, now_us: int, home: bool) -> None:
        """Let go: after the press, at park, or when holding moves nothing."""
        short = self._let_go_us is not None and now_us >= self._let_go_us
        idle = self._holds and now_us - self._moved_us >= (ARRIVED_US if home else STANDS_US)
        if short or idle:
            self._buttons.person(BUTTON, False)
            self._let_go_us, self._holds = None, False
            self._next_us = now_us + AGAIN_US
