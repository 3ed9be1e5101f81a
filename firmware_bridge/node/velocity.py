"""The inner loop: encoder to rate, rate command to duty, within the current limit."""

from firmware_bridge.node.config import Gains
from firmware_bridge.node.wire import since

_SAMPLES = 4  # 40 ms of encoder: one count more or less is 25 mdeg/s
FULL = 1_000_000  # duty in millionths


class RateMeter:
    """The rate over the last samples of an angle."""

    def __init__(self, samples: int = _SAMPLES) -> None:
        self._size = samples
        self._angle = [0] * samples
        self._time = [0] * samples
        self._place = 0
        self._filled = 0
        self.rate_mdps = 0

    def reset(self) -> None:
        """Forget the samples: the next angle may be anywhere."""
        self._filled = 0
        self.rate_mdps = 0

    def sample(self, angle_mdeg: int, now_ms: int) -> None:
        """Take one angle."""
        place, angles, times = self._place, self._angle, self._time
        if self._filled == self._size:
            span = since(now_ms, times[place])
            if 0 < span <= 500:
                moved = angle_mdeg - angles[place]
                moved = moved if -200_000 <= moved <= 200_000 else 200_000 if moved > 0 else -200_000
                self.rate_mdps = moved * 1000 // span
        else:
            self._filled += 1
        angles[place] = angle_mdeg
        times[place] = now_ms
        place += 1
        self._place = 0 if place == self._size else place


class VelocityLoop:
    """Feed-forward and PI, in integers; the current limit looks one step ahead."""

    def __init__(self, gains: Gains) -> None:
        self._gains = gains
        self._integral = 0
        self._load = 0  # the integral when it stood where it should
        self._duty = 0
        self.weak = False  # a slow angle source: a quarter of the gains
        self.sticks = False  # and yet half the integral while a table that is led does not move

    def reset(self) -> None:
        """Bridge off: nothing applied. The integral stays, it is the load the brake holds now."""
        self._duty = 0

    def forget(self) -> None:
        """Forget the load too."""
        self._integral = 0
        self._duty = 0

    def estimate_mdps(self, current_ma: int) -> int:
        """The motor's rate by its back-EMF: duty less what the current takes, through the feed-forward."""
        return (self._duty - self._gains.per_amp * current_ma) // self._gains.feed

    def is_heavy(self) -> bool:
        """Whether a supply 15 % off would make the estimate wrong by more than 1.2 deg/s."""
        return abs(self._duty) > 8 * 1000 * self._gains.feed

    def preload(self) -> int:
        """Duty in permille against the load the brake holds, before the brake opens.

        On a slow source what was forgotten at a cut cannot be learnt before the table has fallen some way.
        """
        if self.weak and not self._integral:
            self._integral = self._load
        self._duty = self._integral
        return self._duty // 1000

    def step(
        self, wanted_mdps: int, rate_mdps: int, settled: bool, current_ma: int, limit_ma: int, dt_ms: int
    ) -> int:
        """Duty in permille. `settled`: stands where it should, so the integral rests."""
        gains = self._gains
        error = max(-20_000, min(20_000, wanted_mdps - rate_mdps))
        kp, ki = gains.kp, gains.ki
        if self.weak:
            kp = kp // 4
            ki = ki // 2 if self.sticks else ki // 4
        direct = gains.feed * wanted_mdps + kp * error + self._integral
        grown = self._integral + ki * error * dt_ms // 1000
        if settled:
            self._load = self._integral
        unwinds = direct > 0 > error or direct < 0 < error  # a product would leave the small integers
        if not settled and (-FULL < direct < FULL or unwinds):
            self._integral = max(-FULL, min(FULL, grown))
        highest = self._duty + (limit_ma - current_ma) * gains.per_amp
        lowest = self._duty - (limit_ma + current_ma) * gains.per_amp
        duty = max(lowest, min(highest, direct))
        self._duty = max(-FULL, min(FULL, duty))
        return self._duty // 1000
