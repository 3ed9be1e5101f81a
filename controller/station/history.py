"""The last ten minutes of the chart, so that a reloaded page is not an empty one."""

from __future__ import annotations

from collections import deque
from typing import Any, Final

from safety.guard.messages import REPORT_LAYOUT

EVERY_MS: Final = 200
POINTS: Final = 3_000  # ten minutes
_AT = REPORT_LAYOUT.index
_NOW, _ANGLE, _SETPOINT = _AT["now_ms"], _AT["trusted_cdeg"], _AT["setpoint_cdeg"]


class History:
    """Points (ms, angle in degrees, setpoint in degrees), five a second."""

    def __init__(self) -> None:
        self.points: deque[tuple[int, float | None, float | None]] = deque(maxlen=POINTS)

    def see(self, report: tuple[Any, ...]) -> None:
        """Keep this report's point if one is due; a clock that has jumped back starts anew."""
        now_ms = report[_NOW]
        if self.points and now_ms < self.points[-1][0]:
            self.points.clear()
        if not self.points or now_ms - self.points[-1][0] >= EVERY_MS:
            self.points.append((now_ms, degrees(report[_ANGLE]), degrees(report[_SETPOINT])))


def degrees(centidegrees: int | None) -> float | None:
    """Centidegrees as degrees; None stays None."""
    return None if centidegrees is None else centidegrees / 100
