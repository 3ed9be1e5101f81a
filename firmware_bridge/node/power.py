"""Bridge and brake: torque before the brake opens, brake closed before the torque goes."""

OFF = 0
COMING = 1  # bridge on, brake still closed
ON = 2
GOING = 3  # brake told to close, bridge still on

_COMING_MS = 40
_GOING_MS = 100
_LONG_MS = 1_000


class Power:
    """`bridge_on` and `brake_closed`, from what is wanted."""

    def __init__(self) -> None:
        self.stage = OFF
        self._left_ms = 0
        self.rested_ms = 0  # so long the bridge has been off, a second at most

    @property
    def bridge_on(self) -> bool:
        """Whether the bridge drives."""
        return self.stage != OFF

    @property
    def brake_closed(self) -> bool:
        """Whether the brake is told to be closed."""
        return self.stage != ON

    def cut(self) -> None:
        """Both at once."""
        self.stage = OFF
        self.rested_ms = 0

    def step(self, wanted: bool, dt_ms: int) -> None:
        """One tick."""
        self._left_ms -= dt_ms
        self.rested_ms = min(self.rested_ms + dt_ms, _LONG_MS) if self.stage == OFF else 0
        if wanted and (self.stage == OFF or self.stage == GOING):
            self._left_ms = _COMING_MS if self.stage == OFF else 0
            self.stage = COMING
        elif not wanted and (self.stage == ON or self.stage == COMING):
            self.stage = GOING
            self._left_ms = _GOING_MS
        elif self._left_ms <= 0:
            if self.stage == COMING:
                self.stage = ON
            elif self.stage == GOING:
                self.stage = OFF
