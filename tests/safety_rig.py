"""An ideal table for the pure core: the angle follows the command, the inputs are what a test says."""

from __future__ import annotations

from copy import copy
from functools import cache
from math import cos, pi
from typing import Any, NamedTuple

from safety import decision as d
from safety.causes import BY_NAME
from safety.decision import Decision
from safety.limits import Limits, terms
from safety.observation import (
    DRIVE_ARMED,
    DRIVE_DISARMED,
    ORDER_TEST,
    Inputs,
    Observation,
    Proposal,
    Terms,
    Wake,
)
from safety.step import State, boot, step

DT_MS = 20
DT_S = DT_MS / 1000
LONGEST_MS = 1_500_000
WARP_TICKS = 200
BRAKE_TEST_MS = 3_000  # the guard takes the torque away for a while, and gives it back
LIMITS = Limits()
FIRST_START = Wake(None, 0, True, False, 0)
QUIET = Inputs(True, False, False, False, True, False, False, True, False, False, False, True, True)


def session_terms(tier: int = 2, cap_cdeg: int = 3000, allowance_ms: int = 240_000, bouts: int = 3) -> Terms:
    made = terms(7, tier, cap_cdeg, allowance_ms, bouts, 900_000, 600_000, LIMITS)
    assert isinstance(made, Terms)
    return made


class Shaped:
    """A controller's stream at 1 deg/s2 and 1 deg/s3: a trapezoid of rates, smoothed over one second."""

    def __init__(self, at_cdeg: int, speed_dps: float = 2.0) -> None:
        self.at, self.speed = at_cdeg / 100, speed_dps
        self.path: list[float] = []
        self.place, self.warp = 0.0, WARP_TICKS  # of WARP_TICKS; below it the plan's time is slowed down
        self.target: int | None = None

    def plan(self, target_cdeg: int) -> None:
        travel = target_cdeg / 100 - self.at
        way, top = abs(travel), min(self.speed, abs(travel) ** 0.5)
        up = max(round(top / DT_S), 1)
        flat = max(round(way / top / DT_S) - up, 0) if top else 0
        rates = [top * k / up for k in range(up)] + [top] * flat + [top * k / up for k in range(up, 0, -1)]
        padded = [0.0] * 50 + rates + [0.0] * 50
        smooth = [sum(padded[k : k + 50]) / 50 for k in range(len(padded) - 50)]
        scale = travel / (sum(smooth) * DT_S) if way else 0.0
        self.path, place = [self.at], self.at
        for rate in smooth:
            place += rate * scale * DT_S
            self.path.append(place)
        self.target, self.place = target_cdeg, 0.0

    def towards(self, target_cdeg: int, hold: bool = False) -> tuple[int, int, bool]:
        """One tick on: angle, rate, arrived. `hold` stops the plan's own time over four seconds."""
        if self.target != target_cdeg:
            self.plan(target_cdeg)
        self.warp = max(self.warp - 1, 0) if hold else min(self.warp + 1, WARP_TICKS)
        self.place += (1 - cos(pi * self.warp / WARP_TICKS)) / 2
        before, last = self.at, len(self.path) - 1
        low = min(int(self.place), last)
        high = min(low + 1, last)
        self.at = self.path[low] + (self.path[high] - self.path[low]) * (
            self.place - low if low < last else 0
        )
        if low == last:
            self.at = target_cdeg / 100
        return round(self.at * 100), round((self.at - before) / DT_S * 100), low == last


class Plant(NamedTuple):
    """Where the ideal table is."""

    cdeg: float
    cdps: float


class Rig:
    """State, plant and inputs; `tick` runs one step and lets the table obey."""

    def __init__(
        self, wake: Wake = FIRST_START, cdeg: int = LIMITS.park_cdeg, limits: Limits = LIMITS
    ) -> None:
        self.limits = limits
        self.state: State = boot(limits, wake)
        self.plant = Plant(float(cdeg), 0.0)
        self.inputs = QUIET
        self.changes: dict[str, Any] = {}  # lasting changes of the observation
        self.decision: Decision
        self.now_ms = 0
        self.seq = 0
        self.obeys = True
        self.torque = True  # it lets go in the test of the day only: elsewhere a test says so
        self.log: list[tuple[int, Decision, float]] = []
        self.last: Observation
        self.tick()

    def sense(self) -> Observation:
        cdeg, cdps = round(self.plant.cdeg), round(self.plant.cdps)
        inputs = self.inputs._replace(
            at_park=abs(cdeg - self.limits.park_cdeg) <= 200,
            past_rest=cdeg > -200,
            enabled=self.torque,
        )
        return Observation(
            DT_MS, 0, cdeg, cdps, 20, cdeg, cdps, 40,
            DRIVE_ARMED if self.torque else DRIVE_DISARMED, 0, 0, 20, inputs, 20, None, None, 0, 20, 500,
        )  # fmt: skip

    def tick(self, **changes: Any) -> Decision:
        """One tick; `changes` are for this tick's observation only."""
        assert self.now_ms < LONGEST_MS, "whoever waits for something waits in vain"
        observation = self.sense()._replace(**{**self.changes, **changes})
        self.last = observation
        self.state, self.decision = step(self.state, observation, self.limits)
        self.now_ms += DT_MS
        self.log.append((self.now_ms, self.decision, self.plant.cdeg))
        self.torque = self.decision.stage != d.TRYING_BRAKE or self.decision.command != d.CUT
        if self.obeys:
            self.plant = self.obeyed(self.decision)
        return self.decision

    def obeyed(self, decision: Decision) -> Plant:
        if decision.command == d.MOVE:
            return Plant(float(decision.angle_cdeg), float(decision.rate_cdps))
        slower = decision.decel_cdps2 * DT_MS / 1000
        cdps = self.plant.cdps
        cdps = max(cdps - slower, 0.0) if cdps > 0 else min(cdps + slower, 0.0)
        return Plant(self.plant.cdeg + cdps * DT_MS / 1000, cdps)

    def propose(self, angle_cdeg: int, rate_cdps: int, session: int = 7, **changes: Any) -> Decision:
        self.seq += 1
        return self.tick(proposal=Proposal(session, self.seq, angle_cdeg, rate_cdps, 100), **changes)

    def press(self, **inputs: bool | None) -> None:
        self.inputs = self.inputs._replace(**inputs)

    def run(self, ms: int) -> Decision:
        for _ in range(ms // DT_MS):
            self.tick()
        return self.decision

    def until(self, mode: int, most_ms: int = 400_000) -> int:
        """Tick until the mode is reached; the time it took."""
        start = self.now_ms
        while self.decision.mode != mode:
            assert self.now_ms - start < most_ms, self.decision
            self.tick()
        return self.now_ms - start

    def follow(self, shaped: Shaped, target_cdeg: int, most_ms: int = 200_000) -> None:
        """The controller leads the table to an angle, pausing at a check-in; the rider answers."""
        start, asked_ms = self.now_ms, 0
        while True:
            asked = self.decision.check_in >= d.CHECK_ASKED
            asked_ms = asked_ms + DT_MS if asked else 0
            self.press(pendant=not 4_400 < asked_ms < 4_800)  # when the table stands
            angle, rate, arrived = shaped.towards(target_cdeg, hold=asked)
            self.propose(angle, rate)
            if arrived and rate == 0:
                self.press(pendant=True)
                return
            assert self.now_ms - start < most_ms

    def hold(self, shaped: Shaped, ms: int) -> None:
        """Stand at this angle, answering check-ins."""
        asked_ms = 0
        for _ in range(ms // DT_MS):
            asked_ms = asked_ms + DT_MS if self.decision.check_in >= d.CHECK_ASKED else 0
            self.press(pendant=not 2_000 < asked_ms < 2_400)
            self.propose(round(shaped.at * 100), 0)
        self.press(pendant=True)

    def test_direction(self) -> None:
        """The day's test at park: up 2 deg and back."""
        assert self.tick(orders=ORDER_TEST).mode == d.TEST
        shaped = Shaped(self.limits.park_cdeg, speed_dps=0.9)
        self.propose(self.limits.park_cdeg, 0)
        for target in (self.limits.park_cdeg + 200, self.limits.park_cdeg):
            arrived, rate = False, 1
            while not arrived or rate:
                angle, rate, arrived = shaped.towards(target)
                self.propose(angle, rate)
            self.run(BRAKE_TEST_MS if target > self.limits.park_cdeg else 60)

    def begin(self, asked: Terms | None = None) -> None:
        """Test passed, rider on, session begun."""
        self.test_direction()
        assert self.decision.tested
        assert self.decision.mode == d.INHIBITED, self.decision
        self.press(ankle_a=True, ankle_b=True, load=True)
        self.tick(begin=asked or session_terms())
        assert self.decision.mode == d.READY, self.decision

    def ride(self, cdeg: int = 3000, asked: Terms | None = None) -> Shaped:
        """ACTIVE and standing at an angle."""
        self.begin(asked)
        shaped = Shaped(self.limits.park_cdeg)
        self.propose(self.limits.park_cdeg, 0)
        if cdeg > self.limits.proof_cdeg:  # the bout's proof of return
            self.follow(shaped, self.limits.proof_cdeg)
            self.follow(shaped, self.limits.proof_cdeg - self.limits.proof_back_cdeg)
        self.follow(shaped, cdeg)
        assert self.decision.mode == d.ACTIVE
        return shaped

    def refusals(self) -> list[int]:
        return [decision.refusal for _, decision, _ in self.log if decision.refusal]


SHORT = LIMITS._replace(
    pause_rest_ms=2_000, pause_rest_long_ms=3_000, pause_mid_ms=1_000, pinch_wait_ms=3_000
)


def cause(rig: Rig) -> str:
    return next(name for name, row in BY_NAME.items() if row.number == rig.decision.first_cause)


def ridden(cdeg: int = 3000) -> Rig:
    """In a session, standing at an angle; ridden there once, then copied."""
    rig = copy(_ridden(cdeg))
    rig.log, rig.changes = list(rig.log), dict(rig.changes)
    return rig


@cache
def _ridden(cdeg: int) -> Rig:
    rig = Rig(limits=SHORT)
    rig.ride(cdeg)
    return rig


def fastest(rig: Rig) -> int:
    return max(abs(x.rate_cdps) for _, x, _ in rig.log if x.mode == d.RETURNING)


def reset(rig: Rig, held_ms: int = 3_000) -> None:
    rig.press(return_a=True)
    rig.tick()
    rig.run(held_ms)
    rig.press(return_a=False)
    rig.tick()
