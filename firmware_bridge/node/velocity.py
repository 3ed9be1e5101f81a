"""The inner loop: encoder to rate, rate command to duty, within the current limit."""

from firmware_bridge.node.config import Gains
from firmware_bridge.node.wire import since

_SAMPLES = 4  # 40 ms of encoder: one count more or less is 25 mdeg/s
FULL = 1_000_000  # duty in millionths
_STILL_MDPS = 100
_FREE_MDPS = 300  # turning, and within as much of what is wanted
_HELD_MS = 80  # pushed for so long, and it stood
_RELAX_PER_S = 300_000  # millionths a second: what is squeezed springs back at about 1 deg/s
_LEARNT_MS = 300
_RECOIL_MDPS = 3_000  # it comes back by itself: enough is relaxed
_LEANS = 180_000  # so much more than the load, in millionths of duty: someone who leans on the bed
_WEAK_KP = 3  # where the angle is late, whatever the gear
_WEAK_KI, _STICK_KI = 14, 2  # parts of the integral: with a fifth a heavy rider swung near park
_FAR_MDPS, _FAR_KI = 1_500, 7  # a load that is not known is learned sooner
_OPENS_MS = 300  # after the brake has opened
_THROWN_MDPS = 1_000  # by the back-EMF, and seen to go that way
_STEADY_MS = 300  # stood or turned as it should for so long: the integral is the load


def _nearer(one: int, other: int) -> int:
    """The smaller of two that go the same way, 0 of two that do not."""
    if one > 0:
        return max(0, min(one, other))
    return min(0, max(one, other))


class RateMeter:
    """The rate over the last samples of an angle, and of the last two of them."""

    def __init__(self, samples: int = _SAMPLES) -> None:
        self._size = samples
        self._angle = [0] * samples
        self._time = [0] * samples
        self._place = 0
        self._filled = 0
        self.rate_mdps = 0
        self.newest_mdps = 0

    def reset(self) -> None:
        """Forget the samples: the next angle may be anywhere."""
        self._filled = 0
        self.rate_mdps = self.newest_mdps = 0

    def sample(self, angle_mdeg: int, now_ms: int) -> None:
        """Take one angle."""
        place, angles, times = self._place, self._angle, self._time
        if self._filled:
            last = place - 1  # of the whole list where it is the first place
            self.newest_mdps = _rate(angle_mdeg - angles[last], since(now_ms, times[last]), self.newest_mdps)
        if self._filled == self._size:
            self.rate_mdps = _rate(angle_mdeg - angles[place], since(now_ms, times[place]), self.rate_mdps)
        else:
            self._filled += 1
        angles[place] = angle_mdeg
        times[place] = now_ms
        place += 1
        self._place = 0 if place == self._size else place


def _rate(moved_mdeg: int, span_ms: int, otherwise_mdps: int) -> int:
    """So far in such a time; what was before where the time is none."""
    if not 0 < span_ms <= 500:
        return otherwise_mdps
    return max(-200_000, min(200_000, moved_mdeg)) * 1000 // span_ms


class VelocityLoop:
    """Feed-forward and PI, in integers; the current limit looks one step ahead."""

    def __init__(self, gains: Gains) -> None:
        self._gains = gains
        self._integral = 0
        self._load = 0  # the integral when it stood where it should
        self._duty = 0
        self._free = 0  # the integral when the table last turned as it was told
        self._held_ms = 0
        self._balance = 0  # the integral when it last was steady
        self._steady_ms = 0
        self._begins = 0  # what the next try begins with
        self._open_ms = 0  # the brake is open for so long
        self.quick_mdps = 0  # the rate, without the delay of what sees it
        self._emf_off = 0  # by so much the back-EMF says more than is seen
        self.relaxes = False  # stopped where something held it: the push goes before anything else
        self.weak = False  # a slow angle source: a quarter of the gains
        self.strains = 0  # which way it would push harder, if the current limit let it
        self.sticks = False  # and yet half the integral while a table that is led does not move

    def reset(self) -> None:
        """Bridge off: nothing applied. The integral stays, it is the load the brake holds now."""
        self._duty = self.strains = 0
        self.quick_mdps = self._emf_off = 0

    def remember(self, fell: bool) -> None:
        """Cut while it drove with the brake open; what fell is held by what pushed then, at the least."""
        pushed = max(self._balance - _LEANS, min(self._balance, self._duty))
        self._begins = pushed if fell else self._balance

    def forget(self) -> None:
        """Forget the push: the next try begins with what `preload` says."""
        self._integral = self._steady_ms = 0
        self._duty = self.strains = 0
        self.quick_mdps = self._emf_off = 0
        self._held_ms = 0
        self.relaxes = False

    @property
    def applied(self) -> int:
        """The duty of the last tick, in millionths."""
        return self._duty

    def estimate_mdps(self, current_ma: int) -> int:
        """The motor's rate by its back-EMF: duty less what the current takes, through the feed-forward."""
        return (self._duty - self._gains.per_amp * current_ma) // self._gains.feed

    def _feel_emf(self, seen_mdps: int, current_ma: int, dt_ms: int) -> None:
        """Quick changes of the rate by back-EMF, which is never late; the rest as seen.

        Only its changes count, so a supply or a winding that is off is learnt within half a second.
        """
        self.quick_mdps = self.estimate_mdps(current_ma) - self._emf_off
        self._emf_off += (self.quick_mdps - seen_mdps) * dt_ms // _LEARNT_MS

    def is_heavy(self) -> bool:
        """Whether a supply 15 % off would make the estimate wrong by more than 1.2 deg/s."""
        return abs(self._duty) > 8 * 1000 * self._gains.feed

    def preload(self) -> int:
        """Duty in permille against the load the brake holds, before the brake opens.

        It is the load of when all was well; after a cut what pushed towards park then, if that was more:
        somebody leans on the table. Whoever has gone is not thrown far, and not head-down.
        """
        if not self._integral:
            self._integral = self._begins
        self._duty = self._integral
        self._open_ms = 0
        return self._duty // 1000

    def step(
        self,
        wanted_mdps: int,
        rate_mdps: int,
        settled: bool,
        current_ma: int,
        limit_ma: int,
        dt_ms: int,
        newest_mdps: int,
    ) -> int:
        """Duty in permille. `settled`: stands where it should, so the integral rests."""
        gains = self._gains
        self._feel_emf(rate_mdps, current_ma, dt_ms)
        self._give_up(wanted_mdps, rate_mdps, dt_ms)
        felt = rate_mdps - _nearer(rate_mdps - self.quick_mdps, rate_mdps - newest_mdps)
        error = max(-20_000, min(20_000, wanted_mdps - felt))
        unseen = 0 if settled else max(-20_000, min(20_000, rate_mdps - self.quick_mdps))
        kp, ki = gains.kp, gains.ki
        if self.weak:
            kp = _WEAK_KP
            slow = _FAR_KI if error > _FAR_MDPS or error < -_FAR_MDPS else _WEAK_KI
            ki = ki // (_STICK_KI if self.sticks else slow)
        direct = gains.feed * wanted_mdps + kp * error + gains.kd * unseen + self._integral
        grown = self._integral + ki * error * dt_ms // 1000
        highest = self._duty + (limit_ma - current_ma) * gains.per_amp
        lowest = self._duty - (limit_ma + current_ma) * gains.per_amp
        self._feel(wanted_mdps, rate_mdps, settled, dt_ms)
        if settled and not self.relaxes:
            self._load = self._integral
        unwinds = direct > 0 > error or direct < 0 < error  # a product would leave the small integers
        # What the current limit does not let through is not saved up: it would shoot when it is let go.
        limited = (direct > highest and error > 0) or (direct < lowest and error < 0)
        if self.relaxes:
            self._relax(rate_mdps, dt_ms)
        elif not settled and not limited and (-FULL < direct < FULL or unwinds):
            self._integral = max(-FULL, min(FULL, grown))
        self.strains = 1 if direct > highest else -1 if direct < lowest else 0
        duty = max(lowest, min(highest, direct))
        self._duty = max(-FULL, min(FULL, duty))
        return self._duty // 1000

    def _give_up(self, wanted_mdps: int, rate_mdps: int, dt_ms: int) -> None:
        """The push that it began with throws the table: whoever lay or leaned there has gone."""
        if self._open_ms >= _OPENS_MS:
            return
        self._open_ms += dt_ms
        felt, seen, way = self.quick_mdps - wanted_mdps, rate_mdps - wanted_mdps, rate_mdps
        if self._integral < 0:
            felt, seen, way = -felt, -seen, -way
        # A table that stands, and is led the other way, is not thrown: a hot winding is felt as motion.
        if felt > _THROWN_MDPS and seen > _STILL_MDPS and way > _STILL_MDPS:
            self._integral -= self._integral // 2

    def relax(self) -> None:
        """The table is told to stop: if something has held it against the motor, the push is taken back."""
        if self._held_ms >= _HELD_MS:
            self.relaxes = True
        self._held_ms = 0

    def _feel(self, wanted_mdps: int, rate_mdps: int, settled: bool, dt_ms: int) -> None:
        """What moves it freely, and whether it is held."""
        turns = rate_mdps if rate_mdps > 0 else -rate_mdps
        if turns >= _STILL_MDPS:
            self._held_ms = 0
        elif wanted_mdps >= _STILL_MDPS or wanted_mdps <= -_STILL_MDPS:
            self._held_ms = min(self._held_ms + dt_ms, 1_000)
        free = turns >= _FREE_MDPS and -_FREE_MDPS <= wanted_mdps - rate_mdps <= _FREE_MDPS
        if free:
            self._free = self._integral
        steady = free or (settled and not self.relaxes)
        self._steady_ms = min(self._steady_ms + dt_ms, _STEADY_MS) if steady else 0
        if self._steady_ms >= _STEADY_MS:
            self._balance = self._begins = self._integral

    def _relax(self, rate_mdps: int, dt_ms: int) -> None:
        """Back to what the load took when it last moved or stood, whichever is nearer."""
        far, near = self._free - self._integral, self._load - self._integral
        left = far if abs(far) < abs(near) else near
        if (left > 0) != (far > 0) or (left > 0) != (near > 0) or abs(rate_mdps) > _RECOIL_MDPS:
            left = 0  # in between, or on its way back: it is no push
        step = _RELAX_PER_S * dt_ms // 1000
        self._integral += max(-step, min(step, left))
        self.relaxes = abs(left) > step
