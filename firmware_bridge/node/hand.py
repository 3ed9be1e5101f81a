"""Hold-to-run: a RETURN button moves the table while it is held, without a host or with the e-stop open."""

from firmware_bridge.node.config import Config
from firmware_bridge.node.motion import Motion

_HAND_CDPS = 200
_ABOVE_MDEG = 500


class Hand:
    """Not faster than 2 deg/s; stops at rest, where the button wants to be pressed again."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.runs = False
        self._target_cdeg = config.park_cdeg

    def step(self, angle_mdeg: int, motion: Motion) -> None:
        """One tick with the button held: state the motion."""
        config = self._config
        if not self.runs:
            self.runs = True
            above = angle_mdeg > config.rest_cdeg * 10 + _ABOVE_MDEG
            self._target_cdeg = config.rest_cdeg if above else config.park_cdeg
        if angle_mdeg > self._target_cdeg * 10:
            motion.go(self._target_cdeg, _HAND_CDPS, angle_mdeg)
        else:
            motion.stop(config.accel_max_cdps2, angle_mdeg)

    def end(self, angle_mdeg: int, motion: Motion) -> None:
        """The button was let go."""
        if self.runs:
            self.runs = False
            motion.stop(self._config.accel_max_cdps2, angle_mdeg)
