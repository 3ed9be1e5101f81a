"""Which angle the loops use: the encoder; the inclinometer when the encoder is silent or doubted."""

from firmware_bridge.node import protocol
from firmware_bridge.node.config import Config
from firmware_bridge.node.doubt import Doubt
from firmware_bridge.node.velocity import RateMeter

_SILENT_MS = 30
_LOST_MS = 100
_SLOW_SAMPLES = 12
_STILL_MDPS = 500  # with the noise of an inclinometer


class AngleSource:
    """`angle_mdeg`, `rate_mdps`, `known`, and `slow` while it stands on the inclinometer."""

    def __init__(self, config: Config) -> None:
        self.angle_mdeg = 0
        self.known = False
        self.slow = False
        self.calm = False  # after a trip: its loop may have swung on an angle that is late
        self.switched = False  # in this tick it went over to the other source: another scale
        self.fault = protocol.NO_FAULT
        self.doubt = Doubt(config)
        self._silent_ms = _LOST_MS
        self._lost_ms = _LOST_MS
        self._fast_rate = RateMeter()
        self._slow_rate = RateMeter(_SLOW_SAMPLES)
        self._calm_rate = RateMeter(_SLOW_SAMPLES)

    @property
    def rate_mdps(self) -> int:
        """Of the source in use."""
        if self.slow:
            return self._slow_rate.rate_mdps
        return self._calm_rate.rate_mdps if self.calm else self._fast_rate.rate_mdps

    @property
    def newest_mdps(self) -> int:
        """The rate of the last two samples, where the source is quick."""
        return self.rate_mdps if self.weak else self._fast_rate.newest_mdps

    @property
    def latest_mdps(self) -> int:
        """As quick, of the last two samples alone; the loop may be calm, a fall is not."""
        return self._slow_rate.rate_mdps if self.slow else self._fast_rate.newest_mdps

    @property
    def quick_mdps(self) -> int:
        """The rate as soon as it shows, for what must be cut."""
        return self._slow_rate.rate_mdps if self.slow else self._fast_rate.rate_mdps

    @property
    def stands(self) -> bool:
        """Whether neither source says that the table turns."""
        fast, slow = self._fast_rate.rate_mdps, self._slow_rate.rate_mdps
        return -_STILL_MDPS < fast < _STILL_MDPS and -_STILL_MDPS < slow < _STILL_MDPS

    @property
    def weak(self) -> bool:
        """Whether the loop must not follow it closely."""
        return self.slow or self.calm

    def take(
        self,
        encoder_mdeg: int | None,
        inclination_cdeg: int | None,
        wanted_mdps: int,
        inputs: int,
        known: int,
        now_ms: int,
        dt_ms: int,
        felt_mdps: int = 0,
    ) -> None:
        """One sample of both, None = silent; `wanted_mdps`: what the motor is told, `felt`: what it says."""
        inclination_mdeg = None if inclination_cdeg is None else inclination_cdeg * 10
        self.doubt.judge(encoder_mdeg, inclination_mdeg, wanted_mdps, inputs, known, dt_ms, felt_mdps)
        self._silent_ms = 0 if encoder_mdeg is not None else min(self._silent_ms + dt_ms, 1000)
        if encoder_mdeg is not None:
            self._fast_rate.sample(encoder_mdeg, now_ms)
            self._calm_rate.sample(encoder_mdeg, now_ms)
        if inclination_mdeg is not None:
            self._slow_rate.sample(inclination_mdeg, now_ms)
        was_slow = self.slow
        self.slow = self.doubt.encoder != protocol.NO_FAULT or self._silent_ms > _SILENT_MS
        self.switched = self.slow != was_slow
        good = inclination_mdeg if self.slow and not self.doubt.inclination else None
        if not self.slow:
            good = encoder_mdeg
        if good is not None:
            self.angle_mdeg = good
        self._lost_ms = 0 if good is not None else min(self._lost_ms + dt_ms, 1000)
        self.known = self._lost_ms < _LOST_MS
        self.fault = self.doubt.encoder if self.known else protocol.NO_ANGLE

    def forgive(self) -> None:
        """Armed anew: sources that agree count again."""
        self.doubt.forgive()
