"""Which angle the loops use: the encoder; the inclinometer when the encoder is silent or frozen."""

from firmware_bridge.node import protocol
from firmware_bridge.node.velocity import RateMeter

_SILENT_MS = 30
_LOST_MS = 100
_SEEN_MDEG = 1_000  # seen by the inclinometer while the encoder stood still
_STOOD_MDEG = 100
_SLOW_SAMPLES = 12


class AngleSource:
    """`angle_mdeg`, `rate_mdps`, `known`, and `slow` while it stands on the inclinometer."""

    def __init__(self) -> None:
        self.angle_mdeg = 0
        self.known = False
        self.slow = False
        self.fault = protocol.NO_FAULT
        self._frozen = False
        self._silent_ms = _LOST_MS
        self._lost_ms = _LOST_MS
        self._encoder_from = 0
        self._inclination_from = 0
        self._watching = False
        self._fast_rate = RateMeter()
        self._slow_rate = RateMeter(_SLOW_SAMPLES)

    @property
    def rate_mdps(self) -> int:
        """Of the source in use."""
        return self._slow_rate.rate_mdps if self.slow else self._fast_rate.rate_mdps

    def rearm(self) -> None:
        """Believe the encoder again."""
        self._frozen = False

    def take(
        self, encoder_mdeg: int | None, inclination_cdeg: int | None, driven: bool, now_ms: int, dt_ms: int
    ) -> None:
        """One sample of both, None = silent; `driven`: the motor is told to turn."""
        self._silent_ms = 0 if encoder_mdeg is not None else min(self._silent_ms + dt_ms, 1000)
        if encoder_mdeg is not None:
            self._fast_rate.sample(encoder_mdeg, now_ms)
        if inclination_cdeg is not None:
            self._slow_rate.sample(inclination_cdeg * 10, now_ms)
        if encoder_mdeg is not None and inclination_cdeg is not None:
            self._watch(encoder_mdeg, inclination_cdeg * 10, driven)
        self.slow = self._frozen or self._silent_ms > _SILENT_MS
        if not self.slow and encoder_mdeg is not None:
            self.angle_mdeg = encoder_mdeg
        elif self.slow and inclination_cdeg is not None:
            self.angle_mdeg = inclination_cdeg * 10
        fresh = inclination_cdeg is not None if self.slow else encoder_mdeg is not None
        self._lost_ms = 0 if fresh else min(self._lost_ms + dt_ms, 1000)
        self.known = self._lost_ms < _LOST_MS
        self.fault = protocol.NO_FAULT if self.known else protocol.NO_ANGLE
        if self.known and self._frozen:
            self.fault = protocol.ENCODER_FROZEN

    def _watch(self, encoder_mdeg: int, inclination_mdeg: int, driven: bool) -> None:
        """Only driven motion is a proof: a still table is none, nor is an inclinometer that wanders."""
        stood = abs(encoder_mdeg - self._encoder_from) < _STOOD_MDEG
        if not (driven and self._watching and stood):
            self._encoder_from, self._inclination_from = encoder_mdeg, inclination_mdeg
            self._watching = driven
        elif abs(inclination_mdeg - self._inclination_from) > _SEEN_MDEG:
            self._frozen = True
