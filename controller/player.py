"""Plays a plan: where the table should be now, segment by segment. Programme time stands still in a pause."""

from __future__ import annotations

from typing import Final, NamedTuple

from controller import profile
from controller.plan import Plan, Segment
from controller.profile import Moment, Profile

TICK_MAX_MS: Final = 40  # a tick that came later than this is not caught up


class PhaseNow(NamedTuple):
    """The phase for a person: `left_s` counts what is planned, not what a pause adds."""

    number: int
    kind: str
    text: str
    left_s: float


class Player:
    """One run of a plan. `tick` moves on, `setpoint` is what to propose."""

    def __init__(self, plan: Plan, start_deg: float) -> None:
        """`start_deg` is where the table really is at park; the first motion begins there."""
        self.plan: Final = plan
        self.place = 0
        self.done = not plan.segments
        self._moment = Moment(start_deg, 0.0, 0.0)
        self._motion: Profile | None = None
        self._motion_s = 0.0
        self._stopping = False
        self._elapsed_s = 0.0  # of the segment, as planned
        self._passed_s = 0.0  # of the segments before

    @property
    def segment(self) -> Segment:
        """The segment that is running, or the last one."""
        return self.plan.segments[self.place]

    @property
    def setpoint(self) -> tuple[int, int]:
        """(angle_cdeg, rate_cdps) of now."""
        return profile.quantised(self._moment)

    @property
    def angle_deg(self) -> float:
        """The setpoint's angle."""
        return self._moment.angle_deg

    @property
    def still(self) -> bool:
        """Whether the setpoint stands."""
        return self._motion is None

    @property
    def goes_down(self) -> bool:
        """Whether the running segment moves head-down, or would if it were not paused."""
        return self.segment.shape is not None and self.segment.end_deg > self._moment.angle_deg

    @property
    def time_to_stop_s(self) -> float:
        """How long a smooth stop would take from here."""
        shape = self.segment.shape
        return 0.0 if shape is None or self.still else profile.stop(self._moment, shape).time_s

    def anchor(self, angle_deg: float) -> None:
        """The table stands here now, whatever was planned: go on from here."""
        self._motion = None
        self._stopping = False
        self._moment = Moment(angle_deg, 0.0, 0.0)

    def tick(self, dt_ms: int, go: bool) -> bool:
        """Advance; `go` False = stop smoothly and stand. True when a new segment began."""
        if self.done:
            return False
        dt_s = min(dt_ms, TICK_MAX_MS) / 1_000
        if self.segment.shape is None:
            return self._stay(dt_s, go)
        if not go and self._motion is None:
            return False
        if not go and not self._stopping:
            self._begin(profile.stop(self._moment, self.segment.shape), stopping=True)
        elif self._motion is None:
            self._begin(
                profile.move(self._moment.angle_deg, self.segment.end_deg, self.segment.shape), stopping=False
            )
        return self._move(dt_s)

    def _begin(self, motion: Profile, stopping: bool) -> None:
        self._motion, self._motion_s, self._stopping = motion, 0.0, stopping

    def _stay(self, dt_s: float, go: bool) -> bool:
        """A stay lasts its time; when it is over, the next segment waits for `go`."""
        self._elapsed_s = min(self._elapsed_s + dt_s, self.segment.time_s)
        over = self._elapsed_s >= self.segment.time_s
        return over and (go or not self._next_goes_down()) and self._next()

    def _next_goes_down(self) -> bool:
        following = self.plan.segments[self.place + 1 : self.place + 2]
        return any(segment.end_deg > segment.start_deg for segment in following)

    def _move(self, dt_s: float) -> bool:
        assert self._motion is not None
        self._motion_s += dt_s
        self._moment = self._motion.at(self._motion_s)
        if not self._stopping:
            self._elapsed_s = min(self._elapsed_s + dt_s, self.segment.time_s)
        if self._motion_s < self._motion.time_s:
            return False
        stopped, self._motion, self._stopping = self._stopping, None, False
        return not stopped and self._next()

    def _next(self) -> bool:
        self._passed_s += self.segment.time_s
        self._elapsed_s = 0.0
        if self.place + 1 == len(self.plan.segments):
            self.done = True
            return False
        self.place += 1
        return True

    @property
    def progress(self) -> float:
        """0 to 1, by planned time."""
        return 1.0 if self.done else min((self._passed_s + self._elapsed_s) / self.plan.time_s, 1.0)

    @property
    def text(self) -> str:
        """Of the phase that is running."""
        return self.plan.programme.phases[self.segment.phase].text

    @property
    def phase(self) -> PhaseNow:
        """The phase that is running."""
        index = self.segment.phase
        phase = self.plan.programme.phases[index]
        left_s = -self._elapsed_s
        for segment in self.plan.segments[self.place :]:
            if segment.phase != index:
                break
            left_s += segment.time_s
        return PhaseNow(index, phase.kind, phase.text, round(max(left_s, 0.0), 1))
