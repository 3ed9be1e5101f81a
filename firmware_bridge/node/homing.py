"""The own staged return: to rest, pause, to the middle stop, pause, to park. Stages behind us are skipped."""

from firmware_bridge.node import protocol
from firmware_bridge.node.config import Config
from firmware_bridge.node.motion import Motion

_NEAR_MDEG = 300
_BEHIND_MDEG = 500
_SOUNDER_MS = 3_000
_WAIT_MS = 10_000


class Homecoming:
    """`stage` is one of protocol's; PARKED ends it."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.stage = protocol.STAGE_NONE
        self.age_ms = 0  # of the stage
        self.waiting_ms = 0  # until the next try, after something was in the way

    def begin(self, angle_mdeg: int) -> None:
        """Choose the first stage for this angle."""
        config = self._config
        if angle_mdeg > config.rest_cdeg * 10 - _BEHIND_MDEG:
            self._enter(protocol.TO_REST)
        elif angle_mdeg > config.mid_cdeg * 10 - _BEHIND_MDEG:
            self._enter(protocol.TO_MID)
        elif angle_mdeg > config.park_cdeg * 10 + _NEAR_MDEG:
            self._enter(protocol.TO_PARK)
        else:
            self._enter(protocol.PARKED)

    def end(self) -> None:
        """Not returning."""
        self._enter(protocol.STAGE_NONE)

    def step(self, angle_mdeg: int, dt_ms: int, motion: Motion) -> bool:
        """One tick: state the motion of the stage, go on when it is done; whether it wants power."""
        config = self._config
        if self.waiting_ms > 0 or motion.is_stuck(angle_mdeg):
            self.waiting_ms = self.waiting_ms - dt_ms if self.waiting_ms > 0 else _WAIT_MS
            motion.stop(config.accel_max_cdps2, angle_mdeg)
            return False
        self.age_ms = min(self.age_ms + dt_ms, 1_000_000)
        stage = self.stage
        if stage == protocol.TO_REST:
            self._travel(config.rest_cdeg, config.rest_rate_cdps, angle_mdeg, motion)
        elif stage == protocol.TO_MID:
            self._travel(config.mid_cdeg, config.park_rate_cdps, angle_mdeg, motion)
        elif stage == protocol.TO_PARK:
            self._travel(config.park_cdeg, config.park_rate_cdps, angle_mdeg, motion)
        elif stage == protocol.REST_PAUSE or stage == protocol.MID_PAUSE:
            pause_s = config.rest_pause_s if stage == protocol.REST_PAUSE else config.mid_pause_s
            if self.age_ms >= pause_s * 1000:
                self._enter(stage + 1)
        else:  # at park already: what the host led last is over
            motion.stop(config.accel_max_cdps2, angle_mdeg)
        return True

    def is_loud(self) -> bool:
        """The sounder announces each motion, and calls for help while something is in the way."""
        stage = self.stage
        travels = stage == protocol.TO_REST or stage == protocol.TO_MID or stage == protocol.TO_PARK
        return self.waiting_ms > 0 or (travels and self.age_ms < _SOUNDER_MS)

    def _travel(self, target_cdeg: int, rate_cdps: int, angle_mdeg: int, motion: Motion) -> None:
        """Towards park only: what came too fast for its target stands behind it, and is not led back."""
        left_mdeg = angle_mdeg - target_cdeg * 10
        if left_mdeg < 0:
            motion.stop(self._config.accel_max_cdps2, angle_mdeg)
        else:
            motion.go(target_cdeg, rate_cdps, angle_mdeg)
        if motion.is_still() and left_mdeg <= _NEAR_MDEG:
            self._enter(self.stage + 1)

    def _enter(self, stage: int) -> None:
        self.stage = stage
        self.age_ms = self.waiting_ms = 0
