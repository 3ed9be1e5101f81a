"""Hold-to-run: a RETURN button moves the table while it is held, without a host or with the e-stop open.

It stops at rest, pauses there once, and wants to be pressed again; so it does after a STOP, by either button.
Without an angle the rest and park switches say when.
"""

from firmware_bridge.node import protocol
from firmware_bridge.node.config import Config
from firmware_bridge.node.motion import Motion

_HAND_CDPS = 200
_BLIND_CDPS = 150  # by the motor's back-EMF, which knows the rate to a quarter
_ABOVE_MDEG = 500
_NEAR_MDEG = 50
_RETURN_BUTTONS = protocol.RETURN_A | protocol.RETURN_B
# A STOP that hangs or chatters must keep nobody from coming home: all its holds of late together count for so
# long; a press costs a second by itself, and a tenth of what STOP is known to be let go is forgiven.
_STOP_PRESS_MS = 1_000
_STOP_MS = 60_000 + _STOP_PRESS_MS
_STOP_IN_RETURN_MS = 10_000


class Hand:
    """Not faster than 2 deg/s; `runs` while the button is held."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.runs = False
        self._pause_ms = 0
        self._from_above = False
        self._ended = False
        self._may = True  # RETURN was let go since the last STOP
        self._pressed = 0  # the buttons of the tick before
        self._stop_ms = 0  # this hold of STOP; one that is not known goes on
        self._stops_ms = 0  # all of them of late
        self._stopped = False  # STOP is held, and counts
        self.held = False  # RETURN, and it may move

    def watch(self, inputs: int, known: int, dt_ms: int) -> None:
        """Both buttons; and the pause at rest, which goes on whether RETURN is held or not."""
        self._pause_ms = max(0, self._pause_ms - dt_ms)
        self._watch_stop(inputs, known, dt_ms)
        pressed = inputs & _RETURN_BUTTONS
        if self._stopped:
            self._may = False
        elif not pressed or pressed & ~self._pressed:
            self._may = True
        self._pressed = pressed
        self.held = pressed != 0 and self._may

    def let_go_first(self) -> None:
        """It moves nothing more before it is pressed anew."""
        self._may = False

    def _watch_stop(self, inputs: int, known: int, dt_ms: int) -> None:
        held = inputs & protocol.STOP_BUTTON != 0
        if held:
            press_ms = _STOP_PRESS_MS if self._stop_ms == 0 else 0
            self._stop_ms = min(self._stop_ms + dt_ms, _STOP_MS)
            self._stops_ms = min(self._stops_ms + dt_ms + press_ms, _STOP_MS)
        elif known & protocol.STOP_BUTTON:
            self._stop_ms = 0
            self._stops_ms = max(0, self._stops_ms - max(1, dt_ms // 10))
        self._stopped = held and self._stops_ms < _STOP_MS

    def freezes(self) -> bool:
        """A STOP that a return of its own obeys."""
        return self._stopped and self._stop_ms <= _STOP_IN_RETURN_MS

    def step(self, angle_mdeg: int, motion: Motion) -> None:
        """One tick with the button held: state the motion."""
        config = self._config
        if not self.runs:
            self.runs, self._ended = True, False
            self._from_above = angle_mdeg > config.rest_cdeg * 10 + _ABOVE_MDEG
        if self._from_above and angle_mdeg <= config.rest_cdeg * 10 + _NEAR_MDEG:
            self._rest()
        target_cdeg = config.rest_cdeg if self._from_above else config.park_cdeg
        if self._ended or self._pause_ms or angle_mdeg <= target_cdeg * 10:
            motion.stop(config.accel_max_cdps2, angle_mdeg)
        else:
            motion.go(target_cdeg, _HAND_CDPS, angle_mdeg)

    def step_blind(self, inputs: int, known: int, motion: Motion) -> bool:
        """The same without an angle; whether it wants power."""
        past_rest = known & inputs & protocol.PAST_REST != 0
        if not self.runs:
            self.runs, self._ended = True, False
            self._from_above = past_rest
        below_rest = known & protocol.PAST_REST != 0 and not past_rest
        if self._from_above and below_rest:
            self._rest()
        went_down = past_rest and not self._from_above
        if went_down or known & inputs & protocol.AT_PARK:
            self._ended = True
        if self._ended or self._pause_ms:
            motion.stop_blind()
        else:
            motion.follow_blind(-_BLIND_CDPS)
        return not motion.is_still_blind()

    def end(self) -> bool:
        """The button is not held; whether it was until now."""
        ran, self.runs = self.runs, False
        return ran

    def _rest(self) -> None:
        self._from_above = False
        self._ended = True
        self._pause_ms = self._config.rest_pause_s * 1000
