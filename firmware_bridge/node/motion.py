"""The outer loop: where the table should be and how fast, from the host, a stop, or a plan of its own.

Inside: the set angle in microdegrees, rates in millidegrees a second. All fit 30 bits.
"""

from firmware_bridge.node.config import Config, Gains

FOLLOW = 1  # the host streams the set angle
STOP = 2  # decelerate, then hold where it stands
GO = 3  # a plan of our own to a target

_STREAM_MS = 60  # a streamed set angle goes on at its rate for as long
_CATCH_UP_MDEG = 500  # a stop begins at the measured angle if the set angle is further away
_BACK_DOWN_MDPS = 250  # so fast a stopped table goes back head-down to where it should stand
_FASTER_MDPS = 200  # than it is led, to make up for what it has fallen behind
_BACK_MDPS = 1_000  # slower than it is led, and to where it should stand
_STILL_MDPS = 100
_RESTS_MDEG = 100  # friction may hold it so far above its place: pushed down from there it would leap
_RESTS_MDPS = 30
_HELD_MS = 250  # pushed head-down for so long without moving: then it stands where it is
_PLAN_ACCEL_MDPS2 = 1_000
_STUCK_MDEG = 2_000
_BLIND_CDPS = 200


def _root(value: int) -> int:
    """Integer square root."""
    guess = 1
    while guess * guess < value:
        guess *= 2
    while guess * guess > value:
        guess = (guess + value // guess) // 2
    return guess


def _towards(value: int, target: int, step: int) -> int:
    """`value` moved by at most `step` towards `target`."""
    return max(value - step, min(value + step, target))


class Motion:
    """Gives the velocity loop its rate command, 100 times a second."""

    def __init__(self, config: Config, gains: Gains) -> None:
        self._config = config
        self._gains = gains
        self.kind = STOP
        self.wanted_mdps = 0  # the rate command
        self.settled = True
        self.settled_mdeg = 15
        self._set_udeg = 0
        self._rate_mdps = 0
        self._target_mdeg = 0
        self._plan_mdps = 0
        self.top_mdps = 8_000  # nothing is faster
        self._decel_mdps2 = 30_000
        self._age_ms = 0
        self.gives = False  # stopped where something held it, and the push is being taken back
        self._yields = False  # stopped, and pushed towards park
        self._held_ms = 0

    def place(self, angle_mdeg: int) -> None:
        """Stand here: the bridge is off, or has just come on."""
        self.kind = STOP
        self._set_udeg = angle_mdeg * 1000
        self._rate_mdps = self.wanted_mdps = 0

    def rescale(self, angle_mdeg: int) -> None:
        """The angle comes from another source now: go on from here; what was streamed is void."""
        self._set_udeg = angle_mdeg * 1000
        self._rate_mdps = self.wanted_mdps
        if self.kind == FOLLOW:
            self.kind = STOP

    def follow(self, angle_cdeg: int, rate_cdps: int) -> None:
        """The host's setpoint, held inside the angles of the configuration."""
        config = self._config
        held = max(config.angle_min_cdeg, min(config.angle_max_cdeg, angle_cdeg))
        top = config.rate_max_cdps
        self.kind = FOLLOW
        self._set_udeg = held * 10_000
        self._rate_mdps = max(-top, min(top, rate_cdps)) * 10 if held == angle_cdeg else 0
        self._age_ms = 0

    def follow_blind(self, rate_cdps: int) -> None:
        """Without an angle: a rate towards park, nothing else."""
        self.kind = FOLLOW
        self._rate_mdps = max(-_BLIND_CDPS, min(0, rate_cdps)) * 10
        self._age_ms = 0

    def stop_blind(self) -> None:
        """Without an angle: to standstill."""
        self.kind = STOP
        self._rate_mdps = 0

    def stop(self, decel_cdps2: int, angle_mdeg: int) -> None:
        """Decelerate from the present rate command; saying it again changes the deceleration."""
        self._decel_mdps2 = max(100, min(self._config.accel_max_cdps2, decel_cdps2)) * 10
        if self.kind == STOP:
            return
        self.kind = STOP
        self._rate_mdps = self.wanted_mdps
        if abs(self._set_udeg // 1000 - angle_mdeg) > _CATCH_UP_MDEG or self._rate_mdps:
            self._set_udeg = angle_mdeg * 1000

    def go(self, target_cdeg: int, rate_cdps: int, angle_mdeg: int) -> None:
        """Go there by ourselves at 1 deg/s2; say it each tick, the plan begins at the first."""
        if self.kind != GO:
            self.kind = GO
            self._set_udeg = angle_mdeg * 1000
            self._rate_mdps = self.wanted_mdps
        self._target_mdeg = target_cdeg * 10
        self._plan_mdps = rate_cdps * 10

    def is_still(self) -> bool:
        """Whether nothing is to move any more."""
        return self._rate_mdps == 0 and self.kind != FOLLOW

    def is_led(self) -> bool:
        """Whether the set angle itself moves."""
        return self._rate_mdps != 0

    def is_still_blind(self) -> bool:
        """The same without an angle, where nothing is held by the motor."""
        return self._rate_mdps == 0 and self.wanted_mdps == 0

    def is_stuck(self, angle_mdeg: int) -> bool:
        """Whether the plan has run away from the table: something is in the way."""
        return self.kind == GO and abs(self._set_udeg // 1000 - angle_mdeg) > _STUCK_MDEG

    def step_blind(self, dt_ms: int) -> None:
        """One tick without an angle: the rate alone, as steep as a plan of our own."""
        self._age_ms += dt_ms
        if self.kind != FOLLOW or self._age_ms > _STREAM_MS:
            self._rate_mdps = 0
        step = self._config.accel_max_cdps2 * 10 if self._rate_mdps == 0 else _PLAN_ACCEL_MDPS2
        self.wanted_mdps = min(0, _towards(self.wanted_mdps, self._rate_mdps, step * dt_ms // 1000))
        self.settled = self.wanted_mdps == 0

    def step(self, angle_mdeg: int, rate_mdps: int, dt_ms: int, may_go_down: bool) -> None:
        """One tick; sets `wanted_mdps` and `settled`."""
        if self.kind == GO:
            self._plan(dt_ms)
        elif self.kind == STOP:
            self._rate_mdps = _towards(self._rate_mdps, 0, self._decel_mdps2 * dt_ms // 1000)
        else:
            self._age_ms += dt_ms
            if self._age_ms > _STREAM_MS:
                self._rate_mdps = 0
        stands = self.kind == STOP and self._rate_mdps == 0
        self._set_udeg += self._rate_mdps * dt_ms
        if stands and (self._is_pushed_up(angle_mdeg, rate_mdps, dt_ms) or self.gives):
            self._set_udeg = angle_mdeg * 1000
        error = self._set_udeg // 1000 - angle_mdeg
        still = -_STILL_MDPS < rate_mdps < _STILL_MDPS
        rests = -_RESTS_MDPS < rate_mdps < _RESTS_MDPS and self.kind != GO
        above = _RESTS_MDEG if rests else self.settled_mdeg
        self.settled = self._rate_mdps == 0 and -self.settled_mdeg <= error <= above
        error = 0 if self.settled else max(-20_000, min(20_000, error))
        top = self.top_mdps
        most = _BACK_MDPS if self._rate_mdps <= 0 else _FASTER_MDPS
        least = -_BACK_MDPS if self._rate_mdps >= 0 else -_FASTER_MDPS
        wanted = self._rate_mdps + max(least, min(most, self._gains.kx * error))
        wanted = max(-top, min(top, wanted))
        if not may_go_down:
            wanted = min(0, wanted)
        if stands:
            wanted = min(_BACK_DOWN_MDPS, wanted)
        self.wanted_mdps = _towards(
            self.wanted_mdps, wanted, self._config.accel_max_cdps2 * 10 * dt_ms // 1000
        )
        if self.settled and still:
            self.wanted_mdps = 0

    def _is_pushed_up(self, angle_mdeg: int, rate_mdps: int, dt_ms: int) -> bool:
        """Whether what stands was pushed towards park: far, or so that it cannot be led back head-down."""
        still = -_STILL_MDPS < rate_mdps < _STILL_MDPS
        self._held_ms = self._held_ms + dt_ms if still and self.wanted_mdps > 0 else 0
        if self._set_udeg // 1000 - angle_mdeg > _CATCH_UP_MDEG or self._held_ms > _HELD_MS:
            self._yields = True
        elif rate_mdps > -_STILL_MDPS:
            self._yields = False
        return self._yields

    def _plan(self, dt_ms: int) -> None:
        """A trapezoid: as fast as allowed, as slow as needed to stop at the target."""
        left_udeg = self._target_mdeg * 1000 - self._set_udeg
        left_mdeg = min(abs(left_udeg) // 1000, 40_000)
        top = min(self._plan_mdps, self.top_mdps, _root(2 * _PLAN_ACCEL_MDPS2 * left_mdeg))
        wanted = top if left_udeg > 0 else -top
        accel = 2 * _PLAN_ACCEL_MDPS2
        if self._rate_mdps * (1 if left_udeg > 0 else -1) < 0:
            accel = self._config.accel_max_cdps2 * 10  # the wrong way: end that first, as a stop does
        self._rate_mdps = _towards(self._rate_mdps, wanted, accel * dt_ms // 1000)
        if abs(left_udeg) <= 20_000 and abs(self._rate_mdps) <= 250:
            self._set_udeg = self._target_mdeg * 1000
            self._rate_mdps = 0
