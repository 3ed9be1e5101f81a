"""What makes the node cut the torque by itself: too fast, head-down against the command, or overpowered."""

from firmware_bridge.node import protocol

_TOO_FAST_MDPS = 10_000
_TOO_FAST_TICKS = 3
_RUNS_MDPS = 2_500  # head-down, above what is wanted
_CAUGHT_MDPS = 100  # by so much slower already: the loop has it
_CAUGHT_TICKS = 3  # in a row: a coarse encoder says so between two of its counts
_DOWN_MDPS = 300  # a wish to go head-down; below it the table may not
_WRONG_MDEG = 1_000
_SUNK_MDEG = 2_000  # all tries together
_SWINGS_MDPS = 1_000  # off what is wanted, to one side and to the other
_LOSES_MDPS = 1_500  # faster than wanted, at the current limit, and still getting faster
_LOSES_TICKS = 3
_CALM_MS = 1_000  # no more than that for so long: it does not swing


class Trip:
    """`fault` after each `step`; `gave_up` once it has sunk too far to be tried again."""

    def __init__(self) -> None:
        self.fault = protocol.NO_FAULT
        self._fast_ticks = self._run_ticks = self._caught_ticks = 0
        self._lost_ticks = self._driven_mdps = 0
        self._lowest = 0
        self._counts = False
        self._begun = 0
        self._sinks = False
        self._side = 0  # of what is wanted, by its rate
        self.swings = False  # to one side, then to the other: its loop, or whoever lies there
        self._calm_ms = 0

    def gave_up(self, angle_mdeg: int) -> bool:
        """Each try goes down a little more: then only the crank is left."""
        return self._sinks and angle_mdeg > self._begun + _SUNK_MDEG

    def forgive(self) -> None:
        """The host arms it anew, and watches too."""
        self._sinks = False

    def step(
        self,
        angle_mdeg: int,
        rate_mdps: int,
        wanted_mdps: int,
        watched: bool,
        dt_ms: int,
        newest_mdps: int,
        strains: int = 0,
    ) -> int:
        """One tick with power and a known angle (`watched`), or without.

        `newest`: the rate by now. `strains`: which way the motor pushes with all that its limit allows, or 0.
        """
        self.fault = protocol.NO_FAULT
        if watched:
            self._watch_swings(rate_mdps - wanted_mdps, dt_ms)
        fast = self._runs_off(watched and not -_TOO_FAST_MDPS <= rate_mdps <= _TOO_FAST_MDPS)
        if fast or self._loses(newest_mdps, wanted_mdps, strains if watched else 0):
            self.fault = protocol.OVER_SPEED
        self._watch_run(watched and rate_mdps > max(0, wanted_mdps) + _RUNS_MDPS, rate_mdps - newest_mdps)
        if self._run_ticks >= _TOO_FAST_TICKS:
            self.fault = protocol.WRONG_WAY
        if not watched or wanted_mdps > _DOWN_MDPS:
            self._counts = False
        elif not self._counts or angle_mdeg < self._lowest:
            self._counts, self._lowest = True, angle_mdeg
        elif angle_mdeg > self._lowest + _WRONG_MDEG:
            self.fault = protocol.WRONG_WAY
        if self.fault != protocol.NO_FAULT and not self._sinks:
            self._sinks, self._begun = True, self._lowest if self._counts else angle_mdeg
        if self._sinks and angle_mdeg < self._begun - _WRONG_MDEG:
            self._sinks = False  # it came home after all
        if self.fault != protocol.NO_FAULT:
            self._counts = False  # the next try is measured from where it begins
        return self.fault

    def _watch_run(self, runs: bool, slower_mdps: int) -> None:
        """How long it runs head-down; ticks in which the loop has caught it do not count, once they last."""
        if not runs:
            self._run_ticks = self._caught_ticks = 0
        elif slower_mdps > _CAUGHT_MDPS:
            self._caught_ticks = min(self._caught_ticks + 1, _CAUGHT_TICKS)
        else:
            believed = self._caught_ticks >= _CAUGHT_TICKS
            self._run_ticks += 1 if believed else 1 + self._caught_ticks
            self._caught_ticks = 0

    def _runs_off(self, fast: bool) -> bool:
        self._fast_ticks = self._fast_ticks + 1 if fast else 0
        return self._fast_ticks >= _TOO_FAST_TICKS

    def _loses(self, newest_mdps: int, wanted_mdps: int, strains: int) -> bool:
        """Whether the load drives the motor back: only the brake holds it, the sooner the slower it is."""
        lost_mdps = 0
        if (strains > 0 > newest_mdps) or (strains < 0 < newest_mdps):
            lost_mdps = wanted_mdps - newest_mdps if strains > 0 else newest_mdps - wanted_mdps
        driven_mdps = abs(newest_mdps)
        loses = lost_mdps > _LOSES_MDPS and driven_mdps >= self._driven_mdps
        self._lost_ticks = self._lost_ticks + 1 if loses else 0
        self._driven_mdps = driven_mdps
        return self._lost_ticks >= _LOSES_TICKS

    def _watch_swings(self, off_mdps: int, dt_ms: int) -> None:
        side = 1 if off_mdps > _SWINGS_MDPS else -1 if off_mdps < -_SWINGS_MDPS else 0
        if side:
            self._calm_ms = 0
            self.swings = self.swings or self._side == -side
            self._side = side
        elif self._calm_ms < _CALM_MS:
            self._calm_ms += dt_ms
        else:
            self.forget_swings()

    def forget_swings(self) -> None:
        """The next try begins at rest."""
        self._side = 0
        self.swings = False

    def rescale(self) -> None:
        """The angle comes from another source: what was seen so far is in another scale."""
        self._counts = False
        self._fast_ticks = self._run_ticks = self._caught_ticks = 0
