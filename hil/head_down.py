"""When the table last went head-down, by the plant's truth: for whoever judges what came after a cause."""

from __future__ import annotations

from typing import Final

GOES_DOWN_DPS: Final = 0.1
SETTLES_DEG: Final = 0.2  # what a loaded gear gives and takes back while a drive is armed anew is no motion


class HeadDown:
    """Looks at every moment; a way down counts once it is longer than what settles, small steps together."""

    def __init__(self) -> None:
        self.last_ms = 0
        self._from_deg: float | None = None  # the lowest point since the last way down
        self._counts = False

    def look(self, now_ms: int, angle_deg: float, rate_dps: float) -> None:
        """One moment of the table."""
        if self._from_deg is None or angle_deg < self._from_deg:
            self._from_deg = angle_deg
        if rate_dps <= GOES_DOWN_DPS:
            self._from_deg = angle_deg if self._counts else self._from_deg
            self._counts = False
        elif self._counts or angle_deg - self._from_deg >= SETTLES_DEG:
            self._counts = True
            self.last_ms = now_ms
