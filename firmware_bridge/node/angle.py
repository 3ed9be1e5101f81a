"""Which angle the loops use: the encoder; the inclinometer when the encoder is silent or frozen."""

from firmware_bridge.node import protocol
from firmware_bridge.node.velocity import RateMeter

_SILENT_MS = 30
_LOST_MS = 100
_STOOD_MDEG = 60  # the encoder, while
_TOLD_UDEG = 250_000  # was commanded and
_SEEN_MDEG = 150  # was seen by the inclinometer
_TURNING_MDPS = 300
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
        self._told_udeg = 0
        self._fast_rate = RateMeter()
        self._slow_rate = RateMeter(_SLOW_SAMPLES)

    @property
    def rate_mdps(self) -> int:
        """Of the source in use."""
        return self._slow_rate.rate_mdps if self.slow else self._fast_rate.rate_mdps

    def take(
        self,
        encoder_mdeg: int | None,
        inclination_cdeg: int | None,
        wanted_mdps: int,
        now_ms: int,
        dt_ms: int,
    ) -> None:
        """One sample of both, None = silent; `wanted_mdps`: what the motor is told."""
        self._silent_ms = 0 if encoder_mdeg is not None else min(self._silent_ms + dt_ms, 1000)
        if encoder_mdeg is not None:
            self._fast_rate.sample(encoder_mdeg, now_ms)
        if inclination_cdeg is not None:
            self._slow_rate.sample(inclination_cdeg * 10, now_ms)
        if encoder_mdeg is not None and inclination_cdeg is not None:
            self._watch(encoder_mdeg, inclination_cdeg * 10, wanted_mdps, dt_ms)
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

    def _watch(self, encoder_mdeg: int, inclination_mdeg: int, wanted_mdps: int, dt_ms: int) -> None:
        """Frozen: told to turn it stood, while the inclinometer turned as told. A still table proves nothing.

        A jump of the inclinometer alone proves nothing either: a good encoder follows the command.
        """
        if abs(encoder_mdeg - self._encoder_from) >= _STOOD_MDEG:
            self._frozen = False
            self._watch_from(encoder_mdeg, inclination_mdeg)
        elif not self._frozen and -_TURNING_MDPS < wanted_mdps < _TURNING_MDPS:
            self._watch_from(encoder_mdeg, inclination_mdeg)
        else:
            self._told_udeg = max(-10_000_000, min(10_000_000, self._told_udeg + wanted_mdps * dt_ms))
            seen = inclination_mdeg - self._inclination_from
            if self._told_udeg < 0:
                seen = -seen
            if seen > _SEEN_MDEG and abs(self._told_udeg) > _TOLD_UDEG:
                self._frozen = True

    def _watch_from(self, encoder_mdeg: int, inclination_mdeg: int) -> None:
        self._encoder_from, self._inclination_from = encoder_mdeg, inclination_mdeg
        self._told_udeg = 0
